"""Members without a card: known by phone number and PIN, or told nothing."""

import pytest
from shop import PIN, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.messages import carry
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

MINE, OF_A_GUEST, NOBODYS = "13800000001", "13800000021", "13999999999"
NEW = "713905"


class Handset:
    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        self.got.append((number, text))


def code_sent(floor: ShopFloor) -> tuple[str, str]:
    """The number that the one message went to, and the digits in it."""
    handset = Handset()
    carry(floor.office.engine, handset, floor.clock.now())
    ((number, text),) = handset.got
    return number, next(
        text[place : place + 6] for place in range(len(text)) if text[place : place + 6].isdecimal()
    )


def number(floor: ShopFloor, digits: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.NumberEntry), page
    return floor.do(*(ev.TextKeyed(page.entry, digit) for digit in digits), ev.TextKeyed(page.entry, "done"))


def pin(floor: ShopFloor, digits: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, digits))


def come(floor: ShopFloor, digits: str, typed: str = PIN) -> views.View:
    floor.do(ev.PhoneSignInOpened())
    number(floor, digits)
    return pin(floor, typed)


def test_phone_and_pin_are_as_good_as_a_card(floor: ShopFloor) -> None:
    home = come(floor, MINE)
    assert isinstance(home, views.Home)
    assert (home.points, home.greeting[:3], home.card_tail[-4:]) == ("12,480", "张*伟", "0001")
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())
    assert floor.kinds() == ["try", "tried", "try", "tried", "redeem", "printing", "post"]
    assert next(entry.member for entry in _entries(floor) if entry.kind == "try") is None
    floor.sync()
    with floor.office.engine.begin() as connection:
        told = connection.exec_driver_sql("SELECT count(*) FROM entries WHERE verdict <> 'posted'").scalar()
    assert told == 0


def _entries(floor: ShopFloor) -> list[en.Entry]:
    rows = floor.journal._database.execute("SELECT stored FROM entries ORDER BY n")
    return [en.decode(stored) for (stored,) in rows]


@pytest.mark.parametrize("digits", [MINE, NOBODYS])
def test_a_wrong_pin_and_a_number_that_nobody_has_look_alike(floor: ShopFloor, digits: str) -> None:
    told = []
    come(floor, digits, "135791")
    for _ in range(4):
        page = floor.now
        assert isinstance(page, views.PinPad)
        told.append(page.error)
        pin(floor, "135791")
    assert isinstance(floor.now, views.Notice)
    told.append(floor.now.title)
    assert told == [
        *(floor.world.say("That PIN was not right. {left} tries left.", left=left) for left in (4, 3, 2, 1)),
        floor.world.say("This way in is locked"),
    ]
    assert floor.entries(en.PinTried) == [en.PinTried(route="phone", ok=False, where="hub")] * 5


def test_a_right_number_with_the_right_pin_after_a_lock_stays_locked_and_the_card_works(
    floor: ShopFloor,
) -> None:
    come(floor, MINE, "135791")
    for _ in range(4):
        pin(floor, "135791")
    floor.do(ev.Left())
    assert isinstance(come(floor, MINE), views.Notice)
    floor.do(ev.Left())
    assert isinstance(floor.tap("6600000001"), views.Home)
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)


def test_without_the_network_it_says_what_waits_and_spends_no_look(floor: ShopFloor) -> None:
    looks = floor.journal.rights(acc.LOOKS)
    assert looks
    floor.cut()
    told = floor.do(ev.PhoneSignInOpened())
    assert isinstance(told, views.Notice)
    assert told.code == "K-NW-03"
    assert floor.journal.rights(acc.LOOKS) == looks


def test_cut_in_the_middle_nothing_is_known(floor: ShopFloor) -> None:
    floor.do(ev.PhoneSignInOpened())
    number(floor, MINE)
    floor.wire.cut = True
    assert isinstance(pin(floor, PIN), views.Notice)


def test_no_pin_is_checked_here_for_somebody_without_a_card(floor: ShopFloor) -> None:
    assert isinstance(come(floor, MINE), views.Home)
    floor.cut()
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.Notice)
    assert "redeem" not in floor.kinds()


def test_the_phone_is_not_remembered_as_a_card(floor: ShopFloor) -> None:
    come(floor, MINE)
    floor.do(ev.Left())
    floor.cut()
    home = floor.tap("6600000001")
    assert isinstance(home, views.Home)
    assert home.card_tail[-4:] == "0001"
    assert home.card_tail == floor.world.say("Card ending {tail}", tail="0001")


def test_a_guest_leaves_no_points_behind(floor: ShopFloor) -> None:
    come(floor, OF_A_GUEST)
    floor.choose(next(gift.id for gift in floor.replica.gifts() if gift.points <= 900 and gift.stock > 3))
    floor.confirm()
    floor.do(ev.Left())
    left = {asset for account, asset in floor.journal.balances() if account.endswith(_guest())}
    assert left <= {acc.TRIES} or not left


def _guest() -> str:
    from kiosk.hub.demo_shop import member_id

    return member_id(b"6600000021")


def test_a_code_that_reaches_the_phone_sets_a_new_pin(floor: ShopFloor) -> None:
    floor.do(ev.PhoneSignInOpened(), ev.OptionChosen("phone", "forgot"))
    number(floor, MINE)
    to, digits = code_sent(floor)
    assert to == MINE
    number(floor, digits)
    pin(floor, NEW)
    told = pin(floor, NEW)
    assert isinstance(told, views.Notice)
    assert told.title == floor.world.say("Your PIN is set")
    assert floor.kinds() == ["code", "try", "tried", "pinset", "pinned"]
    floor.do(ev.WentBack(), ev.Left())
    assert isinstance(come(floor, MINE, NEW), views.Home)


def test_for_a_number_that_nobody_has_it_goes_the_same_way_and_ends_there(floor: ShopFloor) -> None:
    floor.do(ev.PhoneSignInOpened(), ev.OptionChosen("phone", "forgot"))
    page = number(floor, NOBODYS)
    assert isinstance(page, views.NumberEntry)
    handset = Handset()
    assert carry(floor.office.engine, handset, floor.clock.now()) == 0
    for _ in range(5):
        number(floor, "123456")
    assert isinstance(floor.now, views.Notice)
    assert floor.now.code == "K-PN-05"


def change(floor: ShopFloor, option: str) -> views.View:
    floor.tap("6600000001")
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("pin"))
    assert isinstance(page, views.Question)
    tells = next(one.tells for one in page.options if one.tells.option == option)  # type: ignore[attr-defined]
    return floor.do(tells)


def test_the_old_pin_changes_to_a_new_one(floor: ShopFloor) -> None:
    change(floor, "change")
    pin(floor, PIN)
    pin(floor, "123456")
    assert isinstance(floor.now, views.PinPad)
    assert floor.now.error
    pin(floor, NEW)
    pin(floor, "713906")
    assert isinstance(floor.now, views.PinPad)
    assert floor.now.error
    pin(floor, NEW)
    assert isinstance(pin(floor, NEW), views.Notice)
    floor.do(ev.WentBack(), ev.WentBack())
    floor.choose("G02")
    assert isinstance(floor.confirm(NEW), views.TakeVoucher)


def test_the_same_pin_is_no_change(floor: ShopFloor) -> None:
    change(floor, "change")
    pin(floor, PIN)
    pin(floor, PIN)
    pin(floor, PIN)
    assert isinstance(floor.now, views.PinPad)
    assert floor.now.error
    assert [one.ok for one in floor.entries(en.PinSet)] == [False]  # type: ignore[attr-defined]


def test_a_new_pin_reaches_the_home_kiosk_for_the_time_without_network(floor: ShopFloor) -> None:
    change(floor, "change")
    for digits in (PIN, NEW, NEW):
        pin(floor, digits)
    floor.do(ev.Left())
    floor.sync()
    floor.cut()
    floor.tap("6600000001")
    floor.choose("G02")
    assert isinstance(floor.confirm(NEW), views.TakeVoucher)


def test_without_the_network_the_pin_stays(floor: ShopFloor) -> None:
    floor.cut()
    told = change(floor, "code")
    assert isinstance(told, views.Notice)
    assert told.code == "K-NW-03"


def test_a_locked_card_is_opened_by_the_code(floor: ShopFloor) -> None:
    floor.tap("6600000021")
    gift = next(gift.id for gift in floor.replica.gifts() if gift.points <= 900 and gift.stock > 3)
    floor.choose(gift)
    for _ in range(5):
        if isinstance(floor.now, views.Confirm):
            floor.confirm("135791")
    assert isinstance(floor.now, views.Notice)
    floor.do(ev.Left())
    floor.tap("6600000021")
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("pin"))
    assert isinstance(page, views.Question)
    floor.do(page.options[-1].tells)
    _, digits = code_sent(floor)
    number(floor, digits)
    pin(floor, NEW)
    pin(floor, NEW)
    floor.do(ev.Left())
    floor.tap("6600000021")
    floor.choose(gift)
    assert isinstance(floor.confirm(NEW), views.TakeVoucher)
