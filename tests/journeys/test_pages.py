"""Calm pages: each says what happened to the points and what to do next; and the screen clears itself."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.desk.redeem import REMIND_S, TAKE_S
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card

HOME, GUEST, ELSEWHERE = "6600000001", "6600000021", "6600000530"


def words_of(view: object) -> Iterator[str]:
    """Every string anywhere in a view."""
    if isinstance(view, str):
        yield view
    elif isinstance(view, tuple):
        for part in view:
            yield from words_of(part)
    elif dataclasses.is_dataclass(view):
        for field in dataclasses.fields(view):
            yield from words_of(getattr(view, field.name))


def test_the_invitation_in_three_languages(floor: ShopFloor) -> None:
    assert isinstance(floor.now, views.Attract)
    assert floor.now.invitation == "请刷会员卡"
    floor.do(ev.LanguageChosen("zh_TW"))
    assert floor.now.invitation == "請刷會員卡"
    english = floor.do(ev.LanguageChosen("en"))
    assert isinstance(english, views.Attract)
    assert english.invitation == "Please tap your member card"
    assert [language.chosen for language in english.languages] == [False, False, True]


def test_a_language_is_switched_in_the_middle_of_a_visit_and_forgotten_after_it(floor: ShopFloor) -> None:
    floor.tap(HOME)
    home = floor.do(ev.LanguageChosen("en"))
    assert isinstance(home, views.Home)
    assert home.tier_name == "Gold"
    floor.do(ev.Left())
    assert floor.now.frame.language == "zh_CN"


@pytest.mark.parametrize(
    ("card", "code"), [("6600000901", "K-CD-11"), ("6600000902", "K-CD-12"), ("6600000999", "K-CD-01")]
)
def test_cards_that_are_not_served(floor: ShopFloor, card: str, code: str) -> None:
    notice = floor.tap(card)
    assert isinstance(notice, views.Notice)
    assert notice.code == code
    assert notice.points
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_denied_cards_stay_denied_without_the_network(floor: ShopFloor) -> None:
    floor.cut()
    notice = floor.tap("6600000901")
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-CD-11"


def test_a_stranger_offline_is_nobody_else(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.do(ev.Left())
    floor.cut()
    notice = floor.tap(ELSEWHERE)
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-NW-01"
    assert not any("张" in text for text in words_of(notice))


def test_a_member_of_the_store_sees_offline_what_they_saw_and_spends_nothing(floor: ShopFloor) -> None:
    online = floor.tap(GUEST)
    assert isinstance(online, views.Home)
    floor.do(ev.Left())
    floor.cut()
    offline = floor.tap(GUEST)
    assert isinstance(offline, views.Home)
    assert (offline.points, offline.tier, offline.history) == (online.points, online.tier, online.history)
    notice = floor.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-NW-02"
    assert floor.kinds() == []


def test_a_member_reads_offline_what_they_just_wrote(floor: ShopFloor) -> None:
    """The download of before the visit, the network gone, and the points spent are gone."""
    floor.tap(HOME)
    floor.choose("G02")
    floor.wire.cut = True
    taken = floor.confirm()
    assert isinstance(taken, views.TakeVoucher), taken
    before = floor.replica.account(floor.world.card_key.hash(Card("virtual-cpu", HOME.encode())))
    assert before is not None
    floor.do(ev.Left())
    again = floor.tap(HOME)
    assert isinstance(again, views.Home)
    spent = sum(body.points for body in floor.entries(en.Redeem) if isinstance(body, en.Redeem))
    assert spent > 0
    assert again.points == f"{before.points + before.escrow - spent:,}"
    floor.heal()
    floor.do(ev.Left())
    assert floor.tap(HOME).points == again.points  # type: ignore[union-attr]


def test_the_network_goes_while_a_guest_confirms(floor: ShopFloor) -> None:
    floor.tap(GUEST)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    floor.do(ev.GiftChosen(next(tile.gift for tile in shelf.tiles if tile.reachable)))
    floor.wire.cut = True
    floor.confirm()
    notice = floor.wait(6)
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-NW-02"
    assert "redeem" not in floor.kinds()


def test_a_card_pulled_too_early(floor: ShopFloor) -> None:
    notice = floor.do(ev.CardUnreadable("reader", "pulled"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-CD-02"
    assert isinstance(floor.wait(31), views.Attract)


def test_a_card_that_is_a_copy(floor: ShopFloor) -> None:
    notice = floor.do(ev.CardUnreadable("reader", "not-genuine"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-CD-14"
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_thirty_seconds_without_a_touch(floor: ShopFloor) -> None:
    floor.tap(HOME)
    assert isinstance(floor.wait(29), views.Home)
    asked = floor.wait(2)
    assert isinstance(asked, views.StillThere)
    assert not {"12,480", "¥186.00", "张*伟，下午好"} & set(words_of(asked))
    assert isinstance(floor.do(ev.Stayed()), views.Home)
    floor.wait(40)
    assert isinstance(floor.wait(6), views.Attract)
    assert not any("12,480" in text for text in words_of(floor.now))


def test_a_sync_is_no_sign_of_life(floor: ShopFloor) -> None:
    floor.tap(HOME)
    for _ in range(46):
        floor.wait(1)
        floor.sync()
    assert isinstance(floor.now, views.Attract)


def test_another_card_ends_the_visit_of_the_first(floor: ShopFloor) -> None:
    floor.tap(HOME)
    second = floor.tap(GUEST)
    assert isinstance(second, views.Home)
    assert not any("张*伟" in text for text in words_of(second))


def test_a_card_during_a_print_waits_its_turn(floor: ShopFloor) -> None:
    floor.tray.silent = True
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    assert isinstance(floor.tap(GUEST), views.Busy)
    op = floor.journal.unresolved()[0]
    floor.do(ev.Printed(op.redeem.op, 1, ev.Outcome.CONFIRMED))
    assert isinstance(floor.now, views.TakeVoucher)
    assert isinstance(floor.do(ev.VoucherTaken()), views.Home)


def test_nobody_can_leave_in_the_middle_of_a_print(floor: ShopFloor) -> None:
    floor.tray.silent = True
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    assert isinstance(floor.do(ev.Left()), views.Busy)


def test_an_inserted_card_that_leaves_ends_the_visit(floor: ShopFloor) -> None:
    shop = dataclasses.replace(floor.world.shop, inserted_readers=frozenset({"slot"}))
    floor.world.shop = shop
    floor.do(ev.CardTapped("slot", Card("virtual-cpu", HOME.encode())))
    assert isinstance(floor.now, views.Home)
    assert isinstance(floor.do(ev.CardRemoved("slot")), views.Attract)


def test_call_staff_on_any_page_and_come_back(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.do(ev.ShelfOpened())
    called = floor.do(ev.StaffCalled())
    assert isinstance(called, views.Notice)
    assert isinstance(floor.do(ev.Stayed()), views.Shelf)


def test_a_guest_looks_around(floor: ShopFloor) -> None:
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert shelf.points == ""
    notice = floor.do(ev.GiftChosen(shelf.tiles[0].gift))
    assert isinstance(notice, views.Notice)
    assert isinstance(floor.do(ev.WentBack()), views.Shelf)
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_the_shelf_turns_pages_and_narrows(floor: ShopFloor) -> None:
    floor.tap(HOME)
    shelf = floor.do(ev.ShelfOpened(), ev.PageTurned(2))
    assert isinstance(shelf, views.Shelf)
    assert (shelf.page, shelf.pages) == (2, 6)
    shelf = floor.do(ev.CategoryChosen("skincare"))
    assert isinstance(shelf, views.Shelf)
    assert 0 < int("".join(filter(str.isdigit, shelf.count))) < 24
    shelf = floor.do(ev.CategoryChosen(""), ev.ReachToggled())
    assert isinstance(shelf, views.Shelf)
    assert all(tile.reachable for tile in shelf.tiles)


def test_the_history_shows_what_was_just_done(floor: ShopFloor) -> None:
    floor.cut()
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.WentBack())
    page = floor.do(ev.HistoryOpened())
    assert isinstance(page, views.History)
    assert (page.rows[0].what, page.rows[0].points) == ("玫瑰护手霜", "−980")


def test_a_journal_that_fails_ends_all_service(floor: ShopFloor) -> None:
    floor.tap(HOME)
    notice = floor.do(ev.StorageFailed("K-JR-02", "disk full"))
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-JR-02"
    assert floor.tap(GUEST) is notice
    assert floor.desk.out_of_service == "K-JR-02"


def test_a_quick_answer_flashes_no_waiting_page(floor: ShopFloor) -> None:
    before = len(floor.seen)
    floor.tap(HOME)
    assert [type(view) for view in floor.seen[before:]] == [views.Home]


def test_a_slow_answer_shows_that_something_happens(floor: ShopFloor) -> None:
    floor.inbox.append(ev.CardTapped("reader", Card("virtual-cpu", HOME.encode())))
    floor.desk.handle(floor.inbox.popleft())
    assert isinstance(floor.now, views.Attract)
    floor.clock.pass_by(1)
    floor.desk.handle(ev.Ticked(floor.clock.monotonic()))
    assert isinstance(floor.now, views.Busy)


def test_a_new_card_clears_the_old_page_at_once(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.inbox.append(ev.CardTapped("reader", Card("virtual-cpu", GUEST.encode())))
    floor.desk.handle(floor.inbox.popleft())
    assert isinstance(floor.now, views.Busy)


def test_a_kiosk_that_never_heard_of_head_office_still_greets(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path, cut=True)
    assert isinstance(floor.now, views.Attract)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert shelf.empty
    notice = floor.tap(HOME)
    assert isinstance(notice, views.Notice)
    assert notice.code == "K-NW-01"
    floor.heal()
    floor.sync()
    assert isinstance(floor.tap(HOME), views.Home)
    floor.crash()


def test_a_rule_pack_that_cannot_be_read_changes_nothing(floor: ShopFloor) -> None:
    before = floor.world.rules()
    floor.replica.rules = lambda: "this is no rule pack"  # type: ignore[method-assign]
    assert floor.world.rules() is before


def test_the_page_with_the_voucher_asks_before_it_clears_itself(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    taken = floor.confirm()
    assert isinstance(taken, views.TakeVoucher)
    floor.clock.pass_by(TAKE_S - REMIND_S)
    asked = floor.do(ev.Ticked(floor.clock.monotonic()))
    assert isinstance(asked, views.TakeVoucher)
    assert asked.title != taken.title
    floor.clock.pass_by(REMIND_S)
    assert isinstance(floor.do(ev.Ticked(floor.clock.monotonic())), views.Attract)


@pytest.mark.parametrize(("seconds", "served"), [(3, True), (30, False)])
def test_a_swipe_during_a_print_waits_only_as_long_as_its_holder(
    floor: ShopFloor, seconds: int, served: bool
) -> None:
    floor.tap(HOME)
    floor.tray.silent = True
    floor.choose("G02")
    floor.confirm()
    op = floor.journal.unresolved()[0].redeem.op
    floor.do(ev.CardTapped("swipe", Card("virtual-cpu", GUEST.encode()), passing=True))
    floor.wait(seconds)
    floor.do(ev.Printed(op, 1, ev.Outcome.CONFIRMED), ev.Left())
    assert isinstance(floor.now, views.Home if served else views.Attract)
