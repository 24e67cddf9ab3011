"""The watcher against a real pcscd with a virtual reader."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.hardware.simulated.pcscd import VirtualReader

from .listener import Listener

pytestmark = pytest.mark.pcscd

FIRST, SECOND = "Virtual card reader 00 00", "Virtual card reader 00 01"
"""The two slots of the virtual reader."""

MEMBER = "6600000001"
OTHER_MEMBER = "6600000002"


def tapped(number: str) -> list[str]:
    return ["CardTapped", "virtual-cpu", number.encode().hex()]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_tapped_card_is_read_and_then_taken_away(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    reader.pull()
    assert listener.card() == ["CardRemoved"]
    listener.quiet()


@pytest.mark.parametrize(
    ("kind", "uid", "family"),
    [("mifare", "04a1b2c3", "mifare-classic"), ("other", "04a1b2c3d4e5f6", "other")],
)
def test_a_storage_card_is_known_by_its_uid(
    reader: VirtualReader, listener: Listener, kind: str, uid: str, family: str
) -> None:
    reader.tap(uid, family=kind)
    assert listener.card() == ["CardTapped", family, uid]


@pytest.mark.parametrize(
    ("fault", "why"),
    [("mute", "mute"), ("garble", "garbled"), ("short", "garbled"), ("pull_mid_read", "pulled")],
)
def test_a_card_that_cannot_be_read_is_no_member(
    reader: VirtualReader, listener: Listener, fault: str, why: str
) -> None:
    reader.fault(fault)
    reader.tap(MEMBER)
    assert listener.card() == ["CardUnreadable", why]
    reader.pull()
    assert listener.card() == ["CardRemoved"]


def test_a_card_that_hangs_is_let_go_when_pulled(reader: VirtualReader, listener: Listener) -> None:
    reader.fault("hang")
    reader.tap(MEMBER)
    until(lambda: reader.powered() > 0)
    reader.pull()
    assert listener.card() == ["CardUnreadable", "pulled"]
    assert listener.card() == ["CardRemoved"]
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)


def test_somebody_elses_card_is_unknown(reader: VirtualReader, listener: Listener) -> None:
    reader.tap("", family="unknown")
    assert listener.card() == ["CardUnreadable", "unknown-family"]


def test_a_swap_is_a_removal_and_a_tap(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    reader.tap(OTHER_MEMBER)
    assert listener.card() == ["CardRemoved"]
    assert listener.card() == tapped(OTHER_MEMBER)
    listener.quiet()


def test_a_swap_while_nobody_looked_is_still_seen(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    listener.pause()
    reader.tap(OTHER_MEMBER)
    until(lambda: reader.powered() > 0)
    listener.resume()
    assert listener.card() == ["CardRemoved"]
    assert listener.card() == tapped(OTHER_MEMBER)


def test_a_card_that_came_and_went_while_nobody_looked(reader: VirtualReader, listener: Listener) -> None:
    listener.pause()
    reader.tap(MEMBER)
    until(lambda: reader.powered() > 0)
    reader.tap(OTHER_MEMBER)
    until(lambda: reader.powered() > 0)
    listener.resume()
    assert listener.card() == tapped(OTHER_MEMBER)
    reader.pull()
    assert listener.card() == ["CardRemoved"]
    listener.quiet()


def test_a_restarted_pcscd_is_found_again(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    reader.restart_pcscd()
    assert listener.card() == ["CardRemoved"]
    assert listener.card() == tapped(MEMBER)
    reader.pull()
    assert listener.card() == ["CardRemoved"]
    assert listener.readers(changes=6) == {FIRST: [True, False, True], SECOND: [True, False, True]}


def test_a_kiosk_that_starts_before_its_pcscd(pcscd_here: None, tmp_path: Path) -> None:
    listener = Listener(str(tmp_path / "late" / "pcscd.comm"))
    try:
        name, reader_name, present, *_why = listener.next()
        assert (name, reader_name, present) == ("ReaderChanged", "", False)
        with VirtualReader(tmp_path / "late") as reader:
            listener.ready()
            reader.tap(MEMBER)
            assert listener.card() == tapped(MEMBER)
    finally:
        assert listener.close() == 0


def test_two_virtual_readers_do_not_meet(reader: VirtualReader, listener: Listener, tmp_path: Path) -> None:
    with VirtualReader(tmp_path / "second") as second:
        neighbour = Listener(second.socket)
        neighbour.ready()
        second.tap(OTHER_MEMBER)
        assert neighbour.card() == tapped(OTHER_MEMBER)
        reader.tap(MEMBER)
        assert listener.card() == tapped(MEMBER)
        assert neighbour.close() == 0
    listener.quiet()


def test_nothing_outlives_the_process_that_asked(pcscd_here: None, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    asked = subprocess.Popen(
        [sys.executable, "-m", "kiosk.hardware.simulated.pcscd",
         "--state", tmp_path / "demo", "--ready-file", ready],
    )  # fmt: skip
    until(lambda: ready.exists() or asked.poll() is not None)
    assert running(tmp_path)
    os.kill(asked.pid, signal.SIGKILL)
    asked.wait()
    until(lambda: not running(tmp_path))


def running(place: Path) -> list[str]:
    """Command lines of live processes that speak of a directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(place) in words and int(process.name) != os.getpid():
            found.append(words.decode(errors="replace"))
    return found
