"""Keyboard wedges: keys put together in every way, a real pipe of records, and uinput where there is one."""

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.clock import RealClock
from kiosk.control import ask
from kiosk.events import CardTapped, CardUnreadable, CodeScanned, Event, ReaderChanged, ScannerChanged
from kiosk.hardware.magnetic.typed import Reads, event_of_text
from kiosk.hardware.simulated.wedge import SimulatedWedge, _typed
from kiosk.hardware.simulated.wedge_keyboards import NAME, PipeKeyboard, UinputKeyboard
from kiosk.hardware.wedge.keys import (
    CAPS,
    DOWN,
    DROPPED,
    GAP_S,
    KEY,
    LAYOUT,
    LONGEST,
    RECORD,
    REPEAT,
    SYNC,
    UP,
    KeyEvent,
    Keys,
    records,
)
from kiosk.hardware.wedge.watcher import WedgeWatcher
from kiosk.membership.cards import Card
from tests.hardware_magnetic.vectors import BANK_CARDS

PATIENCE_S = 10.0
SWIPE = "%M6600000001^ZHANG/WEI?;6600000001?"
CARD = Card("magnetic", b"6600000001")
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)


def heard(keys: Keys, events: list[KeyEvent], now: float = 0.0) -> list[str]:
    return [text for event in events if (text := keys.feed(event, now))]


def strokes(text: str, end: str = "enter") -> list[KeyEvent]:
    return _typed({"text": text, "end": end})


@given(st.lists(TEXTS, max_size=4), st.sampled_from(["enter", "keypad", "tab"]))
def test_every_ascii_text_is_heard_as_it_was_typed(texts: list[str], end: str) -> None:
    keys = Keys()
    assert heard(keys, [event for text in texts for event in strokes(text, end)]) == texts
    assert keys.dropped == 0


@given(
    st.lists(
        st.tuples(st.sampled_from([SYNC, KEY, 4]), st.integers(0, 130), st.integers(0, 2)), max_size=300
    ),
    TEXTS,
)
def test_any_keys_are_survived_and_bounded(noise: list[tuple[int, int, int]], text: str) -> None:
    keys = Keys()
    for one in heard(keys, [KeyEvent(*event) for event in noise]):
        assert 0 < len(one) <= LONGEST
        assert one.isascii()
        assert one.isprintable()
    for shift in (42, 54):
        keys.feed(KeyEvent(KEY, shift, UP), 0.0)
    assert heard(keys, strokes(text), GAP_S * 1.1) == [text]


@given(st.binary(max_size=500))
def test_any_bytes_are_records_or_dropped(data: bytes) -> None:
    assert len(list(records(data))) == len(data) // RECORD.size


@pytest.mark.parametrize(
    "spoiler",
    [
        KeyEvent(KEY, 103, DOWN),  # an arrow
        KeyEvent(KEY, 29, DOWN),  # Ctrl: a command, no text
        KeyEvent(SYNC, DROPPED, 0),
    ],
)
def test_a_spoilt_text_is_dropped_whole_and_the_next_is_good(spoiler: KeyEvent) -> None:
    keys = Keys()
    half = strokes("ab", "none")
    assert heard(keys, [*half, spoiler, *strokes("cd"), *strokes("good")]) == ["good"]
    assert keys.dropped == 1


def test_the_longest_text_is_believed_and_a_longer_one_is_not() -> None:
    keys = Keys()
    assert heard(keys, strokes("x" * LONGEST)) == ["x" * LONGEST]
    assert heard(keys, strokes("x" * (LONGEST + 1))) == []


def test_a_text_that_stops_in_the_middle_is_forgotten_after_a_while() -> None:
    keys = Keys()
    assert heard(keys, strokes("half", "none"), 10.0) == []
    assert heard(keys, strokes("whole"), 10.0 + GAP_S * 1.1) == ["whole"]


def test_repeats_type_nothing_and_caps_lock_raises_letters_alone() -> None:
    keys = Keys()
    a = next(code for code, both in LAYOUT.items() if both == "aA")
    held = [KeyEvent(KEY, a, DOWN), *[KeyEvent(KEY, a, REPEAT)] * 5, KeyEvent(KEY, a, UP)]
    assert heard(keys, [*held, *strokes("b")]) == ["ab"]
    locked = [KeyEvent(KEY, CAPS, DOWN), KeyEvent(KEY, CAPS, UP)]
    assert heard(keys, [*locked, *strokes("aB1", "none"), *locked, *strokes("a")]) == ["Ab1a"]


@pytest.mark.parametrize(
    "text",
    [
        ";4111111111111111=30121011000?X",
        "x4111111111111111=3012",
        "%B4111111111111111^DOE/JANE",
        "%B4111 1111 1111 1112^",
        "".join(BANK_CARDS[0])[1:],
    ],
)
def test_a_bank_card_among_other_text_is_no_code(text: str) -> None:
    assert event_of_text("codes", "wedge", text) == CardUnreadable("wedge", "bank-card", swiped=True)


@pytest.mark.parametrize(
    "text", ["4111111111111111", "https://a.example/?n=4111111111111112=1", ";6600000001?"]
)
def test_other_texts_are_codes(text: str) -> None:
    assert event_of_text("codes", "wedge", text) == CodeScanned("wedge", text)


class Strides(RealClock):
    """No pace drops a text, and none has a gap in it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 0.2
        return self.seconds


@contextmanager
def watching(reads: Reads, device: str, clock: RealClock) -> Iterator["queue.Queue[Event]"]:
    events: queue.Queue[Event] = queue.Queue()
    watcher = WedgeWatcher(reads, device, events.put, clock)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield events
    finally:
        watcher.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_swipes_through_a_pipe(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    place = tmp_path / "wedge"
    with (
        SimulatedWedge(PipeKeyboard(place), tmp_path / "control") as wedge,
        watching("cards", str(place), Strides()) as events,
    ):
        assert events.get(timeout=PATIENCE_S) == ReaderChanged(str(place), True)
        for verb in ("type", "split"):
            assert wedge.do(verb, text=SWIPE)["ok"]
            assert events.get(timeout=PATIENCE_S) == CardTapped(str(place), CARD, passing=True)
        for verb in ("strange", "overrun"):
            wedge.do(verb, text=SWIPE)  # dropped whole: no event
        wedge.do("type", text="".join(BANK_CARDS[0]))
        assert events.get(timeout=PATIENCE_S) == CardUnreadable(str(place), "bank-card", swiped=True)
        wedge.do("type", text="typed by hand")
        assert events.get(timeout=PATIENCE_S) == CardUnreadable(str(place), "garbled", swiped=True)
    assert not any(secret in caplog.text for secret in ("4111", "6600000001", "ZHANG", "by hand"))


def test_codes_through_a_pipe_and_a_bank_card_still_refused(tmp_path: Path) -> None:
    place = tmp_path / "wedge"
    with SimulatedWedge(PipeKeyboard(place)) as wedge, watching("codes", str(place), Strides()) as events:
        assert events.get(timeout=PATIENCE_S) == ScannerChanged(str(place), True)
        wedge.do("type", text="6BF S0$8S%W8 ")
        assert events.get(timeout=PATIENCE_S) == CodeScanned(str(place), "6BF S0$8S%W8 ")
        wedge.do("type", text="".join(BANK_CARDS[0]))
        assert events.get(timeout=PATIENCE_S) == CardUnreadable(str(place), "bank-card", swiped=True)
        wedge.do("slow", text="never a whole one", end="none")
        wedge.do("merge", texts=["one", "two"])
        heard = [events.get(timeout=PATIENCE_S)]
        assert isinstance(heard[0], CodeScanned)


def test_a_wedge_that_is_unplugged_is_found_again(tmp_path: Path) -> None:
    place, control = tmp_path / "wedge", tmp_path / "control"
    with (
        SimulatedWedge(PipeKeyboard(place), control),
        watching("cards", str(place), Strides()) as events,
    ):
        events.get(timeout=PATIENCE_S)
        for _ in range(2):
            ask(control, {"do": "unplug"})
            gone = events.get(timeout=PATIENCE_S)
            assert isinstance(gone, ReaderChanged)
            assert (gone.present, gone.code) == (False, "K-WG-01")
            ask(control, {"do": "plug"})
            assert events.get(timeout=PATIENCE_S) == ReaderChanged(str(place), True)
            ask(control, {"do": "type", "text": SWIPE})
            assert events.get(timeout=PATIENCE_S) == CardTapped(str(place), CARD, passing=True)


@pytest.mark.parametrize("device", ["/nowhere/wedge", "ffff:ffff", "a keyboard nobody has"])
def test_a_wedge_that_was_never_there_is_told_once(device: str) -> None:
    with watching("cards", device, RealClock()) as events:
        gone = events.get(timeout=PATIENCE_S)
        assert isinstance(gone, ReaderChanged)
        assert not gone.present
        with pytest.raises(queue.Empty):
            events.get(timeout=0.5)


def test_the_simulator_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    wedge = SimulatedWedge(PipeKeyboard(tmp_path / "wedge"))
    for order in (
        {},
        {"do": "dance"},
        {"do": "type"},
        {"do": "type", "text": "é"},
        {"do": "type", "text": "a", "end": "?"},
    ):
        assert wedge._order(order)["ok"] is False
    wedge.do("unplug")
    assert wedge.do("type", text="a")["ok"] is False


@pytest.mark.skipif(not os.access("/dev/uinput", os.W_OK), reason="no /dev/uinput to write to")
@pytest.mark.parametrize("device", [NAME])
def test_a_real_keyboard_is_found_and_grabbed(device: str) -> None:
    """The kernel's own device: found by its name, and nobody else can grab it."""
    import evdev

    with SimulatedWedge(UinputKeyboard()) as wedge, watching("cards", device, Strides()) as events:
        assert events.get(timeout=PATIENCE_S) == ReaderChanged(device, True)
        wedge.do("type", text=SWIPE)
        assert events.get(timeout=PATIENCE_S) == CardTapped(device, CARD, passing=True)
        path = next(one for one in evdev.list_devices() if evdev.InputDevice(one).name == NAME)
        with pytest.raises(OSError, match="busy"):
            evdev.InputDevice(path).grab()
