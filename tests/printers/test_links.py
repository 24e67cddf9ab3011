"""The lines to a printer besides TCP: USB, device files, serial lines with a handshake."""

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.device_file import FileLink
from kiosk.hardware.printers.serial import SerialLink
from kiosk.hardware.printers.session import LinkLost, PrinterSession
from kiosk.hardware.printers.usb import UsbLink, parts_of
from tests.printers.conftest import SHORT
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher
from tests.printers.usb_bus import Bus

ADDRESS = "04b8:0202"


@pytest.fixture
def bus(papers: Path) -> Bus:
    return Bus(papers)


def print_on(link: UsbLink | FileLink | SerialLink) -> tuple[Outcome, str]:
    sheet = escpos.sheet(raster().draw(voucher("zh_CN")))
    return PrinterSession(link, RealClock(), SHORT).print(sheet, b"AbcD")


@pytest.mark.parametrize("address", [ADDRESS, "04B8:0202:K3-0001"])
def test_a_usb_printer_prints_though_the_kernel_had_it(bus: Bus, papers: Path, address: str) -> None:
    link = UsbLink.open(address, bus)
    assert print_on(link) == (Outcome.CONFIRMED, "")
    link.close()
    assert (bus.claimed, bus.opened) == (0, 0)
    assert [number_on(path) for path in papers.iterdir()] == [NUMBER]


@pytest.mark.parametrize("address", ["04b8:9999", "04b8:0202:another", "lp0", "04b8-0202"])
def test_a_usb_printer_that_is_not_there_is_a_lost_line(bus: Bus, address: str) -> None:
    with pytest.raises(LinkLost):
        UsbLink.open(address, bus)


def test_something_else_on_usb_is_no_printer(papers: Path) -> None:
    with pytest.raises(LinkLost, match="no printer interface"):
        UsbLink.open(ADDRESS, Bus(papers, interface_class=3))


def test_a_usb_printer_is_unplugged_and_found_again(bus: Bus) -> None:
    link = UsbLink.open(ADDRESS, bus)
    bus.plugged = False
    assert print_on(link) == (Outcome.NOT_PRINTED, "K-PR-05")
    with pytest.raises(LinkLost):
        link.read(0.1)
    link.close()
    bus.plugged = True
    again = UsbLink.open(ADDRESS, bus)
    assert print_on(again) == (Outcome.CONFIRMED, "")
    again.close()
    assert bus.opened == 0


def test_a_usb_printer_out_of_paper_takes_no_more_in_the_end(bus: Bus) -> None:
    link = UsbLink.open(ADDRESS, bus)
    bus.printer.roll.left = 0
    with pytest.raises(LinkLost):
        link.write(b"\x1dv0\x00\x48\x00\xff\x00" + bytes(200_000), 0.2)
    link.close()


def test_usb_addresses() -> None:
    assert parts_of("04b8:0202") == (0x04B8, 0x0202, "")
    assert parts_of("04B8:0e15:X 1") == (0x04B8, 0x0E15, "X 1")
    with pytest.raises(ValueError, match="no USB address"):
        parts_of("4b8:202")


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    yield ours, os.ttyname(theirs)
    for end in (ours, theirs):
        os.close(end)


def test_a_device_file_carries_every_byte_as_it_is(terminal: tuple[int, str]) -> None:
    ours, name = terminal
    link = FileLink.open(name)
    every = bytes(range(256))
    link.write(every, 1)
    assert os.read(ours, 1024) == every
    os.write(ours, every)
    assert link.read(1) == every
    assert link.read(0.01) == b""
    with pytest.raises(LinkLost, match="takes nothing"):
        link.write(bytes(200_000), 0.1)
    link.close()
    link.close()


def test_a_device_that_went_away_is_a_lost_line() -> None:
    ours, theirs = pty.openpty()
    link = FileLink.open(os.ttyname(theirs))
    os.close(theirs)
    os.close(ours)
    with pytest.raises(LinkLost):
        link.read(0.1)
    with pytest.raises(LinkLost):
        link.write(b"x", 0.1)
    link.close()


def test_a_plain_file_is_no_printer(tmp_path: Path) -> None:
    (tmp_path / "lp0").touch()
    for path in (tmp_path / "lp0", tmp_path / "lp1"):
        with pytest.raises(LinkLost):
            FileLink.open(str(path))


def test_a_stopped_serial_line_is_told_and_gives_nothing_later(terminal: tuple[int, str]) -> None:
    ours, name = terminal
    link = SerialLink.open(name, 115200, "xonxoff")
    os.write(ours, b"\x13")
    assert link.read(0.05) == b""  # XOFF is the line's own
    with pytest.raises(LinkLost):
        link.write(bytes(4096), 0.2)
    link.close()
    os.set_blocking(ours, False)
    os.write(ours, b"\x11")
    with pytest.raises(BlockingIOError):
        os.read(ours, 1)


def test_a_line_without_the_wire_for_a_handshake_says_so(terminal: tuple[int, str]) -> None:
    with pytest.raises(LinkLost):
        SerialLink.open(terminal[1], 9600, "rtscts")
