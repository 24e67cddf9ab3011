"""Tracks: published bits, every damage, both directions."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.magnetic.tracks import (
    END,
    LAYOUTS,
    RAW_MAX,
    Layout,
    TrackError,
    backwards,
    checked,
    decoded,
    encoded,
    framed,
    unframed,
)
from tests.hardware_magnetic.vectors import BITS


def alphabet(layout: Layout) -> str:
    every = (chr(layout.low + value) for value in range(1 << layout.bits))
    return "".join(one for one in every if one not in (END, layout.start))


def tracks(layout: Layout) -> st.SearchStrategy[str]:
    """What may stand on a track; not the few texts that are another sound one read backwards."""
    every = st.text(alphabet(layout), min_size=1, max_size=layout.room)
    return every.filter(lambda track: not is_ambiguous(layout, encoded(layout, track)))


def is_ambiguous(layout: Layout, raw: bytes) -> bool:
    """Whether both directions make sense and differ: `decoded` refuses it, as it has to."""
    try:
        decoded(layout, raw)
    except TrackError as trouble:
        return str(trouble) == "ambiguous"
    return False


ANY = st.sampled_from(LAYOUTS).flatmap(lambda layout: st.tuples(st.just(layout), tracks(layout)))


def bits_of(raw: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in raw)


def packed(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


@pytest.mark.parametrize(("number", "text", "bits", "lrc"), BITS)
def test_published_bits(number: int, text: str, bits: str, lrc: str) -> None:
    layout, written = LAYOUTS[number - 1], (bits + lrc).replace(" ", "")
    assert bits_of(encoded(layout, text)).strip("0").startswith(written.strip("0"))
    assert decoded(layout, packed("0" * 13 + written + "0" * 9)) == text


@given(ANY, st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_what_is_written_is_read_in_either_direction(
    one: tuple[Layout, str], before: int, after: int, turned: bool
) -> None:
    layout, track = one
    raw = packed("0" * before + bits_of(encoded(layout, track)) + "0" * after)
    assert decoded(layout, backwards(raw) if turned else raw) == track
    assert unframed(layout, framed(layout, track)) == track


@given(ANY, st.data())
def test_no_single_bit_goes_wrong_unseen(one: tuple[Layout, str], data: st.DataObject) -> None:
    layout, track = one
    raw = bits_of(encoded(layout, track))
    first, last = raw.index("1"), raw.rindex("1")
    at = data.draw(st.integers(first, last))
    spoilt = raw[:at] + ("0" if raw[at] == "1" else "1") + raw[at + 1 :]
    with contextlib.suppress(TrackError):
        assert decoded(layout, packed(spoilt)) == track  # only a bit of the leading or trailing clock


@given(st.sampled_from(LAYOUTS), st.binary(max_size=RAW_MAX + 20))
def test_any_bits_are_a_track_or_an_error(layout: Layout, raw: bytes) -> None:
    with contextlib.suppress(TrackError):
        track = decoded(layout, raw)
        assert track == checked(layout, track)


@given(st.sampled_from(LAYOUTS), st.text(max_size=120))
def test_any_text_is_a_track_or_an_error(layout: Layout, text: str) -> None:
    with contextlib.suppress(TrackError):
        assert unframed(layout, text) in ("", text[1:-1])


@pytest.mark.parametrize(
    ("bits", "why"),
    [
        ("", ""),
        ("0" * 64, ""),
        ("11010 11111 00100", "empty"),  # nothing between the sentinels
        ("11010 10000 11111", "parity"),  # the LRC is missing: no character is all zeros
        ("11010 10000 10000 10000 1", "no-end"),
        ("11010 10000 11111 00100", "lrc"),
        ("11010 10001 11111 10101", "parity"),
        ("10000 10000 11111 10101", "no-start"),
        ("11010 11010 11111 10101", "character"),
        ("0" * 20 + "1", "no-end"),
    ],
)
def test_why_bits_are_no_track(bits: str, why: str) -> None:
    layout = LAYOUTS[1]
    raw = packed("0" * 11 + bits.replace(" ", ""))
    if not why:
        assert decoded(layout, raw) == ""
        return
    with pytest.raises(TrackError, match=f"^{why}$"):
        decoded(layout, raw)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_too_long_is_refused_everywhere(layout: Layout) -> None:
    longest = alphabet(layout)[1] * layout.room
    raw = encoded(layout, longest)
    assert decoded(layout, raw) == longest
    longer = bits_of(raw)[:-8].rstrip("0")
    character = longer[8 + layout.bits + 1 :][: layout.bits + 1]
    at = 8 + layout.bits + 1
    for spoilt in (longest + longest[0],):
        with pytest.raises(TrackError, match="too-long"):
            encoded(layout, spoilt)
        with pytest.raises(TrackError, match="too-long"):
            unframed(layout, f"{layout.start}{spoilt}{END}")
    with pytest.raises(TrackError, match="too-long"):
        decoded(layout, packed(longer[:at] + character * 2 + longer[at:]))
    with pytest.raises(TrackError, match="too-long"):
        decoded(layout, bytes(RAW_MAX + 1))


@pytest.mark.parametrize(
    ("number", "text", "why"),
    [
        (2, "1?", "no-start"),
        (2, "+1?", "no-start"),
        (1, ";1?", "no-start"),
        (2, ";1", "no-end"),
        (2, ";", "no-end"),
        (2, ";1A?", "character"),
        (2, ";1?2?", "character"),
        (1, "%a?", "character"),
        (3, "%1?", "no-start"),
    ],
)
def test_why_text_is_no_track(number: int, text: str, why: str) -> None:
    with pytest.raises(TrackError, match=f"^{why}$"):
        unframed(LAYOUTS[number - 1], text)


def test_both_directions_that_make_sense_and_differ_are_no_track() -> None:
    """Found by search: the two tracks share one stripe, each sound in its own direction."""
    layout = LAYOUTS[1]
    written = bits_of(encoded(layout, "12")).strip("0")
    other = bits_of(encoded(layout, "34")).strip("0")
    with pytest.raises(TrackError, match="ambiguous"):
        decoded(layout, packed("0" * 5 + written + "0" * 20 + other[::-1]))
