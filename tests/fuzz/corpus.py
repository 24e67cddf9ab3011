"""`python -m tests.fuzz.corpus`: write the seeds, from the vectors and what the simulators send."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from kiosk.hardware.magnetic.swipes import UNREAD
from kiosk.hardware.magnetic.tracks import LAYOUTS, backwards, encoded, unframed
from kiosk.hardware.simulated.msr605 import Stripe, read_iso, read_raw, stripe_of
from kiosk.hardware.simulated.wedge import _typed
from kiosk.hardware.wedge.keys import KEY, RECORD, SHIFTS
from tests.hardware_magnetic.vectors import BANK_CARDS, MEMBER_CARDS

PLACE = Path(__file__).parent / "corpus"
SPOILT_BLOCKS = (
    b"\x1b1", b"\x1b4", b"\x1bs\x1b\x01%A?\x1b\x02;", b"\x1bs\x1b\x02\x00",
    b"\x1bs\x1b\x01\x00\x1b\x02\x00\x1b\x03\x00!", b"\x1bs\x1b\x01\x1b*\x1b\x02;66?\x1b\x03;7?\x1c\x1b1",
    b"\x1bs\x1b\x01\xff\x1b\x02\x07\x1b\x03?\x1c\x1b0", b"\x1bs" + b"x" * 800,
)  # fmt: skip
SPOILT_TRACKS = ("", ";", "+1?", "%a?", "1", "%%?", ";1", "%" + "A" * 90 + "?")
BITS = (  # of track 2: LRC, nothing between the sentinels, parity, a second start, no end
    "11010 10000 11111 00100", "11010 11111 00100", "11010 10001 11111", "11010 11010 11111", "11010 1000",
    "11010" + "10000" * 40,
)  # fmt: skip
CODES = (
    b"6BF S0$8S%W8 \r",
    b"\x02code\x03\r\n",
    b"12\x0034\r",
    b"x" * 600 + b"\r",
    b"\r\r\n",
    b"ha\xfflf\x02whole\x03",
)


def seeds() -> Iterator[tuple[str, bytes]]:
    """(target, input)."""
    cards = [*BANK_CARDS, *(texts for texts, _number in MEMBER_CARDS)]
    for texts in cards:
        yield "swipe-line", "".join(texts).encode()
        if any(text[1:-1] == UNREAD for text in texts):
            continue  # no stripe has a track that could not be read
        stripe = _stripe(texts)
        for size in (3, 63):
            yield "msr-frames", bytes((0, size)) + read_iso(stripe)
            yield "msr-frames", bytes((1, size)) + read_raw(stripe)
        for place, raw in enumerate(stripe):
            if raw:
                yield "track", bytes((place,)) + raw
                yield "track", bytes((place,)) + backwards(raw)
    for place, layout in enumerate(LAYOUTS):
        yield "track", bytes((place,)) + encoded(layout, "1" * layout.room)
        yield "track", bytes((place,)) + bytes(256)
        for text in SPOILT_TRACKS:
            yield "track", bytes((place,)) + text.encode()
    for bits in BITS:
        yield "track", b"\x01" + _packed(bits)
    yield "track", b"\x01" + _both_ways("12", "34")
    for block in SPOILT_BLOCKS:
        yield "msr-frames", b"\x00\x3f" + block
        yield "msr-frames", b"\x00\x3f" + block + read_iso(_stripe(cards[0]))
        yield "msr-frames", b"\x01\x3f" + block + read_raw(_stripe(cards[0]))
    yield from (("swipe-line", text.encode()) for text in SPOILT_TRACKS)
    yield from (("scanner-frames", bytes((size,)) + code) for code in CODES for size in (0, 63))
    yield from (("wedge-keys", one) for one in _keys())


def _keys() -> Iterator[bytes]:
    for text in ("".join(BANK_CARDS[0]), "aB1\\ ~", "x" * 600):
        events = _typed({"text": text})
        yield b"".join(RECORD.pack(0, 0, *event) for event in events)
        yield b"".join(
            bytes(event) for event in events if event.type == KEY and (event.value or event.code in SHIFTS)
        )
    # Caps Lock, an arrow, Ctrl, a repeat, a long silence, missing events, Enter.
    yield bytes((1, 58, 1, 1, 30, 1, 1, 30, 2, 1, 103, 1, 1, 29, 1, 1, 30, 253, 0, 3, 0, 1, 28, 1, 1, 28, 1))


def _packed(bits: str) -> bytes:
    bits = bits.replace(" ", "")
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


def _both_ways(forward: str, backward: str) -> bytes:
    """A stripe on which both directions make sense."""
    return encoded(LAYOUTS[1], forward) + backwards(encoded(LAYOUTS[1], backward))


def _stripe(texts: tuple[str, str, str]) -> Stripe:
    return stripe_of([unframed(layout, text) for layout, text in zip(LAYOUTS, texts, strict=True)])


def main() -> None:
    """Write them; a seed's name is its hash."""
    for name, data in seeds():
        folder = PLACE / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
