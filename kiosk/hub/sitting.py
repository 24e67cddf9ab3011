"""The transaction that serves the syncs of several devices at once."""

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.bulk import among, insert_all, is_postgres
from kiosk.hub.changes import DENY_EPOCH
from kiosk.hub.claims import instructions
from kiosk.hub.declined import Declined
from kiosk.hub.draws import untold_at
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import OpenBook
from kiosk.hub.recovery_tables import standings, waiting
from kiosk.hub.refunds import are_promised
from kiosk.hub.serials import keep_leases
from kiosk.hub.shelves import read_together
from kiosk.hub.tables import devices, entries, grants, meta, packs, step_counter, wants
from kiosk.hub.turn import Common, Desk, Told, Turn, Upload
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire

CATALOGUE = "catalogue"
_NO_MARK = wire.Mark(n=0, hash=en.GENESIS)


class Sitting:
    """Takes in uploads of different devices in one open transaction. Locks: devices, operations, balances."""

    def __init__(self, connection: sa.Connection, desk: Desk) -> None:
        self._connection = connection
        self._common = Common(connection, Lookups(connection), OpenBook(connection), desk)
        self._books = Books(connection)
        self._vouchers: list[str] = []
        self._refund_due = False
        self.joined = False
        """Whether somebody joined: what they told may be opened."""
        self.recovering = desk.era.recovering
        """Whether rights wait for every device's log."""

    def moved_vouchers(self) -> Sequence[str]:
        """The vouchers whose right to claim these uploads moved."""
        return self._vouchers

    @property
    def refund_due(self) -> bool:
        """Whether points that people promised back may be due: a right to claim came home, or ended."""
        return self._refund_due

    def take_in(self, uploads: Sequence[Upload]) -> tuple[wire.SyncAnswer | Declined, ...]:
        """Store, apply, grant: each upload's answer, true once COMMIT returned; Declined moved nothing."""
        held = self._devices([upload.request.device for upload in uploads])
        assert len({upload.request.device for upload in uploads}) == len(uploads), "one upload of a device"
        marks = self._marks(list(held))
        turns = [
            Turn(self._common, upload, held[upload.request.device])
            for upload in uploads
            if upload.request.device in held
        ]
        read_together(turn.read(marks.get(turn.device, _NO_MARK)) for turn in turns)
        good = [turn for turn in turns if turn.declined is None]
        self._books.open(key for turn in good for key in turn.locks())
        for turn in good:
            turn.apply(self._books)
        self._write(good)
        self._vouchers = [voucher for turn in good for voucher in turn.moved_vouchers()]
        self.joined = any(turn.joined() for turn in good)
        self._refund_due = any(turn.let_go() for turn in good) and are_promised(self._connection)
        told = self._read_told()
        asked = instructions(self._connection, [turn.device for turn in good])
        drawn = untold_at(self._connection, [turn.device for turn in good])
        results = {
            turn.device: turn.declined
            or turn.answer(told, asked.get(turn.device, ()), drawn.get(turn.device, ()))
            for turn in turns
        }
        unknown = Declined(403, "device-unknown", "this kiosk is not enrolled")
        return tuple(results.get(upload.request.device, unknown) for upload in uploads)

    def _devices(self, names: Sequence[str]) -> dict[str, sa.Row[tuple[object, ...]]]:
        """The devices, locked in order: two uploads of one device follow each other."""
        s = standings.c
        asked = sa.select(devices, s.log_gen, s.ready_gen, s.aside_gen, s.retired_at, s.stable)
        asked = asked.outerjoin(standings, s.device == devices.c.device)
        asked = asked.where(among(self._connection, devices.c.device, names)).order_by(devices.c.device)
        rows = self._connection.execute(asked.with_for_update(of=devices))
        return {row.device: row for row in rows}

    def _marks(self, names: Sequence[str]) -> dict[str, wire.Mark]:
        """The highest entry of each device that has one. Asked after the lock, which others may have had."""
        e, known, others = entries.c, devices.alias(), entries.alias()
        last = sa.select(sa.func.max(others.c.n)).where(others.c.device == known.c.device)
        this = (e.device == known.c.device) & (e.n == last.scalar_subquery())
        asked = sa.select(e.device, e.n, e.hash).select_from(known).join(entries, this)
        rows = self._connection.execute(asked.where(among(self._connection, known.c.device, names)))
        return {device: wire.Mark(n=n, hash=bytes(held)) for device, n, held in rows}

    def _write(self, turns: Sequence["Turn"]) -> None:
        connection = self._connection
        insert_all(connection, entries, [row for turn in turns for row in turn.entry_rows()])
        insert_all(connection, waiting, [row for turn in turns for row in turn.waiting_rows()])
        granted = [row for turn in turns for row in turn.grant_rows()]
        insert_all(connection, grants, granted)
        keep_leases(connection, granted)
        insert_all(connection, wants, [row for turn in turns for row in turn.want_rows()])
        self._common.book.write()
        self._books.write()
        for turn in turns:
            turn.write_rest()
            turn.acknowledge()
        # Last: every upload that moves stock waits here for those before it.
        if any(turn.stock_moved() for turn in turns):
            step_counter(connection, CATALOGUE)

    def _read_told(self) -> Told:
        counters = sa.select(meta.c.name, meta.c.number).where(meta.c.name.in_((CATALOGUE, DENY_EPOCH)))
        pack = sa.select(sa.literal("pack"), sa.func.max(packs.c.version))
        rows = self._connection.execute(sa.union_all(counters, pack))
        found: dict[str, int] = {name: number or 0 for name, number in rows}
        return Told(
            deny_epoch=found.get(DENY_EPOCH, 0),
            pack=found["pack"],
            catalogue=found.get(CATALOGUE, 0),
            on_standby=self._common.desk.stable == "standby" and _on_standby(self._connection),
        )


def _on_standby(connection: sa.Connection) -> bool:
    """Whether COMMIT waits until a synchronous standby has flushed it."""
    if not is_postgres(connection):
        return False
    names, commit = connection.execute(
        sa.select(
            sa.func.current_setting("synchronous_standby_names"),
            sa.func.current_setting("synchronous_commit"),
        )
    ).one()
    return bool(names) and commit in {"on", "remote_apply"}
