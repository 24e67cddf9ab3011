"""Points of a printed voucher that two people give back: once, and never beside a claim."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hub_shop import books_of, opened
from restoring import GRANTS
from till import NOW, CountedIds, Till

from kiosk.hub.console_tables import audit
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import record_of
from kiosk.hub.risk import put_at_risk
from kiosk.hub.settings import Risk
from kiosk.hub.staff import Pair
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

LATER = NOW + 10**12
NUMBER, PRICE = "0001-a", 300
ENTRIES = {
    "release": en.Release(op="a", voucher=NUMBER, to=""),
    "claim": en.Claim(op="a", voucher=NUMBER),
    "expire": en.Expire(op="a", voucher=NUMBER),
}


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for office in opened(database, GRANTS, Risk(per_device=500)):
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    """K1 printed voucher 0001-a for M1, who had 1,000 points and has 700."""
    till = Till("K1")
    office.enrol(till.enrolment())
    printed(office, till, "a")
    return till


def printed(office: HeadOffice, till: Till, op: str, ending: type[en.Post | en.Unknown] = en.Post) -> None:
    talk(office, till, sync.Want(id=f"w-{op}", member="M1", asset=acc.POINTS, amount=PRICE))
    body = en.Redeem(op=op, gift="G1", points=PRICE, voucher=f"0001-{op}", expires=LATER, qr=b"")
    till.write(body, "M1")
    till.write(en.Printing(op=op, attempt=1), "M1")
    till.write(ending(op=op, reason="-"), "M1")
    talk(office, till)


def talk(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    for _ in range(2):
        till.hear(office.sync(till.request(till.sent + 1, None, *wants)))
    return office.sync(till.request(till.sent + 1, None, *wants))


def tell(office: HeadOffice, till: Till, what: str) -> None:
    till.write(ENTRIES[what])
    talk(office, till)


def refund(office: HeadOffice, number: str = NUMBER) -> None:
    office.refund_voucher(number, Pair("anna", "bo", "refund-voucher", number, NOW))


def points(office: HeadOffice, member: str = "M1") -> int:
    return books_of(office).get((acc.member(member), acc.POINTS), 0)


def history(office: HeadOffice) -> list[int]:
    with office.engine.begin() as connection:
        directory = Directory(connection, "K1", office.settings, NOW, 1)
        account = directory.account(b"M1".ljust(32, b".")).account
    assert account is not None
    return [line.points for line in account.history]


def audited(office: HeadOffice) -> list[tuple[str, str, str, str]]:
    a = audit.c
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(a.who, a.second, a.subject, a.outcome).order_by(a.at))
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_points_come_back_once_the_right_was_let_go(office: HeadOffice, till: Till) -> None:
    refund(office)
    assert points(office) == 700, "whoever holds the right may still claim"
    assert [one.what for one in talk(office, till).instructions] == ["release"]
    before = books_of(office).get((acc.pool("G1"), acc.gift("G1")), 0)
    tell(office, till, "release")
    books = books_of(office)
    assert points(office) == 1000
    assert (acc.ISSUED, acc.gift("G1")) not in books
    assert books[acc.pool("G1"), acc.gift("G1")] >= before
    assert sorted(history(office)) == [-PRICE, PRICE], "both are told: what it cost, and what came back"
    assert audited(office) == [("anna", "bo", NUMBER, "paid")]
    assert record_of(office, NUMBER)["state"] == "voided"
    other = Till("K2")
    office.enrol(other.enrolment())
    want = sync.Want(id="c", member=None, asset=acc.claim(NUMBER), amount=1)
    (refusal,) = talk(office, other, want).refused
    assert (refusal.why, refusal.state) == ("settled", "voided")


def test_they_come_back_once(office: HeadOffice, till: Till) -> None:
    refund(office)
    refund(office)
    tell(office, till, "release")
    for _ in range(2):
        with pytest.raises(Declined) as refusal:
            refund(office)
        assert refusal.value.code == "already-voided"
        HeadOffice(office.engine, lambda: NOW, CountedIds("h"), office.settings)
    assert points(office) == 1000
    assert len(audited(office)) == 1


def test_a_right_that_lies_here_already_gives_them_back_at_once(office: HeadOffice, till: Till) -> None:
    tell(office, till, "release")
    refund(office)
    assert points(office) == 1000


def test_a_head_office_that_stopped_in_between_keeps_its_promise(
    office: HeadOffice, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund(office)
    monkeypatch.setattr(office, "_pay_refunds", lambda: None)  # the process ended after COMMIT
    tell(office, till, "release")
    assert points(office) == 700
    HeadOffice(office.engine, lambda: NOW, CountedIds("h"), office.settings)
    assert points(office) == 1000


def test_whoever_claims_first_has_the_gift_and_the_member_no_points(office: HeadOffice, till: Till) -> None:
    refund(office)
    tell(office, till, "claim")
    assert points(office) == 700
    assert audited(office) == [("anna", "bo", NUMBER, "claimed")]
    assert history(office) == [-PRICE]
    with pytest.raises(Declined) as refusal:
        refund(office)
    assert refusal.value.code == "already-claimed"


def test_a_claim_after_the_points_came_back_is_disputed(office: HeadOffice, till: Till) -> None:
    """A kiosk that claims what it let go."""
    refund(office)
    tell(office, till, "release")
    n = till.write(ENTRIES["claim"])
    told = {one.n: one for one in office.sync(till.request(till.sent + 1)).verdicts}
    assert told[n].verdict == "disputed"
    assert record_of(office, NUMBER)["claimed"] is False


def test_a_voucher_that_expired_meanwhile_still_gives_what_was_promised(
    office: HeadOffice, till: Till
) -> None:
    refund(office)
    tell(office, till, "expire")
    assert points(office) == 1000


def test_a_print_that_nobody_vouched_for_comes_back_by_its_kiosk(office: HeadOffice, till: Till) -> None:
    printed(office, till, "b", en.Unknown)
    refund(office, "0001-b")
    assert [one.what for one in talk(office, till).instructions] == ["void"]
    till.write(en.Void(op="b", reason="head-office"), "M1")
    till.write(en.Returned(asset=acc.POINTS, amount=PRICE, member="M1"), "M1")
    talk(office, till)
    assert points(office) == 700, "once, by the kiosk"
    assert audited(office) == [("anna", "bo", "0001-b", "voided")]


def test_what_the_kiosk_stood_in_for_repays_its_budget(office: HeadOffice) -> None:
    """M1 owes 200 of the price: of the 300 that come back the debt is paid first."""
    with office.engine.begin() as connection:
        put_at_risk(connection, 500, "first")
    till, other = Till("K1"), Till("K2")
    for one in (till, other):
        office.enrol(one.enrolment())
    talk(office, till, sync.Want(id="own", member="M1", asset=acc.POINTS, amount=100))
    talk(office, other, sync.Want(id="rest", member="M1", asset=acc.POINTS, amount=900))
    body = en.Redeem(op="a", gift="G1", points=PRICE, voucher=NUMBER, expires=LATER, qr=b"", risk=200)
    till.write(body, "M1")
    till.post("a", "M1")
    till.write(ENTRIES["release"])
    talk(office, till)
    books = books_of(office)
    owed = books[acc.debt("M1"), acc.RISK]
    assert owed == 200
    refund(office)
    books = books_of(office)
    assert points(office) == PRICE - owed
    assert (acc.debt("M1"), acc.RISK) not in books
    assert books.get((acc.RISK_OPEN, acc.RISK), 0) == 0


@pytest.mark.parametrize(
    ("number", "pair", "code"),
    [
        (NUMBER, Pair("anna", "anna", "refund-voucher", NUMBER, NOW), "pair"),
        (NUMBER, Pair("anna", "bo", "refund-voucher", "other", NOW), "pair"),
        ("nobody", Pair("anna", "bo", "refund-voucher", "nobody", NOW), "voucher-unknown"),
    ],
)
def test_two_people_and_a_known_voucher(
    office: HeadOffice, till: Till, number: str, pair: Pair, code: str
) -> None:
    for again in (False, True):
        if again:
            office.revoke_voucher(NUMBER, Pair("anna", "bo", "revoke-voucher", NUMBER, NOW))
        with pytest.raises(Declined) as refusal:
            office.refund_voucher(number, pair)
        assert refusal.value.code == code
    tell(office, till, "release")
    assert points(office) == 700
