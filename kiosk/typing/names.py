"""A dictionary of names, made where it is used: its characters and their readings are those of luna_pinyin.

A common dictionary offers words before names. This one has no words: surnames, characters that parents choose
and names made of both come first, then every other character, so that nobody is out of reach.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

TABLES = Path(__file__).parent / "names"
NAME = "kiosk_names"

SURNAME, GIVEN, PAIR, OTHER = 9_000_000, 300_000, 2_000_000, 20_000
"""The weight of the first of each kind; of any other character at most."""
COMPOUND = 3_000_000
"""The weight of a surname of two characters: it goes before a surname and a name of its sound."""
SURNAMES_JOINED, GIVEN_JOINED, GIVEN_PAIRED = 200, 250, 100
"""How many surnames are joined with how many given characters, and of those how many with one another."""

Row = tuple[str, str, int]
"""Text, reading, weight."""


def dictionary(shared: Path) -> str:
    """The whole rime dictionary, from the characters in this folder of rime's."""
    rows = _rows(_readings(shared / "luna_pinyin.dict.yaml"), _commonness(shared / "essay.txt"))
    head = f'---\nname: {NAME}\nversion: "1"\nsort: by_weight\nuse_preset_vocabulary: false\n...\n\n'
    return head + "".join(f"{text}\t{reading}\t{weight}\n" for text, reading, weight in rows)


def _rows(readings: dict[str, list[tuple[str, float]]], commonness: dict[str, int]) -> Iterator[Row]:
    surnames = list(_surnames(readings))
    given = [
        (text, readings[text][0][0], _falling(GIVEN, at, 30))
        for at, text in enumerate(_given())
        if text in readings
    ]
    special = {(text, reading): weight for text, reading, weight in (*given, *surnames)}
    for text, found in readings.items():
        for reading, share in found:
            plain = min(OTHER, max(1, int(commonness.get(text, 0) * share / 20)))
            yield text, reading, special.pop((text, reading), plain)
    yield from ((text, reading, weight) for (text, reading), weight in special.items())
    yield from _joined(surnames[:SURNAMES_JOINED], given[:GIVEN_JOINED], 500_000)
    yield from _joined(given[:GIVEN_PAIRED], given[:GIVEN_PAIRED], 2_500_000)
    for at, pair in enumerate(_pairs()):
        if all(text in readings for text in pair):
            yield pair, " ".join(readings[text][0][0] for text in pair), _falling(PAIR, at, 20)


def _falling(first: int, at: int, slowness: int) -> int:
    return int(first / (1 + at / slowness))


def _joined(firsts: Iterable[Row], seconds: Iterable[Row], scale: int) -> Iterator[Row]:
    others = list(seconds)
    for text, reading, weight in firsts:
        for other, sound, more in others:
            yield text + other, f"{reading} {sound}", max(1, weight * more // scale)


def _readings(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Character -> its readings and how often it is read so, the usual one first."""
    found: dict[str, list[tuple[str, float]]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            text, _, rest = line.rstrip("\n").partition("\t")
            if len(text) == 1 and rest and text != "#":
                reading, _, share = rest.partition("\t")
                often = float(share.rstrip("%")) / 100 if share.endswith("%") else 1.0
                found.setdefault(text, []).append((reading, often))
    for readings in found.values():
        readings.sort(key=lambda one: -one[1])
    return found


def _commonness(path: Path) -> dict[str, int]:
    """Character -> how often it was met in rime's essay."""
    with path.open(encoding="utf-8") as lines:
        parted = (line.rstrip("\n").split("\t") for line in lines)
        return {part[0]: int(part[1]) for part in parted if len(part) > 1 and len(part[0]) == 1}


def _table(name: str) -> list[str]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _surnames(readings: dict[str, list[tuple[str, float]]]) -> Iterator[Row]:
    for at, entry in enumerate(" ".join(_table("surnames.txt")).split()):
        text, _, reading = entry.partition(":")
        if len(text) > 1:
            yield text, reading.replace("_", " "), COMPOUND
        elif reading or text in readings:
            yield text, reading or readings[text][0][0], max(OTHER, SURNAME // (at + 1))


def _given() -> Iterator[str]:
    for line in _table("given.txt"):
        yield from line


def _pairs() -> Iterator[str]:
    for line in _table("pairs.txt"):
        yield from line.split()
