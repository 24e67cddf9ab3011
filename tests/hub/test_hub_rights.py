"""Rights are given once, and never more than there are."""

import msgspec
import pytest
from hub_shop import books_of
from till import Till

from kiosk.hub.office import HeadOffice
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances


def want(name: str, amount: int, member: str | None = "M1", asset: str = acc.POINTS) -> sync.Want:
    return sync.Want(id=name, member=member, asset=asset, amount=amount)


def asked(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    return office.sync(till.request(None, None, *wants))


def test_a_want_is_booked_once_however_often_it_is_carried(office: HeadOffice, till: Till) -> None:
    first = asked(office, till, want("w", 300))
    second = asked(office, till, want("w", 300), want("w", 300))
    assert first.grants == second.grants
    assert [grant.want for grant in first.grants].count("w") == 1
    assert books_of(office)["member:M1", acc.POINTS] == 700


def test_a_kiosk_cannot_use_up_the_names_of_anothers_wants(office: HeadOffice, till: Till) -> None:
    hostile = Till("K2")
    office.enrol(hostile.enrolment())
    asked(office, hostile, want("w", 1))
    answer = asked(office, till, want("w", 300))
    assert (answer.refused, [grant.amount for grant in answer.grants if grant.want == "w"]) == ((), [300])
    assert books_of(office)["member:M1", acc.POINTS] == 699
    for kiosk in (hostile, till):  # each of them is booked once all the same
        asked(office, kiosk, want("w", 300))
    assert books_of(office)["member:M1", acc.POINTS] == 699


def test_the_same_name_of_two_kiosks_brings_what_kin_have_to_both(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    till.write(en.Merge(alias="M2", into="M1", proof="phone"))
    asked(office, till)
    for kiosk in (till, other):
        assert asked(office, kiosk, want("w", 600, "M2")).refused == ()
    assert books_of(office)["member:M1", acc.POINTS] == 800


def test_grants_are_sent_again_until_acknowledged(office: HeadOffice, till: Till) -> None:
    first = asked(office, till, want("w", 300))
    assert asked(office, till).grants == first.grants
    till.hear(first)
    assert asked(office, till).grants == ()
    till.last_d = 0  # an old request arrives late
    assert asked(office, till).grants == ()


def test_a_grant_is_not_booked_again_by_the_entry_that_tells_of_it(office: HeadOffice, till: Till) -> None:
    till.hear(asked(office, till, want("w", 300)))
    books = books_of(office)
    asked(office, till)
    assert books_of(office) == books


def test_two_kiosks_never_get_more_than_the_member_has(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    asked(office, till, want("a", 700))
    answer = asked(office, other, want("b", 700))
    assert [refusal.why for refusal in answer.refused] == ["points"]
    assert asked(office, other, want("c", 300)).refused == ()


def test_two_kiosks_never_get_more_pieces_than_there_are(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    asked(office, till)
    answer = asked(office, other, want("g", 1, None, acc.gift("G2")))
    assert [refusal.why for refusal in answer.refused] == ["stock"]
    books = books_of(office)
    assert books["escrow:K1", acc.gift("G2")] == 1
    assert ("pool:G2", acc.gift("G2")) not in books


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (want("x", 300, "nobody"), "member"),
        (want("x", 300, None), "member"),
        (want("x", 1001), "points"),
        (want("x", 1, None, "gift:none"), "stock"),
        (want("x", 1, "M1", "gift:G1"), "stock"),
        (want("x", 1, None, "claim:V"), "unknown-voucher"),
        (want("x", 1, None, "claim:\0"), "unknown-voucher"),
        (want("x", 2, None, "claim:V"), "stock"),
        (want("x", 1, "M1", "claim:V"), "stock"),
        (want("x", 0), "later"),
        (want("x", -5), "later"),
        (want("x\0", 5), "later"),
    ],
)
def test_a_want_that_cannot_be_granted_is_refused_and_books_nothing(
    office: HeadOffice, till: Till, odd: sync.Want, why: str
) -> None:
    asked(office, till)
    books = books_of(office)
    assert [refusal.why for refusal in asked(office, till, odd).refused] == [why]
    assert books_of(office) == books


def test_gift_units_are_leased_to_par_and_filled_up(office: HeadOffice, till: Till) -> None:
    till.hear(asked(office, till, want("w", 600)))
    assert books_of(office)["escrow:K1", acc.gift("G1")] == 2
    till.redeem("a", "M1")
    till.redeem("b", "M1")
    till.hear(asked(office, till))
    assert books_of(office)["escrow:K1", acc.gift("G1")] == 2


def test_home_members_find_points_and_tries_at_their_kiosk(office: HeadOffice, till: Till) -> None:
    till.hear(asked(office, till))
    books = books_of(office)
    assert (books["escrow:K1:M3", acc.POINTS], books["member:M3", acc.POINTS]) == (500, 500)
    assert (books["escrow:K1:M3", acc.TRIES], books["member:M3", acc.TRIES]) == (5, 5)
    assert ("escrow:K1:M1", acc.POINTS) not in books


def test_what_is_returned_is_the_members_again(office: HeadOffice, till: Till) -> None:
    till.hear(asked(office, till, want("w", 300)))
    till.write(en.Returned(asset=acc.POINTS, amount=300, member="M1"), "M1")
    asked(office, till)
    assert books_of(office)["member:M1", acc.POINTS] == 1000


def test_a_right_try_here_refills_the_home_members_tries(office: HeadOffice, till: Till) -> None:
    till.hear(asked(office, till))
    till.write(en.PinTry(route="card"), "M3")
    till.write(en.PinTried(route="card", ok=False, where="here"), "M3")
    asked(office, till)
    assert books_of(office)["escrow:K1:M3", acc.TRIES] == 4
    till.write(en.PinTry(route="card"), "M3")
    till.write(en.PinTried(route="card", ok=True, where="here"), "M3")
    asked(office, till)
    books = books_of(office)
    assert books["escrow:K1:M3", acc.TRIES] + books["member:M3", acc.TRIES] == 10


def test_a_claimed_success_that_we_did_not_see_refills_nothing(
    office: HeadOffice, till: Till, opening: Balances
) -> None:
    till.hear(asked(office, till, want("t", 5, "M1", acc.TRIES)))
    till.write(en.PinTry(route="card"), "M1")
    till.write(en.PinTried(route="card", ok=True, where="hub"), "M1")
    asked(office, till)
    assert books_of(office)["escrow:K1:M1", acc.TRIES] == 4


def test_tries_are_granted_as_far_as_they_go(office: HeadOffice, till: Till) -> None:
    asked(office, till, want("t", 3, "M1", acc.TRIES))
    answer = asked(office, till, want("u", 5, "M1", acc.TRIES))
    assert [grant.amount for grant in answer.grants if grant.want == "u"] == [2]
    assert asked(office, till, want("v", 1, "M1", acc.TRIES)).refused[0].why == "tries"


def test_a_device_gets_nothing_before_it_knows_the_generation(office: HeadOffice, till: Till) -> None:
    request = msgspec.structs.replace(till.request(None, None, want("w", 300)), gen_seen=0)
    answer = office.sync(request)
    assert (answer.gen, answer.grants, answer.refused) == (1, (), ())
    assert asked(office, till, want("w", 300)).grants
