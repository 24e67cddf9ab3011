"""Somebody who becomes a member at the glass, and counts their taps."""

import re

from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.messages import Tray, carry

FRESH, PIN = "13912345678", "713905"
NAME = "LiuYan"


class Newcomer:
    """Somebody at the glass: `taps` counts touches, but for the digits of number, code and PIN."""

    def __init__(self, floor: ShopFloor, number: str = FRESH) -> None:
        self.floor, self.number, self.taps = floor, number, 0

    @property
    def page(self) -> views.View:
        return self.floor.now

    def touch(self, *events: ev.Event) -> views.View:
        self.taps += len(events)
        return self.floor.do(*events)

    def press(self, icon_or_label: str) -> views.View:
        """The button that says this."""
        (choice,) = [one for one in _buttons(self.page) if one.label == self.floor.world.say(icon_or_label)]
        return self.touch(choice.tells)

    def agree(self) -> None:
        self.touch(ev.JoinOpened())
        self.press("I have read them and agree")
        self.press("Go on")

    def digits(self, digits: str) -> views.View:
        page = self.page
        assert isinstance(page, views.NumberEntry), page
        self.floor.do(*(ev.TextKeyed(page.entry, digit) for digit in digits))
        return self.touch(ev.TextKeyed(page.entry, "done"))

    def code(self) -> views.View:
        return self.digits(code_on(self.floor, self.number))

    def name(self) -> views.View:
        page = self.page
        assert isinstance(page, views.TextEntry), page
        for key in NAME:
            page = self.page
            assert isinstance(page, views.TextEntry)
            self.touch(ev.TextKeyed(page.entry, key))
        return self.touch(ev.TextKeyed(page.entry, "done"))

    def pin(self, digits: str = PIN) -> views.View:
        page = self.page
        assert isinstance(page, views.PinPad), page
        return self.touch(ev.Confirmed(page.ticket, digits))

    def until_the_end(self) -> None:
        """All of it, with the network."""
        self.agree()
        self.digits(self.number)
        self.press("Send me a code")
        self.code()
        self.name()
        self.pin()
        self.pin()
        self.press("That is all")

    def without_network(self) -> None:
        self.agree()
        self.digits(self.number)
        self.press("Yes, it is mine")
        self.name()
        self.press("That is all")


def code_on(floor: ShopFloor, number: str) -> str:
    """The six digits that reached this phone last."""
    carry(floor.office.engine, tray := Tray(), floor.clock.now())
    texts = [line["text"] for line in tray.lines if line["number"] == number]
    return str(re.findall(r"(?<!\d)\d{6}(?!\d)", texts[-1])[0])


def _buttons(view: views.View) -> list[views.Choice | views.Option]:
    found: list[views.Choice | views.Option] = []
    for name in ("choices", "options"):
        found.extend(getattr(view, name, ()))
    found.extend(one for name in ("submit", "later") if (one := getattr(view, name, None)) is not None)
    return [one for one in found if isinstance(one, views.Choice | views.Option)]
