"""Head office: takes in what kiosks did, hands out rights, answers questions. Knows nothing of HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.batches import read_batch
from kiosk.hub.coalesce import Coalescer
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.pins import PinDesk
from kiosk.hub.replicas import Replicas, edition
from kiosk.hub.rights import WANTS_MAX, Ids, Policy
from kiosk.hub.settings import HubSettings
from kiosk.hub.sitting import Sitting
from kiosk.hub.tables import devices
from kiosk.hub.transactions import committed
from kiosk.hub.turn import Desk, Upload
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest

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
        self._keys: dict[str, bytes] = {}
        self._policy = Policy(settings.grants, settings.pin)
        self.pins = PinDesk(engine, now, settings.pin, settings.grants, ids)
        lanes = settings.database.lanes if engine.dialect.name == "postgresql" else 1
        self._line = Coalescer(self._take_in, _sender, lanes=lanes, most=_TOGETHER)
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

    def _take_in(self, uploads: Sequence[Upload]) -> tuple[wire.SyncAnswer | Declined, ...]:
        """Uploads of different devices in one transaction. Only after COMMIT does an answer exist."""
        return committed(self.engine, lambda connection: self._sitting(connection).take_in(uploads))

    def _read(self, request: wire.SyncRequest) -> Upload:
        """The request's entries, if its signature holds: before the transaction, because it takes time."""
        if len(request.wants) > WANTS_MAX:
            raise Declined(400, "too-much", f"at most {WANTS_MAX} wants")
        key = self.public_key(request.device)
        if key is None:
            raise Declined(403, "device-unknown", "this kiosk is not enrolled")
        return Upload(request, read_batch(request, key))

    def _sitting(self, connection: sa.Connection) -> Sitting:
        return Sitting(connection, Desk(self.generation, self._policy, self._ids, self.now))

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


def _sender(upload: Upload) -> str:
    return upload.request.device


def _device(connection: sa.Connection, device: str) -> sa.Row[tuple[object, ...]] | None:
    return connection.execute(sa.select(devices).where(devices.c.device == device)).one_or_none()
