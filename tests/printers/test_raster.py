"""Vouchers as dots: codes that scan, lines that fit, text that stays text."""

import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from kiosk.hardware.printers import codes, escpos
from kiosk.hardware.printers.columns import columns
from kiosk.hardware.printers.letters import CannotDraw, Face, Faces, noto, noto_mono
from kiosk.hardware.printers.raster import Raster
from kiosk.hardware.printers.service import PICTURES
from kiosk.hardware.printers.wrapping import balanced, lines, plain
from kiosk.membership import paper
from kiosk.membership.facts import KINDS
from kiosk.membership.samples import MARKS, RARE, sample
from kiosk.membership.stationery import shipped
from kiosk.membership.templates import LANGUAGES
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher

FACE = noto().sc
FONT = ImageFont.truetype(str(FACE.path), 28, index=FACE.index, layout_engine=ImageFont.Layout.BASIC)


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("language", ["zh_CN", "zh_TW", "en"])
@pytest.mark.parametrize("attempt", [1, 2])
def test_every_voucher_scans_and_is_one_picture_of_the_papers_width(
    language: str, width: int, attempt: int
) -> None:
    image = raster(width).draw(voucher(language, attempt))
    assert (image.mode, image.width) == ("1", width)
    assert image.height < 1500
    assert number_on(image) == NUMBER


def test_a_copy_is_longer_by_its_mark() -> None:
    assert raster().draw(voucher("en", 2)).height > raster().draw(voucher("en")).height


def test_scripts_have_their_own_faces() -> None:
    sheet = [paper.Paper(language, (paper.Title("直角骨"),)) for language in ("zh_CN", "zh_TW")]
    simplified, traditional = (raster().draw(one).tobytes() for one in sheet)
    assert simplified != traditional


@pytest.mark.parametrize("part", [paper.Title, paper.Text, lambda text: paper.Row(text, text, strong=True)])
@pytest.mark.parametrize("text", ["白茶香氛蜡烛，" * 30, "Scented candle " * 30, "W" * 200, "（" * 90])
@pytest.mark.parametrize("width", [384, 576])
def test_long_texts_stay_off_the_edges(part: type[paper.Title], text: str, width: int) -> None:
    image = raster(width).draw(paper.Paper("zh_CN", (part(text),)))
    left, _, right, _ = image.convert("L").point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
    assert left >= 10
    assert right <= width - 10


@given(st.text(max_size=120), st.sampled_from([60, 360, 552]))
@settings(max_examples=80, deadline=None)
def test_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    told = lines(text, width, FONT.getlength)
    assert all(FONT.getlength(line) <= width or len(line) == 1 for line in told)
    assert "".join(told).replace(" ", "") == plain(text).replace(" ", "")
    assert len(balanced(text, width, FONT.getlength)) == len(told)


def test_stops_do_not_start_a_line_and_words_stay_whole() -> None:
    told = lines("请到一楼服务台出示本券，本券限兑一件。Show this voucher", 9.5 * 28, FONT.getlength)
    assert not any(line[0] in "，。" for line in told)
    assert "voucher" in " ".join(told).split()


def test_control_characters_are_dropped_and_not_obeyed() -> None:
    assert plain("A\x1b@B\x10\x04\x01C\nD\u202e\x00") == "A@BC D"
    nasty, tame = (
        raster().draw(paper.Paper("en", (paper.Text(text),))).tobytes() for text in ("A\x1dVB", "AVB")
    )
    assert nasty == tame


@pytest.mark.parametrize("name", ["no_such", "../voucher/gift_01", "", "/etc/passwd", "a\0b"])
def test_a_picture_that_is_not_there_leaves_the_words(name: str) -> None:
    words = (paper.Text("白茶香氛蜡烛"),)
    with_picture = raster().draw(paper.Paper("zh_CN", (*words, paper.Picture(name))))
    assert with_picture.tobytes() == raster().draw(paper.Paper("zh_CN", words)).tobytes()


@pytest.mark.parametrize(
    "parts", [(), (paper.Gap(),) * 101, (paper.Gap(800),) * 9, (paper.QR("A" * 401),), (paper.Gap(-5),)]
)
def test_papers_without_bounds_are_refused(parts: tuple[paper.Part, ...]) -> None:
    with pytest.raises(CannotDraw):
        raster().draw(paper.Paper("en", parts))


def test_a_missing_font_is_told() -> None:
    gone = Face(PICTURES / "gone.ttc")
    with pytest.raises(CannotDraw, match=r"gone\.ttc"):
        Raster(576, Faces(gone, gone, gone, gone), PICTURES).draw(voucher("en"))


TABLE = paper.Table(
    (3, 5, -2),
    ("日期", "项目", "积分"),
    (("6月1日", "白茶香氛蜡烛（礼盒装）两件套", "−3,600"), ("6月2日", "Purchase 购物", "+120")),
)


@pytest.mark.parametrize("width", [384, 576])
def test_tables_fill_their_columns_and_stay_off_the_edges(width: int) -> None:
    drawn = raster(width)
    image = drawn.draw(paper.Paper("zh_CN", (TABLE,)))
    left, _, right, _ = image.convert("L").point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
    assert (left >= 10, right <= width - 10) == (True, True)
    bare = drawn.draw(paper.Paper("zh_CN", (paper.Table(TABLE.weights, (), TABLE.rows),)))
    assert bare.height < image.height


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("text", ["0001030004416", "A", "K01A7BC", "9" * 24])
def test_bar_codes_scan(text: str, width: int) -> None:
    image = raster(width).draw(paper.Paper("en", (paper.Barcode(text),)))
    assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [text]


def test_a_cut_parts_the_paper_into_slips() -> None:
    voucher_, stub = paper.Text("A"), paper.Text("B")
    slips = raster().slips(paper.Paper("en", (voucher_, paper.Cut(), stub, paper.Cut())))
    alone = [escpos.picture(raster().draw(paper.Paper("en", (part,)))) for part in (voucher_, stub)]
    assert [slip.body for slip in slips] == alone
    job = escpos.slips(slips)
    assert job.count(b"\x1dV") == 2


def test_bars_that_a_scanner_could_not_tell_apart_are_refused() -> None:
    long = paper.Paper("en", (paper.Barcode("A1" * 12),))
    with pytest.raises(CannotDraw, match="does not fit"):
        raster(384).draw(long)


@pytest.mark.parametrize("text", ["", "a", "A B", "Ä", "1" * 25, "\x1dV\x00"])
def test_what_makes_no_bar_code_is_refused(text: str) -> None:
    with pytest.raises(CannotDraw):
        raster().draw(paper.Paper("en", (paper.Barcode(text),)))


@pytest.mark.parametrize(
    "table",
    [paper.Table((1, 2), (), (("a",),)), paper.Table((), (), ()), paper.Table((1,), (), (("a",),) * 101)],
)
def test_tables_that_do_not_add_up_are_refused(table: paper.Table) -> None:
    with pytest.raises(CannotDraw):
        raster().draw(paper.Paper("en", (table,)))


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_papers_keep_their_margins_and_their_codes(kind: str, language: str, width: int) -> None:
    facts = sample(kind, language)
    image = raster(width).draw(shipped().paper(facts, language))
    left, _, right, _ = image.convert("L").point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
    assert (left >= 10, right <= width - 10) == (True, True)
    if code := getattr(facts, "code", ""):
        assert code in [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]
        assert codes.measured(code, width).dots >= codes.MODULE_MIN


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_face_has_every_letter_of_the_papers_and_of_rare_names(language: str) -> None:
    told = "".join(
        f"{part}" for kind in KINDS for part in shipped().paper(sample(kind, language), language).parts
    )
    mono = noto_mono()[language == "zh_TW"]
    for face in (noto().of(language, bold=False), noto().of(language, bold=True), mono):
        letters = TTFont(face.path, fontNumber=face.index, lazy=True).getBestCmap()
        assert [char for char in plain(told + RARE + MARKS) if char != " " and ord(char) not in letters] == []


@given(st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(0, 60)), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_columns_share_the_width_and_who_needs_most_gives_way_first(asked: list[tuple[int, int]]) -> None:
    weights, least = zip(*asked, strict=True)
    across = columns(weights, 48, 1, least)
    room = 48 - (len(weights) - 1)
    assert sum(column.width for column in across) == room
    short = [need for column, need in zip(across, least, strict=True) if column.width < need]
    if sum(least) <= room:
        assert short == []
    assert all(need * len(least) > room for need in short)
