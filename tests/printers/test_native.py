"""Papers in a printer's own letters: complete, within the margins, and never a command too many."""

import unicodedata
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome, Printed
from kiosk.hardware.printers import codes, escpos
from kiosk.hardware.printers.letters import CannotDraw, noto_mono
from kiosk.hardware.printers.native import CELL, Native
from kiosk.hardware.printers.plain import render_text, width_of
from kiosk.hardware.printers.rom import Encoding, Rom, cells
from kiosk.hardware.printers.service import PrinterService, open_printer
from kiosk.hardware.printers.wrapping import plain
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.membership import paper
from kiosk.membership.facts import KINDS
from kiosk.membership.samples import MARKS, RARE, sample
from kiosk.membership.stationery import shipped
from kiosk.membership.templates import LANGUAGES
from tests.printers.native_reader import Read, Reader, drawn
from tests.printers.reading import number_on, raster, until
from tests.printers.sample import NUMBER, voucher

CODECS: dict[Encoding, str] = {"gb18030": "gbk", "big5": "cp950"}
WIDTHS = (384, 576)
NASTY = ["\x1b@", "\x1dV\x00", "\x10\x14\x08", "\x1c.", "\n", "䶮", "张", "A"]


def job(sheet: paper.Paper, width: int = 576, encoding: Encoding = "gb18030") -> bytes:
    return escpos.slips(Native(raster(width), noto_mono(), encoding).slips(sheet))


def read(sheet: paper.Paper, width: int = 576, encoding: Encoding = "gb18030") -> Read:
    return Reader(job(sheet, width, encoding), CODECS[encoding]).whole()


def said(*parts: paper.Part) -> paper.Paper:
    return paper.Paper("zh_CN", parts)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_papers_stay_within_the_margins(
    kind: str, language: str, encoding: Encoding, width: int
) -> None:
    found = read(shipped().paper(sample(kind, language), language), width, encoding)
    assert all(line.cells * CELL * line.wide <= width for line in found.lines)
    assert all(band.width <= width for band in found.bands)
    assert "?" not in "".join(line.text for line in found.lines).replace("Questions?", "")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_voucher_of_its_own_letters_scans_and_is_small(language: str, width: int) -> None:
    encoding: Encoding = "big5" if language == "zh_TW" else "gb18030"
    sheet = voucher(language)
    assert number_on(drawn(read(sheet, width, encoding), width, encoding)) == NUMBER
    ((_, dots),) = read(sheet, width, encoding).codes
    assert dots >= codes.MODULE_MIN
    bitmap = escpos.sheet(raster(width).draw(sheet))
    assert len(job(sheet, width, encoding)) * 5 < len(bitmap)
    words = paper.Paper(language, tuple(part for part in sheet.parts if not isinstance(part, paper.Picture)))
    assert len(job(words, width, encoding)) * 20 < len(bitmap)


def test_codes_leave_their_quiet_zone_also_where_capitals_are_kept_as_bytes() -> None:
    for width in WIDTHS:
        text = "6BF5HE%8E0Q9XNL:3ZK7W2P/V4" * 5
        size = codes.measured(text, width, roomy=True)
        assert size.modules * size.dots <= width
        assert size.dots >= codes.MODULE_MIN


@pytest.mark.parametrize(
    ("encoding", "text", "by_letters"),
    [
        ("gb18030", "喆", True),
        ("gb18030", MARKS, True),
        ("gb18030", "−3,600 ¥5", True),
        ("gb18030", RARE, False),
        ("gb18030", "Zoë", False),
        ("big5", "歐陽喬，。￥「」《》—…×·", True),
        ("big5", "欧", False),
        ("big5", "喆", False),
        ("big5", "碁", False),
    ],
)
def test_what_a_printer_has_no_letter_for_is_drawn(encoding: Encoding, text: str, by_letters: bool) -> None:
    found = read(said(paper.Text(text)), encoding=encoding)
    assert (bool(found.lines), bool(found.bands)) == (by_letters, not by_letters)


def test_only_the_line_that_needs_it_is_drawn() -> None:
    rows = tuple((day, "购物", "+1") for day in ("6月1日", "6月2日", "6月䶮日"))
    found = read(said(paper.Table((2, 3, -1), ("日", "项目", "分"), rows)))
    assert len(found.bands) == 1
    assert [line.text.split()[0] for line in found.lines if "─" not in line.text] == [
        "日",
        "6月1日",
        "6月2日",
    ]


def test_a_drawn_line_stands_on_the_grid_of_the_letters() -> None:
    """The value ends at the same edge, whether its line was written or drawn."""
    written, band = (drawn(read(said(paper.Row("会员", name))), 576) for name in ("王小明", "王小䶮"))
    edges = [image.convert("L").point(lambda shade: 255 - shade).getbbox() for image in (written, band)]
    assert edges[0] is not None
    assert edges[1] is not None
    assert abs(edges[0][2] - edges[1][2]) <= 3


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["\x1b@", "\x1dV\x00", "\x10\x14\x08", "\x1c.", "\n", "䶮", "张", "A"])).map(
        "".join
    ),
    st.sampled_from(["gb18030", "big5"]),
    st.sampled_from(WIDTHS),
)
@settings(max_examples=150, deadline=None)
def test_no_text_can_be_a_command(name: str, encoding: Encoding, width: int) -> None:
    """The reader refuses every byte that we do not send on purpose; what was said is all there."""
    parts = (paper.Title(name), paper.Text(name, strong=True), paper.Row(name, name), paper.Rule())
    found = read(said(*parts, paper.Table((1, -1), (name, name), ((name, name),))), width, encoding)
    assert found.cuts == 1
    assert all(line.cells * CELL * line.wide <= width for line in found.lines)
    if not found.bands:
        told = "".join(line.text for line in found.lines).replace(" ", "").replace("─", "")
        meant = "".join(Rom(encoding).plain(plain(name)).split()).replace("─", "")
        assert sorted(told) == sorted(meant * 8)  # cells of a table stand beside each other


@given(st.characters())
@settings(max_examples=500, deadline=None)
def test_a_letter_is_one_or_two_bytes_that_no_command_begins_with(char: str) -> None:
    for encoding, codec in CODECS.items():
        coded = Rom(encoding).bytes_of(char)
        assert len(coded) in (0, cells(char))
        assert all(byte >= 0x20 for byte in coded)
        assert not coded or coded.decode(codec) == char


@pytest.mark.parametrize("text", ["01234567", "K01A7BC", "A1" * 9])
@pytest.mark.parametrize("width", WIDTHS)
def test_bars_are_the_printers_own_where_they_fit(text: str, width: int) -> None:
    sheet = said(paper.Barcode(text))
    if not codes.native_barcode_dots(text, width):
        try:
            found = read(sheet, width)
        except CannotDraw:
            return  # too wide even when drawn
        (band,) = found.bands
        (bars,) = zxingcpp.read_barcodes(drawn(found, width).convert("L"))
        assert (bars.text, band.width <= width) == (text, True)
        return
    assert read(sheet, width).bars == [codes.code128_data(text)]


@pytest.mark.parametrize("parts", [(), (paper.Gap(),) * 101, (paper.QR("A" * 401),), (paper.Gap(-5),)])
def test_papers_without_bounds_are_refused(parts: tuple[paper.Part, ...]) -> None:
    with pytest.raises(CannotDraw):
        job(said(*parts))


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_plain_text_fits_its_columns(kind: str, language: str, columns: int) -> None:
    text = render_text(shipped().paper(sample(kind, language), language), columns)
    assert all(width_of(line) <= columns for line in text.splitlines())
    assert not any(unicodedata.category(char) == "Cc" for char in text.replace("\n", ""))


class Line:
    """What the settings say; a port that nobody listens on."""

    address, flow, width = "127.0.0.1:1", "none", 576

    def __init__(self, kind: str, baud: int, profile: str) -> None:
        self.kind, self.baud, self.profile = kind, baud, profile


@pytest.mark.parametrize(
    ("kind", "baud", "profile", "own"),
    [
        ("serial", 9600, "gb18030", True),
        ("serial", 19200, "big5", True),
        ("serial", 38400, "gb18030", False),
        ("tcp", 9600, "gb18030", False),
        ("serial", 9600, "escpos", False),
        ("tcp", 115200, "NATIVE", True),
    ],
)
def test_slow_lines_get_letters_where_the_profile_has_some(
    tmp_path: Path, kind: str, baud: int, profile: str, own: bool
) -> None:
    always = tmp_path / "native.toml"
    always.write_text('name = "N"\ntext = "native"\nencoding = "gb18030"\n')
    chosen = Line(kind, baud, str(always) if profile == "NATIVE" else profile)
    service = open_printer(chosen, print, RealClock())
    assert isinstance(service, PrinterService)
    assert service.writes_itself() == own


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_paper_of_its_own_letters_is_confirmed_by_the_printer(
    tmp_path: Path, printer: SimulatedPrinter, papers: Path, language: str
) -> None:
    always = tmp_path / "native.toml"
    always.write_text('name = "N"\ntext = "native"\nencoding = "gb18030"\n')
    line = Line("tcp", 9600, str(always))
    line.address = f"127.0.0.1:{printer.port}"
    events: list[Event] = []
    service = open_printer(line, events.append, RealClock())
    assert isinstance(service, PrinterService)
    service.look()
    service.print("op", 1, shipped().paper(sample("voucher", language), language))
    service.step(0)
    (printed,) = (event for event in events if isinstance(event, Printed))
    assert printed.outcome is Outcome.CONFIRMED
    until(lambda: len(list(papers.glob("*.png"))) == 1, "one paper")
