"""What members tell the shop: by tiles, once, never free text, and never without a way past it."""

import sqlalchemy as sa
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub import told
from kiosk.ledger import entries as en

GUEST, POOR = "6600000021", "6600000002"


def after_errand(floor: ShopFloor, card: str = GUEST) -> views.View:
    floor.do(ev.Left())
    floor.tap(card)
    floor.choose("G22")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    return floor.do(ev.WentBack())


def kept(floor: ShopFloor) -> list[tuple[str, str, str, int]]:
    floor.sync()
    with floor.office.engine.begin() as connection:
        return told.counts(connection)


def test_one_question_after_the_errand_and_the_next_at_the_next_visit(floor: ShopFloor) -> None:
    asked = []
    for _ in range(2):
        page = after_errand(floor)
        assert isinstance(page, views.Question), page
        asked.append(page.title)
        assert isinstance(floor.do(page.options[0].tells), views.Home)
        floor.sync()
    assert len(set(asked)) == 2
    assert isinstance(after_errand(floor), views.Home)
    assert sum(times for *_, times in kept(floor)) == 2


def test_later_is_asked_again_and_rather_not_is_not(floor: ShopFloor) -> None:
    page = after_errand(floor)
    assert isinstance(page, views.Question)
    assert page.later is not None
    assert isinstance(floor.do(page.later.tells), views.Home)
    assert floor.entries(en.Told) == []
    again = after_errand(floor)
    assert isinstance(again, views.Question)
    assert again.title == page.title
    floor.do(again.options[-1].tells)
    floor.sync()
    following = after_errand(floor)
    assert isinstance(following, views.Question)
    assert following.title != page.title


def test_nobody_is_asked_while_nobody_knows_what_they_told_before(floor: ShopFloor) -> None:
    floor.tap("6600000001")
    floor.do(ev.Left())
    floor.cut()
    assert isinstance(after_errand(floor, "6600000001"), views.Home)


def test_who_walks_away_from_a_question_is_cleared(floor: ShopFloor) -> None:
    assert isinstance(after_errand(floor), views.Question)
    assert isinstance(floor.wait(60), views.Attract)


def test_who_takes_the_voucher_and_goes_is_asked_nothing(floor: ShopFloor) -> None:
    floor.tap(GUEST)
    floor.choose("G22")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    assert isinstance(floor.do(ev.VoucherTaken()), views.Attract)


def test_once_a_visit(floor: ShopFloor) -> None:
    page = after_errand(floor)
    assert isinstance(page, views.Question)
    floor.do(ev.WentBack())
    floor.choose("G22")
    floor.confirm()
    assert isinstance(floor.do(ev.WentBack()), views.Home)


def test_a_survey_bears_no_name(floor: ShopFloor) -> None:
    floor.tap(GUEST)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("survey"))
    while isinstance(page, views.Question):
        page = floor.do(page.options[0].tells)
    assert isinstance(page, views.Notice)
    floor.sync()
    with floor.office.engine.begin() as connection:
        rows = connection.execute(sa.select(told.told)).all()
    assert len(rows) == len(floor.entries(en.Told)) > 1
    assert {row.member for row in rows} == {""}


def test_a_wish_is_noted_once_and_remembered(floor: ShopFloor) -> None:
    floor.tap(POOR)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("wishes"))
    assert isinstance(page, views.Listing)
    row = page.rows[0]
    assert row.tells is not None
    noted = floor.do(row.tells, row.tells)
    assert isinstance(noted, views.Listing)
    assert noted.rows[0].tells is None
    assert [times for what, *_, times in kept(floor) if what == "wish"] == [1]
    floor.do(ev.Left())
    floor.tap(POOR)
    later = floor.do(ev.ServicesOpened(), ev.ServiceChosen("wishes"))
    assert isinstance(later, views.Listing)
    assert later.rows[0].tells is None


def test_a_heart_on_the_shelf_is_the_same_wish(floor: ShopFloor) -> None:
    floor.tap("6600000001")
    shelf = floor.do(ev.ShelfOpened(), ev.PageTurned(3))
    assert isinstance(shelf, views.Shelf)
    far = next(tile for tile in shelf.tiles if tile.wish)
    near = next(tile for tile in shelf.tiles if tile.reachable)
    wished = floor.do(ev.GiftWished(far.gift), ev.GiftWished(far.gift), ev.GiftWished(near.gift))
    assert isinstance(wished, views.Shelf)
    assert [tile.gift for tile in wished.tiles if tile.wished] == [far.gift]
    assert [(topic, times) for what, topic, *_, times in kept(floor) if what == "wish"] == [(far.gift, 1)]
    listing = floor.do(ev.WentBack(), ev.ServicesOpened(), ev.ServiceChosen("wishes"))
    assert isinstance(listing, views.Listing)
    assert ev.RowChosen(far.gift) not in {row.tells for row in listing.rows}


def test_a_guest_has_no_heart(floor: ShopFloor) -> None:
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert not any(tile.wish for tile in shelf.tiles)
    floor.do(*(ev.GiftWished(tile.gift) for tile in shelf.tiles))
    assert floor.entries(en.Told) == []


def test_a_tile_of_another_page_answers_nothing(floor: ShopFloor) -> None:
    page = after_errand(floor)
    assert isinstance(page, views.Question)
    assert floor.do(ev.OptionChosen("another", "tea")) == page
    assert isinstance(page.options[0].tells, ev.OptionChosen)
    assert floor.do(ev.OptionChosen(page.options[0].tells.ticket, "no such answer")) == page
    assert floor.entries(en.Told) == []
