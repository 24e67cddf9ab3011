"""The reader service against a real pcscd: everything that stops, hangs, goes away or is taken by others."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.hardware.simulated.keeper import DRIVER
from kiosk.hardware.simulated.pcscd import VirtualReader

from .listener import Listener

pytestmark = pytest.mark.pcscd

FIRST, SECOND = "Virtual card reader 00 00", "Virtual card reader 00 01"
MEMBER, OTHER_MEMBER = "6600000001", "6600000002"
HANG_S = 1.5


@pytest.fixture
def listener(reader: VirtualReader) -> Iterator[Listener]:
    """One that loses its patience soon."""
    here = Listener(reader.socket, HANG_S)
    here.ready()
    yield here
    assert here.close() == 0


@pytest.fixture
def two(pcscd_here: None, tmp_path: Path) -> Iterator[VirtualReader]:
    with VirtualReader(tmp_path / "two", slots=2) as here:
        yield here


def tapped(number: str) -> list[str]:
    return ["CardTapped", "virtual-cpu", number.encode().hex()]


@contextmanager
def held_by_another(reader: VirtualReader, manner: str) -> Iterator[None]:
    program = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("holding.py"), FIRST, manner],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket},
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdin is not None
    try:
        assert program.stdout.readline() == b"held\n"
        yield
    finally:
        program.stdin.close()
        assert program.wait(10) == 0


def test_a_frozen_pcscd_is_noticed_and_outlived(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    reader.pcscd("freeze")
    assert listener.card() == ["CardRemoved"]
    assert listener.changed(4)[2:] == [
        [FIRST, False, "hangs", "K-RD-02"],
        [SECOND, False, "hangs", "K-RD-02"],
    ]
    listener.ask("late", FIRST, "number", MEMBER)
    assert listener.next() == ["CardDone", "late", None, "hangs", False]
    reader.pcscd("thaw")
    assert listener.card() == tapped(MEMBER)
    assert listener.readers(changes=6) == {FIRST: [True, False, True], SECOND: [True, False, True]}


def test_a_killed_pcscd_is_found_again(reader: VirtualReader, listener: Listener) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    reader.pcscd("kill")
    assert listener.card() == ["CardRemoved"]
    assert listener.card() == tapped(MEMBER)


def test_a_pcscd_that_was_stopped_is_waited_for(reader: VirtualReader, listener: Listener) -> None:
    reader.pcscd("stop")
    gone = listener.changed(4)[2:]
    assert [event[:2] for event in gone] == [[FIRST, False], [SECOND, False]]
    # Its socket stays, as it does under systemd: whoever calls again in time waits for an answer.
    assert {event[3] for event in gone} <= {"K-RD-01", "K-RD-02"}
    reader.tap(MEMBER)
    reader.pcscd("start")
    assert listener.card() == tapped(MEMBER)


def test_a_reader_that_is_unplugged_and_back(pcscd_here: None, tmp_path: Path) -> None:
    driver, cable = unpluggable(tmp_path)
    with VirtualReader(tmp_path / "reader", driver=driver) as reader:
        listener = Listener(reader.socket)
        listener.ready()
        reader.tap(MEMBER)
        assert listener.card() == tapped(MEMBER)
        cable.touch()
        assert listener.card() == ["CardRemoved"]
        assert listener.changed(4)[2:] == [
            [FIRST, False, "unplugged", "K-RD-05"],
            [SECOND, False, "unplugged", "K-RD-05"],
        ]
        cable.unlink()
        assert listener.card() == tapped(MEMBER)
        assert listener.readers(changes=6) == {FIRST: [True, False, True], SECOND: [True, False, True]}
        assert listener.close() == 0


def unpluggable(folder: Path) -> tuple[Path, Path]:
    """A driver, and the file that unplugs its reader while it is there."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    real, gone, driver = folder / "real.so", folder / "gone", folder / "unpluggable.so"
    shutil.copyfile(DRIVER, real)
    source = Path(__file__).with_name("unpluggable.c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-I/usr/include/PCSC", f'-DREAL="{real}"', f'-DGONE="{gone}"',
         source, "-o", driver, "-ldl"], check=True,
    )  # fmt: skip
    return driver, gone


def test_a_card_that_another_program_has_is_waited_for(reader: VirtualReader, listener: Listener) -> None:
    listener.pause()
    reader.tap(MEMBER)
    with held_by_another(reader, "exclusive"):
        listener.resume()
        assert listener.event("ReaderChanged") == [FIRST, False, "another program has the card", "K-RD-03"]
    assert listener.next() == ["ReaderChanged", FIRST, True, "", ""]
    assert listener.card() == tapped(MEMBER)


def test_a_card_taken_away_from_another_program(reader: VirtualReader, listener: Listener) -> None:
    listener.pause()
    reader.tap(MEMBER)
    with held_by_another(reader, "exclusive"):
        listener.resume()
        assert listener.event("ReaderChanged")[1] is False
        reader.pull()
        assert listener.next() == ["ReaderChanged", FIRST, True, "", ""]
    reader.tap(OTHER_MEMBER)
    assert listener.next() == ["CardTapped", FIRST, "virtual-cpu", OTHER_MEMBER.encode().hex()]


def test_a_foreign_transaction_is_outlived(reader: VirtualReader, listener: Listener) -> None:
    listener.pause()
    reader.tap(MEMBER)
    with held_by_another(reader, "transaction"):
        listener.resume()
        assert listener.event("ReaderChanged") == [FIRST, False, "another program has the card", "K-RD-03"]
    assert listener.card() == tapped(MEMBER)


def test_work_is_done_with_the_card_that_was_tapped(reader: VirtualReader, listener: Listener) -> None:
    listener.ask("early", FIRST, "number", MEMBER)
    assert listener.next() == ["CardDone", "early", None, "gone", False]
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    listener.ask("a", FIRST, "number", MEMBER)
    listener.ask("b", FIRST, "slowly")
    listener.ask("c", FIRST, "number", OTHER_MEMBER)
    assert listener.next() == ["CardDone", "a", MEMBER.encode().hex(), "", True]
    assert listener.next() == ["CardDone", "b", "True 9000", "", True]
    assert listener.next() == ["CardDone", "c", None, "gone", False]
    assert reader.powered() == 1


def test_work_for_a_card_that_was_swapped_is_not_done_with_the_next(
    reader: VirtualReader, listener: Listener
) -> None:
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    listener.ask("long", FIRST, "slowly", MEMBER)
    listener.ask("whichever", FIRST, "number")
    reader.tap(OTHER_MEMBER)
    assert listener.next()[:3] == ["CardDone", "long", None]
    assert listener.next() == ["CardDone", "whichever", None, "gone", False]
    assert listener.next() == ["CardRemoved", FIRST]
    assert listener.card() == tapped(OTHER_MEMBER)


def test_a_hung_exchange_is_given_up_and_the_other_reader_goes_on(two: VirtualReader) -> None:
    listener = Listener(two.socket, HANG_S)
    listener.ready()
    two.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    two.pcscd("hang:0")
    listener.ask("stuck", FIRST, "number", MEMBER)
    listener.ask("behind", FIRST, "number", MEMBER)
    assert listener.next() == ["CardDone", "stuck", None, "hangs", True]
    assert listener.next() == ["CardDone", "behind", None, "hangs", False]
    assert listener.next() == ["CardRemoved", FIRST]
    assert listener.next() == ["ReaderChanged", FIRST, False, "hangs", "K-RD-02"]
    two.tap(OTHER_MEMBER, slot=1)
    assert listener.next() == ["CardTapped", SECOND, "virtual-cpu", OTHER_MEMBER.encode().hex()]
    two.pcscd("answer:0")
    assert listener.next() == ["ReaderChanged", FIRST, True, "", ""]
    assert listener.card() == tapped(MEMBER)
    assert listener.close() == 0


def test_a_shared_card_is_used_beside_another_program(reader: VirtualReader) -> None:
    listener = Listener(reader.socket, HANG_S, "shared")
    listener.ready()
    listener.pause()
    reader.tap(MEMBER)
    with held_by_another(reader, "shared"):
        listener.resume()
        assert listener.card() == tapped(MEMBER)
        listener.ask("beside", FIRST, "number", MEMBER)
        assert listener.next() == ["CardDone", "beside", MEMBER.encode().hex(), "", True]
    assert listener.close() == 0


def test_a_service_that_gives_no_context_is_told_and_asked_again(reader: VirtualReader) -> None:
    """pcscd has about 200 contexts for everybody; whoever takes them all keeps us out until they let go."""
    greedy = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("greedy.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket},
    )  # fmt: skip
    assert greedy.stdout is not None
    assert greedy.stdin is not None
    assert int(greedy.stdout.readline()) > 0
    listener = Listener(reader.socket)
    name, present, _, code = listener.event("ReaderChanged")
    assert (name, present) == ("", False)
    assert code in {"K-RD-01", "K-RD-04"}
    greedy.stdin.close()
    assert greedy.wait(10) == 0
    listener.ready()
    reader.tap(MEMBER)
    assert listener.card() == tapped(MEMBER)
    assert listener.close() == 0
