"""What is tried: each target takes any bytes and fails only where the parser behind it breaks a promise.

A target's first bytes choose its mode and where the line cuts; the rest is what arrives. Seeds lie in
`corpus/NAME/`, small and committed; `python -m tests.fuzz.corpus` writes them.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.magnetic import msr605, swipes, tracks
from kiosk.hardware.magnetic.msr605 import BLOCK_MAX, Blocks, Mode, Refused
from kiosk.hardware.magnetic.readers import swipe_of_line
from kiosk.hardware.magnetic.swipes import FAMILY, Swipe, bank_account_within, card_of, is_bank_card
from kiosk.hardware.magnetic.tracks import (
    END,
    LAYOUTS,
    THREE,
    THREE_ALSO,
    TrackError,
    backwards,
    decoded,
    encoded,
    framed,
    unframed,
)
from kiosk.hardware.scanners import frames
from kiosk.hardware.scanners.frames import Frames
from kiosk.hardware.wedge import keys
from kiosk.hardware.wedge.keys import RECORD, KeyEvent, Keys, records

Target = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """A target and the modules whose branches it must reach."""

    run: Target
    modules: tuple[str, ...]


def pieces(data: bytes) -> list[bytes]:
    """The rest of the bytes, cut where the first byte says: its bits are lengths of pieces."""
    if not data:
        return []
    size, rest = data[0] % 64 + 1, data[1:]
    return [rest[at : at + size] for at in range(0, len(rest), size)]


def judge(swipe: Swipe) -> None:
    """A swipe is a bank's, or a member's number of plain digits, or named as trouble."""
    assert len(swipe.tracks) == 3
    try:
        card = card_of(swipe)
    except CardTrouble as trouble:
        why = trouble.why
    else:
        why = ""
    assert is_bank_card(swipe) == (why == "bank-card")
    if why:
        return
    assert card.family == FAMILY
    assert card.number.isdigit()
    assert 6 <= len(card.number) <= 19


def track(data: bytes) -> None:
    """Bits, text and what stands between them, of any of the three tracks."""
    if not data:
        return
    layout, rest = LAYOUTS[data[0] % 3], data[1:]
    if read := believed(lambda: decoded(layout, rest)):
        assert decoded(layout, encoded(layout, read)) == read
        assert decoded(layout, backwards(encoded(layout, read))) == read
    text = rest.decode("latin-1")
    if read := believed(lambda: unframed(layout, text)):
        assert text[0] in (layout.start, THREE_ALSO if layout is THREE else layout.start)
        assert text == f"{text[0]}{read}{END}"
        assert unframed(layout, framed(layout, read)) == read


def believed(read: Callable[[], str]) -> str:
    """What is read, '' if it is refused."""
    try:
        return read()
    except TrackError:
        return ""


def swipe_line(data: bytes) -> None:
    """The line of a plain reader."""
    text = data.decode("latin-1")
    swipe = swipe_of_line(text)
    judge(swipe)
    if any(map(bank_account_within, swipe.tracks)):
        assert bank_account_within(text), "what a track holds, the whole line holds"


def msr_frames(data: bytes) -> None:
    """Blocks of an MSR605, in pieces."""
    if not data:
        return
    mode: Mode = "raw" if data[0] & 1 else "iso"
    blocks = Blocks(mode)
    for piece in pieces(data[1:]):
        with contextlib.suppress(Refused):
            for block in blocks.feed(piece):
                if block:
                    judge(block.swipe(mode))
        assert len(blocks._heard) <= BLOCK_MAX + len(piece)
    blocks.forget()
    assert not blocks.begun


def wedge_keys(data: bytes) -> None:
    """Records of a keyboard wedge: whole ones, and keys drawn from the bytes."""
    typed = Keys()
    for event in records(data):
        typed.feed(event, 0.0)
    now = 0.0
    for kind, code, value in zip(data[::3], data[1::3], data[2::3], strict=False):
        now += value / 400
        if (text := typed.feed(KeyEvent(kind % 2, code % 128, value % 3), now)) is not None:
            assert 0 < len(text) <= keys.LONGEST
            assert text.isascii()
            assert text.isprintable()
            judge(swipe_of_line(text))
    assert len(typed._text) <= keys.LONGEST
    assert RECORD.size * len(list(records(data))) <= len(data)


def scanner_frames(data: bytes) -> None:
    """Codes of a serial scanner, in pieces, with pauses between some."""
    heard = Frames()
    now = 0.0
    for piece in pieces(data):
        now += piece[0] / 256
        for code in heard.feed(piece, now):
            assert 0 < len(code) <= frames.LONGEST
            assert code.isascii()
            assert code.isprintable()
        assert len(heard._code) <= frames.LONGEST
    heard.feed(b"", now)


TARGETS: dict[str, Tried] = {
    "track": Tried(track, (tracks.__name__,)),
    "swipe-line": Tried(swipe_line, (swipes.__name__,)),
    "msr-frames": Tried(msr_frames, (msr605.__name__,)),
    "wedge-keys": Tried(wedge_keys, (keys.__name__,)),
    "scanner-frames": Tried(scanner_frames, (frames.__name__,)),
}
"""Name -> target. Sessions with readers are tried on real lines, not here."""
