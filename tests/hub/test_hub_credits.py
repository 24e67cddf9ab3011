"""What staff give by hand is judged again at head office: by the rule pack, and with who did it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import Till

from kiosk.hub.handed import handed
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
[credits.topup]
asset = "cash"
offers = [{ units = 10000, price = 10000 }]
name.en = "Top-up"
[credits.sorry]
asset = "points"
offers = [{ units = 50 }]
second = true
name.en = "Sorry"
reasons.waited = { en = "A long wait" }
"""
TOPUP = {"rule": "topup", "asset": acc.CASH, "units": 10_000, "price": 10_000}
SORRY = {"rule": "sorry", "asset": acc.POINTS, "units": 50, "reason": "waited", "second": "kim"}


@pytest.fixture(autouse=True)
def rules(office: HeadOffice) -> Iterator[None]:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    yield
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == [], "whatever was told, the books hold"


def tell(office: HeadOffice, till: Till, body: dict[str, object], operator: str | None = "mei") -> str:
    """The verdict on it."""
    n = till.write(en.Credited(**body), "M1", operator=operator)  # type: ignore[arg-type]
    answer = office.sync(till.request())
    till.hear(answer)
    (told,) = [one.verdict for one in answer.verdicts if one.n == n]
    return told


@pytest.mark.parametrize("body", [TOPUP, SORRY])
def test_what_the_rule_pack_gives_is_posted_once(
    office: HeadOffice, till: Till, body: dict[str, object]
) -> None:
    assert tell(office, till, body) == "posted"
    books = books_of(office)
    assert books[acc.escrow("K1", "M1"), str(body["asset"])] == body["units"]
    with office.engine.begin() as connection:
        (row,) = connection.execute(sa.select(handed)).all()
    assert (row.member, row.operator, row.rule, row.units) == ("M1", "mei", body["rule"], body["units"])


@pytest.mark.parametrize(
    "wrong",
    [
        TOPUP | {"units": 20_000},
        TOPUP | {"price": 1},
        TOPUP | {"rule": "other"},
        TOPUP | {"asset": acc.POINTS},
        TOPUP | {"reason": "waited"},
        SORRY | {"second": ""},
        SORRY | {"second": "mei"},
        SORRY | {"reason": ""},
        SORRY | {"reason": "else"},
    ],
)
def test_what_it_does_not_give_brings_no_rights(
    office: HeadOffice, till: Till, wrong: dict[str, object]
) -> None:
    assert tell(office, till, wrong) == "disputed"
    assert books_of(office).get((acc.escrow("K1", "M1"), str(wrong["asset"])), 0) == 0


def test_nobody_gives_anything_without_a_name(office: HeadOffice, till: Till) -> None:
    assert tell(office, till, TOPUP, operator=None) == "disputed"


@pytest.mark.parametrize(
    "broken",
    [{"units": 0}, {"units": -5}, {"price": -1}, {"asset": "tries"}, {"rule": "a b"}, {"second": "x" * 65}],
)
def test_what_makes_no_sense_is_set_aside(office: HeadOffice, till: Till, broken: dict[str, object]) -> None:
    assert tell(office, till, TOPUP | broken) == "quarantined"
