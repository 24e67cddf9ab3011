"""Becoming a member at the kiosk: how many taps it takes, and what is left of it, whatever happens."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from newcomer import FRESH, Newcomer
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.joining_tables import merge_proposals, newcomers
from kiosk.hub.member_care import export
from kiosk.hub.tables import members
from kiosk.ledger import entries as en

KNOWN = "13800000001"
MEMBER = "6600000001"
CARD = "9000000000000777"


def rows(floor: ShopFloor, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with floor.office.engine.begin() as connection:
        return list(connection.execute(sa.select(table)))


def joined(floor: ShopFloor) -> en.Joined:
    (body,) = floor.entries(en.Joined)
    assert isinstance(body, en.Joined)
    return body


def test_a_minute_and_thirty_taps_are_enough(floor: ShopFloor) -> None:
    guest = Newcomer(floor)
    guest.until_the_end()
    page = floor.tap(MEMBER)
    assert isinstance(page, views.Notice)
    assert page.title == floor.world.say("This card is somebody's already")
    page = floor.tap(CARD)
    assert isinstance(page, views.Notice)
    assert CARD[-4:] in page.points
    guest.press("Done")
    assert guest.taps <= 30
    assert isinstance(guest.page, views.Attract)
    assert floor.kinds() == ["code", "try", "tried", "join", "bind"]
    floor.sync()
    home = floor.tap(CARD)
    assert isinstance(home, views.Home)
    assert (home.points, "L*" in home.greeting) == ("0", True)
    (row,) = rows(floor, newcomers)
    assert (row.state, row.what, row.terms) == ("open", "member", 1)
    assert FRESH.encode() not in joined(floor).sealed


def test_phone_and_pin_are_good_at_once(floor: ShopFloor) -> None:
    guest = Newcomer(floor)
    guest.until_the_end()
    guest.press("No card, thank you")
    guest.press("Done")
    floor.sync()
    guest.touch(ev.PhoneSignInOpened())
    guest.digits(FRESH)
    guest.pin()
    assert isinstance(guest.page, views.Home)


def test_known_and_unknown_phones_look_the_same(floor: ShopFloor) -> None:
    seen = []
    for number in (FRESH, KNOWN):
        guest, start = Newcomer(floor, number), len(floor.seen)
        guest.until_the_end()
        guest.press("No card, thank you")
        guest.press("Done")
        pages = [view for view in floor.seen[start:] if not isinstance(view, views.Attract | views.Busy)]
        told = [_plain(view, number) for view in pages]
        seen.append((guest.taps, told))
    assert seen[0] == seen[1]
    floor.sync()
    (proposal,) = rows(floor, merge_proposals)
    assert proposal.proof


def _plain(view: views.View, number: str) -> str:
    told = repr(view)
    for group in (number, number[3:7], number[7:], number[:3]):
        told = told.replace(group, "#")
    told = re.sub(r"groups=\([^)]*\)", "", told)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "@", told)


def test_without_the_network_the_account_lives_here_and_then_everywhere(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path)
    floor.wire.cut = True
    floor.sync()
    guest = Newcomer(floor)
    guest.without_network()
    floor.tap(CARD)
    assert isinstance(guest.page, views.Notice)
    assert guest.page.sentence == floor.world.say(
        "You are known at this kiosk now, at all others once there is a network again. "
        "Your number is then confirmed by a code, with which you set your PIN."
    )
    guest.press("Done")
    home = floor.tap(CARD)
    assert isinstance(home, views.Home)
    assert home.points == "0"
    floor.do(ev.Left())
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    assert isinstance(other.tap(CARD), views.Notice)
    other.do(ev.Left())
    floor.wire.cut = False
    floor.sync()
    floor.sync()
    assert isinstance(other.tap(CARD), views.Home)
    other.crash()
    floor.crash()


@pytest.mark.parametrize("step", [3, 6])
def test_who_goes_away_leaves_nothing(floor: ShopFloor, step: int) -> None:
    guest = Newcomer(floor)
    parts = [
        guest.agree,
        lambda: guest.digits(FRESH),
        lambda: guest.press("Send me a code"),
        guest.code,
        guest.name,
        guest.pin,
        guest.pin,
    ]
    for part in parts[: step + 1]:
        part()
    floor.crash()
    floor.open()
    floor.sync()
    assert set(floor.kinds()) <= {"code", "try", "tried"}
    assert rows(floor, newcomers) == []
    assert all(entry.member is None for entry in _entries(floor) if entry.kind in {"code", "try", "tried"})


def _entries(floor: ShopFloor) -> list[en.Entry]:
    told = floor.journal._database.execute("SELECT stored FROM entries ORDER BY n")
    return [en.decode(stored) for (stored,) in told]


def test_a_power_cut_after_the_last_tap_loses_nobody(floor: ShopFloor) -> None:
    guest = Newcomer(floor)
    guest.until_the_end()
    floor.crash()
    floor.open()
    floor.sync()
    (row,) = rows(floor, newcomers)
    assert row.state == "open"
    with floor.office.engine.begin() as connection:
        named = sa.select(members.c.name, members.c.home).where(members.c.id == row.member)
        assert connection.execute(named).one() == ("L*", floor.device)


def test_an_unknown_card_is_joined_with(floor: ShopFloor) -> None:
    guest = Newcomer(floor)
    floor.tap(CARD)
    guest.press("Join with this card")
    guest.press("I have read them and agree")
    guest.press("Go on")
    guest.digits(FRESH)
    guest.press("Send me a code")
    guest.code()
    guest.name()
    guest.pin()
    guest.pin()
    guest.press("That is all")
    assert floor.kinds()[-2:] == ["join", "bind"]


def test_birthday_answers_and_consent_arrive(floor: ShopFloor) -> None:
    guest = Newcomer(floor)
    guest.touch(ev.JoinOpened())
    page = guest.page
    assert isinstance(page, views.Question)
    assert page.submit is None  # nobody goes on without agreeing
    guest.touch(page.options[-1].tells)
    guest.press("I have read them and agree")
    guest.press("Go on")
    guest.digits(FRESH)
    guest.press("Send me a code")
    guest.code()
    guest.name()
    guest.pin()
    guest.pin()
    guest.press("My birthday: a gift every year")
    for place in (1, 3, 4):  # February, the 25th to the 29th, the 29th
        page = guest.page
        assert isinstance(page, views.Question)
        guest.touch(page.options[place].tells)
    page = guest.page
    assert isinstance(page, views.Question)
    guest.touch(page.options[1].tells)
    page = guest.page
    assert isinstance(page, views.Question)
    guest.touch(page.options[0].tells)
    guest.press("That is all")
    floor.sync()
    (row,) = rows(floor, newcomers)
    with floor.office.engine.begin() as connection:
        told = export(connection, row.member)["joined"]
    assert isinstance(told, dict)
    assert (told["told"]["born"], told["told"]["answers"], told["consents"]) == (
        "02-29",
        {"sex": "ms"},
        ["news"],
    )
