"""The journal refuses an act because what it needs went away in that moment: the visit ends in order."""

from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.counter import undone
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ports import Draft

HOME, GUEST, MEI = "6600000001", "6600000021", "6600000801"
GIFT = "G02"


def lying_here(floor: ShopFloor, asset: str) -> int:
    """Units of an asset in this kiosk's hands, also those that are set aside for members who visit."""
    balances = floor.journal._head.balances
    return sum(
        amount for (account, held), amount in balances.items() if held == asset and "escrow" in account
    )


def lose_the_gift(floor: ShopFloor) -> None:
    """The last unit of the gift goes back once the price is here: the printer is the last that is asked."""
    look, before = floor.tray.ready, lying_here(floor, acc.POINTS)

    def ready() -> str:
        units = floor.journal.rights(acc.gift(GIFT))
        if units and lying_here(floor, acc.POINTS) > before:
            floor.journal.append(Draft(en.Returned(asset=acc.gift(GIFT), amount=units)))
        return look()

    floor.tray.ready = ready  # type: ignore[method-assign]


def make_void(floor: ShopFloor, number: str) -> None:
    operation = floor.journal.by_voucher(number)
    if operation is not None and operation.state == "unknown":
        floor.journal.append(*(Draft(one, member=operation.member) for one in undone(operation, "staff")))


def buy(floor: ShopFloor) -> views.View:
    floor.tap(GUEST)
    floor.choose(GIFT)
    return floor.confirm()


def test_a_visitor_is_told_and_their_points_go_home(floor: ShopFloor) -> None:
    lose_the_gift(floor)
    before = lying_here(floor, acc.POINTS)
    notice = buy(floor)
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-VS-01"
    assert floor.entries(en.Redeem) == []
    assert floor.kinds()[-1] == "ret"
    assert lying_here(floor, acc.POINTS) == before
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_the_notice_goes_by_itself_and_the_next_card_is_served(floor: ShopFloor) -> None:
    lose_the_gift(floor)
    buy(floor)
    assert isinstance(floor.tap(HOME), views.Home)
    floor.do(ev.Left())
    buy(floor)
    assert isinstance(floor.wait(60), views.Attract)


def test_staff_are_signed_out_on_record(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.UNKNOWN
    buy(floor)
    floor.do(ev.Left())
    number = written(floor.tray.papers[-1])["券号"].replace(" ", "")
    page = floor.tap(MEI)
    assert isinstance(page, views.PinPad)
    floor.do(ev.Confirmed(page.ticket, "135790"))
    floor.do(ev.OpenVouchersOpened(), ev.ReprintAsked(number))
    look = floor.tray.ready

    def ready() -> str:
        make_void(floor, number)
        return look()

    floor.tray.ready = ready  # type: ignore[method-assign]
    notice = floor.do(ev.PrintAsked(number))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-VS-01"
    assert len(floor.entries(en.Printing)) == 1
    signed = [body for body in floor.entries(en.StaffSign) if isinstance(body, en.StaffSign)]
    assert [(one.staff, one.what) for one in signed] == [("mei", "in"), ("mei", "out")]


def test_what_others_do_disturbs_no_visitor(floor: ShopFloor) -> None:
    """A print is vouched for late, and made void in that very moment, whoever stands at the kiosk."""
    floor.tray.ends = ev.Outcome.UNKNOWN
    buy(floor)
    floor.do(ev.Left())
    (body,) = floor.entries(en.Redeem)
    assert isinstance(body, en.Redeem)
    floor.tap(HOME)
    floor.do(ev.ShelfOpened())
    rules = floor.replica.rules

    def read() -> str:
        make_void(floor, body.voucher)
        return rules()

    floor.replica.rules = read  # type: ignore[method-assign]
    floor.do(ev.Printed(body.op, 1, ev.Outcome.CONFIRMED))
    assert floor.entries(en.Post) == []
    assert isinstance(floor.now, views.Shelf)
