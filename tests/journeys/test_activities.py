"""What is on in the shop: out of the rule pack, also without the network, until its last day."""

from pathlib import Path

from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.membership.rules import read_rules

MEMBER = "6600000001"
ON = read_rules(RULES).activities


def listed(floor: ShopFloor) -> views.View:
    floor.do(ev.Left())
    floor.tap(MEMBER)
    return floor.do(ev.ServicesOpened(), ev.ServiceChosen("activities"))


def test_each_can_be_read_without_the_network(floor: ShopFloor) -> None:
    floor.cut()
    page = listed(floor)
    assert isinstance(page, views.Listing)
    assert len(page.rows) == len(ON)
    for row in page.rows:
        assert row.tells is not None
        read = floor.do(row.tells)
        assert isinstance(read, views.Article)
        assert read.title == row.title
        floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Listing)


def test_what_is_over_is_not_told(tmp_path: Path) -> None:
    last = str(next(iter(ON.values())).until)
    floor = ShopFloor(tmp_path, rules=RULES.replace(f"until = {last}", "until = 2020-01-01"))
    try:
        menu = listed(floor)
        assert isinstance(menu, views.Menu)
        assert "activities" not in {getattr(tile.tells, "service", "") for tile in menu.tiles}
    finally:
        floor.crash()


def test_a_row_that_is_not_there_opens_nothing(floor: ShopFloor) -> None:
    page = listed(floor)
    assert floor.do(ev.RowChosen("no such thing")) == page
