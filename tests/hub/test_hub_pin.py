"""PINs: one look per try, five wrong ones and the route is locked."""

import pytest
from hub_shop import books_of
from till import Till

from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync


def look(
    office: HeadOffice, entry: str, pin: str = "000000", route: str = "card", member: str = "M1"
) -> sync.PinAnswer:
    request = sync.PinRequest(device="K1", member=member, route=route, entry=entry, pin=pin)
    return office.pin(request)


def test_five_wrong_ones_lock_the_route_and_only_the_route(office: HeadOffice, till: Till) -> None:
    answers = [look(office, f"t{place}") for place in range(6)]
    assert [(answer.result, answer.left) for answer in answers] == [
        ("wrong", 4), ("wrong", 3), ("wrong", 2), ("wrong", 1), ("wrong", 0), ("locked", 0),
    ]  # fmt: skip
    assert look(office, "t7", "246810").result == "locked"
    assert look(office, "t8", "246810", route="phone").result == "right"
    office.pins.unlock("M1")
    assert look(office, "t9", "246810").result == "right"


def test_a_right_one_starts_the_count_again(office: HeadOffice, till: Till) -> None:
    for place in range(4):
        look(office, f"a{place}")
    assert look(office, "b", "246810") == sync.PinAnswer(result="right", left=5)
    assert look(office, "c").left == 4


def test_the_same_try_gets_the_same_answer_and_no_second_guess(office: HeadOffice, till: Till) -> None:
    assert look(office, "t").result == "wrong"
    assert look(office, "t", "246810").result == "wrong"
    assert look(office, "u", "246810").result == "right"
    assert look(office, "u").result == "right"
    with pytest.raises(Declined, match="entry-used-before"):
        look(office, "u", member="M2")


def test_inventing_routes_does_not_help(office: HeadOffice, till: Till) -> None:
    results = [look(office, f"t{place}", route=f"r{place}").result for place in range(16)]
    assert results == ["wrong"] * 15 + ["locked"]


def test_nobody_has_no_right_pin(office: HeadOffice, till: Till) -> None:
    assert look(office, "t", "246810", member="nobody").result == "wrong"


def test_a_right_one_gives_the_spent_tries_back(office: HeadOffice, till: Till) -> None:
    want = sync.Want(id="w", member="M1", asset=acc.TRIES, amount=2)
    till.hear(office.sync(till.request(None, None, want)))
    till.write(en.PinTry(route="card"), "M1")
    assert look(office, "K1-x", "246810").result == "right"
    till.write(en.PinTried(route="card", ok=True, where="hub"), "M1")
    office.sync(till.request())
    books = books_of(office)
    assert books["member:M1", acc.TRIES] + books["escrow:K1:M1", acc.TRIES] == 5


def test_unlocking_gives_the_spent_tries_back(office: HeadOffice, till: Till) -> None:
    want = sync.Want(id="w", member="M1", asset=acc.TRIES, amount=5)
    till.hear(office.sync(till.request(None, None, want)))
    for place in range(5):
        till.write(en.PinTry(route="card"), "M1")
        assert look(office, f"t{place}").result == "wrong"
        till.write(en.PinTried(route="card", ok=False, where="hub"), "M1")
    office.sync(till.request())
    assert books_of(office).get(("member:M1", acc.TRIES), 0) == 0
    office.pins.unlock("M1")
    office.pins.unlock("M1")
    assert books_of(office)["member:M1", acc.TRIES] == 5
    again = sync.Want(id="w2", member="M1", asset=acc.TRIES, amount=1)
    assert office.sync(till.request(None, None, again)).refused == ()
    assert look(office, "right", "246810").result == "right"
