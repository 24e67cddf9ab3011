"""Without a card: everything may be looked at, nothing is written, and the page clears itself."""

from pathlib import Path

import pytest
from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.desk.guest import GUEST_SERVICES
from kiosk.words import LANGUAGES


@pytest.fixture
def floor(tmp_path: Path) -> ShopFloor:
    return ShopFloor(tmp_path)


def opened(floor: ShopFloor) -> views.Menu:
    invitation = floor.now
    assert isinstance(invitation, views.Attract)
    page = floor.do(invitation.choices[0].tells)
    assert isinstance(page, views.Menu), page
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guest_may_look_at_everything_and_leaves_no_trace(floor: ShopFloor, language: str) -> None:
    before = floor.journal.tail()
    floor.do(ev.LanguageChosen(language))
    menu = opened(floor)
    assert [tile.tells for tile in menu.tiles] == [ev.ServiceChosen(row.name) for row in GUEST_SERVICES]
    for tile in menu.tiles:
        page = floor.do(tile.tells)
        assert page.frame.language == language
        assert not isinstance(page, views.Menu)
        assert floor.do(ev.WentBack()) == menu
    assert isinstance(floor.do(ev.WentBack()), views.Attract)
    assert floor.journal.tail() == before


def test_a_gift_is_for_who_comes_with_a_card(floor: ShopFloor) -> None:
    opened(floor)
    shelf = floor.do(ev.ServiceChosen("gifts"))
    assert isinstance(shelf, views.Shelf)
    assert (shelf.points, shelf.reach_label) == ("", "")
    said = floor.do(ev.GiftChosen(shelf.tiles[0].gift))
    assert isinstance(said, views.Notice)
    assert "刷卡" in said.title
    assert isinstance(floor.do(ev.WentBack()), views.Shelf)


def test_a_card_in_the_middle_begins_a_visit(floor: ShopFloor) -> None:
    opened(floor)
    floor.do(ev.ServiceChosen("join"))
    assert isinstance(floor.tap("6600000001"), views.Home)


def test_the_invitation_comes_back_by_itself(floor: ShopFloor) -> None:
    opened(floor)
    floor.do(ev.ServiceChosen("hours"))
    assert isinstance(floor.wait(120), views.Attract)


def test_what_the_shop_does_not_tell_is_not_offered(tmp_path: Path) -> None:
    silent = "\n".join(line for line in RULES.splitlines() if not line.startswith("hours"))
    floor = ShopFloor(tmp_path, rules=silent.replace("until = 2035-12-31", "until = 2025-12-31"))
    named = [tile.tells for tile in opened(floor).tiles]
    assert named == [ev.ServiceChosen("gifts"), ev.ServiceChosen("join")]


def test_without_the_network_everything_is_still_there(floor: ShopFloor) -> None:
    floor.cut()
    assert len(opened(floor).tiles) == len(GUEST_SERVICES)
