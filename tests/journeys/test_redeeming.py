"""Journeys: events in, pages out, and what journal and head office hold afterwards."""

from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.ledger import accounts as acc
from kiosk.membership.claims import ClaimAnswer

HOME, POOR, GUEST = "6600000001", "6600000002", "6600000021"


def test_a_member_taps_and_walks_away_with_a_voucher(floor: ShopFloor) -> None:
    home = floor.tap(HOME)
    assert isinstance(home, views.Home)
    assert (home.points, home.balance, home.tier) == ("12,480", "¥186.00", "gold")
    assert home.history

    confirm = floor.choose("G02")
    assert (confirm.before, confirm.after) == ("12,480", "11,500")
    taken = floor.confirm()
    assert isinstance(taken, views.TakeVoucher)
    assert "11,500" in taken.sentence
    assert floor.kinds() == ["try", "tried", "redeem", "printing", "post"]

    told = written(floor.tray.papers[0])
    assert told["会员"] == "张*伟"
    assert isinstance(floor.do(ev.VoucherTaken()), views.Attract)

    again = floor.tap(HOME)
    assert isinstance(again, views.Home)
    assert again.points == "11,500"


def test_a_guest_of_the_kiosk_gets_points_just_in_time_and_leaves_none_behind(floor: ShopFloor) -> None:
    home = floor.tap(GUEST)
    assert isinstance(home, views.Home)
    before = int(home.points.replace(",", ""))
    gift = next(gift for gift in floor.replica.gifts() if gift.points <= before and gift.stock > 3)
    floor.choose(gift.id)
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())
    left_behind = [
        account
        for account, asset in floor.journal._head.balances
        if asset in {acc.POINTS, acc.TRIES} and not floor.replica.is_home(account.rpartition(":")[2])
    ]
    assert left_behind == []
    home = floor.tap(GUEST)
    assert isinstance(home, views.Home)
    assert int(home.points.replace(",", "")) == before - gift.points


def test_a_home_member_redeems_with_the_network_cut(floor: ShopFloor) -> None:
    floor.cut()
    home = floor.tap(HOME)
    assert isinstance(home, views.Home)
    assert home.frame.offline
    assert home.points == "12,480"
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())
    assert floor.tap(HOME).points == "11,500"  # type: ignore[attr-defined]
    floor.do(ev.Left())
    floor.heal()
    assert floor.tap(HOME).points == "11,500"  # type: ignore[attr-defined]


def test_the_same_confirm_twice_is_one_redemption(floor: ShopFloor) -> None:
    floor.tap(HOME)
    page = floor.choose("G02")
    floor.do(ev.Confirmed(page.ticket, "246810"), ev.Confirmed(page.ticket, "246810"))
    assert floor.kinds().count("redeem") == 1
    assert len(floor.tray.papers) == 1


def test_a_wrong_pin_says_so_and_spends_nothing_and_locks_in_the_end(floor: ShopFloor) -> None:
    floor.tap(GUEST)
    gift = next(one for one in floor.do(ev.ShelfOpened()).tiles if one.reachable)  # type: ignore[attr-defined]
    floor.do(ev.GiftChosen(gift.gift))
    page = floor.confirm("000000")
    assert isinstance(page, views.Confirm)
    assert "4" in page.error
    for _ in range(3):
        page = floor.confirm("000000")
    last = floor.confirm("000000")
    assert isinstance(last, views.Notice)
    assert last.code == "K-PN-01"
    assert "redeem" not in floor.kinds()


def test_a_poor_member_sees_what_is_missing(floor: ShopFloor) -> None:
    floor.tap(POOR)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert not any(tile.reachable for tile in shelf.tiles)
    notice = floor.do(ev.GiftChosen("G02"))
    assert isinstance(notice, views.Notice)
    assert "930" in notice.sentence


def test_sold_out(floor: ShopFloor) -> None:
    floor.tap(HOME)
    notice = floor.do(ev.ShelfOpened(), ev.GiftChosen("G13"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-GF-01"


def test_paper_out_beforehand_spends_nothing(floor: ShopFloor) -> None:
    floor.tray.trouble = "K-PR-01"
    floor.tap(HOME)
    notice = floor.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-PR-01"
    assert floor.kinds() == []


def test_a_print_that_surely_failed_gives_everything_back(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.NOT_PRINTED
    floor.tap(HOME)
    floor.choose("G02")
    notice = floor.confirm()
    assert isinstance(notice, views.Notice)
    assert floor.kinds()[-1] == "void"
    assert floor.do(ev.WentBack()).points == "12,480"  # type: ignore[attr-defined]


def test_an_unknown_print_keeps_the_points_until_it_is_printed_again(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.tap(HOME)
    floor.choose("G02")
    notice = floor.confirm()
    assert isinstance(notice, views.Notice)
    assert "980" in notice.points
    floor.do(ev.Left())
    floor.tray.ends = ev.Outcome.CONFIRMED
    offer = floor.tap(HOME)
    assert isinstance(offer, views.Notice)
    taken = floor.do(offer.choices[1].tells)
    assert isinstance(taken, views.TakeVoucher)
    first, second = floor.tray.papers
    assert written(first)["券号"] == written(second)["券号"]
    assert written(first)["QR"] == written(second)["QR"]
    assert floor.kinds()[-3:] == ["unknown", "printing", "post"]
    assert isinstance(floor.do(ev.VoucherTaken()), views.Attract)
    assert floor.tap(HOME).points == "11,500"  # type: ignore[attr-defined]


def test_a_silent_printer_is_unknown_after_a_minute(floor: ShopFloor) -> None:
    floor.tray.silent = True
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    notice = floor.wait(61)
    assert isinstance(notice, views.Notice)
    assert floor.kinds()[-1] == "unknown"


def test_claimed_once_and_never_again(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    number, check = told["券号"], told["校验码"]
    assert floor.claim(number, "AAAAAA").result is ClaimAnswer.FORGED
    assert floor.claim(number, check).result is ClaimAnswer.GIVEN
    second = floor.claim(number, check)
    assert second.result is ClaimAnswer.ALREADY
    assert second.claimed_at == floor.clock.now()
    assert floor.claim("12345678901234", check).result is ClaimAnswer.UNKNOWN


def test_a_presented_voucher_posts_an_unknown_print(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    assert floor.claim(told["券号"], told["校验码"]).result is ClaimAnswer.GIVEN
    assert floor.kinds()[-2:] == ["post", "claim"]
    assert floor.void(told["券号"]).result is not ClaimAnswer.VOID


def test_staff_void_an_unknown_print_and_the_paper_is_worthless(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    assert floor.void(told["券号"]).result is ClaimAnswer.VOID
    assert floor.claim(told["券号"], told["校验码"]).result is ClaimAnswer.VOID
    floor.do(ev.Left())
    assert floor.tap(HOME).points == "12,480"  # type: ignore[attr-defined]


def test_an_expired_voucher(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    told = written(floor.tray.papers[0])
    floor.clock.pass_by(31 * 86400)
    assert floor.claim(told["券号"], told["校验码"]).result is ClaimAnswer.EXPIRED


def test_a_pulled_plug_while_printing(floor: ShopFloor) -> None:
    floor.tray.silent = True
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.crash()
    floor.open()
    floor.sync()
    assert floor.kinds()[-1] == "unknown"
    offer = floor.tap(HOME)
    assert isinstance(offer, views.Notice)
    assert len(floor.tray.papers) == 0


def test_everything_drains_and_both_sides_agree(floor: ShopFloor) -> None:
    for number in (HOME, GUEST, HOME):
        floor.tap(number)
        shelf = floor.do(ev.ShelfOpened())
        tile = next((one for one in shelf.tiles if one.reachable), None)  # type: ignore[attr-defined]
        assert tile is not None
        floor.do(ev.GiftChosen(tile.gift))
        floor.confirm()
        floor.do(ev.VoucherTaken())
    floor.sync()  # brings up what was done, and takes down what was lacking for it
    floor.sync()
    mark, tail = floor.journal.mark_seen(), floor.journal.tail()
    assert mark == tail
