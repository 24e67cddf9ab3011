"""Gifts that staff booked as pieces are judged again at head office: by the rule pack, and by who did it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import Till

from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[stock]
most = 100
"""
CAME = {"gift": "G1", "pieces": 24, "why": "received"}
GONE = {"gift": "G1", "pieces": 4, "why": "broken", "second": "kim"}
HERE, WORLD = (acc.escrow("K1"), acc.gift("G1")), (acc.WORLD, acc.gift("G1"))


@pytest.fixture(autouse=True)
def books_hold(office: HeadOffice) -> Iterator[None]:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    yield
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == [], "whatever was told, the books hold"


def tell(office: HeadOffice, till: Till, body: dict[str, object], operator: str | None = "mei") -> str:
    """The verdict on it."""
    n = till.write(en.Stocked(**body), operator=operator)  # type: ignore[arg-type]
    answer = office.sync(till.request())
    till.hear(answer)
    (told,) = [one.verdict for one in answer.verdicts if one.n == n]
    return told


def test_what_came_is_the_kiosks_and_what_is_gone_is_nobodys(office: HeadOffice, till: Till) -> None:
    before = books_of(office)
    assert tell(office, till, CAME) == "posted"
    assert tell(office, till, GONE) == "posted"
    books = books_of(office)
    assert books[HERE] == before.get(HERE, 0) + 20
    assert books[WORLD] == before.get(WORLD, 0) - 20


@pytest.mark.parametrize("wrong", [CAME | {"pieces": 101}, CAME | {"why": "found", "pieces": 101}])
def test_what_nobody_may_book_can_be_given_to_nobody(
    office: HeadOffice, till: Till, wrong: dict[str, object]
) -> None:
    before = books_of(office)
    assert tell(office, till, wrong) == "disputed"
    assert books_of(office).get(HERE, 0) == before.get(HERE, 0)


@pytest.mark.parametrize("second", ["", "mei"])
def test_what_left_with_nobodys_consent_left_all_the_same(
    office: HeadOffice, till: Till, second: str
) -> None:
    tell(office, till, CAME)
    before = books_of(office)[HERE]
    assert tell(office, till, GONE | {"second": second}) == "disputed"
    assert books_of(office)[HERE] == before - 4


def test_nobody_books_anything_without_a_name(office: HeadOffice, till: Till) -> None:
    assert tell(office, till, CAME, operator=None) == "disputed"


def test_more_than_was_there_is_disputed(office: HeadOffice, till: Till) -> None:
    assert tell(office, till, GONE | {"pieces": 100}) == "disputed"


@pytest.mark.parametrize("broken", [{"pieces": 0}, {"pieces": -5}, {"gift": "a b"}, {"second": "x" * 65}])
def test_what_makes_no_sense_is_set_aside(office: HeadOffice, till: Till, broken: dict[str, object]) -> None:
    assert tell(office, till, CAME | broken) == "quarantined"
