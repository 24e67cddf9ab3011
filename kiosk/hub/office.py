"""Head office: takes in what kiosks did, hands out rights, answers questions. Knows nothing of HTTP."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from kiosk.hub import backups, phones, referrals, refunds, retirement, revocations
from kiosk.hub.backups import Backup
from kiosk.hub.batches import read_batch
from kiosk.hub.coalesce import Coalescer
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.generation import GenerationKeeper, MemoryGeneration
from kiosk.hub.joining import JoiningDesk
from kiosk.hub.joining_people import join_accounts
from kiosk.hub.pin_care import PinCare
from kiosk.hub.pins import PinDesk
from kiosk.hub.readiness import finish, is_over, revisit
from kiosk.hub.recovery import Era, Restored, put_standing, raise_generation, same_line, wake
from kiosk.hub.recovery_tables import standings
from kiosk.hub.replicas import Replicas, edition
from kiosk.hub.rights import WANTS_MAX, Ids, Policy
from kiosk.hub.seals import Seals
from kiosk.hub.settings import HubSettings
from kiosk.hub.sitting import Sitting
from kiosk.hub.staff import Pair
from kiosk.hub.tables import devices, step_counter
from kiosk.hub.transactions import committed
from kiosk.hub.turn import Desk, Upload
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest

_RAISES_MAX = 5
_LINGER_S = 0.004
_TOGETHER = wire.ENTRIES_MAX
"""Entries of different kiosks that one transaction takes in: a full batch goes alone."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A kiosk as it is enrolled. Keys are Ed25519, 32 bytes; `kiosk` is its number in the store."""

    device: str
    public_key: bytes
    store: str
    kiosk: str
    voucher_key_id: int
    voucher_public: bytes


class HeadOffice:
    """One head office over one database. Safe to call from several threads; the database is the lock.

    `generation` is what remembers outside of the database (`GenerationFile` in production). With it, opening
    recognises a database that was set back. `shop_key` reads the secret that phones are named under; without
    it, from where the settings say.
    """

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        ids: Ids,
        settings: HubSettings,
        generation: GenerationKeeper | None = None,
        *,
        shop_key: Callable[[], bytes] | None = None,
    ) -> None:
        self.engine = engine
        self.now = now
        self.settings = settings
        self._keeper = generation or MemoryGeneration()
        self._seals = Seals(self._keeper.seal_key)
        self._ids = ids
        self._keys: dict[str, bytes] = {}
        self._policy = Policy(
            settings.grants,
            settings.pin,
            settings.risk,
            settings.shop.zone,
            settings.merges.by_kiosks,
            settings.phones,
        )
        self.pins = PinDesk(engine, now, settings.pin, settings.grants, ids)
        self.pin_care = PinCare(engine, now, settings, self.pins)
        read_key = shop_key or Path(settings.enrolment.card_key_file).read_bytes
        self.joining = JoiningDesk(engine, now, settings, (self.pins, self.pin_care), read_key)
        lanes = settings.database.lanes if engine.dialect.name == "postgresql" else 1
        self._line = Coalescer(self._take_in, _sender, lanes=lanes, most=_TOGETHER, linger_s=_LINGER_S)
        # Marks and balances of one answer belong together; SQLite reads that way anyway.
        postgres = engine.dialect.name == "postgresql"
        self._still = engine.execution_options(isolation_level="REPEATABLE READ") if postgres else engine
        with engine.begin() as connection:
            wake(connection, self._keeper, now())
            refunds.pay_due(connection, now())
        self.joining.wake()

    @property
    def generation(self) -> int:
        """How often this head office was restored, and one."""
        return self._keeper.current

    def next_voucher_key(self, above: int) -> int:
        """An id for a kiosk's voucher key that no kiosk ever had, also none that a restore forgot."""
        return self._keeper.next_key(above)

    def enrol(self, kiosk: Enrolment) -> None:
        """Take a new kiosk in. Its id is never used again, not even after it is retired."""
        with self.engine.begin() as connection:
            self.register(connection, kiosk)

    def register(self, connection: sa.Connection, kiosk: Enrolment) -> None:
        """The same within a transaction that is open."""
        if not kiosk.device or len(kiosk.device) > 64 or not kiosk.device.replace("-", "").isalnum():
            raise Declined(400, "device-id", "letters, digits and dashes, at most 64")
        if _device(connection, kiosk.device) is not None:
            raise Declined(409, "device-known", "this id is taken; a re-enrolled kiosk gets a new one")
        if is_taken(connection, kiosk.store, kiosk.kiosk):
            raise Declined(409, "kiosk-number-known", "another kiosk has this number; retire it first")
        connection.execute(
            sa.insert(devices).values(
                device=kiosk.device,
                public_key=kiosk.public_key,
                store=kiosk.store,
                kiosk=kiosk.kiosk,
                voucher_key_id=kiosk.voucher_key_id,
                voucher_public=kiosk.voucher_public,
            )
        )
        put_standing(connection, kiosk.device, ready_gen=self.generation)  # nothing of it can be lost
        step_counter(connection, revocations.CATALOGUE)  # counters learn its voucher key

    def public_key(self, device: str) -> bytes | None:
        """The key a device signs with; None if it was never enrolled."""
        key = self._keys.get(device)
        if key is None:
            with self.engine.begin() as connection:
                found = _device(connection, device)
            if found is not None:
                key = self._keys[device] = bytes(found.public_key)  # a device's key never changes
        return key

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """One upload and what it brings back, in one transaction. Declined: nothing was changed."""
        upload = self._read(request)
        return self._line.ask(upload, len(upload.links))

    def restored(self, why: str) -> int:
        """Somebody says that this database was set back: recover. The new generation."""
        with self.engine.begin() as connection:
            return raise_generation(connection, self._keeper, self.now(), why)

    def back_up(self, place: Path) -> Backup:
        """A backup into a new file, tried and registered. BackupFailed if there is none."""
        backup = backups.make(self.engine, place, self._ids.uuid7(), self.now())
        committed(self.engine, lambda connection: backups.register(connection, backup))
        return backup

    def retire(self, device: str, pair: Pair) -> None:
        """Take a kiosk out of service for ever. A backup follows, because its log may never come again."""
        committed(self.engine, lambda connection: retirement.retire(connection, device, pair, self.now()))
        self._end_recovery()
        if folder := self.settings.backup.folder:
            self.back_up(backups.fresh_place(Path(folder), self.now()))

    def close_retired(self, device: str, pair: Pair) -> None:
        """Nothing more will come of a retired kiosk: what is left goes back to members and pools."""
        name = self._ids.uuid7()
        committed(self.engine, lambda connection: retirement.close(connection, device, pair, name))

    def set_aside(self, device: str, pair: Pair, missing: Mapping[str, int] | None = None) -> None:
        """Let a recovery end without this kiosk; `missing`: pieces that a stock count did not find."""
        counted = dict(missing or {})
        committed(self.engine, lambda connection: retirement.set_aside(connection, device, pair, counted))
        self._end_recovery()

    def join_accounts(self, alias: str) -> None:
        """Make one account of two that are one person's, as their phone has proven."""
        name, now = self._ids.uuid7(), self.now()
        committed(self.engine, lambda connection: join_accounts(connection, alias, name, now))

    def settle(self, op: str, how: Literal["post", "void"], pair: Pair) -> None:
        """End an open operation of a kiosk that serves nobody any more."""
        committed(self.engine, lambda connection: retirement.settle(connection, op, how, pair))

    def move_claim(self, voucher: str, pair: Pair) -> None:
        """Take the right to claim from a kiosk that serves nobody any more: the next counter may have it."""
        name = self._ids.uuid7()
        committed(self.engine, lambda connection: retirement.move_claim(connection, voucher, pair, name))
        self._pay_refunds()

    def revoke_voucher(self, voucher: str, pair: Pair) -> None:
        """Take a voucher out of circulation: no counter is granted the right to claim it any more."""
        committed(self.engine, lambda connection: revocations.revoke_voucher(connection, voucher, pair))

    def refund_voucher(self, voucher: str, pair: Pair) -> None:
        """Revoke a voucher, and give its points back as soon as nobody can claim it any more."""
        now = self.now()
        committed(self.engine, lambda connection: refunds.refund_voucher(connection, voucher, pair, now))
        self._pay_refunds()

    def revoke_key(self, device: str, pair: Pair) -> None:
        """Believe the codes that this kiosk signed only where its redemptions are known."""
        now = self.now()
        committed(self.engine, lambda connection: revocations.revoke_key(connection, device, pair, now))

    def _take_in(self, uploads: Sequence[Upload]) -> tuple[wire.SyncAnswer | Declined, ...]:
        """Uploads of different devices in one transaction. Only after COMMIT does an answer exist."""
        for _ in range(_RAISES_MAX):
            try:
                sitting, results = committed(self.engine, partial(self._sit, uploads))
                break
            except Restored as found:
                with self.engine.begin() as connection:
                    raise_generation(connection, self._keeper, self.now(), found.why, found.above)
        else:
            raise Declined(503, "restored", "head office recovers from a restore; ask again")
        answers = (result for result in results if isinstance(result, wire.SyncAnswer))
        # A database that lacks what is told here was restored, and will know it at its next start.
        self._keeper.note(*(answer.grants[-1].gid for answer in answers if answer.grants))
        if sitting.joined:
            committed(self.engine, self.joining.open_waiting)
        if sitting.recovering:
            self._go_on_recovering(sitting.moved_vouchers())
        elif sitting.refund_due:
            self._pay_refunds()
        return results

    def _sit(
        self, uploads: Sequence[Upload], connection: sa.Connection
    ) -> tuple[Sitting, tuple[wire.SyncAnswer | Declined, ...]]:
        sitting = Sitting(connection, self._desk(connection))
        return sitting, sitting.take_in(uploads)

    def _go_on_recovering(self, vouchers: Collection[str] = ()) -> None:
        """Apply what waited for these rights to move; end the recovery if nobody is awaited any more."""
        if vouchers:
            committed(self.engine, lambda connection: revisit(connection, self._desk(connection), vouchers))
        self._end_recovery()

    def _end_recovery(self) -> None:
        if committed(self.engine, is_over):
            committed(self.engine, lambda connection: finish(connection, self._desk_in))
            self._pay_refunds()

    def _pay_refunds(self) -> None:
        committed(self.engine, lambda connection: refunds.pay_due(connection, self.now()))

    def _read(self, request: wire.SyncRequest) -> Upload:
        """The request's entries, if its signature holds: before the transaction, because it takes time."""
        if len(request.wants) > WANTS_MAX:
            raise Declined(400, "too-much", f"at most {WANTS_MAX} wants")
        key = self.public_key(request.device)
        if key is None:
            raise Declined(403, "device-unknown", "this kiosk is not enrolled")
        return Upload(request, read_batch(request, key))

    def _desk(self, connection: sa.Connection) -> Desk:
        return self._desk_in(same_line(connection, self._keeper))

    def _desk_in(self, era: Era) -> Desk:
        return Desk(era, self._policy, self._ids, self.now, self._seals, self.settings.backup.stable)

    def account(self, request: wire.AccountRequest) -> wire.AccountAnswer:
        """Whose card is this? Only for kiosks that serve."""
        with self._still.begin() as connection:
            self._serving(connection, request.device)
            answer = self._directory(connection, request.device).account(request.card)
        return referrals.with_code(self.engine, answer, self._draw)

    def pin(self, request: wire.PinRequest) -> wire.PinAnswer:
        """Check a PIN, once per try."""
        self._check_serving(request.device)
        return self.pins.check(request)

    def phone(self, request: wire.PhoneRequest) -> wire.PhoneAnswer:
        """Whose phone is this? Told only with the right PIN; who has none of ours is answered alike."""
        if not request.phone.startswith(acc.PHONE):
            raise Declined(400, "malformed", "this names no phone")
        asked = wire.PinRequest(
            device=request.device,
            member=request.phone,
            route=phones.ROUTE,
            entry=request.entry,
            pin=request.pin,
        )
        looked = self.pin(asked)
        with self._still.begin() as connection:
            directory = self._directory(connection, request.device)
            answer = phones.answer(connection, directory, request, looked, self.now())
        return referrals.with_code(self.engine, answer, self._draw)

    def _draw(self) -> int:
        """A large random number, from the chance in a fresh name."""
        return int.from_bytes(hashlib.sha256(self._ids.uuid7().encode()).digest())

    def send_code(self, request: wire.CodeRequest) -> wire.CodeAnswer:
        """Send a one-time code to somebody's phone."""
        self._check_serving(request.device)
        return self.pin_care.send_code(request)

    def set_pin(self, request: wire.NewPinRequest) -> wire.NewPinAnswer:
        """Set somebody's PIN, once per change."""
        self._check_serving(request.device)
        return self.pin_care.set_pin(request)

    def send_join_code(self, request: wire.JoinCodeRequest) -> wire.CodeAnswer:
        """Send a one-time code to the phone of somebody who joins."""
        self._check_serving(request.device)
        return self.joining.send_code(request)

    def take_key(self, request: wire.JoinRequest) -> wire.JoinAnswer:
        """Keep the key of what somebody told who joined. Taken of kiosks that serve nobody any more, too."""
        return self.joining.take_key(request)

    def _check_serving(self, device: str) -> None:
        with self.engine.begin() as connection:
            self._serving(connection, device)

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        """What this kiosk lacks to work without us: one step of a download that goes on where it stopped."""
        with self.engine.begin() as connection:
            self._serving(connection, request.device)
            known = edition(connection, request, self.settings, self.generation)
        with self._still.begin() as connection:
            now, generation = self.now(), self.generation
            return Replicas(connection, self.settings, known, now, generation).answer(request)

    def _directory(self, connection: sa.Connection, device: str) -> Directory:
        return Directory(connection, device, self.settings, self.now(), self.generation)

    def _serving(self, connection: sa.Connection, device: str) -> None:
        found = _device(connection, device)
        if found is None:
            raise Declined(403, "device-unknown", "this kiosk is not enrolled")
        if found.frozen:
            raise Declined(403, "frozen", f"this kiosk serves nobody: {found.frozen}")
        s = standings.c
        if connection.scalar(sa.select(s.retired_at).where(s.device == device)) is not None:
            raise Declined(403, "retired", "this kiosk is retired: it serves nobody")


def _sender(upload: Upload) -> str:
    return upload.request.device


def _device(connection: sa.Connection, device: str) -> sa.Row[tuple[object, ...]] | None:
    if not device.isprintable():
        return None  # nothing like it is enrolled, and PostgreSQL would not even look it up
    return connection.execute(sa.select(devices).where(devices.c.device == device)).one_or_none()


def is_taken(connection: sa.Connection, store: str, kiosk: str) -> bool:
    """Whether a kiosk that was not retired has this place. Its successor numbers vouchers by other leases."""
    place = (devices.c.store == store) & (devices.c.kiosk == kiosk) & standings.c.retired_at.is_(None)
    joined = sa.select(devices.c.device).outerjoin(standings, standings.c.device == devices.c.device)
    return connection.scalar(joined.where(place).limit(1)) is not None
