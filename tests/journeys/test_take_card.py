"""A card that is left in a reader which swallows cards."""

import dataclasses
import logging

import pytest
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.desk.take_card import ALARM_S
from kiosk.membership.cards import Card

HOME = Card("virtual-cpu", b"6600000001")


@pytest.fixture
def slot(floor: ShopFloor) -> ShopFloor:
    floor.world.shop = dataclasses.replace(floor.world.shop, inserted_readers=frozenset({"slot"}))
    floor.do(ev.CardTapped("slot", HOME))
    assert isinstance(floor.now, views.Home)
    return floor


def asked(floor: ShopFloor) -> views.Notice:
    view = floor.now
    assert isinstance(view, views.Notice), view
    assert view.title == floor.world.say("Please take your card")
    return view


def test_whoever_leaves_is_asked_for_their_card_in_their_words(slot: ShopFloor) -> None:
    slot.do(ev.LanguageChosen("en"), ev.Left())
    assert asked(slot).frame.language == "en"
    assert isinstance(slot.do(ev.CardRemoved("slot")), views.Attract)
    assert slot.now.frame.language == "zh_CN"


def test_who_walked_away_is_asked_until_staff_come(slot: ShopFloor, caplog: pytest.LogCaptureFixture) -> None:
    slot.wait(slot.world.shop.idle_s + slot.world.shop.countdown_s + 1)
    assert asked(slot).code == ""
    with caplog.at_level(logging.WARNING):
        slot.wait(ALARM_S + 20)
        slot.wait(60)
    assert asked(slot).code == "K-CD-07"
    assert sum("K-CD-07" in line.message for line in caplog.records) == 1
    slot.do(ev.StaffCalled(), ev.Stayed())
    asked(slot)
    assert isinstance(slot.do(ev.CardRemoved("slot")), views.Attract)


def test_a_card_that_is_taken_out_ends_the_visit_and_nothing_is_asked(slot: ShopFloor) -> None:
    assert isinstance(slot.do(ev.CardRemoved("slot")), views.Attract)


def test_another_card_is_served_and_the_first_asked_for_afterwards(slot: ShopFloor) -> None:
    slot.do(ev.Left())
    asked(slot)
    assert isinstance(slot.tap("6600000002"), views.Home)
    slot.do(ev.Left())
    asked(slot)
    slot.do(ev.CardTapped("slot", HOME))
    assert isinstance(slot.now, views.Home)


def test_a_reader_that_went_holds_no_card(slot: ShopFloor) -> None:
    slot.do(ev.ReaderChanged("slot", False, "gone"), ev.Left())
    assert isinstance(slot.now, views.Attract)


def test_a_tapped_card_is_asked_of_nobody(floor: ShopFloor) -> None:
    floor.tap("6600000001")
    assert isinstance(floor.do(ev.Left()), views.Attract)
