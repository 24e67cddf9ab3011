"""A database that was set back: how head office knows, and how it catches up from the devices' own logs.

The restore counter (`generation`) lies outside of the database. It rises when the two contradict each other,
when the database lacks a grant that a kiosk was told of, or when a kiosk remembers more than we have. From
then on nothing is granted until every device's whole log is in again: what was granted and lost is booked
from those logs, what no device journalled is void, and only then floors are judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.bulk import among, is_postgres
from kiosk.hub.generation import GenerationKeeper
from kiosk.hub.recovery_tables import generations, standings
from kiosk.hub.tables import devices, entries, grants, redemptions, transfers, upsert, wants
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

_ASKED = "kiosk-line"
_LOCK = 0x6B696F736B67656E
"""PostgreSQL's advisory lock: shared by every sync, held alone by whoever changes the generation."""


@dataclass(frozen=True, slots=True)
class Era:
    """The generation that a transaction lives in. `base` is the one that the database began in."""

    gen: int
    base: int
    recovering: bool


class Restored(Exception):
    """This database was set back: nothing was done. `above` is the highest generation anybody has seen."""

    def __init__(self, why: str, above: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.above = above


def hold(connection: sa.Connection, *, alone: bool = False) -> Era | None:
    """The era, which stays until this transaction ends. None: the database is new."""
    if is_postgres(connection):  # SQLite has one writer anyway
        lock = sa.func.pg_advisory_xact_lock if alone else sa.func.pg_advisory_xact_lock_shared
        connection.execute(sa.select(lock(_LOCK)))
    return era_of(connection)


def era_of(connection: sa.Connection) -> Era | None:
    """The era as it stands, for those who only look: it may end while they do."""
    g = generations.c
    first = sa.select(sa.func.min(g.gen)).scalar_subquery()
    asked = sa.select(g.gen, first.label("base"), g.ended_at).order_by(g.gen.desc()).limit(1)
    found = connection.execute(asked).one_or_none()
    return Era(found.gen, found.base, recovering=found.ended_at is None) if found else None


def same_line(connection: sa.Connection, keeper: GenerationKeeper) -> Era:
    """The era of a sync; Restored if the database and the counter outside of it tell different stories."""
    era = hold(connection)
    if era is None:
        raise Restored("the database knows no generation")
    if keeper.current != era.gen:
        raise Restored(f"the counter says {keeper.current}, the database {era.gen}")
    # A database that is set back while we run loses its connections first: each new one is asked once.
    if not connection.info.get(_ASKED):
        lost = _missing(connection, keeper.noted())
        if lost:
            raise Restored(_lacking(lost))
        connection.info[_ASKED] = True
    return era


def wake(connection: sa.Connection, keeper: GenerationKeeper, now: int) -> None:
    """At a start: begin a new database's line, or recognise one that was set back while nobody looked."""
    era = hold(connection, alone=True)
    if era is None:
        first = generations.insert().values(gen=keeper.current, since=now, why="", ended_at=now)
        connection.execute(first)
        return
    lost = _missing(connection, keeper.noted())
    if keeper.current != era.gen:
        raise_generation(connection, keeper, now, f"counter {keeper.current}, database {era.gen}")
    elif lost:
        raise_generation(connection, keeper, now, _lacking(lost))


def _lacking(lost: set[str]) -> str:
    return f"{len(lost)} grants that kiosks were told of are missing"


def _missing(connection: sa.Connection, noted: Iterable[str]) -> set[str]:
    names = sorted(noted)
    return set(names) - set(
        connection.scalars(sa.select(grants.c.gid).where(among(connection, grants.c.gid, names)))
    )


def raise_generation(
    connection: sa.Connection, keeper: GenerationKeeper, now: int, why: str, above: int = 0
) -> int:
    """Begin a recovery: the counter is raised durably before anything of the new generation exists."""
    era = hold(connection, alone=True)
    known = era.gen if era else 0
    gen = keeper.raise_to(max(keeper.current, known, above) + 1)
    unended = sa.update(generations).where(generations.c.ended_at.is_(None))
    connection.execute(unended.values(ended_at=now))
    connection.execute(generations.insert().values(gen=gen, since=now, why=why[:200]))
    return gen


def awaited(connection: sa.Connection, era: Era) -> tuple[str, ...]:
    """The devices whose logs a recovery still waits for: all but those retired or set aside."""
    s = standings.c
    behind = sa.func.coalesce(s.ready_gen, era.base) < era.gen
    present = s.retired_at.is_(None) & (sa.func.coalesce(s.aside_gen, 0) < era.gen)
    joined = sa.select(devices.c.device).outerjoin(standings, s.device == devices.c.device)
    return tuple(connection.scalars(joined.where(behind, present).order_by(devices.c.device)))


# --- one device -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dead:
    """A grant of an earlier generation that its device never journalled, and never will."""

    gid: str
    leg: Transfer


def dead_grants(connection: sa.Connection, device: str, gen: int, taken: dict[int, int]) -> tuple[Dead, ...]:
    """What a device that is ready for `gen` was granted before and did not take.

    `taken` is the last d of each generation that the batch at hand tells of: grants are taken in order, so
    whatever lies beyond the last one was never taken.
    """
    g = grants.c
    mine = (g.device == device) & (g.gen < gen)
    last = last_taken(connection, device, list(connection.scalars(sa.select(g.gen).where(mine).distinct())))
    for generation, d in taken.items():
        last[generation] = max(d, last.get(generation, 0))
    dead = []
    for generation, d in sorted(last.items()):
        beyond = sa.select(g.gid, g.asset, g.amount, g.member).where(
            mine, g.gen == generation, g.d > d, ~_is_void(g.gid)
        )
        for gid, asset, amount, member in connection.execute(beyond.order_by(g.d)):
            back = (acc.escrow(device, member), acc.source(asset, member))
            dead.append(Dead(gid, Transfer(f"void:{gid}", *back, asset, amount)))
    return tuple(dead)


def _is_void(gid: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(transfers.c.id == sa.literal("void:") + gid)


def last_taken(connection: sa.Connection, device: str, open_gens: list[int]) -> dict[int, int]:
    """The last d of each of these generations in the stored log, read backwards as far as need be."""
    last = dict.fromkeys(open_gens, 0)
    unseen = set(open_gens)
    e = entries.c
    log = sa.select(e.stored).where(e.device == device, e.kind == en.Granted.KIND, e.verdict == "posted")
    with connection.execute(log.order_by(e.n.desc()).execution_options(yield_per=100)) as rows:
        for (stored,) in rows:
            if not unseen:
                break
            body = en.body_of(en.decode(bytes(stored)))
            if isinstance(body, en.Granted) and body.gen in unseen:
                last[body.gen] = body.d
                unseen.discard(body.gen)
            elif isinstance(body, en.Granted):
                unseen -= {gen for gen in unseen if gen > body.gen}  # a log's generations only rise
    return last


def void(books: Books, dead: Iterable[Dead]) -> None:
    """Give dead grants back to where they came from: never more than is still there."""
    for one in dead:
        there = max(0, books.has(one.leg.source, one.leg.asset))
        amount = min(one.leg.amount, there)
        books.move(Transfer(one.leg.id, one.leg.source, one.leg.target, one.leg.asset, amount))


def forget(connection: sa.Connection, device: str, dead: Iterable[Dead]) -> None:
    """Whoever still waits for a void grant may be granted it anew; a right to claim lies here again."""
    gids = [one.gid for one in dead]
    connection.execute(sa.delete(wants).where(among(connection, wants.c.gid, gids)))
    vouchers = [voucher for one in dead if (voucher := acc.voucher_of(one.leg.asset))]
    r = redemptions.c
    mine = among(connection, r.voucher, vouchers) & (r.holder == device)
    connection.execute(sa.update(redemptions).where(mine).values(holder=""))


def put_standing(connection: sa.Connection, device: str, **news: object) -> None:
    """Change what is kept of a device's way."""
    insert = upsert(connection, standings).values(device=device, **news)
    connection.execute(insert.on_conflict_do_update(index_elements=["device"], set_=news))
