"""The pages of whoever becomes a member, as the real desk draws them."""

import re
from collections.abc import Iterator

from kiosk import events as ev
from kiosk import views
from kiosk.desk import join, join_card, paper_visit
from kiosk.desk.newcomer import Form
from kiosk.hub.messages import Tray, carry
from kiosk.membership.paper_cards import paper_card
from tests.journeys.shop import ShopFloor

FRESH, PIN, CARD = "13912345678", "713905", "9000000000000777"


def joining_pages(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Name -> view, from the wish to the welcome; what was written stays written."""
    terms = floor.do(ev.JoinOpened())
    yield "join-terms", terms
    assert isinstance(terms, views.Question)
    yield "join-document", floor.do(terms.options[0].tells)
    floor.do(ev.WentBack())
    agreed = floor.do(terms.options[2].tells)
    yield "join-agreed", agreed
    assert isinstance(agreed, views.Question)
    assert agreed.submit is not None
    floor.do(agreed.submit.tells)
    yield "join-number", _digits(floor, FRESH[:7])
    check = _digits(floor, FRESH[7:], "done")
    yield "join-check", check
    assert isinstance(check, views.Notice)
    floor.do(check.choices[1].tells)
    yield "join-code", _digits(floor, "12")
    _digits(floor, "clear")
    carry(floor.office.engine, tray := Tray(), floor.clock.now())
    _digits(floor, re.findall(r"(?<!\d)\d{6}(?!\d)", tray.lines[-1]["text"])[0], "done")
    for key in ("pad:latin", *"Liu Yan"):
        _key(floor, "space" if key == " " else key)
    yield "join-name", floor.now
    _key(floor, "done")
    for _ in range(2):
        assert isinstance(floor.now, views.PinPad)
        floor.do(ev.Confirmed(floor.now.ticket, PIN))
    yield from _last_pages(floor)


def _last_pages(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    more = floor.now
    yield "join-more", more
    assert isinstance(more, views.Question)
    months = floor.do(more.options[0].tells)
    yield "join-month", months
    assert isinstance(months, views.Question)
    weeks = floor.do(months.options[1].tells)
    yield "join-week", weeks
    assert isinstance(weeks, views.Question)
    yield "join-day", floor.do(weeks.options[0].tells)
    floor.do(ev.WentBack())
    assert more.submit is not None
    yield "join-card", floor.do(more.submit.tells)
    floor.tray.ends = ev.Outcome.UNKNOWN
    yield "join-code-not-printed", floor.do(join_card.ON_PAPER)
    floor.tray.ends = ev.Outcome.CONFIRMED
    floor.do(ev.WentBack())
    yield "join-welcome", floor.tap(CARD)
    say = floor.world.say
    form = Form(member="m", visit="v", proof="p", name="欧阳明瑞")
    code = paper_card(b"0" * 16)
    yield "join-welcome-code", join.welcome(floor.world, form, code, has_pin=True)(say, 25)
    yield "code-unknown", paper_visit.unknown(floor.world)(say, 25)
    yield "code-no-pin", paper_visit.no_pin(floor.world)(say, 25)


def _digits(floor: ShopFloor, *keys: str) -> views.View:
    for key in keys:
        for one in key if key.isdecimal() else (key,):
            _key(floor, one)
    return floor.now


def _key(floor: ShopFloor, key: str) -> None:
    page = floor.now
    assert isinstance(page, views.NumberEntry | views.TextEntry), page
    floor.do(ev.TextKeyed(page.entry, key))
