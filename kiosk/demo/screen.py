"""The kiosk's screen for a visitor without eyes: read its words, press them, type, take its picture."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.control import ask

_PAUSE = 0.05
PATIENCE = 20.0


class NotSeen(Exception):
    """What the visitor waited for never came on the screen; says what stood there instead."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The window of a demo kiosk, through its pilot's socket."""

    pilot: Path
    shots: Path

    def texts(self) -> tuple[str, ...]:
        """Every text that can be read now."""
        return tuple(str(text) for text in ask(self.pilot, {"do": "texts"})["texts"])

    def wait(self, wanted: str, patience: float = PATIENCE) -> str:
        """Wait for a text that contains `wanted`; the whole of that text."""
        return self.find(lambda text: wanted in text, wanted, patience)

    def wait_match(self, pattern: str, patience: float = PATIENCE) -> re.Match[str]:
        """Wait for a text that fits the pattern from its beginning to its end."""
        found = re.fullmatch(
            pattern, self.find(lambda text: bool(re.fullmatch(pattern, text)), pattern, patience)
        )
        assert found
        return found

    def find(self, fits: Callable[[str], bool], called: str, patience: float = PATIENCE) -> str:
        """Wait for a text that fits. NotSeen names it as `called`."""
        deadline = time.monotonic() + patience
        while True:
            texts = self.texts()
            for text in texts:
                if fits(text):
                    return text
            if time.monotonic() > deadline:
                raise NotSeen(f"no {called!r} within {patience:.0f} s; the screen says: {' | '.join(texts)}")
            time.sleep(_PAUSE)

    def until(self, fits: Callable[[tuple[str, ...]], bool], called: str, patience: float = PATIENCE) -> None:
        """Wait until all texts together fit. NotSeen names it as `called`."""
        deadline = time.monotonic() + patience
        while not fits(texts := self.texts()):
            if time.monotonic() > deadline:
                raise NotSeen(f"{called}: not after {patience:.0f} s; the screen says: {' | '.join(texts)}")
            time.sleep(_PAUSE)

    def press(self, text: str) -> None:
        """Touch what says exactly this."""
        ask(self.pilot, {"do": "press", "text": text})

    def keys(self, digits: str) -> None:
        """Type on the PIN pad."""
        ask(self.pilot, {"do": "keys", "digits": digits})

    def shoot(self, name: str) -> Path:
        """Take a picture of the screen; where it lies."""
        file = self.shots / f"{name}.png"
        ask(self.pilot, {"do": "shoot", "file": str(file)})
        return file


def pattern_of(sentence: str, **unknown: str) -> str:
    """A pattern that fits a sentence whose {names} are not known yet: each becomes its own named group."""
    marks = {name: f"\x00{name}\x00" for name in unknown}
    whole = re.escape(sentence.format(**marks))
    for name, inside in unknown.items():
        whole = whole.replace(re.escape(marks[name]), f"(?P<{name}>{inside})")
    return whole
