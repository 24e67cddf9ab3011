"""What happens in between: at the counter, on the wire and in the tray, while a page stands."""

from collections.abc import Callable

import pytest
from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.ledger import accounts as acc
from kiosk.membership.claims import ClaimAnswer

HOME, GUEST = "6600000001", "6600000021"


def unknown_print(floor: ShopFloor, card: str = HOME) -> dict[str, str]:
    """A voucher that was printed, but nobody knows it; the member has gone."""
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.tap(card)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    floor.do(ev.GiftChosen(next(tile.gift for tile in shelf.tiles if tile.reachable)))
    floor.confirm()
    floor.do(ev.Left())
    floor.tray.ends = ev.Outcome.CONFIRMED
    return written(floor.tray.papers[-1])


def by_void(floor: ShopFloor, told: dict[str, str]) -> None:
    assert floor.void(told["券号"]).result is ClaimAnswer.VOID


def by_claim(floor: ShopFloor, told: dict[str, str]) -> None:
    assert floor.claim(told["券号"], told["校验码"]).result is ClaimAnswer.GIVEN


@pytest.mark.parametrize("settle", [by_void, by_claim])
def test_the_counter_settles_a_voucher_while_its_member_is_asked_about_a_reprint(
    floor: ShopFloor, settle: Callable[[ShopFloor, dict[str, str]], None]
) -> None:
    told = unknown_print(floor)
    offer = floor.tap(HOME)
    assert isinstance(offer, views.Notice)
    settle(floor, told)
    assert isinstance(floor.do(offer.choices[1].tells), views.Home)
    assert len(floor.tray.papers) == 1


def test_a_void_brings_the_points_home_although_nobody_is_visiting(floor: ShopFloor) -> None:
    told = unknown_print(floor, GUEST)
    by_void(floor, told)
    floor.sync()
    left = [
        account
        for account, asset in floor.journal._head.balances
        if asset == acc.POINTS and not floor.replica.is_home(account.rpartition(":")[2])
    ]
    assert left == []


def test_the_printers_late_word_counts(floor: ShopFloor) -> None:
    floor.tray.silent = True
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.wait(61)
    (operation,) = floor.journal.unresolved()
    floor.do(ev.Left(), ev.Printed(operation.redeem.op, 1, ev.Outcome.CONFIRMED))
    assert floor.kinds()[-1] == "post"
    assert isinstance(floor.tap(HOME), views.Home)


def test_no_try_is_spent_where_no_pin_can_be_checked(floor: ShopFloor) -> None:
    floor.world.shop = type(floor.world.shop)(floor.world.shop.name, "0001", "03", floor.world.shop.zone)
    floor.cut()
    floor.tap(HOME)
    floor.choose("G02")
    notice = floor.confirm()
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-NW-02"
    assert floor.kinds() == []


def test_a_lost_answer_about_a_pin_is_asked_for_again_with_the_same_try(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    once, real = [], floor.wire.pin

    def loses_the_first(member: str, route: str, entry: str, pin: str) -> object:
        answer = real(member, route, entry, pin)
        once.append(entry)
        if len(once) == 1:
            floor.wire.cut = True
            try:
                return real(member, route, entry, pin)
            finally:
                floor.wire.cut = False
        return answer

    floor.wire.pin = loses_the_first  # type: ignore[method-assign, assignment]
    floor.confirm()
    assert isinstance(floor.now, views.TakeVoucher)
    assert len(set(once)) == 1
    assert floor.kinds().count("try") == 1


def test_a_voucher_made_under_an_untrusted_clock_is_not_called_expired(floor: ShopFloor) -> None:
    floor.clock.good = False
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    floor.clock.good = True
    floor.clock.pass_by(400 * 86400)
    assert floor.claim(told["券号"], told["校验码"]).result is ClaimAnswer.GIVEN


def test_a_claim_nobody_waits_for_any_more_is_not_made(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    floor.counter.patient = False
    floor.do(ev.ClaimAsked("gone", told["券号"], told["校验码"], ""))
    assert "claim" not in floor.kinds()
    floor.counter.patient = True
    by_claim(floor, told)


def test_staff_can_be_called_from_a_page_with_a_countdown(floor: ShopFloor) -> None:
    told = unknown_print(floor)
    assert told
    floor.tap(HOME)
    called = floor.do(ev.StaffCalled())
    assert isinstance(called, views.Notice)
    assert called.picture == "bell"
    later = floor.wait(60)
    assert isinstance(later, views.Notice)
    assert later.picture == "bell"
    assert isinstance(floor.wait(61), views.Attract)


def test_nothing_behind_the_question_tells_a_balance(floor: ShopFloor) -> None:
    floor.tap("6600000002")
    floor.do(ev.ShelfOpened())
    asked = floor.wait(31)
    assert isinstance(asked, views.StillThere)
    assert isinstance(asked.behind, views.Shelf)
    assert {tile.status for tile in asked.behind.tiles} == {""}


def test_one_working_reader_is_enough(floor: ShopFloor) -> None:
    floor.do(ev.ReaderChanged("", False, "no service", "K-RD-01"))
    assert floor.now.frame.fact == "3 号机  K-RD-01"
    resting = floor.now
    assert isinstance(resting, views.Attract)
    floor.do(ev.ReaderChanged("reader 00", True))
    assert isinstance(floor.now, views.Attract)
    assert floor.now.reader != resting.reader
    floor.do(ev.ReaderChanged("reader 00", False), ev.ReaderChanged("reader 01", True))
    assert isinstance(floor.now, views.Attract)
    assert floor.now.reader != resting.reader
    floor.do(ev.ReaderChanged("reader 01", False, "unplugged", "K-RD-01"))
    assert floor.now == resting


def test_points_that_went_elsewhere_in_the_meantime(floor: ShopFloor) -> None:
    floor.tap(GUEST)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    floor.do(ev.GiftChosen(next(tile.gift for tile in shelf.tiles if tile.reachable)))
    with floor.office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE balances SET amount = 1 WHERE account LIKE 'member:%' AND asset = 'points'"
        )
    notice = floor.confirm()
    assert isinstance(notice, views.Notice)
    assert notice.title == "您的积分有变化"
    assert "redeem" not in floor.kinds()


def test_the_next_visitor_starts_in_the_shops_language(floor: ShopFloor) -> None:
    floor.do(ev.LanguageChosen("en"))
    assert floor.tap(HOME).frame.language == "en"
    assert floor.tap(GUEST).frame.language == "zh_CN"
