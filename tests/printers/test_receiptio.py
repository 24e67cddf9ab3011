"""A host that others wrote prints on our simulated printer: receiptio, from npm, fetched once into `.state`.

It speaks to port 9100 only. Without npm, the network or that port this is skipped, and says why;
KIOSK_REQUIRE_RECEIPTIO=1 makes that a failure.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from kiosk.hardware.simulated.printer import SimulatedPrinter

ROOT = Path(__file__).parents[2]
VERSION = "2.1.2"
PORT = 9100
RECEIPT = "^^^Tea House\n\nWhite tea | 12.00\n---\nTotal | 12.00\n"


def missing(why: str) -> None:
    if os.environ.get("KIOSK_REQUIRE_RECEIPTIO"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def receiptio() -> Path:
    folder = ROOT / ".state" / f"receiptio-{VERSION}"
    program = folder / "node_modules" / ".bin" / "receiptio"
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("node and npm are not installed")
    elif not program.exists():
        words = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"receiptio@{VERSION}"]
        try:
            subprocess.run(words, check=True, capture_output=True, timeout=60)
        except (subprocess.SubprocessError, OSError) as trouble:
            missing(f"npm brings no receiptio: {trouble}")
    return program


def printed(program: Path, papers: Path, verb: str) -> str:
    """What receiptio says of its receipt on a printer in this state."""
    receipt = papers.parent / "receipt.txt"
    receipt.write_text(RECEIPT, "utf-8")
    try:
        printer = SimulatedPrinter(papers, PORT)
    except OSError as taken:
        missing(f"port {PORT}: {taken}")
        raise
    with printer:
        printer.do(verb)
        words = [program, "-d", "127.0.0.1", "-p", "escpos", "-c", "48", receipt]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=40)
        return (done.stdout + done.stderr).strip()


def test_its_receipt_comes_out_whole(receiptio: Path, papers: Path) -> None:
    assert printed(receiptio, papers, "status") == "success"
    (paper,) = papers.glob("*.png")
    with Image.open(paper) as picture:
        inked = Image.eval(picture.convert("L"), lambda shade: 255 - shade).getbbox()
        assert inked is not None
        left, _, right, bottom = inked
        assert left < 12  # names flush left, prices flush right, on 48 columns
        assert right > 576 - 12
        assert bottom > 4 * 24
    assert not list(papers.glob("*torn*"))


@pytest.mark.parametrize(("verb", "said"), [("paper_out", "paperempty"), ("open_cover", "coveropen")])
def test_it_hears_what_is_wrong(receiptio: Path, papers: Path, verb: str, said: str) -> None:
    assert printed(receiptio, papers, verb) == said
    assert list(papers.glob("*.png")) == []
