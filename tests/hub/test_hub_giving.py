"""Points from member to member as head office takes them in: by right, within the rule, to nobody else."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import NOW, Till

from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

DAY = dt.datetime.fromtimestamp(NOW / 1e6, dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).date()
RIGHT = acc.entitlement("give", DAY.isoformat())
MOST = 50
RULES = f"""
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[give]
amounts = [10, {MOST}]
[entitlements.give]
period = "day"
"""


@pytest.fixture(autouse=True)
def rules(office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))


def hold(office: HeadOffice, till: Till, points: int) -> None:
    """Today's right to give and so many points of M1 come to the till."""
    wants = [(RIGHT, 1), (acc.POINTS, points)]
    asked = (
        sync.Want(id=asset, member="M1", asset=asset, amount=amount) for asset, amount in wants if amount
    )
    till.hear(office.sync(till.request(None, None, *asked)))
    assert books_of(office)["escrow:K1:M1", RIGHT] == 1


def give(till: Till, points: int, to: str = "M2", received: str = "M2") -> None:
    till.write(en.Gave(giving="g1", to=to, points=points, asset=RIGHT), "M1")
    till.write(en.Received(giving="g1", points=points), received)


def of(office: HeadOffice, account: str) -> int:
    return books_of(office).get((account, acc.POINTS), 0)


def test_points_go_from_one_to_the_other(office: HeadOffice, till: Till) -> None:
    hold(office, till, MOST)
    before = of(office, "member:M2")
    give(till, MOST)
    assert {one.verdict for one in office.sync(till.request()).verdicts} == {"posted"}
    assert of(office, "member:M2") == before + MOST
    assert of(office, acc.giving("g1", "M2")) == 0


def test_more_than_the_rule_is_nobodys(office: HeadOffice, till: Till) -> None:
    hold(office, till, MOST + 1)
    before = of(office, "member:M2")
    give(till, MOST + 1)
    last = office.sync(till.request()).verdicts[-2:]
    assert [(one.verdict, one.reason) for one in last] == [("disputed", "benefit"), ("disputed", "overdrawn")]
    assert of(office, "member:M2") == before


def test_nobody_but_the_friend_receives_it(office: HeadOffice, till: Till) -> None:
    hold(office, till, MOST)
    before = of(office, "member:M3")
    give(till, MOST, received="M3")
    assert office.sync(till.request()).verdicts[-1].verdict == "disputed"
    assert of(office, "member:M3") == before


def test_nothing_is_received_that_nobody_gave(office: HeadOffice, till: Till) -> None:
    before = of(office, "member:M2")
    till.write(en.Received(giving="g9", points=5), "M2")
    assert office.sync(till.request()).verdicts[-1].verdict == "disputed"
    assert of(office, "member:M2") == before


def test_once_a_day_by_right(office: HeadOffice, till: Till) -> None:
    hold(office, till, MOST)
    give(till, 10)
    till.write(en.Gave(giving="g2", to="M2", points=10, asset=RIGHT), "M1")
    assert office.sync(till.request()).verdicts[-1].verdict == "disputed"


@pytest.mark.parametrize("asset", [acc.entitlement("birthday", "2026"), acc.POINTS])
def test_another_right_is_no_right_to_give(office: HeadOffice, till: Till, asset: str) -> None:
    till.write(en.Gave(giving="g1", to="M2", points=5, asset=asset), "M1")
    assert office.sync(till.request()).verdicts[-1].verdict == "quarantined"


def merged(office: HeadOffice, till: Till, *bodies: en.Body) -> list[str]:
    first = len(till.log) + 1
    for body in bodies:
        if isinstance(body, en.Gave):
            give(till, MOST)
        else:
            till.write(body)
    return [one.verdict for one in office.sync(till.request()).verdicts if one.n >= first]


GAVE = en.Gave(giving="g1", to="M2", points=MOST, asset=RIGHT)
MERGE, PART = en.Merge(alias="M2", into="M3", proof="p"), en.Unmerge(alias="M2", into="M3")


@pytest.mark.parametrize("told", [(GAVE, MERGE), (MERGE, GAVE)])
def test_a_friend_who_was_two_accounts_has_it_in_the_one(
    office: HeadOffice, till: Till, told: tuple[en.Body, ...]
) -> None:
    hold(office, till, MOST)
    before = of(office, "member:M2") + of(office, "member:M3")
    assert set(merged(office, till, *told)) == {"posted"}
    assert (of(office, "member:M2"), of(office, "member:M3")) == (0, before + MOST)


def test_parted_again_the_friend_takes_it_along(office: HeadOffice, till: Till) -> None:
    hold(office, till, MOST)
    before = of(office, "member:M2")
    assert set(merged(office, till, MERGE, GAVE, PART)) == {"posted"}
    assert of(office, "member:M2") == before + MOST
