"""`kioskctl paper`, `kioskctl run --check` with a shop's templates, and a self-test sheet."""

import io
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from kiosk.__main__ import main
from kiosk.clock import RealClock
from kiosk.hardware.printers.proof import stationery_of
from kiosk.hardware.printers.service import NoPrinter, PrinterService
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.membership import paper
from kiosk.membership.facts import KINDS
from kiosk.membership.stationery import FAULT, SHIPPED, shipped
from kiosk.membership.templates import LANGUAGES
from tests.printers.reading import raster, until
from tests.printers.sample import voucher
from tests.printers.test_command import SETTINGS

VOUCHER = (SHIPPED / "voucher.toml").read_text()


def said(*words: str, ends: int = 0) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == ends, done.output
    return done.output


def config(folder: Path, printer: str = "127.0.0.1:1", papers: str = "") -> Path:
    path = folder / "kiosk.toml"
    text = SETTINGS.format(kind="tcp", address=printer, profile="escpos")
    path.write_text(f'{text}papers = "{papers}"\n')
    return path


def test_every_shipped_template_is_listed_and_good() -> None:
    listed = dict(line.split(maxsplit=1) for line in said("paper", "list").splitlines())
    assert tuple(listed) == tuple(KINDS)
    for path in listed.values():
        assert said("paper", "check", path).endswith(": good\n")


def test_the_example_of_a_shops_own_voucher_is_good() -> None:
    example = Path(__file__).parents[2] / "config" / "papers" / "voucher.toml"
    assert said("paper", "check", str(example)).endswith(": good\n")
    assert "Thank you" in said("paper", "text", "voucher", "--language", "en", "--template", str(example))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preview_is_a_picture_of_the_paper(tmp_path: Path, language: str) -> None:
    out = tmp_path / "voucher.png"
    said("paper", "preview", "voucher", "--language", language, "--width", "384", "--out", str(out))
    with Image.open(out) as image:
        assert (image.width, len(zxingcpp.read_barcodes(image.convert("L")))) == (384, 1)


def test_text_shows_a_templates_own_words(tmp_path: Path) -> None:
    own = tmp_path / "voucher.toml"
    own.write_text(VOUCHER.replace("礼品券", "兑换券"))
    assert "兑换券" in said("paper", "text", "voucher", "--template", str(own))
    assert "礼品券" in said("paper", "text", "voucher")


def test_a_template_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "voucher.toml"
    own.write_text(VOUCHER.replace("{check}", "{chek}"))
    assert "no such placeholder: chek" in said("paper", "check", str(own), ends=1)
    assert "no such placeholder" in said("paper", "text", "voucher", "--template", str(own), ends=1)
    strange = tmp_path / "vouchers.toml"
    strange.write_text(VOUCHER)
    assert "is called" in said("paper", "check", str(strange), ends=1)


def test_a_check_of_the_settings_tells_a_broken_template_and_the_kiosk_prints_the_shipped_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "voucher.toml").write_text(VOUCHER)
    settings = config(tmp_path, papers=str(papers))
    assert said("run", str(settings), "--check").endswith(": good\n")
    (papers / "voucher.toml").write_text(VOUCHER.replace("{number}", "{chek}"))
    told = said("run", str(settings), "--check", ends=1)
    line = next(at for at, row in enumerate(VOUCHER.splitlines(), 1) if row == 'value = "{number}"')
    assert f"voucher.toml, line {line}: zh_CN: no such placeholder: chek" in told
    used = stationery_of(str(papers), 576)
    assert (used.fault, used.templates) == (FAULT, shipped().templates)
    assert FAULT in caplog.text


def test_what_is_too_long_for_the_paper_is_found_before_anybody_needs_it(tmp_path: Path) -> None:
    """Small parts, each of them allowed, that make metres of paper."""
    picture = '\n[[parts]]\npart = "qr"\ntext = "{code}"\n' * 16
    (tmp_path / "voucher.toml").write_text(VOUCHER + picture)
    assert "dots long" in stationery_of(str(tmp_path), 576).problems[0]


def test_a_self_test_sheet_comes_out_behind_the_fence(
    tmp_path: Path, printer: SimulatedPrinter, papers: Path
) -> None:
    settings = config(tmp_path, f"127.0.0.1:{printer.port}")
    assert said("paper", "print", "self-test", str(settings), "--language", "en").strip() == "confirmed"
    until(lambda: any(papers.glob("*.png")), "a sheet")
    (sheet,) = papers.glob("*.png")
    with Image.open(sheet) as image:
        codes = sorted(found.text for found in zxingcpp.read_barcodes(image.convert("L")))
    assert codes == ["0123456789", "TEST KIOSK-0001-03"]


def test_without_a_printer_it_says_so(tmp_path: Path) -> None:
    assert "not-printed K-PR-05" in said("paper", "print", "self-test", str(config(tmp_path)), ends=1)


def test_screens_may_ask_what_would_come_out() -> None:
    service = PrinterService(lambda: TcpLink.open("127.0.0.1", 1), raster(), print, RealClock())
    with Image.open(io.BytesIO(service.preview(voucher("en")))) as image:
        assert image.size == raster().draw(voucher("en")).size
    assert service.preview(paper.Paper("en", ())) == b""
    assert NoPrinter(print).preview(voucher("en")) == b""
