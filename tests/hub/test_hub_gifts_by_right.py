"""A gift by right: for whom it is open, once for each member and period, and back at whatever undoes it."""

import datetime as dt

import msgspec
import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import NOW, Till

from kiosk.hub.books import Books
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.inspection import inspect
from kiosk.hub.occasions import note_occasions, put_aside
from kiosk.hub.office import HeadOffice
from kiosk.hub.staff import Pair
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync
from kiosk.ledger.legs import Transfer

TODAY = dt.datetime.fromtimestamp(NOW / 1e6, dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))).date()
BIRTHDAY = acc.entitlement("birthday", str(TODAY.year))
LUCKY = acc.entitlement("lucky", TODAY.isoformat()[:7])
STAMPS = acc.stamps("tea")
FULL = 3
RULES = f"""
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.birthday]
period = "year"
gift = "G1"
when = "birthday"
days_after = 7
[entitlements.lucky]
period = "month"
gift = "G2"
when = "waiting"
[cards.tea]
kind = "stamps"
full = {FULL}
gift = "G1"
name.en = "Tea stamps"
"""


@pytest.fixture(autouse=True)
def rules(office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
        note_occasions(connection, "M1", born=TODAY.replace(year=1990))
        books = Books(connection)
        books.move(Transfer("o:stamped", acc.WORLD, acc.member("M2"), STAMPS, FULL + 1))
        books.write()


@pytest.fixture
def other(office: HeadOffice) -> Till:
    kiosk = Till("K2")
    office.enrol(kiosk.enrolment())
    return kiosk


def hold(office: HeadOffice, till: Till, asset: str, member: str = "M1", amount: int = 1) -> str:
    """Ask for the right; '' when it came, else why not."""
    name = f"{till.device}-{len(till.log)}"
    want = sync.Want(id=name, member=member, asset=asset, amount=amount)
    answer = office.sync(till.request(None, None, want))
    till.hear(answer)
    return next((one.why for one in answer.refused), "")


def redeem(till: Till, op: str, benefit: str, *then: en.Body, gift: str = "G1", units: int = 1) -> None:
    member = "M2" if benefit == STAMPS else "M1"
    body = en.Redeem(op=op, gift=gift, points=0, voucher=f"V-{op}", expires=NOW, qr=b"", benefit=benefit)
    body = msgspec.structs.replace(body, benefit_units=units)
    till.write(body, member)
    till.write(en.Printing(op=op, attempt=1), member)
    for one in then:
        till.write(one, member)


def told(office: HeadOffice, member: str, device: str = "K1") -> sync.Benefits:
    with office.engine.begin() as connection:
        found = Directory(connection, device, office.settings, NOW, 1).member(member, b"", "0001").benefits
    assert found is not None
    return found


def verdicts(office: HeadOffice, till: Till) -> list[tuple[str, str]]:
    answer = office.sync(till.request())
    till.hear(answer)
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == []
    return [(one.verdict, one.reason) for one in answer.verdicts if one.verdict != "posted"]


def test_a_birthday_gift_costs_nothing_and_is_given_once(office: HeadOffice, till: Till, other: Till) -> None:
    last = (TODAY + dt.timedelta(days=7)).isoformat()
    assert told(office, "M1").open == (sync.OpenBenefit(asset=BIRTHDAY, until=last),)
    assert hold(office, till, BIRTHDAY) == ""
    assert hold(office, other, BIRTHDAY) == "used"
    redeem(till, "a", BIRTHDAY, en.Post(op="a", reason="printed"))
    assert verdicts(office, till) == []
    books = books_of(office)
    assert books[acc.SPENT, BIRTHDAY] == 1
    assert books["member:M1", acc.POINTS] == 1000
    assert told(office, "M1").open == ()
    assert hold(office, other, BIRTHDAY) == "used"


@pytest.mark.parametrize("printed", [False, True])
def test_whatever_undoes_it_gives_the_right_back(office: HeadOffice, till: Till, printed: bool) -> None:
    hold(office, till, BIRTHDAY)
    undone = [en.Post(op="a", reason="-"), en.Cancel(op="a", voucher="V-a")] if printed else []
    redeem(till, "a", BIRTHDAY, *(undone or [en.Void(op="a", reason="K-PR-01")]))
    assert verdicts(office, till) == []
    assert books_of(office)["escrow:K1:M1", BIRTHDAY] == 1
    assert [one.asset for one in told(office, "M1").open] == [BIRTHDAY]
    assert told(office, "M1", "K2").open == ()
    till.write(en.Returned(asset=BIRTHDAY, amount=1, member="M1"), "M1")
    assert verdicts(office, till) == []
    assert [one.asset for one in told(office, "M1", "K2").open] == [BIRTHDAY]


def test_an_open_one_holds_the_right(office: HeadOffice, till: Till) -> None:
    hold(office, till, BIRTHDAY)
    redeem(till, "a", BIRTHDAY, en.Unknown(op="a", reason="K-PR-09"))
    assert verdicts(office, till) == []
    assert books_of(office)[acc.held("a"), BIRTHDAY] == 1
    assert told(office, "M1").open == ()


def test_points_given_back_by_two_people_bring_the_right_along(office: HeadOffice, till: Till) -> None:
    hold(office, till, BIRTHDAY)
    redeem(till, "a", BIRTHDAY, en.Post(op="a", reason="-"), en.Release(op="a", voucher="V-a", to=""))
    assert verdicts(office, till) == []
    office.refund_voucher("V-a", Pair("mei", "lin", "refund-voucher", "V-a", NOW))
    assert books_of(office)["member:M1", BIRTHDAY] == 1
    assert [one.asset for one in told(office, "M1").open] == [BIRTHDAY]
    assert verdicts(office, till) == []


@pytest.mark.parametrize(
    ("benefit", "gift", "units"),
    [
        (BIRTHDAY, "G2", 1),  # the right is to another gift
        (BIRTHDAY, "G1", 2),
        (LUCKY, "G2", 1),  # nobody put it aside, nobody holds it
        (STAMPS, "G1", FULL - 1),
        ("", "G1", 1),
    ],
)
def test_free_without_a_right_to_exactly_this_is_disputed(
    office: HeadOffice, till: Till, benefit: str, gift: str, units: int
) -> None:
    hold(office, till, BIRTHDAY)
    office.replica(feed.ReplicaRequest(device=till.device))  # head office tells its prices
    n = len(till.log) + 1
    redeem(till, "a", benefit, gift=gift, units=units)
    verdict = {one.n: one for one in office.sync(till.request()).verdicts}[n]
    assert (verdict.verdict, verdict.reason in {"price", "overdrawn"}) == ("disputed", True)


@pytest.mark.parametrize("benefit", [acc.POINTS, acc.uses("tea")])
def test_what_is_no_right_to_a_gift_is_set_aside(office: HeadOffice, till: Till, benefit: str) -> None:
    redeem(till, "a", benefit)
    assert office.sync(till.request()).verdicts[-1].verdict == "quarantined"


def test_who_has_no_birthday_now_has_no_right(office: HeadOffice, till: Till) -> None:
    assert told(office, "M2").open == ()
    assert hold(office, till, BIRTHDAY, "M2") == "used"
    with office.engine.begin() as connection:
        note_occasions(connection, "M2", born=TODAY - dt.timedelta(days=20))
    assert hold(office, till, BIRTHDAY, "M2") == "used"


def test_what_is_put_aside_waits_for_one_member(office: HeadOffice, till: Till) -> None:
    until = TODAY + dt.timedelta(days=3)
    with office.engine.begin() as connection:
        put_aside(connection, "M1", "lucky", until, TODAY)
    assert sync.OpenBenefit(asset=LUCKY, until=until.isoformat()) in told(office, "M1").open
    assert hold(office, till, LUCKY, "M2") == "used"
    assert hold(office, till, LUCKY) == ""


@pytest.mark.parametrize(
    ("member", "rule", "days", "code"),
    [("nobody", "lucky", 1, "member-unknown"), ("M1", "birthday", 1, "rule"), ("M1", "lucky", -1, "day")],
)
def test_what_cannot_be_put_aside(office: HeadOffice, member: str, rule: str, days: int, code: str) -> None:
    with office.engine.begin() as connection, pytest.raises(Declined) as refused:
        put_aside(connection, member, rule, TODAY + dt.timedelta(days=days), TODAY)
    assert refused.value.code == code


def test_one_person_with_two_accounts_has_one_birthday(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        note_occasions(connection, "M2", born=TODAY)
    hold(office, till, BIRTHDAY)
    redeem(till, "a", BIRTHDAY, en.Post(op="a", reason="-"))
    till.write(en.Merge(alias="M1", into="M2", proof="both cards"))
    assert verdicts(office, till) == []
    assert told(office, "M2").open == ()
    assert hold(office, till, BIRTHDAY, "M2") == "used"


def test_a_full_card_is_one_transaction(office: HeadOffice, till: Till) -> None:
    assert told(office, "M2").cards == {STAMPS: FULL + 1}
    assert hold(office, till, STAMPS, "M2", FULL) == ""
    redeem(till, "a", STAMPS, en.Post(op="a", reason="-"), units=FULL)
    assert verdicts(office, till) == []
    assert books_of(office)[acc.SPENT, STAMPS] == FULL
    assert told(office, "M2").cards == {STAMPS: 1}
    assert hold(office, till, STAMPS, "M2", FULL) == "used"
