"""Head office: takes in what kiosks did, hands out rights, answers questions. Knows nothing of HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.batches import Link, chain, read_batch
from kiosk.hub.books import Books
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory, mark_of, newest_pack
from kiosk.hub.intake import Intake
from kiosk.hub.pins import PinDesk, Refill
from kiosk.hub.replicas import Replicas, edition
from kiosk.hub.rights import WANTS_MAX, Ids, Policy, Rights, unacknowledged
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import branches, counter, devices, entries, step_counter, upsert
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest


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
    """One head office over one database. Safe to call from several threads; the database is the lock."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        ids: Ids,
        settings: HubSettings,
        generation: int = 1,
    ) -> None:
        self.engine = engine
        self.now = now
        self.settings = settings
        self.generation = generation
        self._ids = ids
        self._policy = Policy(settings.grants, settings.pin)
        self.pins = PinDesk(engine, now, settings.pin, settings.grants, ids)
        # Marks and balances of one answer belong together; SQLite reads that way anyway.
        postgres = engine.dialect.name == "postgresql"
        self._still = engine.execution_options(isolation_level="REPEATABLE READ") if postgres else engine

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
        # A new journal counts from 1 again: with the same number it would print old voucher numbers.
        place = (devices.c.store == kiosk.store) & (devices.c.kiosk == kiosk.kiosk)
        if connection.scalar(sa.select(devices.c.device).where(place).limit(1)) is not None:
            raise Declined(409, "kiosk-number-known", "this store's kiosk number is taken for ever")
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

    def public_key(self, device: str) -> bytes | None:
        """The key a device signs with; None if it was never enrolled."""
        with self.engine.begin() as connection:
            found = _device(connection, device)
            return bytes(found.public_key) if found else None

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """One upload and what it brings back, in one transaction. Declined: nothing was changed."""
        if len(request.wants) > WANTS_MAX:
            raise Declined(400, "too-much", f"at most {WANTS_MAX} wants")
        with self.engine.begin() as connection:
            turn = _Turn(connection, request, self)
            turn.take_in()
        # Only now, after COMMIT, does an answer exist.
        return turn.answer()

    def rights(self, connection: sa.Connection, device: str) -> Rights:
        """The making of grants for one device."""
        return Rights(connection, device, self.generation, self._policy, self._ids)

    def account(self, request: wire.AccountRequest) -> wire.AccountAnswer:
        """Whose card is this? Only for kiosks that serve."""
        with self._still.begin() as connection:
            self._serving(connection, request.device)
            return self._directory(connection, request.device).account(request.card)

    def pin(self, request: wire.PinRequest) -> wire.PinAnswer:
        """Check a PIN, once per try."""
        with self.engine.begin() as connection:
            self._serving(connection, request.device)
        return self.pins.check(request)

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        """What this kiosk lacks to work without us: one step of a download that goes on where it stopped."""
        if isinstance(request, str):  # to go
            with self._still.begin() as connection:
                self._serving(connection, request)
                return self._directory(connection, request).replica()  # type: ignore[return-value]
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


class _Turn:
    """One sync while its transaction is open."""

    def __init__(self, connection: sa.Connection, request: wire.SyncRequest, office: HeadOffice) -> None:
        self._connection = connection
        self._request = request
        self._office = office
        device = _device(connection, request.device, lock=True)
        if device is None:
            raise Declined(403, "device-unknown", "this kiosk is not enrolled")
        self._frozen: str = device.frozen
        self._acknowledged: int = device.down_ack if device.down_gen == office.generation else 0
        self._last_d: int = device.down_d if device.down_gen == office.generation else 0
        self._links = read_batch(request, bytes(device.public_key))
        self._forked: tuple[Link, ...] = ()
        self._grants: tuple[wire.Grant, ...] = ()
        self._refused: tuple[wire.Refusal, ...] = ()

    def take_in(self) -> None:
        """Store, apply, grant. Everything that the answer says is read here, before COMMIT."""
        connection, request = self._connection, self._request
        before = mark_of(connection, request.device)
        fresh = self._fresh(before)
        self._recovering = request.mark_seen.n > before.n + len(fresh)
        intake = Intake(connection, request.device)
        intake.read(fresh)
        refill = Refill(connection, request.device, self._office.settings.pin, self._office.settings.grants)
        refill.read(intake.posted())
        rights = self._office.rights(connection, request.device) if self._may_grant() else None
        if rights is not None:
            rights.read(request.wants)
        books = Books(connection)
        books.open([*intake.keys(), *refill.keys(), *(rights.keys() if rights else ())])
        intake.apply(books)
        refill.apply(books)
        if rights is not None:
            self._refused = rights.grant(books)
        elif self._frozen or self._recovering:
            self._refused = tuple(wire.Refusal(want=want.id, why="later") for want in request.wants)
        books.write()
        if intake.stock_moved():
            step_counter(connection, "catalogue")
        self._acknowledge()
        self._read_answer()

    def _may_grant(self) -> bool:
        """Only a kiosk that serves, knows this generation, and whose whole acknowledged log is here."""
        return not self._frozen and not self._recovering and self._request.gen_seen == self._office.generation

    def _fresh(self, mark: wire.Mark) -> Sequence[Link]:
        """The entries beyond the mark; none if there is a gap or the batch contradicts what is stored."""
        request, links = self._request, self._links
        if not links or request.first > mark.n + 1:
            return ()
        linked = chain(links, self._hash_at(request.first - 1), request.head)
        held = self._hashes(request.first, mark.n)
        differs = any(link.hash != held[link.n] for link in linked if link.n in held)
        seen = request.mark_seen
        if not differs and seen.n <= mark.n:
            differs = seen.hash != self._hash_at(seen.n)
        if differs:
            self._freeze(linked)
            return ()
        if linked[-1].hash != request.head:
            raise Declined(400, "head", "the entries do not lead to the signed head")
        return tuple(link for link in linked if link.n > mark.n)

    def _freeze(self, linked: Sequence[Link]) -> None:
        """Two logs of one device: it serves nobody any more, and both are kept."""
        connection, device = self._connection, self._request.device
        held = self._hashes(self._request.first, linked[-1].n)
        self._forked = tuple(link for link in linked if held.get(link.n) != link.hash)
        self._frozen = self._frozen or f"fork at {self._forked[0].n if self._forked else 'mark'}"
        rows = [
            {
                "device": device,
                "n": link.n,
                "hash": link.hash,
                "stored": link.stored,
                "seen_at": self._office.now(),
            }
            for link in self._forked
        ]
        if rows:
            connection.execute(upsert(connection, branches).on_conflict_do_nothing(), rows)
        connection.execute(sa.update(devices).where(devices.c.device == device).values(frozen=self._frozen))

    def _hash_at(self, n: int) -> bytes:
        if n == 0:
            return en.GENESIS
        return self._hashes(n, n).get(n, en.GENESIS)

    def _hashes(self, first: int, last: int) -> dict[int, bytes]:
        e = entries.c
        asked = sa.select(e.n, e.hash).where(e.device == self._request.device, e.n.between(first, last))
        return {n: bytes(held) for n, held in self._connection.execute(asked)}

    def _acknowledge(self) -> None:
        """`down_ack` only rises, and never beyond what was granted: an old request may arrive late."""
        request = self._request
        if request.gen_seen == self._office.generation:
            self._acknowledged = max(self._acknowledged, min(request.down_ack, self._last_d))
        mine = sa.update(devices).where(devices.c.device == request.device)
        seen = sa.case((devices.c.gen_seen < request.gen_seen, request.gen_seen), else_=devices.c.gen_seen)
        self._connection.execute(mine.values(gen_seen=seen, down_ack=self._acknowledged))

    def _read_answer(self) -> None:
        connection, request = self._connection, self._request
        self._mark = mark_of(connection, request.device)
        self._verdicts = (*self._stored_verdicts(), *self._fork_verdicts())
        if not self._frozen and not self._recovering:
            most = self._office.settings.grants.per_sync
            generation = self._office.generation
            self._grants = unacknowledged(connection, request.device, generation, self._acknowledged, most)
        self._state = wire.DeviceState(
            frozen=bool(self._frozen),
            deny_epoch=counter(connection, "deny_epoch"),
            pack=newest_pack(connection)[0],
            catalogue=counter(connection, "catalogue"),
            now=self._office.now(),
        )

    def _stored_verdicts(self) -> tuple[wire.EntryVerdict, ...]:
        """What became of every entry sent, now or when it first came."""
        forked = {link.n for link in self._forked}
        e = entries.c
        last = self._request.first + len(self._links) - 1
        asked = sa.select(e.n, e.verdict, e.reason).where(
            e.device == self._request.device, e.n.between(self._request.first, last)
        )
        rows = self._connection.execute(asked.order_by(e.n))
        return tuple(
            wire.EntryVerdict(n=n, verdict=verdict, reason=reason)
            for n, verdict, reason in rows
            if n not in forked
        )

    def _fork_verdicts(self) -> tuple[wire.EntryVerdict, ...]:
        return tuple(wire.EntryVerdict(n=link.n, verdict="disputed", reason="fork") for link in self._forked)

    def answer(self) -> wire.SyncAnswer:
        """What to send back, from what was read before COMMIT."""
        return wire.SyncAnswer(
            gen=self._office.generation,
            recovering=self._recovering,
            mark=self._mark,
            stable=0,  # no verified backups yet: a kiosk must not prune anything
            verdicts=self._verdicts,
            grants=self._grants,
            refused=self._refused,
            state=self._state,
        )


def _device(
    connection: sa.Connection, device: str, *, lock: bool = False
) -> sa.Row[tuple[object, ...]] | None:
    asked = sa.select(devices).where(devices.c.device == device)
    return connection.execute(asked.with_for_update() if lock else asked).one_or_none()
