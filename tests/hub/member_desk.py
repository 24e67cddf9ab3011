"""A head office that knows members by their phones, with a clock that can be moved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub_shop import CHEAP, furnish
from till import NOW, CountedIds

from kiosk.hub import phones
from kiosk.hub.messages import carry
from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import HubSettings, Merges, Phones
from tests import databases

KEY = b"k" * 32
NUMBER, NOBODYS = "13800000001", "13999999999"
MINE, STRANGE = phones.name_of(KEY, NUMBER), phones.name_of(KEY, NOBODYS)
POLICY = Phones(looks=4, looks_per_hour=10, codes_per_day=3)


@dataclass
class Moment:
    """The time, which stands until somebody moves it."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at


@dataclass
class Handset:
    """A phone that keeps what was sent to it."""

    got: list[tuple[str, str]] = field(default_factory=list)

    def send(self, number: str, text: str) -> None:
        self.got.append((number, text))


def knowing_phones(url: str, clock: Moment) -> Iterator[HeadOffice]:
    """M1 has a phone; nobody else has."""
    settings = HubSettings(pin=CHEAP, phones=POLICY, demo=True, merges=Merges(by_kiosks=True))
    office = HeadOffice(databases.at(url), clock, CountedIds("g"), settings, shop_key=lambda: KEY)
    furnish(office)
    with office.engine.begin() as connection:
        phones.bind(connection, MINE, "M1", NUMBER)
    yield office
    office.engine.dispose()


def received(office: HeadOffice) -> list[tuple[str, str]]:
    """What reaches phones now: (number, six digits)."""
    handset = Handset()
    carry(office.engine, handset, office.now())
    return [(number, re.findall(r"(?<!\d)\d{6}(?!\d)", text)[0]) for number, text in handset.got]
