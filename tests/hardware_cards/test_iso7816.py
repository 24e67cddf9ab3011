"""Data objects of cards: read as they were written, bounded, and CardGarbled for rubbish."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import CardGarbled
from kiosk.hardware.cards.iso7816 import (
    DEPTH_MAX,
    FCI,
    ITEMS_MAX,
    PROPRIETARY,
    application_name,
    find,
    parse,
)

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
