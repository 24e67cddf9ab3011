"""A benefit that is given once is given once, whoever asks and however often."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import NOW, CountedIds, Till

from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

YEAR = str(dt.datetime.fromtimestamp(NOW / 1e6, dt.UTC).year)
BIRTHDAY = acc.entitlement("birthday", YEAR)
RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.birthday]
period = "year"
[entitlements.welcome]
"""


@pytest.fixture(autouse=True)
def rules(office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))


@pytest.fixture
def other(office: HeadOffice) -> Till:
    kiosk = Till("K2")
    office.enrol(kiosk.enrolment())
    return kiosk


def ask(office: HeadOffice, till: Till, name: str, asset: str = BIRTHDAY, member: str = "M1") -> str:
    """'' when it was granted, else why not."""
    answer = office.sync(till.request(None, None, sync.Want(id=name, member=member, asset=asset, amount=1)))
    till.hear(answer)
    return next((one.why for one in answer.refused), "")


def test_it_is_given_once_and_used_once(office: HeadOffice, till: Till, other: Till) -> None:
    assert ask(office, till, "a") == ""
    assert books_of(office)["escrow:K1:M1", BIRTHDAY] == 1
    assert ask(office, other, "b") == "used"
    till.write(en.Used(asset=BIRTHDAY), "M1")
    assert ask(office, till, "c") == "used"
    assert books_of(office)[acc.SPENT, BIRTHDAY] == 1
    assert ask(office, other, "d", member="M2") == ""


def test_what_was_not_used_can_be_asked_for_again(office: HeadOffice, till: Till, other: Till) -> None:
    ask(office, till, "a")
    till.write(en.Returned(asset=BIRTHDAY, amount=1, member="M1"), "M1")
    office.sync(till.request())
    assert books_of(office)["member:M1", BIRTHDAY] == 1
    assert ask(office, other, "b") == ""
    other.write(en.Used(asset=BIRTHDAY), "M1")
    office.sync(other.request())
    assert ask(office, till, "c") == "used"


def test_a_use_without_a_right_is_disputed(office: HeadOffice, till: Till) -> None:
    till.write(en.Used(asset=BIRTHDAY), "M1")
    assert [(one.verdict, one.reason) for one in office.sync(till.request()).verdicts] == [
        ("disputed", "overdrawn")
    ]
    assert ask(office, till, "a") == ""


@pytest.mark.parametrize(
    ("asset", "member", "why"),
    [
        ("entitlement:lottery:2026", "M1", "used"),
        ("entitlement:birthday:1999", "M1", "used"),
        ("entitlement:birthday", "M1", "used"),
        ("entitlement:welcome:2026", "M1", "used"),
        (BIRTHDAY, "nobody", "member"),
    ],
)
def test_what_no_rule_gives_now_is_refused(
    office: HeadOffice, till: Till, asset: str, member: str, why: str
) -> None:
    assert ask(office, till, "a", asset, member) == why
    assert not [key for key in books_of(office) if key[1] == asset]


def test_a_benefit_for_ever_is_for_ever(office: HeadOffice, till: Till) -> None:
    welcome = acc.entitlement("welcome", "ever")
    assert ask(office, till, "a", welcome) == ""
    till.write(en.Used(asset=welcome), "M1")
    office.sync(till.request())
    later = HeadOffice(
        office.engine, lambda: NOW + 800 * 86_400_000_000, CountedIds("later"), office.settings
    )
    assert ask(later, till, "b", welcome) == "used"


def test_three_accounts_of_one_person_are_given_it_once(office: HeadOffice, till: Till) -> None:
    ask(office, till, "start", member="M2")  # M2's kiosk hears of the shop
    till.write(en.Returned(asset=BIRTHDAY, amount=1, member="M2"), "M2")
    assert ask(office, till, "c", member="M3") == ""
    till.write(en.Used(asset=BIRTHDAY), "M3")
    till.write(en.Merge(alias="M3", into="M1", proof="phone"))
    till.write(en.Merge(alias="M2", into="M1", proof="phone"))
    assert ask(office, till, "z", member="M1") == "used"
    till.write(en.Used(asset=BIRTHDAY), "M1")
    answer = office.sync(till.request())
    assert answer.verdicts[-1].verdict == "disputed"


DAY = dt.datetime.fromtimestamp(NOW / 1e6, dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).date()
CHECK_IN = acc.entitlement("checkin", DAY.isoformat())
POINTS_FOR_IT = 5


@pytest.fixture
def generous(office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        named = f'{RULES}[entitlements.checkin]\nperiod = "day"\npoints = {POINTS_FOR_IT}\n'
        connection.execute(sa.insert(packs).values(version=2, rules=named))


@pytest.mark.usefixtures("generous")
def test_points_of_a_benefit_are_rights_where_it_was_given(
    office: HeadOffice, till: Till, other: Till
) -> None:
    assert ask(office, till, "a", CHECK_IN) == ""
    before = books_of(office).get(("escrow:K1:M1", acc.POINTS), 0)
    till.write(en.Earned(asset=CHECK_IN, points=POINTS_FOR_IT), "M1")
    assert office.sync(till.request()).verdicts[-1].verdict == "posted"
    assert books_of(office)["escrow:K1:M1", acc.POINTS] == before + POINTS_FOR_IT
    assert ask(office, other, "b", CHECK_IN) == "used"


@pytest.mark.usefixtures("generous")
def test_points_beyond_the_rule_are_nobodys(office: HeadOffice, till: Till) -> None:
    assert ask(office, till, "a", CHECK_IN) == ""
    before = books_of(office).get(("escrow:K1:M1", acc.POINTS), 0)
    till.write(en.Earned(asset=CHECK_IN, points=POINTS_FOR_IT + 1), "M1")
    last = office.sync(till.request()).verdicts[-1]
    assert (last.verdict, last.reason) == ("disputed", "benefit")
    assert books_of(office).get(("escrow:K1:M1", acc.POINTS), 0) == before


@pytest.mark.usefixtures("generous")
@pytest.mark.parametrize("points", [0, -5])
def test_a_benefit_of_nothing_is_no_benefit(office: HeadOffice, till: Till, points: int) -> None:
    ask(office, till, "a", CHECK_IN)
    till.write(en.Earned(asset=CHECK_IN, points=points), "M1")
    assert office.sync(till.request()).verdicts[-1].verdict == "quarantined"


@pytest.mark.usefixtures("generous")
def test_points_without_the_right_are_disputed(office: HeadOffice, till: Till) -> None:
    till.write(en.Earned(asset=CHECK_IN, points=POINTS_FOR_IT), "M1")
    assert [(one.verdict, one.reason) for one in office.sync(till.request()).verdicts] == [
        ("disputed", "overdrawn")
    ]
