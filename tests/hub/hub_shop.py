"""A small shop for head office's tests, and a look at its books."""

from collections.abc import Iterator

import sqlalchemy as sa
from till import NOW, CountedIds

from kiosk.hub.books import Books
from kiosk.hub.office import HeadOffice
from kiosk.hub.pins import verifier_maker
from kiosk.hub.settings import Grants, HubSettings, Merges, Pin, Risk
from kiosk.hub.tables import balances, cards, gifts, members
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Balances, Transfer
from tests import databases

CHEAP = Pin(argon2_time=1, argon2_kib=8, argon2_lanes=1, offline_pin="software")
NO_RISK = Risk()
MEMBERS = ("M1", "M2", "M3")


def opened(url: str, grants: Grants, risk: Risk = NO_RISK) -> Iterator[HeadOffice]:
    settings = HubSettings(grants=grants, pin=CHEAP, risk=risk, demo=True, merges=Merges(by_kiosks=True))
    office = HeadOffice(databases.at(url), lambda: NOW, CountedIds("g"), settings)
    furnish(office)
    yield office
    office.engine.dispose()


def furnish(office: HeadOffice) -> None:
    verifier = verifier_maker(CHEAP).hash("246810")
    with office.engine.begin() as connection:
        for name in MEMBERS:
            home = "K1" if name == "M3" else None
            row = {"id": name, "name": "张*伟", "lifetime": 0, "home": home, "verifier": verifier}
            connection.execute(sa.insert(members).values(**row))
            card = {"hash": name.encode().ljust(32, b"."), "member": name, "tail": "0001", "why": ""}
            connection.execute(sa.insert(cards).values(**card))
        books = Books(connection)
        for place, (gift, stock) in enumerate((("G1", 40), ("G2", 1))):
            row = {"id": gift, "place": place, "name": {"zh_CN": "杯"}, "category": "living"}
            connection.execute(sa.insert(gifts).values(**row, points=300, picture="gift_01"))
            books.move(Transfer(f"o:{gift}", acc.WORLD, acc.pool(gift), acc.gift(gift), stock))
        for name in MEMBERS:
            for asset, amount in ((acc.POINTS, 1000), (acc.TRIES, 10 if name == "M3" else 5)):
                books.move(Transfer(f"o:{name}:{asset}", acc.WORLD, acc.member(name), asset, amount))
        books.write()


def books_of(office: HeadOffice) -> Balances:
    """Every balance that is not nothing."""
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(balances).where(balances.c.amount != 0))
        return {(row.account, row.asset): row.amount for row in rows}
