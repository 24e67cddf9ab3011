"""PINs that members set themselves, and the one-time codes that let them."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hub_shop import CHEAP, books_of
from member_desk import MINE, NUMBER, POLICY, STRANGE, Moment, knowing_phones, received
from till import Till

from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.pin_care import PROVEN_US, PinCare
from kiosk.hub.tables import members
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

PIN, NEW = "246810", "713905"
MINUTE_US, DAY_US = 60_000_000, 86_400_000_000


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def office(database: str, clock: Moment) -> Iterator[HeadOffice]:
    for office in knowing_phones(database, clock):
        for place in (1, 2):
            office.enrol(Till(f"K{place}").enrolment())
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


def look(office: HeadOffice, entry: str, pin: str, name: str = "M1", route: str = "card") -> sync.PinAnswer:
    return office.pin(sync.PinRequest(device="K1", member=name, route=route, entry=entry, pin=pin))


def ask_code(office: HeadOffice, entry: str, name: str = "M1", device: str = "K1") -> sync.CodeAnswer:
    return office.send_code(sync.CodeRequest(device=device, name=name, entry=entry))


def set_pin(
    office: HeadOffice, proof: str, pin: str = NEW, *, entry: str = "p", name: str = "M1", device: str = "K1"
) -> str:
    asked = sync.NewPinRequest(device=device, name=name, entry=entry, proof=proof, pin=pin)
    return office.set_pin(asked).result


def test_the_old_pin_lets_a_new_one_be_set_once(office: HeadOffice) -> None:
    look(office, "t", PIN)
    assert set_pin(office, "t") == "done"
    assert look(office, "u", PIN).result == "wrong"
    assert look(office, "v", NEW).result == "right"
    assert set_pin(office, "t") == "done"  # the answer was lost, and it is asked again
    assert set_pin(office, "t", "902357", entry="q") == "unproven"
    assert look(office, "w", NEW).result == "right"


@pytest.mark.parametrize(("proof", "device"), [("wrong", "K1"), ("never", "K1"), ("right", "K2")])
def test_without_a_right_try_here_nothing_is_set(office: HeadOffice, proof: str, device: str) -> None:
    look(office, "wrong", "000000")
    look(office, "right", PIN)
    assert set_pin(office, proof, device=device) == "unproven"
    assert look(office, "u", PIN).result == "right"


def test_a_proof_is_its_members_alone_and_grows_old(office: HeadOffice, clock: Moment) -> None:
    look(office, "t", PIN)
    assert set_pin(office, "t", name="M2") == "unproven"
    clock.at += PROVEN_US
    assert set_pin(office, "t") == "unproven"


@pytest.mark.parametrize(("pin", "said"), [("123456", "weak"), ("880808", "weak"), (PIN, "same")])
def test_a_refused_pin_leaves_the_proof_for_a_better_one(office: HeadOffice, pin: str, said: str) -> None:
    look(office, "t", PIN)
    assert set_pin(office, "t", pin) == said
    assert set_pin(office, "t", entry="q") == "done"


def test_what_is_no_pin_is_declined(office: HeadOffice) -> None:
    look(office, "t", PIN)
    for pin in ("", "12345", "1234567", "12345x", "１２３４５６"):
        with pytest.raises(Declined, match="malformed"):
            set_pin(office, "t", pin)


@pytest.mark.parametrize("name", ["M1", MINE])
def test_a_code_that_reached_the_phone_opens_every_route_and_sets_a_pin(
    office: HeadOffice, name: str
) -> None:
    for place in range(6):
        look(office, f"card{place}", "000000")
        look(office, f"phone{place}", "000000", MINE, "phone")
    assert look(office, "late", PIN).result == "locked"
    answer = ask_code(office, "a", name)
    assert (answer.result, answer.tail) == ("sent", NUMBER[-4:] if name == "M1" else "")
    ((number, code),) = received(office)
    assert number == NUMBER
    assert look(office, "c", code, acc.code(name), "code").result == "right"
    assert set_pin(office, "c", name=name) == "done"
    assert look(office, "again", NEW).result == "right"
    assert look(office, "and", NEW, MINE, "phone").result == "right"


def test_the_spent_tries_are_back_after_it(office: HeadOffice) -> None:
    till = Till("K1")
    want = sync.Want(id="w", member="M1", asset=acc.TRIES, amount=5)
    till.hear(office.sync(till.request(None, None, want)))
    for _ in range(5):
        till.write(en.PinTry(route="card"), "M1")
    till.hear(office.sync(till.request(1)))
    assert books_of(office).get((acc.member("M1"), acc.TRIES), 0) == 0
    ask_code(office, "a")
    ((_, code),) = received(office)
    look(office, "c", code, acc.code("M1"), "code")
    set_pin(office, "c")
    assert books_of(office)[acc.member("M1"), acc.TRIES] == 5


def test_who_has_no_pin_yet_gets_the_first_one_by_code_alone(office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.update(members).where(members.c.id == "M1").values(verifier=""))
    assert look(office, "t", "").result == "wrong"
    assert set_pin(office, "t") == "unproven"
    ask_code(office, "a")
    ((_, code),) = received(office)
    look(office, "c", code, acc.code("M1"), "code")
    assert set_pin(office, "c") == "done"


def test_codes_are_good_once_and_for_minutes_and_for_five_tries(office: HeadOffice, clock: Moment) -> None:
    ask_code(office, "a")
    ((_, code),) = received(office)
    wrong = "000001" if code == "000000" else "000000"
    assert [look(office, f"x{place}", wrong, acc.code("M1"), "code").result for place in range(5)] == [
        "wrong"
    ] * 5
    assert look(office, "y", code, acc.code("M1"), "code").result == "locked"
    ask_code(office, "b")
    ((_, second),) = received(office)
    clock.at += POLICY.code_minutes * MINUTE_US
    assert look(office, "z", second, acc.code("M1"), "code").result == "wrong"
    ask_code(office, "c")
    ((_, third),) = received(office)
    assert look(office, "r1", third, acc.code("M1"), "code").result == "right"
    assert look(office, "r2", third, acc.code("M1"), "code").result == "wrong"


def test_a_newer_code_ends_the_older_one(office: HeadOffice) -> None:
    ask_code(office, "a")
    ask_code(office, "b")
    first, second = (code for _, code in received(office))
    if first != second:
        assert look(office, "x", first, acc.code("M1"), "code").result == "wrong"
    assert look(office, "y", second, acc.code("M1"), "code").result == "right"


def test_asked_again_by_the_same_name_it_is_the_same_code(office: HeadOffice) -> None:
    assert ask_code(office, "a") == ask_code(office, "a")
    assert len(received(office)) == 1
    with pytest.raises(Declined, match="entry-used-before"):
        ask_code(office, "a", MINE)


def test_a_phone_that_nobody_has_is_answered_alike_and_gets_nothing(office: HeadOffice) -> None:
    asked = [
        (ask_code(office, f"k{place}", MINE), ask_code(office, f"s{place}", STRANGE)) for place in range(4)
    ]
    assert all(known == strange for known, strange in asked)
    assert [known.result for known, _ in asked] == ["sent"] * 3 + ["limited"]
    assert {number for number, _ in received(office)} == {NUMBER}
    code = acc.code(STRANGE)
    assert [look(office, f"x{place}", "000000", code, "code").result for place in range(6)] == [
        "wrong"
    ] * 5 + ["locked"]


def test_a_day_later_there_are_codes_again(office: HeadOffice, clock: Moment) -> None:
    for place in range(4):
        ask_code(office, f"k{place}")
    clock.at += DAY_US + 1
    assert ask_code(office, "next").result == "sent"


def test_one_kiosk_sends_no_flood(office: HeadOffice) -> None:
    said = [ask_code(office, f"k{place}", f"phone:{place:032}").result for place in range(11)]
    assert said == ["sent"] * POLICY.looks_per_hour + ["limited"]
    assert ask_code(office, "other", device="K2").result == "sent"


def test_a_member_without_a_phone_is_told_so(office: HeadOffice) -> None:
    assert ask_code(office, "a", "M2").result == "no-phone"


class Slow(PasswordHasher):
    """Takes so long that the kiosk has asked again, and was answered, before the first verifier is made."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(CHEAP.argon2_time, CHEAP.argon2_kib, CHEAP.argon2_lanes)
        self._meanwhile = meanwhile

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._meanwhile()
        return super().hash(password, salt=salt)


def test_the_same_change_asked_twice_at_once_is_done_both_times(office: HeadOffice) -> None:
    look(office, "t", PIN)
    said: list[str] = []
    hasher = Slow(lambda: said.append(set_pin(office, "t")))
    slow = PinCare(office.engine, office.now, office.settings, office.pins, hasher=hasher)
    asked = sync.NewPinRequest(device="K1", name="M1", entry="p", proof="t", pin=NEW)
    said.append(slow.set_pin(asked).result)
    assert said == ["done", "done"]
    assert look(office, "u", NEW).result == "right"
