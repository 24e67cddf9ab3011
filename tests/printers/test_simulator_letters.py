"""What the simulated printer draws itself: letters, Chinese, codes, margins; and a head with dead dots."""

from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.hardware.printers import codes, escpos
from kiosk.hardware.simulated.mechanism import TURNS, Mechanism
from kiosk.hardware.simulated.paper_roll import PaperRoll
from kiosk.hardware.simulated.printer_models import MODELS, Model
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher

CUT = b"\x1dV\x00"


def printed(folder: Path, job: bytes, model: Model | None = None) -> Image.Image:
    """The paper a job becomes, mode "1", white is 1."""
    printer = Mechanism(folder, model=model)
    for start in range(0, len(job), 4096):
        printer.receive(job[start : start + 4096])
        while printer.work(0.0) is not None:
            pass
    printer.receive(CUT)
    while printer.work(0.0) is not None:
        pass
    with Image.open(folder / printer.roll.fallen[-1]) as paper:
        return paper.copy()


def ink(paper: Image.Image) -> tuple[int, int, int, int] | None:
    """The box around all that is black."""
    return Image.eval(paper.convert("L"), lambda shade: 255 - shade).getbbox()


def black(paper: Image.Image) -> int:
    return paper.convert("L").histogram()[0]


@pytest.mark.parametrize(
    ("setting", "wide", "tall"),
    [
        (b"\x1d!\x00", 1, 1),
        (b"\x1d!\x11", 2, 2),
        (b"\x1d!\x10", 2, 1),
        (b"\x1b!\x20", 2, 1),
        (b"\x1b!\x10", 1, 2),
    ],
)
def test_sizes(papers: Path, setting: bytes, wide: int, tall: int) -> None:
    plain = printed(papers, b"MMMM\n")
    sized = printed(papers, setting + b"MMMM\n")
    left, top, right, bottom = ink(plain) or (0, 0, 0, 0)
    assert ink(sized) == (left * wide, top * tall, right * wide, bottom * tall)


def test_bold_underlined_and_reversed_letters(papers: Path) -> None:
    plain, bold, under, reverse = (
        black(printed(papers, how + b"Total 12\n")) for how in (b"", b"\x1bE\x01", b"\x1b-\x01", b"\x1dB\x01")
    )
    assert plain < bold < under * 2
    assert under > plain
    assert reverse == 8 * 12 * 24 - plain


def test_font_b_is_smaller(papers: Path) -> None:
    sizes = [ink(printed(papers, b"\x1bM" + font + b"MMMM\n")) for font in (b"0", b"1")]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[1][2] <= 4 * 9 < sizes[0][2] <= 4 * 12


def test_lines_stand_where_they_are_told(papers: Path) -> None:
    for told, left in (
        (b"M", 0), (b"\x1b$\x64\x00M", 100), (b"\x1dL\x64\x00M", 100), (b"\tM", 96), (b"\x1ba\x02M", 564),
        (b"\x1ba1M", 282), (b"\x1b\\\x0a\x00M", 10),
    ):  # fmt: skip
        box = ink(printed(papers, b"\x1b@" + told + b"\n"))
        assert box is not None
        assert left <= box[0] < left + 4


def test_pictures_follow_the_alignment(papers: Path) -> None:
    band = b"\x1dv0\x00\x01\x00\x01\x00\xff"
    for align, left in ((b"\x00", 0), (b"\x01", 284), (b"\x02", 568)):
        assert ink(printed(papers, b"\x1ba" + align + band)) == (left, 0, left + 8, 1)


@pytest.mark.parametrize(("model", "encoding"), [("epson", "gb18030"), ("big5", "big5")])
def test_chinese_letters_fill_their_cells(papers: Path, model: str, encoding: str) -> None:
    box = ink(printed(papers, b"\x1c&" + "國國".encode(encoding) + b"\x1c.\n", MODELS[model]))
    assert box is not None
    assert 40 < box[2] - box[0] <= 48
    assert 18 < box[3] - box[1] <= 24


def test_a_rom_without_a_letter_prints_a_box(papers: Path) -> None:
    def drawn(char: str, model: str) -> Image.Image:
        return printed(papers, b"\x1c&" + char.encode("gb18030") + b"\n", MODELS[model])

    assert drawn("国", "gb2312") == drawn("国", "epson")
    assert drawn("镕", "gb2312") == drawn("㐂", "gb2312")
    assert drawn("镕", "epson") != drawn("㐂", "epson")


def test_narrow_paper(papers: Path) -> None:
    paper = printed(papers, b"\x1ba\x02M\n", MODELS["narrow"])
    assert paper.width == 384
    assert (ink(paper) or (0, 0, 0, 0))[0] >= 372


@pytest.mark.parametrize("dots", [3, 6])
def test_the_printers_own_qr_code_is_read(papers: Path, dots: int) -> None:
    text = "HTTPS://EXAMPLE.ORG/ABC123"
    paper = printed(papers, b"\x1ba\x01\n\n" + escpos.qr(text, dots) + b"\n\n")
    (found,) = zxingcpp.read_barcodes(paper.convert("L"))
    assert found.text == text


@pytest.mark.parametrize("text", ["0001030044160", "AB12CD", "12345678"])
def test_the_printers_own_bars_are_read(papers: Path, text: str) -> None:
    told = escpos.code128(codes.code128_data(text), 2, 88)
    paper = printed(papers, b"\x1ba\x01\n" + told + b"\n")
    (found,) = zxingcpp.read_barcodes(paper.convert("L"))
    assert (found.text, str(found.format)) == (text, str(zxingcpp.BarcodeFormat.Code128))


@pytest.mark.parametrize(("kind", "text"), [(2, "6901234567892"), (67, "6901234567892"), (4, "AB-12")])
def test_other_bars_are_read(papers: Path, kind: int, text: str) -> None:
    data = bytes((0x1D, 0x6B, kind)) + (bytes((len(text),)) if kind > 6 else b"") + text.encode()
    paper = printed(papers, b"\x1dw\x02\x1ba\x01\n" + data + b"\0" * (kind <= 6) + b"\n")
    (found,) = zxingcpp.read_barcodes(paper.convert("L"))
    assert found.text == text


def test_a_voucher_is_read_though_dots_are_dead(papers: Path) -> None:
    """Twenty columns across the width, of a head that has seen ten years."""
    job = escpos.sheet(raster().draw(voucher("zh_CN")))
    dead = tuple(range(8, 576, 28))[:20]
    paper = printed(papers, job, Model(dead_columns=dead))
    assert all(paper.getpixel((column, row)) for column in dead for row in range(paper.height))
    assert number_on(paper) == NUMBER


def test_dead_dots_never_burn(papers: Path) -> None:
    roll = PaperRoll(papers, 16, (0, 9))
    roll.print(b"\xff\xff")
    name = roll.cut()
    assert name is not None
    with Image.open(name) as paper:
        assert bytes(byte ^ 0xFF for byte in paper.tobytes()) == b"\x7f\xbf"


_PIECES = st.sampled_from(
    [b"\x1c&", b"\x1c.", b"\x1d!\x77", b"\x1b!\xff", b"\x1ba\x01", b"\x1dL\xff\xff", b"\x1dW\x01\x00", b"\t",
     b"\x1b$\xff\xff", b"\x1b\\\x00\xff", b"\x1b \xff", b"\x1d(k\x03\x001C\x10", b"\x1d(k\x04\x001P0A",
     b"\x1d(k\x03\x001Q0", b"\x1dkI\x04{B{{", b"\x1dk\x04A\x00", b"\x1dh\xff\x1dw\x06", b"\n"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=20), _PIECES), max_size=40), st.sampled_from(sorted(MODELS)))
def test_no_text_and_no_setting_kill_it_or_make_it_endless(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], model: str
) -> None:
    printer = Mechanism(tmp_path_factory.mktemp("papers"), model=MODELS[model])
    for piece in pieces:
        printer.receive(piece)
        turns = 0
        while printer.work(0.0) is not None:
            turns += 1
            assert turns * TURNS < 4_000_000
    assert printer.rows_waiting == 0
