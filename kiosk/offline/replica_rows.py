"""Putting a chunk's rows into the replica's tables, within a transaction of the caller.

Rows come in the feed's order and may be half of a download: after each transaction every card leads to whom
the feed last said, or to nobody. `pass` says which full download last brought a row; what a complete one did
not bring is swept.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from kiosk.ledger.feed import DeniedRow, MemberRow, unpack_cards

OURS = -1
"""The pass of a denial that this kiosk made itself: no download brought it, so none sweeps it."""
SLICE = 2000
"""Rows of one transaction at most: the desk waits no longer for the file than these take."""

_KNOWN = """SELECT member, n, cards, asked, gen, mark_n, as_of FROM members
    WHERE member IN (SELECT value FROM json_each(?))"""
_INSERT = "INSERT INTO members VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)"
_UPDATE = """UPDATE members SET home = ?, asked = 0, gen = ?, mark_n = ?, as_of = ?, pass = ?, facts = ?
    WHERE n = ?"""
_SEEN = "UPDATE members SET pass = ? WHERE n = ?"
_RECARD = "UPDATE members SET cards = ? WHERE n = ?"
_UNCARD = "UPDATE members SET cards = x'' WHERE n = (SELECT n FROM cards WHERE card = ? AND n <> ?)"
_PUT_CARD = """INSERT INTO cards VALUES (?, ?, ?, ?) ON CONFLICT (card) DO UPDATE
    SET n = excluded.n, tail = excluded.tail, told_at = excluded.told_at WHERE cards.told_at <= ?"""
_STILL_AWAY = "UPDATE members SET cards = x'' WHERE n = ? AND n <> (SELECT n FROM cards WHERE card = ?)"
_DROP_CARD = "DELETE FROM cards WHERE card = ? AND n = ?"
_DROP = "DELETE FROM members WHERE n = ?"
_DENY = """INSERT INTO denied VALUES (?, ?, ?)
    ON CONFLICT (card) DO UPDATE SET why = excluded.why, pass = excluded.pass"""
_ALLOW = "DELETE FROM denied WHERE card = ?"


class Alone(Protocol):
    """Where transactions are made (ReplicaFile)."""

    def transaction(self) -> AbstractContextManager[Any]:
        """All or nothing, alone; yields the connection."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What dates a member's figures: the later in this order is the newer."""

    gen: int
    mark_n: int
    as_of: int

    def before(self, gen: int, mark_n: int, as_of: int) -> bool:
        """Whether those figures are newer than this moment's."""
        return (self.gen, self.mark_n, self.as_of) < (gen, mark_n, as_of)


@dataclass(frozen=True, slots=True)
class _Known:
    n: int
    cards: bytes
    asked: bool
    moment: tuple[int, int, int]


def put_members(connection: Any, rows: Sequence[MemberRow], moment: Moment, turn: int) -> None:
    """Members of one chunk. An answer to a question that is newer than the chunk keeps its figures."""
    known = _known(connection, rows)
    writing = _Writing(moment, turn, _next_number(connection))
    for row in rows:
        writing.take(row, known.get(row.member))
    writing.write(connection)


def give_card(connection: Any, card: bytes, tail: str, n: int, told_at: int) -> None:
    """Let a card lead to member n; whoever had it gets it back from the feed alone."""
    connection.execute(_UNCARD, (card, n))
    connection.execute(_PUT_CARD, (card, n, tail, told_at, told_at))


def put_denied(connection: Any, rows: Iterable[DeniedRow], turn: int, *, only_add: bool) -> None:
    """Cards of one chunk of the deny list; a list that is older than ours may add, not lift."""
    rows = list(rows)
    connection.executemany(_DENY, [(row.card, row.why, turn) for row in rows if row.why])
    if not only_add:
        connection.executemany(_ALLOW, [(row.card,) for row in rows if not row.why])


def deny_here(connection: Any, card: bytes, why: str) -> None:
    """What was reported here stays until head office's list says something about this card."""
    connection.execute(_DENY, (card, why, OURS))


def allow_here(connection: Any, card: bytes) -> None:
    """What was opened here is open until head office's list says something about this card."""
    connection.execute(_ALLOW, (card,))


def sweep_members(file: Alone, turn: int, upto: int) -> Iterator[None]:
    """Drop, a slice at a time, whom the download `turn` did not bring; numbers above `upto` came with it."""
    asked = "SELECT n, cards FROM members WHERE n > ? AND n <= ? AND pass <> ?"
    for after in range(0, upto, SLICE):
        with file.transaction() as connection:
            for n, cards in connection.execute(asked, (after, min(upto, after + SLICE), turn)).fetchall():
                _drop(connection, n, cards)
        yield


def sweep_denied(file: Alone, turn: int) -> Iterator[None]:
    """Lift, a slice at a time, what the download `turn` did not bring."""
    after = b""
    while True:
        with file.transaction() as connection:
            asked = "SELECT card, pass FROM denied WHERE card > ? ORDER BY card LIMIT ?"
            some = connection.execute(asked, (after, SLICE)).fetchall()
            connection.executemany(_ALLOW, [(card,) for card, came in some if came not in {turn, OURS}])
        if not some:
            return
        after = some[-1][0]
        yield


class _Writing:
    """The statements of one chunk, gathered by kind."""

    def __init__(self, moment: Moment, turn: int, number: int) -> None:
        self._moment = moment
        self._turn = turn
        self._number = number
        self._inserts: list[tuple[Any, ...]] = []
        self._updates: list[tuple[Any, ...]] = []
        self._seen: list[tuple[int, int]] = []
        self._gone: list[tuple[int, bytes]] = []
        self._recards: list[tuple[int, bytes, bytes]] = []

    def take(self, row: MemberRow, known: _Known | None) -> None:
        """Sort one row in."""
        if not row.facts:
            if known is not None:
                self._gone.append((known.n, known.cards))
        elif known is None:
            self._insert(row)
        else:
            self._update(row, known)

    def _insert(self, row: MemberRow) -> None:
        n, self._number = self._number, self._number + 1
        at = self._moment
        self._inserts.append(
            (n, row.member, row.home, at.gen, at.mark_n, at.as_of, self._turn, row.cards, row.facts)
        )
        self._recards.append((n, b"", row.cards))

    def _update(self, row: MemberRow, known: _Known) -> None:
        at = self._moment
        if known.asked and at.before(*known.moment):
            self._seen.append((self._turn, known.n))
        else:
            self._updates.append((row.home, at.gen, at.mark_n, at.as_of, self._turn, row.facts, known.n))
        if row.cards != known.cards:
            self._recards.append((known.n, known.cards, row.cards))

    def write(self, connection: Any) -> None:
        """Those who left first, then everybody's figures, then whose card is whose."""
        for n, cards in self._gone:
            _drop(connection, n, cards)
        connection.executemany(_UPDATE, self._updates)
        connection.executemany(_SEEN, self._seen)
        connection.executemany(_INSERT, self._inserts)
        self._write_cards(connection)

    def _write_cards(self, connection: Any) -> None:
        as_of = self._moment.as_of
        away, blank, kept, here = [], [], [], []
        for n, before, after in self._recards:
            now = unpack_cards(after)
            held = {card.card for card in now}
            away += [(card.card, n) for card in unpack_cards(before) if card.card not in held]
            blank += [(card.card, n) for card in now]
            here += [(card.card, n, card.tail, 0, as_of) for card in now]
            kept.append((after, n))
        connection.executemany(_DROP_CARD, away)
        connection.executemany(_UNCARD, blank)
        connection.executemany(_RECARD, kept)
        before_them = connection.total_changes
        connection.executemany(_PUT_CARD, here)
        if connection.total_changes - before_them < len(here):
            # A newer answer holds a card: then the member's next row must count as a change.
            connection.executemany(_STILL_AWAY, [(n, card) for card, n, *_ in here])


def _known(connection: Any, rows: Sequence[MemberRow]) -> dict[str, _Known]:
    names = msgspec.json.encode([row.member for row in rows]).decode()
    return {
        member: _Known(n, cards, bool(asked), (gen, mark_n, as_of))
        for member, n, cards, asked, gen, mark_n, as_of in connection.execute(_KNOWN, (names,))
    }


def _next_number(connection: Any) -> int:
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'members'").fetchone()
    return (found[0] if found else 0) + 1


def _drop(connection: Any, n: int, cards: bytes) -> None:
    connection.executemany(_DROP_CARD, [(card.card, n) for card in unpack_cards(cards)])
    connection.execute(_DROP, (n,))
