"""Read blocks of an MSR605, cut, joined, noisy and damaged."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.magnetic.msr605 import BLOCK_MAX, Block, Blocks, Mode, Refused
from kiosk.hardware.magnetic.readers import SPOILT, swipe_of_line
from kiosk.hardware.magnetic.swipes import UNREAD, Swipe, swipe_of_text
from kiosk.hardware.magnetic.tracks import LAYOUTS
from kiosk.hardware.simulated.msr605 import Msr605Device, read_iso, read_raw, stripe_of
from tests.hardware_magnetic.test_tracks import tracks

CARDS = st.tuples(
    *(st.one_of(st.just(""), tracks(layout).filter(lambda one: one != UNREAD)) for layout in LAYOUTS)
)
"""A track that is nothing but the letter E cannot be told from one that could not be read."""
READ = {"iso": read_iso, "raw": read_raw}
PIECES = (
    b"\x1bs", b"\x1b\x01", b"\x1b\x02", b"\x1b\x03", b"?\x1c\x1b", b"\x1b+", b"\x1b*", b"%A?", b";1?", b"\xff"
)  # fmt: skip
MODES = st.sampled_from(("iso", "raw"))


def swipes(blocks: Blocks, mode: Mode, data: bytes, cuts: list[int]) -> list[Swipe | None]:
    heard: list[Block | None] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for start, end in itertools.pairwise(edges):
        heard += blocks.feed(data[start:end])
    return [block.swipe(mode) if block else None for block in heard]


@given(MODES, st.lists(CARDS, max_size=3), st.lists(st.integers(0, 900), max_size=8))
def test_blocks_come_out_whole_however_the_line_cuts_them(
    mode: Mode, cards: list[tuple[str, str, str]], cuts: list[int]
) -> None:
    sent = b"".join(READ[mode](stripe_of(list(card))) for card in cards)
    assert swipes(Blocks(mode), mode, sent, cuts) == [Swipe(card) for card in cards]


@given(MODES, st.lists(st.one_of(st.binary(max_size=80), st.sampled_from(PIECES)), max_size=20))
def test_noise_is_survived_and_bounded_and_the_next_card_is_read(mode: Mode, noise: list[bytes]) -> None:
    blocks = Blocks(mode)
    for piece in noise:
        with contextlib.suppress(Refused):
            for block in blocks.feed(piece):
                if block:
                    block.swipe(mode)
        assert len(blocks._heard) <= BLOCK_MAX + len(piece)
    blocks.forget()
    card = ("", "6600000001", "")
    assert swipes(blocks, mode, READ[mode](stripe_of(list(card))), []) == [Swipe(card)]


@pytest.mark.parametrize("mode", ["iso", "raw"])
def test_late_answers_and_noise_before_a_block_do_no_harm(mode: Mode) -> None:
    block = READ[mode](stripe_of(["", "6600000001", ""]))
    for before in (b"\x1by", b"\x00\xff\x1b", b"\x1b\x1b", b"\x1bREVT3.12", b"\x1b3S"):
        blocks = Blocks(mode)
        assert swipes(blocks, mode, before + block, [len(before)]) == [Swipe(("", "6600000001", ""))]


@pytest.mark.parametrize(("status", "why"), [(b"1", "cannot read"), (b"4", "invalid command")])
def test_a_refusal_is_told(status: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        Blocks("iso").feed(b"\x1b" + status)


def test_a_reader_that_says_it_went_wrong_is_believed() -> None:
    (block,) = Blocks("iso").feed(b"\x1bs\x1b\x01\x1b+\x1b\x02;6600000001?\x1b\x03\x1b+?\x1c\x1b1")
    assert block is not None
    assert block.swipe("iso").spoilt == {1, 2, 3}


@pytest.mark.parametrize(
    ("tail", "spoilt"),
    [
        (b"\x1b\x01%M1?\x1b\x02;66?\x1b\x03;7??\x1c\x1b0", set()),
        (b"\x1b\x01%M1?\x1b\x02;66?\x1b\x03;7?\x1c\x1b0", set()),  # one ? for both, as some readers send
        (b"\x1b\x01\x1b*\x1b\x02;66?\x1b\x03;7??\x1c\x1b0", {1}),
        (b"\x1b\x01%E?\x1b\x02;66?\x1b\x03;7??\x1c\x1b0", {1}),
    ],
)
def test_tracks_without_data_or_with_a_fault(tail: bytes, spoilt: set[int]) -> None:
    (block,) = Blocks("iso").feed(b"\x1bs" + tail)
    assert block is not None
    assert block.swipe("iso") == Swipe(("" if spoilt else "M1", "66", "7"), frozenset(spoilt))


@pytest.mark.parametrize(
    ("mode", "damaged"),
    [
        ("iso", b"\x1bs\x1b\x01%A?\x1b\x03;1?\x1b\x02;1??\x1c\x1b0"),
        ("iso", b"\x1bs\x1b\x01%A?\x1b\x02;"),  # cut: the next block ends it
        ("raw", b"\x1bs\x1b\x02\x00"),
        ("raw", b"\x1bs\x1b\x01\x00\x1b\x02\x00\x1b\x03\x00!\x1c\x1b0"),
        ("iso", b"\x1bs" + b"x" * (BLOCK_MAX + 1)),
    ],
)
def test_a_damaged_block_is_told_and_the_next_is_good(mode: Mode, damaged: bytes) -> None:
    good = READ[mode](stripe_of(["", "6600000001", ""]))
    heard = swipes(Blocks(mode), mode, damaged + good, [len(damaged)])
    assert heard == [None, Swipe(("", "6600000001", ""))]


@pytest.mark.parametrize("text", ["", "%A?;1?+2?", ";1?", "+2?", "%A?", "%E?;1?"])
def test_lines_of_plain_readers(text: str) -> None:
    assert swipe_of_line(text) != SPOILT


@pytest.mark.parametrize("text", ["1", ";1?%A?", "%A", "%A??", "%A?;1?+2?3", " ;1?"])
def test_what_no_plain_reader_sends(text: str) -> None:
    assert swipe_of_line(text) == SPOILT


def test_a_plain_line_and_a_block_say_the_same() -> None:
    assert swipe_of_line("%A?;1?+2?") == swipe_of_text(("%A?", ";1?", "+2?"))


def test_the_simulator_writes_reads_and_erases_what_it_is_told() -> None:
    device, card = Msr605Device(), [b"", b"", b""]
    assert device.hear(b"\x1bw\x1bs\x1b\x01AB\x1b\x02;12?\x1b\x03?") == b""
    assert not device.waits
    device.hear(b"\x1c")
    assert device.waits
    assert device.draw(card) == b"\x1b0"
    assert card == stripe_of(["AB", "12", ""])
    assert device.draw(card) == b"", "one order, one card"
    device.hear(b"\x1br")
    assert device.draw(card, reverse=True) == read_iso(card)
    device.hear(b"\x1bc\x03")
    assert device.draw(card) == b"\x1b0"
    assert card == [b"", b"", b""]
    device.hear(b"\x1bm\x1ba")
    assert not device.waits
    assert device.hear(b"\x1bx\x1bd\x1by\x1bd\x1bo\x07\x05\x05\x1bb\xd2\x1bz\x3d\x16\x1b\x86\x1b\x87") == (
        b"\x1b0\x1bH\x1b0\x1bL\x1b0\x07\x05\x05\x1b0\x1b0\x1b0\x1b0"
    )


@given(st.binary(max_size=2000))
def test_the_simulator_survives_any_order(data: bytes) -> None:
    device = Msr605Device()
    device.hear(data)
    device.draw([b"\x12" * 9, b"", b"\xff"])
    device.hear(b"?\x1c" + b"\x00" * 800)
    assert device.hear(b"\x1ba\x1be")[-2:] == b"\x1by"
