"""Data objects and files of cards: read as they were written, bounded, and CardGarbled for rubbish."""

import contextlib
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import CHAINED, CardGarbled, CardRefused, exchange_once
from kiosk.hardware.cards.iso7816 import (
    DEPTH_MAX,
    FCI,
    ITEMS_MAX,
    PROPRIETARY,
    application_name,
    find,
    parse,
)
from kiosk.hardware.cards.iso_files import CHUNK, FILE_MAX, RECORDS_MAX, Files

ANSWER = bytes.fromhex("6F14 8408315041592E535953 A508 9F0C03010203 8800")


def written(tag: bytes, value: bytes) -> bytes:
    size = len(value)
    head = (
        bytes((size,))
        if size < 128
        else bytes((0x81, size))
        if size < 256
        else b"\x82" + size.to_bytes(2, "big")
    )
    return tag + head + value


def test_an_answer_to_select() -> None:
    assert application_name(ANSWER) == b"1PAY.SYS"
    assert find(parse(ANSWER), FCI, PROPRIETARY, 0x9F0C) == bytes((1, 2, 3))
    assert find(parse(ANSWER), FCI, PROPRIETARY, 0x88) == b""
    assert find(parse(ANSWER), FCI, 0x50) is None


tags = st.sampled_from([b"\x84", b"\x50", b"\x9f\x0c", b"\xdf\x81\x01"])


@given(st.lists(st.tuples(tags, st.binary(max_size=300)), max_size=8))
def test_what_was_written_is_read(objects: list[tuple[bytes, bytes]]) -> None:
    read = parse(b"".join(written(tag, value) for tag, value in objects))
    assert [(item.tag, item.value) for item in read] == [
        (int.from_bytes(tag, "big"), value) for tag, value in objects
    ]


@given(st.binary(max_size=200))
def test_rubbish_is_garbled_at_worst(data: bytes) -> None:
    with contextlib.suppress(CardGarbled):
        assert len(parse(data)) <= ITEMS_MAX


def test_every_cut_answer_is_garbled() -> None:
    for end in range(1, len(ANSWER)):
        with pytest.raises(CardGarbled):
            application_name(ANSWER[:end])


def nested(depth: int) -> bytes:
    data = written(b"\x84", b"x")
    for _ in range(depth - 1):
        data = written(b"\x6f", data)
    return data


@pytest.mark.parametrize(
    "data",
    [
        nested(DEPTH_MAX + 1),
        written(b"\x84", b"") * (ITEMS_MAX + 1),
        bytes.fromhex("8480"),
        bytes.fromhex("8483000001") + b"x",
        bytes.fromhex("9f81818101") + b"x",
        bytes(5000),
    ],
)
def test_bounds(data: bytes) -> None:
    assert parse(nested(DEPTH_MAX))
    assert len(parse(written(b"\x84", b"") * ITEMS_MAX)) == ITEMS_MAX
    with pytest.raises(CardGarbled):
        parse(data)


class FileCard:
    """One file behind a short identifier, one of records; it speaks T=0 (61xx, 6Cxx) when told to."""

    def __init__(self, body: bytes, records: tuple[bytes, ...] = (), *, thrifty: bool = False) -> None:
        self._body, self._records, self._thrifty = body, records, thrifty
        self._current: bytes | None = None
        self._ready = self._held = b""
        self.heard: list[bytes] = []

    def send(self, asked: bytes) -> tuple[bytes, int]:
        self.heard.append(asked)
        head, last = asked[:2], asked[-1] or 256
        if head == b"\0\xc0":
            data, self._ready = self._ready[:last], self._ready[last:]
            return data, 0x6100 | min(len(self._ready), 255) if self._ready else 0x9000
        if head[1] == 0xB2:
            number = asked[2]
            if asked[3] != 7 << 3 | 4 or not 1 <= number <= len(self._records):
                return b"", 0x6A83
            return self._give(self._records[number - 1], last)
        if head[1] == 0xB0:
            return self._binary(asked, last)
        self._held += asked[5 : 5 + asked[4]]
        return b"", 0x9000

    def _binary(self, asked: bytes, last: int) -> tuple[bytes, int]:
        if asked[2] & 0x80:
            self._current, offset = self._body, asked[3]
        else:
            offset = int.from_bytes(asked[2:4], "big")
        if self._current is None:
            return b"", 0x6986
        if offset > len(self._current):
            return b"", 0x6B00
        return self._give(self._current[offset:], last)

    def _give(self, data: bytes, asked: int) -> tuple[bytes, int]:
        if not data:
            return b"", 0x6282
        if not self._thrifty:
            return data[:asked], 0x9000
        if len(data) < asked:
            return b"", 0x6C00 | len(data)
        self._ready = data[:asked]
        return b"", 0x6100 | len(self._ready) % 256


@pytest.mark.parametrize("thrifty", [False, True])
@given(st.binary(min_size=1, max_size=1200))
def test_a_file_comes_whole(thrifty: bool, body: bytes) -> None:
    card = FileCard(body, thrifty=thrifty)
    assert Files(card).whole(sfi=21) == body
    assert Files(card).whole() == body, "it is the current file now"


@given(st.integers(0, 900), st.integers(1, 256))
def test_any_part_of_a_file(offset: int, length: int) -> None:
    body = bytes(range(251)) * 5
    assert Files(FileCard(body)).part(21, offset, length) == body[offset : offset + length]


def test_a_file_without_end_is_given_up() -> None:
    card = FileCard(bytes(100_000))
    with pytest.raises(CardGarbled, match="without end"):
        Files(card).whole(sfi=1)
    assert len(card.heard) <= FILE_MAX // CHUNK + 1


def test_records_end_where_the_card_says_so() -> None:
    lines = tuple(bytes((n,)) * 23 for n in range(10))
    assert Files(FileCard(b"", lines)).records(7, 23) == lines
    assert Files(FileCard(b"", lines, thrifty=True)).records(7, 23) == lines
    assert Files(FileCard(b"", (b"x" * 23,) * 99)).records(7, 23) == (b"x" * 23,) * RECORDS_MAX
    with pytest.raises(CardGarbled):
        Files(FileCard(b"", (b"short",))).records(7, 23)


def test_a_long_command_is_chained() -> None:
    card = FileCard(b"")
    data = bytes(range(256)) * 2
    Files(card).put(bytes.fromhex("00D60000"), data)
    assert [one[0] for one in card.heard] == [CHAINED, CHAINED, 0]
    assert b"".join(one[5:] for one in card.heard) == data


def test_a_no_has_its_word() -> None:
    with pytest.raises(CardRefused) as refused:
        Files(FileCard(b"")).whole()
    assert refused.value.status == 0x6986
    assert refused.value.why in {"mute", "garbled", "pulled", "unknown-family"}


def test_what_moves_value_is_sent_once() -> None:
    class Asking:
        heard: ClassVar[list[bytes]] = []

        def send(self, asked: bytes) -> tuple[bytes, int]:
            self.heard.append(asked)
            return b"", 0x6C08

    assert exchange_once(Asking(), bytes.fromhex("8054010000")) == (b"", 0x6C08)
    assert len(Asking.heard) == 1


@pytest.mark.parametrize(("sfi", "offset", "length"), [(0, 0, 1), (31, 0, 1), (1, 0x8000, 1), (1, 0, 257)])
def test_no_command_that_a_card_could_misread(sfi: int, offset: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"file|part"):
        Files(FileCard(b"x" * 300)).part(sfi, offset, length)
