"""Purchases entered at kiosks are judged again at head office, and come back like any other."""

import dataclasses
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from msgspec.structs import replace
from test_tills import Shop, points_of
from till import Till

from kiosk.hub.api import create_app
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.sold_by_hand import till_of
from kiosk.hub.tables import members, packs
from kiosk.hub.till_tables import sales
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[sales]
points = 1
cents = 100
tiers = { gold = 150 }
by_hand = { most = 100000 }
"""
SOLD = en.Sold(receipt="R-17", cents=18_650, points=186)


@pytest.fixture(autouse=True)
def rules(office: HeadOffice) -> Iterator[None]:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    yield
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == [], "whatever was told, the books hold"


def tell(office: HeadOffice, till: Till, body: en.Sold, operator: str | None = "mei") -> tuple[str, str]:
    """The verdict on it; its rights go back in the same upload, as kiosks do it."""
    n = till.write(body, "M1", operator=operator)
    till.write(en.Returned(asset=acc.POINTS, amount=body.points, member="M1"), "M1")
    answer = office.sync(till.request())
    till.hear(answer)
    (said,) = [one for one in answer.verdicts if one.n == n]
    return said.verdict, said.reason


def test_it_brings_its_points_and_counts_for_the_tier(office: HeadOffice, till: Till) -> None:
    before = points_of(office, "M1")
    assert tell(office, till, SOLD) == ("posted", "")
    assert points_of(office, "M1") == before + 186
    with office.engine.begin() as connection:
        assert connection.scalar(sa.select(members.c.lifetime).where(members.c.id == "M1")) == 186
        row = connection.execute(sa.select(sales)).one()
    assert (row.till, row.receipt, row.store, row.member) == (till_of("0001"), "R-17", "0001", "M1")


@pytest.mark.parametrize(
    ("wrong", "operator", "verdict"),
    [
        (SOLD, None, ("disputed", "sale")),
        (replace(SOLD, points=280), "mei", ("disputed", "sale")),
        (replace(SOLD, cents=100_001, points=1_000), "mei", ("disputed", "sale")),
        (replace(SOLD, receipt=""), "mei", ("quarantined", "amount-or-name")),
        (replace(SOLD, receipt="R 17"), "mei", ("quarantined", "amount-or-name")),
        (replace(SOLD, cents=0), "mei", ("quarantined", "amount-or-name")),
        (replace(SOLD, points=-5), "mei", ("quarantined", "amount-or-name")),
    ],
)
def test_what_no_rule_takes_brings_nothing(
    office: HeadOffice, till: Till, wrong: en.Sold, operator: str | None, verdict: tuple[str, str]
) -> None:
    before = points_of(office, "M1")
    assert tell(office, till, wrong, operator) == verdict
    assert points_of(office, "M1") == before
    with office.engine.begin() as connection:
        assert connection.execute(sa.select(sales)).all() == []


def test_a_receipt_counts_once_in_a_store_and_again_in_another(office: HeadOffice, till: Till) -> None:
    before = points_of(office, "M1")
    neighbour, elsewhere = Till("K2"), Till("K9")
    office.enrol(neighbour.enrolment())
    office.enrol(dataclasses.replace(elsewhere.enrolment(), store="0009"))
    assert tell(office, till, SOLD) == ("posted", "")
    assert tell(office, till, SOLD) == ("disputed", "receipt")
    assert tell(office, neighbour, SOLD) == ("disputed", "receipt")
    assert tell(office, elsewhere, SOLD) == ("posted", "")
    assert points_of(office, "M1") == before + 2 * 186


def test_the_best_tier_is_the_most(office: HeadOffice, till: Till) -> None:
    assert tell(office, till, replace(SOLD, points=279)) == ("posted", "")


def test_a_refund_takes_back_what_it_earned(office: HeadOffice, till: Till) -> None:
    before = points_of(office, "M1")
    tell(office, till, SOLD)
    with TestClient(create_app(office), base_url="https://hub.test") as browser:
        shop = Shop(office, browser, "T1")
        back = shop.refund("B1", "R-17", 18_650, till=till_of("0001"))
        assert (back["status"], back["points"]) == (200, 186)
        assert shop.refund("B2", "R-17", 1, till=till_of("0001"))["code"] == "more-than-sold"
    assert points_of(office, "M1") == before
