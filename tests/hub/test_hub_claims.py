"""The right to claim a voucher goes to whoever asked for it, and to nobody else."""

import pytest
from hub_shop import books_of
from till import NOW, CountedIds, Till

from kiosk.hub.claims import ASKING_US
from kiosk.hub.office import HeadOffice
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

RIGHT = acc.claim("V-a")


def turn(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    """One sync, and what it brought is journalled."""
    answer = office.sync(till.request(None, None, *wants))
    till.hear(answer)
    return answer


def restarted(office: HeadOffice, now: int) -> HeadOffice:
    """Head office over the same database at another time."""
    return HeadOffice(office.engine, lambda: now, CountedIds(f"at-{now}"), office.settings)


def right(name: str = "w", number: str = "V-a") -> sync.Want:
    return sync.Want(id=name, member=None, asset=acc.claim(number), amount=1)


def verdicts(answer: sync.SyncAnswer) -> list[tuple[str, str]]:
    return [(one.verdict, one.reason) for one in answer.verdicts]


@pytest.fixture
def other(office: HeadOffice) -> Till:
    kiosk = Till("K2")
    office.enrol(kiosk.enrolment())
    return kiosk


@pytest.fixture
def third(office: HeadOffice) -> Till:
    kiosk = Till("K3")
    office.enrol(kiosk.enrolment())
    return kiosk


@pytest.fixture
def issuer(office: HeadOffice, till: Till) -> Till:
    """K1 issued voucher V-a of M1 and nobody can tell whether it was printed."""
    turn(office, till, sync.Want(id="p", member="M1", asset=acc.POINTS, amount=300))
    till.redeem("a", "M1")
    till.write(en.Printing(op="a", attempt=1), "M1")
    till.write(en.Unknown(op="a", reason="-"), "M1")
    turn(office, till)
    return till


def posted(issuer: Till) -> None:
    issuer.write(en.Post(op="a", reason="printed"), "M1")


def obey(office: HeadOffice, till: Till) -> list[sync.Instruction]:
    """What the holder is asked, done."""
    asked = list(turn(office, till).instructions)
    for one in asked:
        if one.what == "release":
            till.write(en.Release(op=one.op, voucher=one.voucher, to=one.to))
        else:
            till.write(en.Post(op=one.op, reason="presented"), "M1")
    turn(office, till)
    return asked


def test_the_issuer_is_asked_until_it_lets_go_and_the_asker_gets_right_and_voucher(
    office: HeadOffice, issuer: Till, other: Till
) -> None:
    posted(issuer)
    turn(office, issuer)
    waiting = turn(office, other, right())
    assert not [one for one in waiting.grants if one.want]
    assert waiting.refused == ()
    for _ in range(2):
        (asked,) = turn(office, issuer).instructions
        assert (asked.op, asked.voucher, asked.what, asked.to) == ("a", "V-a", "release", "K2")
    obey(office, issuer)
    assert turn(office, issuer).instructions == ()
    assert books_of(office)["pool:claim:V-a", RIGHT] == 1
    (grant,) = [one for one in office.sync(other.request(None, None, right())).grants if one.want == "w"]
    assert grant.voucher == en.Redeem(op="a", gift="G1", points=300, voucher="V-a", expires=NOW, qr=b"")
    turn(office, other, right())
    other.write(en.Claim(op="a", voucher="V-a"))
    assert verdicts(turn(office, other))[-1] == ("posted", "")
    books = books_of(office)
    assert (RIGHT in {asset for account, asset in books if account not in {acc.SPENT, acc.WORLD}}) is False
    assert (books[acc.SPENT, RIGHT], books[acc.WORLD, acc.gift("G1")]) == (1, -39)


def test_a_restarted_head_office_still_asks(office: HeadOffice, issuer: Till, other: Till) -> None:
    turn(office, other, right())
    assert [one.what for one in turn(restarted(office, NOW), issuer).instructions] == ["release"]


def test_an_unknown_print_that_was_claimed_elsewhere_is_posted_by_its_issuer(
    office: HeadOffice, issuer: Till, other: Till
) -> None:
    turn(office, other, right())
    obey(office, issuer)
    turn(office, other, right())
    other.write(en.Claim(op="a", voucher="V-a"))
    turn(office, other)
    assert books_of(office)["suspense:op:a", acc.POINTS] == 300
    assert [one.what for one in obey(office, issuer)] == ["post"]
    assert turn(office, issuer).instructions == ()
    assert ("suspense:op:a", acc.POINTS) not in books_of(office)


@pytest.mark.parametrize("ending", [en.Claim, en.Expire, en.Void])
def test_what_is_settled_is_refused_with_what_became_of_it(
    office: HeadOffice, issuer: Till, other: Till, ending: type[en.Claim] | type[en.Expire] | type[en.Void]
) -> None:
    if ending is en.Void:
        issuer.write(en.Void(op="a", reason="staff"), "M1")
    else:
        posted(issuer)
        issuer.write(ending(op="a", voucher="V-a"))
    turn(office, issuer)
    (refusal,) = turn(office, other, right()).refused
    state = {en.Claim: "claimed", en.Expire: "expired", en.Void: "voided"}[ending]
    assert (refusal.why, refusal.state) == ("settled", state)
    assert refusal.voucher is not None
    assert (refusal.at > NOW, refusal.where) == ((True, "0001-01") if ending is en.Claim else (False, ""))
    assert turn(office, issuer).instructions == ()


def test_an_expired_voucher_gives_its_piece_back_to_the_holder(office: HeadOffice, issuer: Till) -> None:
    posted(issuer)
    turn(office, issuer)
    held = books_of(office)["escrow:K1", acc.gift("G1")]
    issuer.write(en.Expire(op="a", voucher="V-a"))
    assert verdicts(turn(office, issuer))[-1] == ("posted", "")
    books = books_of(office)
    assert books["escrow:K1", acc.gift("G1")] == held + 1
    assert not {asset for _, asset in books if asset == RIGHT}
    issuer.write(en.Claim(op="a", voucher="V-a"))
    assert verdicts(turn(office, issuer))[-1] == ("disputed", "already-expired")


@pytest.mark.parametrize("body", [en.Claim(op="a", voucher="V-a"), en.Expire(op="a", voucher="V-a"),
                                  en.Release(op="a", voucher="V-a", to="K2"),
                                  en.Returned(asset=RIGHT, amount=1)])  # fmt: skip
def test_who_does_not_hold_the_right_moves_nothing_and_taints_nothing(
    office: HeadOffice, issuer: Till, other: Till, body: en.Body
) -> None:
    turn(office, other)
    turn(office, other)
    books = books_of(office)
    other.write(body)
    assert verdicts(turn(office, other)) == [("disputed", "right-not-held")]
    assert books_of(office) == books
    posted(issuer)
    issuer.write(en.Claim(op="a", voucher="V-a"))
    assert verdicts(turn(office, issuer))[-2:] == [("posted", ""), ("posted", "")]


def test_after_letting_go_the_issuers_own_claim_counts_no_more(
    office: HeadOffice, issuer: Till, other: Till
) -> None:
    posted(issuer)
    turn(office, other, right())
    obey(office, issuer)
    turn(office, other, right())
    issuer.write(en.Claim(op="a", voucher="V-a"))
    assert verdicts(turn(office, issuer))[-1] == ("disputed", "right-not-held")
    other.write(en.Claim(op="a", voucher="V-a"))
    assert verdicts(turn(office, other))[-1] == ("posted", "")


def test_two_who_ask_are_served_in_the_order_they_came(
    office: HeadOffice, issuer: Till, other: Till, third: Till
) -> None:
    posted(issuer)
    turn(office, issuer)
    turn(office, other, right("first"))
    turn(office, third, right("second"))
    assert [one.to for one in turn(office, issuer).instructions] == ["K2"]
    obey(office, issuer)
    assert not [one for one in turn(office, third, right("second")).grants if one.want]
    assert [one.want for one in turn(office, other, right("first")).grants if one.want] == ["first"]
    assert books_of(office)["escrow:K2", RIGHT] == 1
    other.write(en.Returned(asset=RIGHT, amount=1))
    turn(office, other)
    assert [one.want for one in turn(office, third, right("second")).grants if one.want] == ["second"]


def test_who_stopped_asking_does_not_keep_others_waiting(
    office: HeadOffice, issuer: Till, other: Till, third: Till
) -> None:
    turn(office, other, right("first"))
    obey(office, issuer)
    later = restarted(office, NOW + ASKING_US + 1)
    assert [one.want for one in turn(later, third, right("second")).grants if one.want] == ["second"]


def test_a_right_that_was_not_used_waits_here_until_only_its_issuer_can_end_it(
    office: HeadOffice, issuer: Till, other: Till
) -> None:
    posted(issuer)
    turn(office, other, right())
    obey(office, issuer)
    turn(office, other, right())
    other.write(en.Returned(asset=RIGHT, amount=1))
    turn(office, other)
    early = restarted(office, NOW - 1)
    turn(early, issuer)
    assert books_of(office)["pool:claim:V-a", RIGHT] == 1
    late = restarted(office, NOW)
    turn(late, issuer)
    assert books_of(office)["escrow:K1", RIGHT] == 1


def test_the_right_to_an_unknown_print_goes_home_when_nobody_asks_any_more(
    office: HeadOffice, issuer: Till, other: Till
) -> None:
    turn(office, other, right())
    obey(office, issuer)
    turn(office, issuer)
    assert books_of(office)["pool:claim:V-a", RIGHT] == 1
    late = restarted(office, NOW + ASKING_US + 1)
    turn(late, issuer)
    assert books_of(office)["escrow:K1", RIGHT] == 1
    issuer.write(en.Void(op="a", reason="staff"), "M1")
    assert verdicts(turn(office, issuer))[-1] == ("posted", "")


def test_an_issuer_that_let_go_cannot_make_void(office: HeadOffice, issuer: Till, other: Till) -> None:
    turn(office, other, right())
    obey(office, issuer)
    issuer.write(en.Void(op="a", reason="staff"), "M1")
    assert verdicts(turn(office, issuer))[-1] == ("disputed", "right-not-held")
    assert books_of(office)["suspense:op:a", acc.POINTS] == 300


def test_a_paper_may_leave_with_its_right(office: HeadOffice, issuer: Till, other: Till) -> None:
    posted(issuer)
    issuer.write(en.Release(op="a", voucher="V-a", to=""))
    assert verdicts(turn(office, issuer))[-1] == ("posted", "")
    assert [one.want for one in turn(office, other, right()).grants if one.want] == ["w"]


def test_no_right_is_returned_to_a_voucher_that_does_not_exist(office: HeadOffice, other: Till) -> None:
    other.write(en.Returned(asset=acc.claim("V-none"), amount=1))
    assert verdicts(turn(office, other)) == [("quarantined", "voucher-unknown")]
