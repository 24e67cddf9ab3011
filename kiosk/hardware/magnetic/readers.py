"""Two kinds of swipe readers behind a serial line: one that is asked, and one that types."""

import re
from typing import Protocol

from kiosk.hardware.magnetic import msr605
from kiosk.hardware.magnetic.line import Silent, SwipeLine
from kiosk.hardware.magnetic.msr605 import Blocks, Mode, Refused
from kiosk.hardware.magnetic.swipes import Swipe, swipe_of_text
from kiosk.hardware.scanners.frames import Frames
from kiosk.ports import Clock

ANSWER_S = 1.0
"""How long an answer to an order may take."""
LOOK_AFTER_S = 30.0
"""Without a swipe for so long, the reader is reset and tested: one that hangs says nothing either."""
BREATH_S = 0.5
"""A block comes in one breath: after a longer silence the rest will not come."""

SPOILT = Swipe(("", "", ""), frozenset((1, 2, 3)))
"""A swipe of which nothing can be said."""

_LINE = re.compile(r"(%[^?]*\?)?(;[^?]*\?)?([+;][^?]*\?)?")


class SwipeReader(Protocol):
    """A reader behind a line; both verbs raise LineLost, or Silent of one that does not answer."""

    def begin(self) -> str:
        """Make it ready; what it says it is, for the log."""

    def next(self) -> Swipe | None:
        """The next swipe, or None when none came in a moment."""

    def judged(self, good: bool) -> None:
        """Whether the last swipe was a member card, for its lamp."""


class Msr605:
    """A reader that is asked to read, over and over (MSR605, MSR206 and their like)."""

    def __init__(self, line: SwipeLine, clock: Clock, mode: Mode) -> None:
        self._line, self._clock, self._mode = line, clock, mode
        self._blocks = Blocks(mode)
        self._waiting: list[Swipe] = []
        self._armed_at = self._heard_at = 0.0

    def begin(self) -> str:
        """Reset, test, ask what it is, and ask for the first swipe."""
        self._test()
        model = self._asked(msr605.MODEL, msr605.MODEL_ANSWER) or "unknown"
        firmware = self._asked(msr605.FIRMWARE, msr605.FIRMWARE_ANSWER) or "unknown"
        self.judged(good=True)
        self._arm()
        return f"model {model}, firmware {firmware}"

    def next(self) -> Swipe | None:
        """Listen for a moment. A reader that nobody used for a while is tested: it may hang."""
        if not self._waiting:
            self._listen()
        return self._waiting.pop(0) if self._waiting else None

    def judged(self, good: bool) -> None:
        """Green, or red until the next swipe."""
        self._line.write(msr605.LEDS_OFF)
        self._line.write(msr605.GREEN if good else msr605.RED)

    def _listen(self) -> None:
        data, now = self._line.read(), self._clock.monotonic()
        if self._blocks.begun and now - self._heard_at > BREATH_S:
            self._blocks.forget()
        if data:
            self._heard_at = now
        try:
            blocks = self._blocks.feed(data)
        except Refused as why:
            raise Silent(f"it refuses to read: {why}") from why
        self._waiting += [block.swipe(self._mode) if block else SPOILT for block in blocks]
        if blocks:
            self._arm()
        elif now - self._armed_at > LOOK_AFTER_S and not self._blocks.begun:
            self._test()
            self._arm()

    def _test(self) -> None:
        """Leave whatever it was doing. Silent: it does not answer."""
        self._line.write(msr605.RESET)
        while self._line.read():
            pass
        if self._asked(msr605.TEST, msr605.TEST_ANSWER) is None:
            raise Silent("it does not answer")

    def _arm(self) -> None:
        self._line.write(msr605.READ_RAW if self._mode == "raw" else msr605.READ_ISO)
        self._armed_at = self._clock.monotonic()

    def _asked(self, order: bytes, answer: re.Pattern[bytes]) -> str | None:
        """What the answer says, '' for one that says nothing more; None when none comes in time."""
        self._line.write(order)
        until, heard = self._clock.monotonic() + ANSWER_S, b""
        while self._clock.monotonic() < until:
            heard = (heard + self._line.read())[-msr605.BLOCK_MAX :]
            if found := answer.search(heard):
                return found[1].decode("ascii", "replace") if found.lastindex else ""
        return None


class Plain:
    """A reader that sends each swipe as a line of text, all tracks in it, whoever listens."""

    def __init__(self, line: SwipeLine, clock: Clock) -> None:
        self._line, self._clock = line, clock
        self._frames = Frames()
        self._waiting: list[Swipe] = []

    def begin(self) -> str:
        """There is nothing to ask it."""
        return "plain text"

    def next(self) -> Swipe | None:
        """Listen for a moment."""
        if not self._waiting:
            heard = self._frames.feed(self._line.read(), self._clock.monotonic())
            self._waiting += map(swipe_of_line, heard)
        return self._waiting.pop(0) if self._waiting else None

    def judged(self, good: bool) -> None:
        """It has no lamp of ours."""


def swipe_of_line(text: str) -> Swipe:
    """The swipe in a line such as `%...?;...?+...?`; SPOILT for one that is put together otherwise."""
    found = _LINE.fullmatch(text)
    return swipe_of_text((found[1] or "", found[2] or "", found[3] or "")) if found else SPOILT
