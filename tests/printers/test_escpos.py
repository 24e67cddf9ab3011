"""Job bytes, and telling a printer's answers apart."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.fence import ProcessId
from kiosk.hardware.printers.replies import Asb, Cleared, Echo, Queued, ReplyReader, Status

IDENTS = st.integers(0, 404_999).map(escpos.ident_of)
STATUSES = st.sampled_from([byte for byte in range(256) if byte & 0x93 == 0x12]).map(Status)
FIRSTS = st.sampled_from([byte for byte in range(256) if byte & 0x93 == 0x10])
LOWS = st.sampled_from([byte for byte in range(128) if byte & 0x90 == 0])
ASBS = st.tuples(FIRSTS, LOWS, LOWS, LOWS).map(lambda four: Asb(bytes(four)))
ECHOES = IDENTS.map(Echo)
REPLIES = st.one_of(STATUSES, ASBS, ECHOES, st.just(Cleared()), LOWS.map(Queued))


def sent(reply: object) -> bytes:
    """The bytes of one reply."""
    match reply:
        case Status(byte) | Queued(byte):
            return bytes([byte])
        case Asb(four):
            return four
        case Echo(ident):
            return b"\x37\x22" + ident + b"\0"
    return b"\x37\x25\0"


def rows_of(job: bytes, width: int) -> list[bytes]:
    """The rows a printer would burn of picture bytes."""
    rows: list[bytes] = []
    while job:
        if job[:2] == b"\x1bJ":
            rows += [bytes(width // 8)] * job[2]
            job = job[3:]
            continue
        assert job[:4] == b"\x1dv0\0"
        stride, count = int.from_bytes(job[4:6], "little"), int.from_bytes(job[6:8], "little")
        assert 0 < stride <= width // 8
        assert 0 < count <= escpos.BAND_ROWS
        sent = [job[8 + at * stride : 8 + (at + 1) * stride] for at in range(count)]
        rows += [row.ljust(width // 8, b"\0") for row in sent]
        job = job[8 + stride * count :]
    return rows


def test_rows_are_sent_no_wider_than_their_last_dot() -> None:
    image = Image.frombytes("1", (576, 2), b"\x7f" + b"\xff" * 71 + b"\xff" * 72)
    assert escpos.picture(image) == b"\x1dv0\0" + b"\x01\0\x01\0" + b"\x80" + escpos.feed(1)


@given(
    st.lists(st.sampled_from([b"\xff\xff", b"\x7f\xff", b"\x00\x00", b"\x01\x00"]), min_size=1, max_size=9)
)
def test_the_picture_comes_out_row_by_row(stripes: list[bytes]) -> None:
    pixels = b"".join(stripe * 130 for stripe in stripes)
    image = Image.frombytes("1", (16, len(pixels) // 2), pixels)
    inked = b"".join(rows_of(escpos.picture(image), 16))
    assert inked == bytes(byte ^ 0xFF for byte in pixels)


@pytest.mark.parametrize(
    ("cut", "end"), [("partial", b"\x1dVB\x00"), ("full", b"\x1dVA\x00"), ("none", b"\x1bJ\x78")]
)
def test_a_sheet_starts_afresh_and_ends_in_the_cut_of_its_printer(cut: escpos.Cut, end: bytes) -> None:
    sheet = escpos.sheet(Image.new("1", (576, 10), 0), cut)
    assert sheet.startswith(b"\x1b@")
    assert sheet.endswith(end)
    assert ProcessId().mark(b"ABcd") == b"\x1d(H\x06\x00\x30\x30ABcd"


@pytest.mark.parametrize(
    "image", [Image.new("L", (16, 1)), Image.new("1", (15, 1)), Image.new("1", (8, 20_000))]
)
def test_other_pictures_are_refused(image: Image.Image) -> None:
    with pytest.raises(ValueError, match="not printable"):
        escpos.picture(image)


def test_idents_do_not_repeat_and_never_look_like_a_status() -> None:
    idents = [escpos.ident_of(count) for count in range(404_999, 424_999)]
    assert len(set(idents)) == len(idents)
    assert all(escpos.is_ident(ident) and not any(letter & 0x10 for letter in ident) for ident in idents)
    assert not set(idents) & {escpos.queue_ident(ident) for ident in idents}


@given(st.lists(REPLIES, max_size=30), st.integers(1, 7))
def test_replies_one_after_another(replies: list[object], piece: int) -> None:
    wire = b"".join(sent(reply) for reply in replies)
    reader = ReplyReader()
    got = [one for at in range(0, len(wire), piece) for one in reader.feed(wire[at : at + piece])]
    assert got == replies


@given(ECHOES, ASBS, st.lists(STATUSES, max_size=4), st.data())
def test_an_echo_survives_whatever_cuts_into_it(
    echo: Echo, asb: Asb, statuses: list[Status], data: st.DataObject
) -> None:
    wire = sent(echo)
    at = data.draw(st.integers(1, len(wire) - 1))
    wire = wire[:at] + sent(asb) + wire[at:]
    for status in statuses:
        at = data.draw(st.integers(0, len(wire)))
        wire = wire[:at] + sent(status) + wire[at:]
    got = ReplyReader().feed(wire)
    assert echo in got
    assert asb in got
    assert sorted(one.byte for one in got if isinstance(one, Status)) == sorted(one.byte for one in statuses)


@given(st.binary(max_size=400), IDENTS)
def test_rubbish_passes_and_is_forgotten(rubbish: bytes, ident: bytes) -> None:
    reader = ReplyReader()
    for reply in reader.feed(rubbish):
        assert sent(reply) != b""
    reader.feed(bytes(4))  # ends whatever the rubbish began
    assert reader.feed(sent(Echo(ident))) == [Echo(ident)]


@pytest.mark.parametrize(
    ("four", "code", "near_end"),
    [
        (b"\x10\0\0\0", "", False),
        (b"\x10\0\x03\0", "", True),
        (b"\x18\0\x0f\0", "K-PR-01", True),
        (b"\x38\0\x0c\0", "K-PR-02", False),
        (b"\x18\x08\0\0", "K-PR-03", False),
        (b"\x18\x20\0\0", "K-PR-04", False),
        (b"\x18\0\0\0", "K-PR-06", False),
    ],
)
def test_states_become_fault_codes(four: bytes, code: str, near_end: bool) -> None:
    assert (Asb(four).code, Asb(four).near_end) == (code, near_end)


def test_status_commands_byte_for_byte() -> None:
    assert b"".join(escpos.QUERIES).hex(" ") == "10 04 01 10 04 02 10 04 03 10 04 04"
    assert escpos.ASB_ON.hex(" ") == "1d 61 0f"
    assert escpos.CLEAR.hex(" ") == "10 14 08 01 03 14 01 06 02 08"
    assert escpos.process_id(b"ABcd").hex(" ") == "1d 28 48 06 00 30 30 41 42 63 64"
    with pytest.raises(ValueError, match="process id"):
        escpos.process_id(b"1234")


def test_a_blank_paper_is_fed_and_not_sent_as_dots() -> None:
    assert escpos.picture(Image.new("1", (576, 300), 1)) == b"\x1bJ\xff\x1bJ\x2d"


def test_python_escpos_reads_no_cache_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import os; from kiosk.hardware.printers import escpos; escpos._frame('partial');"
        "from escpos.capabilities import pickle_path; print(pickle_path, os.path.exists(pickle_path))"
    )
    monkeypatch.delenv("ESCPOS_CAPABILITIES_PICKLE_DIR", raising=False)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    path, left = done.stdout.split()
    assert "kiosk-escpos-" in path
    assert left == "False"
