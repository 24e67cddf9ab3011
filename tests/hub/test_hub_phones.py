"""Members by their phones: alike for phones that nobody has, bounded, and worth nothing without the PIN."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from member_desk import MINE, POLICY, STRANGE, Moment, knowing_phones
from till import Till

from kiosk.hub.console_tables import audit
from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.looks import LIMIT
from kiosk.hub.office import HeadOffice
from kiosk.hub.phones import TOLD_US
from kiosk.hub.tables import members
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

PIN, WRONG = "246810", "000000"
HOUR_US = 3_600_000_000


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def office(database: str, clock: Moment) -> Iterator[HeadOffice]:
    for office in knowing_phones(database, clock):
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    till = Till("K1")
    office.enrol(till.enrolment())
    return till


def look(office: HeadOffice, entry: str, pin: str = WRONG, phone: str = MINE) -> sync.PhoneAnswer:
    return office.phone(sync.PhoneRequest(device="K1", phone=phone, entry=entry, pin=pin))


def spend(office: HeadOffice, till: Till, looks: int) -> None:
    for _ in range(looks):
        till.write(en.PinTry(route="phone"))
    till.hear(office.sync(till.request(till.sent + 1)))


def held(office: HeadOffice) -> int:
    return books_of(office).get((acc.escrow("K1"), acc.LOOKS), 0)


def test_the_right_pin_brings_the_masked_account_and_its_cards(office: HeadOffice, till: Till) -> None:
    answer = look(office, "t", PIN)
    assert answer.account is not None
    assert (answer.account.member, answer.account.card_tail, answer.account.points) == ("M1", "0001", 1000)
    assert answer.account.verifier == ""
    assert [one.tail for one in answer.cards] == ["0001"]


@pytest.mark.parametrize("pin", [WRONG, PIN])
def test_a_phone_that_nobody_has_is_answered_as_one_with_another_pin(
    office: HeadOffice, till: Till, pin: str
) -> None:
    strange = [look(office, f"s{place}", pin, STRANGE) for place in range(7)]
    known = [look(office, f"k{place}", WRONG) for place in range(7)]
    assert strange == known
    assert [one.result for one in known] == ["wrong"] * 5 + ["locked"] * 2


def test_a_locked_phone_leaves_the_card_alone(office: HeadOffice, till: Till) -> None:
    for place in range(6):
        look(office, f"k{place}")
    asked = sync.PinRequest(device="K1", member="M1", route="card", entry="c", pin=PIN)
    assert office.pin(asked).result == "right"
    assert look(office, "late", PIN).result == "locked"
    office.pins.unlock("M1")
    assert look(office, "later", PIN).result == "right"


def test_the_same_try_is_no_second_guess(office: HeadOffice, till: Till) -> None:
    assert look(office, "t").result == "wrong"
    assert look(office, "t", PIN) == look(office, "t")
    with pytest.raises(Declined, match="entry-used-before"):
        look(office, "t", PIN, STRANGE)


def test_a_member_without_a_pin_is_not_known_by_phone(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.update(members).where(members.c.id == "M1").values(verifier=""))
    assert look(office, "t", "").result == "wrong"


def test_a_card_is_no_phone(office: HeadOffice, till: Till) -> None:
    with pytest.raises(Declined, match="malformed"):
        look(office, "t", PIN, "M1")


def test_looks_are_lent_ahead_and_spent_by_tries(office: HeadOffice, till: Till) -> None:
    till.hear(office.sync(till.request()))
    assert held(office) == POLICY.looks
    spend(office, till, 1)
    assert held(office) == POLICY.looks - 1
    spend(office, till, 1)
    assert held(office) == POLICY.looks


def test_an_hour_lends_no_more_than_it_may(office: HeadOffice, till: Till, clock: Moment) -> None:
    till.hear(office.sync(till.request()))
    spent = 0
    while held(office):
        spend(office, till, 1)
        spent += 1
    assert spent == POLICY.looks_per_hour
    with office.engine.begin() as connection:
        assert connection.scalars(sa.select(audit.c.action)).all() == [LIMIT]
    clock.at += HOUR_US + 1
    till.hear(office.sync(till.request()))
    assert held(office) == POLICY.looks


def test_who_spends_looks_that_were_not_lent_is_disputed(office: HeadOffice, till: Till) -> None:
    till.write(en.PinTry(route="phone"))
    answer = office.sync(till.request())
    assert [one.verdict for one in answer.verdicts] == ["disputed"]


def test_an_answer_that_was_lost_is_told_again_but_not_for_ever(
    office: HeadOffice, till: Till, clock: Moment
) -> None:
    first = look(office, "t", PIN)
    assert look(office, "t", WRONG) == first
    clock.at += TOLD_US
    late = look(office, "t", WRONG)
    assert (late.account, late.vouchers, late.cards) == (None, (), ())
