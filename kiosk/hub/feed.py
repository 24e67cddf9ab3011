"""The feed's numbers: every change gets the next one, in an order in which no earlier one can appear later.

Changes are written down in the transaction that makes them (`changes`), without a number. Here, whoever asks
for the feed numbers what has been committed by then, one asker at a time: the number's row stays locked until
the numbers are committed themselves. So a number is always seen after all lower ones, on every database.
"""

import logging
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import sqlalchemy as sa

from kiosk.hub.changes import CARD, MEMBER
from kiosk.hub.feed_tables import changes, feed, member_stores
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import cards, counter, devices, members, meta, step_counter, upsert
from kiosk.ledger.feed import Place

log = logging.getLogger(__name__)

DENIED = "denied"
NUMBERED_MAX = 5000
"""Changes numbered for one request: what is left waits for the next one."""
_VERSION, _EPOCH, _POLICY = "feed_version", "feed_epoch", "feed_policy"
_PART = 1000

Placed = tuple[str, str]


class Numbers:
    """Gives changes their numbers, within one transaction. `bring_up` first; the rest reads what it left."""

    def __init__(self, connection: sa.Connection, settings: HubSettings) -> None:
        self._connection = connection
        self._settings = settings

    def bring_up(self, asked: Iterable[Place], generation: int) -> bool:
        """Number what has been committed; True if nothing is left. Places ahead of us begin a new epoch."""
        asked = tuple(asked)
        if self._is_up(asked, generation):
            return True
        self._version = self._lock()
        if counter(self._connection, _POLICY) != self._policy():
            self._rebuild()
        elif self._is_behind(asked, generation):
            log.warning("a kiosk has seen later changes than we know: every kiosk downloads anew")
            step_counter(self._connection, _EPOCH)
        left = self._number()
        self._set(_VERSION, self._version)
        return not left

    def epoch(self, generation: int) -> str:
        """Within what the numbers mean something."""
        return f"{generation}.{counter(self._connection, _EPOCH)}"

    def _is_up(self, asked: Iterable[Place], generation: int) -> bool:
        """Whether there is nothing to do: most requests find it so, and wait for nobody."""
        self._version = counter(self._connection, _VERSION)
        if counter(self._connection, _POLICY) != self._policy() or self._is_behind(asked, generation):
            return False
        return self._connection.scalar(sa.select(changes.c.id).limit(1)) is None

    def _is_behind(self, asked: Iterable[Place], generation: int) -> bool:
        """Whether somebody was given a number of this epoch that we have not given."""
        epoch = self.epoch(generation)
        return any(place.epoch == epoch and place.cursor > self._version for place in asked)

    def _lock(self) -> int:
        insert = upsert(self._connection, meta).values(name=_VERSION, number=0)
        self._connection.execute(insert.on_conflict_do_nothing())
        asked = sa.select(meta.c.number).where(meta.c.name == _VERSION).with_for_update()
        return int(self._connection.execute(asked).scalar_one())

    def _number(self) -> bool:
        """Number some changes; True if there may be more."""
        some = sa.select(changes.c.id).order_by(changes.c.id).limit(NUMBERED_MAX)
        taken = sa.delete(changes).where(changes.c.id.in_(some)).returning(changes.c.kind, changes.c.subject)
        found = self._connection.execute(taken).all()
        for part in _parts(sorted({subject for kind, subject in found if kind == CARD})):
            self._settle(part, self._denied(part))
        for part in _parts(sorted({subject for kind, subject in found if kind == MEMBER})):
            self._settle(part, self._placed(part))
        return len(found) == NUMBERED_MAX

    def _settle(self, subjects: Sequence[str], now: set[Placed]) -> None:
        """Give these subjects the next numbers wherever they are, and wherever they were."""
        asked = sa.select(feed.c.subject, feed.c.scope).where(feed.c.subject.in_(subjects), ~feed.c.gone)
        before = {(subject, scope) for subject, scope in self._connection.execute(asked)}
        self._write((subject, scope, (subject, scope) not in now) for subject, scope in sorted(before | now))

    def _write(self, places: Iterable[tuple[str, str, bool]]) -> None:
        numbers = count(self._version + 1)
        rows = [
            {"subject": subject, "scope": scope, "version": next(numbers), "gone": gone}
            for subject, scope, gone in places
        ]
        if not rows:
            return
        insert = upsert(self._connection, feed)
        news = {name: insert.excluded[name] for name in ("version", "gone")}
        self._connection.execute(
            insert.on_conflict_do_update(index_elements=["subject", "scope"], set_=news), rows
        )
        self._version += len(rows)

    def _denied(self, subjects: Sequence[str]) -> set[Placed]:
        wanted = [bytes.fromhex(subject) for subject in subjects]
        asked = sa.select(cards.c.hash).where(cards.c.hash.in_(wanted), cards.c.why != "")
        return {(bytes(card).hex(), DENIED) for card in self._connection.scalars(asked)}

    def _placed(self, subjects: Sequence[str]) -> set[Placed]:
        asked = self._placing().subquery()
        rows = self._connection.execute(sa.select(asked).where(asked.c.subject.in_(subjects)))
        return {(subject, scope) for subject, scope in rows}

    def _placing(self) -> sa.Select[Placed] | sa.CompoundSelect[Placed]:
        """(member, scope) of everybody, as the policy has it."""
        policy = self._settings.replica.members
        if policy == "all":
            return sa.select(members.c.id.label("subject"), sa.literal("all").label("scope"))
        if policy == "home":
            scope = (sa.literal("home:") + members.c.home).label("scope")
            return sa.select(members.c.id.label("subject"), scope).where(members.c.home.is_not(None))
        by_home = sa.select(members.c.id.label("subject"), _store(devices.c.store)).join(
            devices, devices.c.device == members.c.home
        )
        by_place = sa.select(members.c.id.label("subject"), _store(member_stores.c.store)).join(
            member_stores, member_stores.c.member == members.c.id
        )
        return sa.union(by_home, by_place)

    # --- the whole feed anew ---------------------------------------------------------------------

    def _policy(self) -> int:
        """Which policy the feed was made by, as a number that is not 0."""
        replica, pin = self._settings.replica, self._settings.pin
        told = f"{replica.members} {replica.history_lines} {pin.offline_pin}"
        return zlib.crc32(told.encode()) or 1

    def _rebuild(self) -> None:
        """Number everything again: kiosks must forget what this policy does not give them."""
        connection = self._connection
        connection.execute(sa.delete(changes))  # before we look: what commits later stays to be numbered
        connection.execute(sa.delete(feed))
        denied = connection.scalars(sa.select(cards.c.hash).where(cards.c.why != "").order_by(cards.c.hash))
        self._write([(bytes(card).hex(), DENIED, False) for card in denied])
        placed = self._placing().subquery()
        number = sa.func.row_number().over(order_by=(placed.c.subject, placed.c.scope)) + self._version
        everybody = sa.select(placed.c.subject, placed.c.scope, number, sa.false())
        connection.execute(sa.insert(feed).from_select(["subject", "scope", "version", "gone"], everybody))
        self._version = int(connection.scalar(sa.select(sa.func.max(feed.c.version))) or self._version)
        self._set(_POLICY, self._policy())
        step_counter(connection, _EPOCH)

    def _set(self, name: str, number: int) -> None:
        insert = upsert(self._connection, meta).values(name=name, number=number)
        self._connection.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"number": number})
        )


def scope_of(settings: HubSettings, device: str, store: str) -> str:
    """The scope in which a device finds its members."""
    return {"home": f"home:{device}", "store": f"store:{store}", "all": "all"}[settings.replica.members]


def numbered(
    connection: sa.Connection, scope: str, after: int, most: int
) -> tuple[tuple[str, int, bool], ...]:
    """(subject, number, gone) of a scope beyond a number, in order."""
    asked = (
        sa.select(feed.c.subject, feed.c.version, feed.c.gone)
        .where(feed.c.scope == scope, feed.c.version > after)
        .order_by(feed.c.version)
        .limit(most)
    )
    return tuple((subject, version, gone) for subject, version, gone in connection.execute(asked))


def _store(column: sa.Column[str]) -> sa.Label[str]:
    return (sa.literal("store:") + column).label("scope")


def _parts(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _PART):
        yield names[start : start + _PART]
