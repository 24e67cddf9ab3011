"""`kioskctl printer`, for technicians."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.__main__ import main
from kiosk.hardware.simulated.printer import SimulatedPrinter

SETTINGS = """
[device]
id = "kiosk-0001-03"
store = "0001"
kiosk = "03"
[hub]
url = "https://hub.example.com"
[printer]
kind = "{kind}"
address = "{address}"
profile = "{profile}"
"""


def said(
    folder: Path, *more: str, kind: str = "tcp", address: str = "127.0.0.1:1", profile: str = "escpos"
) -> str:
    config = folder / "kiosk.toml"
    config.write_text(SETTINGS.format(kind=kind, address=address, profile=profile))
    return CliRunner().invoke(main, ["printer", str(config), *more]).output


def test_it_tells_the_printer_and_prints_a_sheet(
    tmp_path: Path, printer: SimulatedPrinter, papers: Path
) -> None:
    told = said(tmp_path, "--test", address=f"127.0.0.1:{printer.port}")
    assert "ready" in told
    assert "SIM-80" in told
    assert "the strong fence" in told
    assert told.rstrip().endswith("test sheet: confirmed")
    assert len(list(papers.iterdir())) == 1


def test_trouble_is_told_and_nothing_is_printed(
    tmp_path: Path, printer: SimulatedPrinter, papers: Path
) -> None:
    printer.do("open_cover")
    told = said(tmp_path, "--test", address=f"127.0.0.1:{printer.port}", profile="plain")
    assert "K-PR-02 its cover is open" in told
    assert list(papers.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": "disabled"}, "none is set up"),
        ({"profile": "nonesuch"}, "no printer profile"),
        ({}, "K-PR-05"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, more: dict[str, str], words: str) -> None:
    assert words in said(tmp_path, **more)
