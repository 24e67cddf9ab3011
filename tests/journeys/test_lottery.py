"""The lottery at the kiosk: odds first, one draw a day, a result that waits, a prize that is a gift."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub import draws as at_head_office
from kiosk.hub.demo_shop import LOTTERY_SEED, member_id
from kiosk.hub.draws_check import check
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.membership.cards import Card
from kiosk.membership.lottery import commitment, number_of
from kiosk.offline.transport import HubUnreachable

MEMBER = "6600000001"
RIGHT = "entitlement:draw:2026-06-01"
SURE = RULES.replace("chance = 4000", "chance = 8900")
"""Every draw wins something."""
HOPELESS = RULES.replace("chance = 4000", "chance = 1").replace("chance = 1000", "chance = 1")
HOPELESS = HOPELESS.replace("chance = 100,", "chance = 1,")


@pytest.fixture
def floor(tmp_path: Path) -> ShopFloor:
    return ShopFloor(tmp_path, rules=SURE)


def odds(floor: ShopFloor) -> views.View:
    floor.tap(MEMBER)
    return floor.do(ev.ServicesOpened(), ev.ServiceChosen("lottery"))


def draw(floor: ShopFloor) -> views.View:
    page = floor.do(ev.OptionChosen("lottery", "draw"))
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, "246810"))


def leave(floor: ShopFloor) -> None:
    floor.do(ev.WentBack(), ev.Left())
    floor.sync()


def points(floor: ShopFloor) -> int:
    with floor.office.engine.begin() as connection:
        asked = sa.text("SELECT amount FROM balances WHERE account = :a AND asset = 'points'")
        mine = acc.member(member_id(MEMBER.encode()))
        return int(connection.scalar(asked, {"a": mine}) or 0)


def decided(floor: ShopFloor) -> list[sa.Row[tuple[object, ...]]]:
    with floor.office.engine.begin() as connection:
        rows = list(connection.execute(sa.select(at_head_office.draws).order_by("place")))
        assert [one.wrong for one in check(connection, "moon")] == [""] * len(rows)
        return rows


def test_the_odds_are_read_before_anything_is_asked(floor: ShopFloor) -> None:
    page = odds(floor)
    assert isinstance(page, views.Article)
    assert "1%：白瓷茶壶一把（剩 2 份）" in page.paragraphs
    assert page.choices
    further = floor.do(ev.PageTurned(2))
    assert isinstance(further, views.Article)
    told = "\n".join((*page.paragraphs, *further.paragraphs))
    assert commitment(LOTTERY_SEED)[:8] in told
    assert "18" in told
    assert floor.entries(en.Drew) == []


def test_a_draw_costs_its_points_once_and_the_prize_waits_as_a_gift(floor: ShopFloor) -> None:
    before = points(floor)
    odds(floor)
    page = draw(floor)
    assert isinstance(page, views.Notice)
    assert "中奖" in page.title
    leave(floor)
    (row,) = decided(floor)
    assert row.prize
    assert row.number == number_of(LOTTERY_SEED, str(row.entry))
    assert row.told
    assert points(floor) == before - 100
    view = odds(floor)
    assert "中奖" not in getattr(view, "title", "")
    benefits = floor.office.account(_asked(floor)).benefits
    assert benefits is not None
    assert acc.entitlement(str(row.prize), str(row.entry)) in [one.asset for one in benefits.open]


def test_one_draw_a_day_over_all_kiosks(floor: ShopFloor, tmp_path: Path) -> None:
    odds(floor)
    draw(floor)
    leave(floor)
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    odds(other)
    said = draw(other)
    assert isinstance(said, views.Notice)
    assert "已经抽过" in said.title
    assert len(decided(other)) == 1


def test_a_result_that_did_not_come_is_told_at_the_next_visit_at_another_kiosk(
    floor: ShopFloor, tmp_path: Path
) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    before = points(floor)
    odds(floor)
    page = floor.do(ev.OptionChosen("lottery", "draw"))
    assert isinstance(page, views.PinPad)
    _deaf_after_the_draw(floor)
    floor.do(ev.Confirmed(page.ticket, "246810"))
    said = floor.wait(10)
    assert isinstance(said, views.Notice)
    assert "稍后" in said.title
    floor.crash()
    floor.wire.sync = type(floor.wire).sync.__get__(floor.wire)  # type: ignore[method-assign]
    floor.open()
    floor.sync()
    assert [row.told for row in decided(floor)] == [False]
    told = odds(other)
    assert isinstance(told, views.Notice)
    assert "中奖" in told.title
    other.do(ev.WentBack())
    leave(other)
    assert [row.told for row in decided(other)] == [True]
    assert points(other) == before - 100


def test_no_prize_is_told_kindly(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path, rules=HOPELESS)
    odds(floor)
    said = draw(floor)
    assert isinstance(said, views.Notice)
    assert "没有抽中" in said.title


def test_when_every_prize_is_won_nobody_pays_any_more(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path, rules=SURE)
    with floor.office.engine.begin() as connection:
        for place, name in enumerate(("prize-teapot", "prize-cream", "prize-keyring")):
            for piece in range(100):
                row = {"entry": f"{name}-{piece}", "lottery": "moon", "place": place * 100 + piece}
                row |= {"member": "M", "device": "K", "number": 0, "meant": name, "prize": name}
                connection.execute(sa.insert(at_head_office.draws).values(**row, told=True))
    page = odds(floor)
    assert isinstance(page, views.Article)
    assert page.choices == ()
    assert "都已送出" in "\n".join(page.paragraphs)


def test_without_the_network_no_draw_is_offered(floor: ShopFloor) -> None:
    floor.cut()
    floor.tap(MEMBER)
    page = floor.do(ev.ServicesOpened())
    assert isinstance(page, views.Menu)
    assert ev.ServiceChosen("lottery") not in [tile.tells for tile in page.tiles]


def _asked(floor: ShopFloor) -> wire.AccountRequest:
    return wire.AccountRequest(device=floor.device, card=floor.identity.cards.hash(_card()))


def _card() -> Card:
    return Card("virtual-cpu", MEMBER.encode())


def _deaf_after_the_draw(floor: ShopFloor) -> None:
    """From the draw on nothing is heard of head office any more, though it hears us."""
    wire_to = floor.wire
    through = wire_to.sync

    def sync(request: wire.SyncRequest) -> wire.SyncAnswer:
        answer = through(request)
        if floor.entries(en.Drew):
            raise HubUnreachable("the answer was lost")
        return answer

    wire_to.sync = sync  # type: ignore[method-assign]
