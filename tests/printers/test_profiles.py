"""Profiles: the shipped ones are good, a broken one is refused with its reason, each leads to its fence."""

import queue
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome, Printed
from kiosk.hardware.printers.profiles import BadProfile, load_profile, shipped
from kiosk.hardware.printers.service import PrinterService
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter
from tests.printers.conftest import SHORT
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_profile_prints(name: str, printer: SimulatedPrinter, papers: Path) -> None:
    inbox: queue.Queue[Event] = queue.Queue()
    service = PrinterService(
        lambda: TcpLink.open("127.0.0.1", printer.port), raster(), inbox.put, RealClock(), SHORT,
        profile=load_profile(name),
    )  # fmt: skip
    service.look()
    service.print("op", 1, voucher("zh_CN"))
    service.step(0)
    events = [inbox.get_nowait() for _ in range(inbox.qsize())]
    assert Printed("op", 1, Outcome.CONFIRMED) in events
    if load_profile(name).cut == "none":
        assert printer.do("status")["rows_on_strip"] > 500
    else:
        assert [number_on(path) for path in papers.iterdir()] == [NUMBER]
    told = service.capabilities()
    assert told is not None
    assert told.process_id == (load_profile(name).fence != "status")
    assert (told.maker, told.model) == ("MEMBER KIOSK", "SIM-80")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = 'X'\nfence = 'electric'", "fence"),
        ("name = 'X'\nspeed = 3", "speed"),
        ("fence = 'auto'", "name"),
        ("name = 'X'\ntext = 'native'", "needs an encoding"),
        ("name = X", "line 1"),
    ],
)
def test_a_broken_profile_is_refused_with_its_file_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadProfile, match=reason) as refused:
        load_profile(str(path))
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("name", ["nonesuch", "../profiles/escpos", "/no/such/file.toml"])
def test_an_unknown_profile_is_refused(name: str) -> None:
    with pytest.raises(BadProfile):
        load_profile(name)
