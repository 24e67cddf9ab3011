"""A swipe at the real desk: a visit like any other, and a bank's card that leaves no trace."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import events as ev
from kiosk import views
from kiosk.hardware.magnetic.swipes import swipe_of_text
from kiosk.hardware.magnetic.watcher import event_of
from tests.hardware_magnetic.vectors import BANK_CARDS
from tests.journeys.shop import ShopFloor

READER = "/dev/swipe"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[ShopFloor]:
    shop = ShopFloor(tmp_path)
    yield shop
    shop.crash()


def swiped(*texts: str) -> ev.Event:
    one, two, three = texts
    return event_of(READER, swipe_of_text((one, two, three)))[0]


def test_a_visit_by_swipe_begins_and_ends_as_one_by_tap_does(floor: ShopFloor) -> None:
    by_tap = floor.tap("6600000001")
    floor.do(ev.Left())
    by_swipe = floor.do(swiped("", ";6600000001?", ""))
    assert by_swipe == by_tap
    assert isinstance(floor.do(ev.Left()), views.Attract)
    floor.do(swiped("", ";6600000001?", ""))
    assert isinstance(floor.wait(46), views.Attract), "nobody took a card away; the clock ends the visit"


def test_a_swiped_card_redeems_with_its_pin(floor: ShopFloor) -> None:
    floor.do(swiped("%M6600000001^ZHANG/WEI?", ";6600000001?", ""))
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    assert floor.kinds().count("redeem") == 1


def test_another_swipe_begins_another_visit(floor: ShopFloor) -> None:
    floor.do(swiped("", ";6600000001?", ""))
    second = floor.do(swiped("", ";6600000002?", ""))
    assert isinstance(second, views.Home)
    assert second == floor.tap("6600000002")


def test_a_bank_card_is_sent_away_politely_and_asked_nowhere(
    floor: ShopFloor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    before = floor.journal.tail().n
    for texts in BANK_CARDS:
        told = floor.do(swiped(*texts))
        assert isinstance(told, views.Notice)
        assert told.code == "K-CD-03", texts
        assert isinstance(floor.do(ev.WentBack()), views.Attract)
    assert floor.journal.tail().n == before
    numbers = {digits for texts in BANK_CARDS for digits in re.findall(r"[0-9]{12,}", "".join(texts))}
    assert not any(number[:12] in caplog.text for number in numbers)


def test_a_bad_swipe_is_asked_for_once_more(floor: ShopFloor) -> None:
    told = floor.do(swiped("", ";E?", ""))
    assert isinstance(told, views.Notice)
    assert told.code == "K-CD-02"
    assert told != floor.do(ev.WentBack(), ev.CardUnreadable("reader", "garbled"))
