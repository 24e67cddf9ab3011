"""Staff sign in at a kiosk by their card and PIN: at head office, without the network, and not at all."""

import pytest
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.shop_staff import ShopStaff
from kiosk.hub.staff import Person, Staff
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import PinRequest
from kiosk.membership.cards import Card, keyed_hash

MEI, LIN = "6600000801", "6600000802"
PIN, WRONG = "135790", "000000"


def typed(floor: ShopFloor, pin: str = PIN) -> views.View:
    page = floor.now
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, pin))


def signed(floor: ShopFloor) -> list[tuple[str, str]]:
    return [(body.staff, body.what) for body in floor.entries(en.StaffSign) if isinstance(body, en.StaffSign)]


def test_a_staff_card_asks_for_the_pin_and_nothing_of_members(floor: ShopFloor) -> None:
    page = floor.tap(MEI)
    assert isinstance(page, views.PinPad)
    assert "陈梅" in page.sentence
    assert page.error == ""


def test_from_signing_in_to_signing_out_somebody_is_on_record(floor: ShopFloor) -> None:
    floor.tap(MEI)
    home = typed(floor)
    assert isinstance(home, views.StaffHome)
    assert floor.kinds() == ["try", "tried", "staff"]
    floor.do(ev.Left())
    assert isinstance(floor.now, views.Attract)
    assert signed(floor) == [("mei", "in"), ("mei", "out")]


def test_whoever_leaves_the_kiosk_alone_is_signed_out(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.wait(200)
    assert isinstance(floor.now, views.Attract)
    assert signed(floor) == [("mei", "in"), ("mei", "out")]


def test_another_card_signs_out_whoever_was_there(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.tap(LIN)
    typed(floor, "135791")
    assert signed(floor) == [("mei", "in"), ("mei", "out"), ("lin", "in")]


def test_a_wrong_pin_is_told_and_counted(floor: ShopFloor) -> None:
    floor.tap(MEI)
    page = typed(floor, WRONG)
    assert isinstance(page, views.PinPad)
    assert "4" in page.error
    assert isinstance(typed(floor), views.StaffHome)
    assert floor.kinds() == ["try", "tried", "try", "tried", "staff"]


def test_changing_ones_mind_costs_nothing(floor: ShopFloor) -> None:
    floor.tap(MEI)
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Attract)
    assert floor.kinds() == []


def test_five_wrong_ones_lock_until_head_office_unlocks(floor: ShopFloor) -> None:
    floor.tap(MEI)
    for _ in range(4):
        assert isinstance(typed(floor, WRONG), views.PinPad)
    locked = typed(floor, WRONG)
    assert isinstance(locked, views.Notice)
    assert locked.code == "K-PN-02"
    assert signed(floor) == [("mei", "locked")]
    floor.do(ev.WentBack())
    floor.sync()
    floor.sync()
    # Head office tells kiosks nothing more of whoever is locked out, so the card is nobody's here.
    assert not isinstance(floor.tap(MEI), views.PinPad)
    floor.office.pins.unlock(acc.staff("mei"))
    floor.do(ev.WentBack())
    floor.sync()
    floor.sync()
    floor.tap(MEI)
    assert isinstance(typed(floor), views.StaffHome)


def test_the_locked_are_locked_although_the_kiosk_has_not_heard_of_it(floor: ShopFloor) -> None:
    floor.tap(MEI)
    for place in range(5):
        floor.office.pin(_asked(floor, f"elsewhere-{place}"))
    locked = typed(floor)
    assert isinstance(locked, views.Notice)
    assert locked.code == "K-PN-02"


def _asked(floor: ShopFloor, entry: str) -> PinRequest:
    return PinRequest(device=floor.device, member=acc.staff("mei"), route="staff", entry=entry, pin=WRONG)


def test_without_the_network_tries_that_were_kept_are_spent(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.Left())
    assert floor.journal.rights(acc.TRIES, acc.staff("mei")) == acc.STAFF_TRIES
    floor.cut()
    floor.tap(MEI)
    page = typed(floor, WRONG)
    assert isinstance(page, views.PinPad)
    assert isinstance(typed(floor), views.StaffHome)
    floor.do(ev.Left())
    floor.tap(MEI)
    none_left = typed(floor)
    assert isinstance(none_left, views.Notice)
    assert none_left.code == "K-NW-02"
    floor.heal()
    floor.do(ev.WentBack())
    floor.tap(MEI)
    assert isinstance(typed(floor), views.StaffHome)


def test_without_the_network_somebody_who_was_never_here_cannot_sign_in(floor: ShopFloor) -> None:
    floor.cut()
    floor.tap(LIN)
    answer = typed(floor, "135791")
    assert isinstance(answer, views.Notice)
    assert answer.code == "K-NW-02"
    assert floor.kinds() == []


@pytest.mark.parametrize("block", [True, False])
def test_blocked_people_and_cards_are_strangers(floor: ShopFloor, block: bool) -> None:
    staff_desk = ShopStaff(floor.office.engine, floor.office.settings, floor.office.pins)
    if block:
        Staff(floor.office.engine, floor.office.settings).block("mei")
    else:
        staff_desk.block_card(keyed_hash(b"k" * 32, Card("virtual-cpu", MEI.encode())))
    floor.sync()
    floor.sync()
    page = floor.tap(MEI)
    assert isinstance(page, views.Notice)
    assert page.code == "K-CD-01"


def test_a_new_role_is_heard_of(floor: ShopFloor) -> None:
    people = Staff(floor.office.engine, floor.office.settings)
    people.add(Person("lin", "林晓", "manager"), "another 1")
    floor.sync()
    floor.sync()
    colleague = floor.replica.colleague("lin")
    assert colleague is not None
    assert colleague.role == "manager"
