"""The scripted visitor's reading of a screen."""

import asyncio
import re
from pathlib import Path

import pytest

from kiosk.demo.lines import Answer, serve
from kiosk.demo.screen import NotSeen, Screen, pattern_of


def test_a_sentence_with_unknown_figures_becomes_a_pattern() -> None:
    pattern = pattern_of("Done. {points} points used, {after} left.", points=r"[\d,]+", after=r"[\d,]+")
    found = re.fullmatch(pattern, "Done. 480 points used, 12,000 left.")
    assert found
    assert (found["points"], found["after"]) == ("480", "12,000")
    assert not re.fullmatch(pattern, "Donex 480 points used, 12,000 left.")


class Window:
    """A window whose second look shows the next page."""

    def __init__(self) -> None:
        self.looks = 0
        self.pressed: list[str] = []

    async def answer(self, message: Answer) -> Answer:
        if message["do"] == "texts":
            self.looks += 1
            return {"ok": True, "texts": ["welcome"] if self.looks == 1 else ["12 points", "leave"]}
        self.pressed.append(message["text"])
        return {"ok": True}


def test_waits_reads_and_presses(tmp_path: Path) -> None:
    window = Window()
    screen = Screen(tmp_path / "pilot", tmp_path)

    async def story() -> None:
        async with await serve(screen.pilot, window.answer):
            found = await asyncio.to_thread(screen.wait_match, r"(?P<points>\d+) points")
            assert found["points"] == "12"
            await asyncio.to_thread(screen.press, "leave")
            with pytest.raises(NotSeen, match=r"no 'gift' within 0 s; the screen says: 12 points \| leave"):
                await asyncio.to_thread(screen.wait, "gift", 0.0)
            with pytest.raises(NotSeen, match="other page"):
                await asyncio.to_thread(screen.until, lambda texts: not texts, "other page", 0.0)

    asyncio.run(story())
    assert window.looks >= 2
    assert window.pressed == ["leave"]
