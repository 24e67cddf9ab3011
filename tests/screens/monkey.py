"""A visitor without sense: `python -m tests.screens.monkey --seed S --steps N [--desk]`.

Random fingers, swipes, cards, pulls, cuts of the network and waits, at the real window with the real desk,
journal and head office behind it; with `--desk` the same without a window, through what each view can tell.
After every step nobody else's card may be told of, and an invitation looks as on the first day; at the end no
voucher is on paper that was not paid for, and nobody is below zero.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from kiosk import events as ev
from kiosk import views
from kiosk.ledger import entries as en
from kiosk.membership.vouchers import NotAVoucher, parse_qr
from tests.journeys.shop import PIN, ShopFloor, written

MEMBERS = ("6600000001", "6600000002", "6600000100", "6600000021")
COLLEAGUE = "6600000801"
CARDS = (*MEMBERS, COLLEAGUE, "6600000530", "9999999999")
SIZE = (800, 480)
"""The smallest panel: a monkey is quickest there."""

ENTRIES = (views.NumberEntry, views.TextEntry)
"""Pages with so many keys that a monkey would never leave them."""


def _voucher(code: str) -> str:
    """The number of the voucher that a code on paper is; '' for other codes, such as an invitation's."""
    try:
        return parse_qr(code)[0].number
    except NotAVoucher:
        return ""


class Escape(AssertionError):
    """The monkey got where nobody should."""


class Desk:
    """The floor, and whose card lay there last."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.floor = ShopFloor(folder)
        self.chance = chance
        self.card = ""
        self.visits = 0

    def act(self) -> None:
        """Something that is no finger: a card, a pull, the network, time."""
        floor, chance = self.floor, self.chance
        invited = isinstance(floor.now, views.Attract)
        if invited and chance.random() < 0.5:
            floor.heal()  # most visits have the network
        others = ("pull", "cut", "heal", "heal", "wait", "sync", "garbled")
        what = chance.choice((*["card"] * (9 if invited else 1), *others))
        if what == "card":
            if isinstance(floor.now, views.Attract):
                self.card = chance.choice(CARDS)
                self.visits += 1
                floor.tap(self.card)
            else:
                self.other_card(chance.choice(CARDS))
        elif what == "pull":
            floor.do(ev.CardRemoved("reader"))
        elif what == "garbled":
            floor.do(ev.CardUnreadable("reader", chance.choice(("pulled", "mute", "garbled"))))
        elif what in ("cut", "heal"):
            getattr(floor, what)()
        elif what == "sync":
            floor.sync()
        else:
            floor.wait(chance.choice((1, 3, 35, 50)))

    def other_card(self, card: str) -> None:
        """A second card in the middle of a visit; whose page stands then is for the desk to say."""
        self.floor.tap(card)
        if isinstance(self.floor.now, views.Home):
            self.card = self._owner(self.floor.now)

    def _owner(self, home: views.Home) -> str:
        mine = [card for card in {self.card, *CARDS} if home.card_tail.endswith(card[-4:])]
        if not mine:
            raise Escape(f"a home of nobody: {home.card_tail}")
        return mine[0]

    def judge(self, texts: list[str]) -> None:
        """Nothing of a member stands on an invitation, nothing of another on a home."""
        now = self.floor.now
        if isinstance(now, views.Attract):
            tails = [text for text in texts for card in MEMBERS if text.endswith(card[-4:]) and "*" in text]
            if tails:
                raise Escape(f"somebody stands on the invitation: {tails}")
        if isinstance(now, views.Home) and not now.card_tail.endswith(self.card[-4:]):
            raise Escape(f"{now.card_tail} in the visit of {self.card}")

    def settle(self) -> int:
        """Everybody gone, the network there: the books agree with the paper. How many vouchers."""
        self.floor.heal()
        self.floor.do(ev.Left())
        self.floor.wait(120)
        for _ in range(4):
            self.floor.sync()
        redeemed = [body.op for body in self.floor.entries(en.Redeem)]  # type: ignore[attr-defined]
        if len(set(redeemed)) != len(redeemed):
            raise Escape("one redemption stands twice in the journal")
        codes = {written(paper)["QR"] for paper in self.floor.tray.papers}
        numbers = {number for code in codes if (number := _voucher(code))}
        if len(numbers) > len(redeemed):
            raise Escape(f"{len(numbers)} vouchers on paper, {len(redeemed)} paid for")
        for card in MEMBERS:
            self.card = card
            view = self.floor.tap(card)
            if isinstance(view, views.Home) and int(view.points.replace(",", "")) < 0:
                raise Escape(f"{card} is below zero: {view.points}")
            self.floor.do(ev.Left())
        return len(numbers)


def told_by(view: Any) -> Iterator[ev.Event]:
    """Every event that a button of this view tells."""
    if isinstance(view, views.Shelf):
        yield from (ev.GiftChosen(tile.gift) for tile in view.tiles for _ in "123")
        yield from (ev.GiftWished(tile.gift) for tile in view.tiles)
    for field in fields(view):
        value = getattr(view, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, ev.Event):
                yield one
            elif is_dataclass(one) and not isinstance(one, views.View):
                yield from told_by(one)


def through_desk(desk: Desk, steps: int) -> None:
    """What buttons can tell, and what a broken screen might."""
    chance = desk.chance
    always = (ev.WentBack(), ev.Left(), ev.StaffCalled(), ev.Stayed(), ev.ShelfOpened(), ev.HistoryOpened())
    for _ in range(steps):
        now = desk.floor.now
        if chance.random() < (0.7 if isinstance(now, views.Attract) else 0.02):
            desk.act()
        elif isinstance(now, views.Confirm) and chance.random() < 0.6:
            desk.floor.confirm(chance.choice((PIN, PIN, "000000")))
        else:
            buttons = list(told_by(now))
            lost = not buttons or chance.random() < (0.4 if isinstance(now, ENTRIES) else 0.1)
            desk.floor.do(chance.choice(always if lost else buttons))
        desk.judge([])


class Fingers:
    """Fingers anywhere, and mostly on a button; it keeps what each invitation looked like at first."""

    def __init__(self, desk: Desk, home: Path) -> None:
        from kiosk.screens.curtain import raised
        from kiosk.screens.faces import ensure_faces

        self.desk, self.chance = desk, desk.chance
        self.shot = home / "now.png"
        self.heard: list[ev.Event] = []
        self.fresh: dict[views.View, bytes] = {}
        self.pilot = raised(SIZE, ensure_faces(home), self.heard.append)
        self.pilot.show(desk.floor.now)

    def step(self) -> None:
        """One deed, and what comes of it."""
        before = self.desk.floor.now
        if self.chance.random() < (0.7 if isinstance(before, views.Attract) else 0.03):
            self.desk.act()
        elif isinstance(before, views.Confirm | views.PinPad) and self.chance.random() < 0.5:
            for words in (*PIN, before.confirm):
                self.pilot.tap(words)
        else:
            self._touch(before)
        while self.heard:
            self.desk.floor.do(self.heard.pop(0))
        self.pilot.lay(self.desk.floor.now)
        self._judge(before)

    def _touch(self, view: views.View) -> None:
        from kiosk.screens.widgets.buttons import Pressable

        if isinstance(view, ENTRIES) and self.chance.random() < 0.3:
            self.heard.append(ev.WentBack())
        buttons = [button for button in self.pilot.parts(Pressable) if button.able]
        luck = self.chance.random()
        if buttons and luck < 0.7:
            self.pilot.touch(*self.chance.choice(buttons).center, frames=0)
        elif luck < 0.9:
            self.pilot.touch(*self._spot(), frames=0)
        else:
            self.pilot.swipe([self._spot() for _ in range(5)])

    def _spot(self) -> tuple[float, float]:
        return self.chance.random() * SIZE[0], self.chance.random() * SIZE[1]

    def _judge(self, before: views.View) -> None:
        from kivy.core.window import Window

        self.desk.judge(self.pilot.texts())
        if len(Window.children) != 1:
            raise Escape(f"something else stands in the window: {Window.children}")
        now = self.desk.floor.now
        if isinstance(now, views.Attract) and not isinstance(before, views.Attract):
            shot = self.pilot.shoot(self.shot).read_bytes()
            if self.fresh.setdefault(now, shot) != shot:
                raise Escape("an invitation does not look as it did on the first day")


def through_window(desk: Desk, steps: int) -> None:
    """Through real pixels; Kivy must have been prepared."""
    with tempfile.TemporaryDirectory() as home:
        fingers = Fingers(desk, Path(home))
        for _ in range(steps):
            fingers.step()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--desk", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        desk = Desk(Path(home) / "floor", random.Random(asked.seed))
        if asked.desk:
            through_desk(desk, asked.steps)
        else:
            from kiosk.screens.prepare import prepare

            os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
            prepare(Path(home) / "kivy", SIZE, fps=0)
            through_window(desk, asked.steps)
        vouchers = desk.settle()
        desk.floor.crash()
    print(f"{asked.steps} steps, {desk.visits} visits, {vouchers} vouchers, nothing escaped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
