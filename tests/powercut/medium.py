"""A disk with a volatile cache, and what it holds after the power was cut.

What was written before a file's last sync is there. Of what was written since, each piece may be there or
not, whatever its neighbours did: per write, per sector of 512 bytes, torn at any byte. A file that grew may
have its new length without its new bytes (zeros, or what lay there before). A new, renamed or deleted name is
sure only after its folder was synced; until then the last of such changes may be missing, in order, as file
systems with a journal keep it. A disk that says "synced" and lies is outside of this, and of every protocol.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from tests.powercut.recording import Told

SECTOR = 512
Image = dict[str, bytes]
"""File name -> what the medium holds of it."""
Fate = Literal["nothing", "everything", "some", "sectors", "torn", "last torn"]
FATES: tuple[Fate, ...] = ("nothing", "everything", "some", "sectors", "torn", "last torn")


@dataclass(slots=True)
class _File:
    """One file, whatever it is called: what is safe, and what was asked since."""

    safe: bytearray = field(default_factory=bytearray)
    asked: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes), or (size, None)."""

    def sync(self) -> None:
        for offset, what in self.asked:
            _apply(self.safe, offset, what)
        self.asked.clear()

    def left(self, fate: Fate, chance: random.Random) -> bytes:
        """What a cut leaves of it."""
        held = bytearray(self.safe)
        last = len(self.asked) - 1
        for place, (offset, what) in enumerate(self.asked):
            whole = fate == "everything" or (fate == "last torn" and place < last)
            _survive(held, offset, what, "everything" if whole else fate, chance)
        return bytes(held)


class Medium:
    """Follows a recording; `cut` may be asked after any step. `honest=False`: syncs are forgotten."""

    def __init__(self, start: Image | None = None, *, honest: bool = True) -> None:
        self._honest = honest
        self._open: dict[int, _File] = {}
        self._names = {name: _File(bytearray(what)) for name, what in (start or {}).items()}
        self._safe_names = dict(self._names)
        self._renamed: list[dict[str, _File | None]] = []
        """Changes of names, oldest first; those of one entry happen together."""

    def follow(self, told: Told) -> None:
        """One step further."""
        _STEPS[told.kind](self, told)

    def cut(self, chance: random.Random) -> Image:
        """What a restarted machine finds; another throw of `chance` may find something else."""
        names = dict(self._safe_names)
        for changed in self._renamed[: chance.randint(0, len(self._renamed))]:
            _rename(names, changed)
        fate = chance.choice(FATES)
        return {name: file.left(fate, chance) for name, file in names.items()}

    def now(self) -> Image:
        """What the running machine sees."""
        return {name: file.left("everything", random.Random()) for name, file in self._names.items()}

    # --- steps -----------------------------------------------------------------------------------

    def _opened(self, told: Told) -> None:
        name = told.what.decode()
        self._open[told.fd] = self._names[name]
        if told.cleared:
            self._names[name].asked.append((0, None))

    def _created(self, told: Told) -> None:
        self._open[told.fd] = _File()
        self._name({told.what.decode(): self._open[told.fd]})

    def _closed(self, told: Told) -> None:
        self._open.pop(told.fd, None)

    def _written(self, told: Told) -> None:
        self._open[told.fd].asked.append((told.offset, told.what))

    def _sized(self, told: Told) -> None:
        self._open[told.fd].asked.append((told.offset, None))

    def _synced(self, told: Told) -> None:
        if self._honest:
            self._open[told.fd].sync()

    def _folder_synced(self, told: Told) -> None:
        del told
        self._safe_names = dict(self._names)
        self._renamed.clear()

    def _deleted(self, told: Told) -> None:
        self._name({told.what.decode(): None})

    def _moved(self, told: Told) -> None:
        old, fresh = told.what.decode().split("\0")
        self._name({old: None, fresh: self._names[old]})

    def _name(self, changed: dict[str, _File | None]) -> None:
        self._renamed.append(changed)
        _rename(self._names, changed)


_STEPS = {
    "open": Medium._opened,
    "create": Medium._created,
    "close": Medium._closed,
    "write": Medium._written,
    "size": Medium._sized,
    "sync": Medium._synced,
    "sync folder": Medium._folder_synced,
    "delete": Medium._deleted,
    "rename": Medium._moved,
}


def cuts(
    medium: Medium, told: Iterable[Told], places: Iterable[int], chance: random.Random
) -> Iterator[tuple[int, Image]]:
    """(place, image) for each place, ascending: cut when so many steps were taken."""
    done = 0
    steps = iter(told)
    for place in sorted(places):
        while done < place:
            medium.follow(next(steps))
            done += 1
        yield place, medium.cut(chance)


def _rename(names: dict[str, _File], changed: dict[str, _File | None]) -> None:
    for name, file in changed.items():
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def _apply(held: bytearray, offset: int, what: bytes | None) -> None:
    if what is None:
        _resize(held, offset, b"")
        return
    _resize(held, max(len(held), offset), b"")
    held[offset : offset + len(what)] = what


def _resize(held: bytearray, size: int, filler: bytes) -> None:
    if size <= len(held):
        del held[size:]
    else:
        missing = size - len(held)
        held += filler[:missing].ljust(missing, b"\0")


def _survive(held: bytearray, offset: int, what: bytes | None, fate: Fate, chance: random.Random) -> None:
    """Let as much of one request happen as its fate allows."""
    if what is None:
        if fate == "everything" or (fate != "nothing" and chance.random() < 0.5):
            _apply(held, offset, None)
        return
    if fate == "everything":
        _apply(held, offset, what)
        return
    if fate != "nothing" and chance.random() < 0.2:  # the new length without the new bytes
        size = max(len(held), offset + len(what))
        _resize(held, size, chance.randbytes(size - len(held)) if chance.random() < 0.3 else b"")
    for start, end in _pieces(offset, len(what), fate, chance):
        _apply(held, offset + start, what[start:end])


def _pieces(offset: int, length: int, fate: Fate, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Which parts of a write came through, as (start, end) within it."""
    if fate == "some" and chance.random() < 0.5:
        yield 0, length
    elif fate == "sectors":
        edges = [0, *range(SECTOR - offset % SECTOR, length, SECTOR), length]
        for start, end in pairwise(edges):
            if chance.random() < 0.5:
                yield start, end
    elif fate in ("torn", "last torn"):
        edge = chance.randint(0, length)
        if chance.random() < 0.7:
            yield 0, edge
        else:
            yield edge, length
