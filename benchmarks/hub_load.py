"""Logs of busy kiosks for head office's benchmark, and the books that these logs begin from."""

import hashlib
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub.bulk import insert_all
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.tables import balances, gifts, grants, members, packs, transfers
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.legs import Balances, Transfer, fold

AT = 1_790_000_000_000_000
GIFTS = tuple(f"G{place:02}" for place in range(1, 25))
PRICE = 300
QR = bytes(100)


@dataclass
class Kiosk:
    """A kiosk whose whole log is known beforehand: `visit` after visit, each a claimed redemption."""

    device: str
    chance: random.Random
    log: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    granted: list[en.Granted] = field(default_factory=list)

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.device.encode()).digest())

    def enrolment(self, place: int) -> Enrolment:
        public = self.key.public_key().public_bytes_raw()
        return Enrolment(self.device, public, "0001", f"{place:02}", place, public)

    def visit(self, member: str) -> None:
        """Nine entries: rights arrive, a PIN, the redemption, its paper, the counter, and what was left."""
        gift, op = self.chance.choice(GIFTS), self._name()
        voucher = f"{self.device}-{len(self.log)}"
        self._grant(acc.POINTS, PRICE + 50, member)
        self._grant(acc.gift(gift), 1, None)
        self._write(en.PinTried(route="card", ok=False, where="hub"), member)
        redeem = en.Redeem(op=op, gift=gift, points=PRICE, voucher=voucher, expires=AT, qr=QR)
        self._write(redeem, member)
        self._write(en.Printing(op=op, attempt=1), member)
        self._write(en.Post(op=op, reason="printed"), member)
        self._write(en.Claim(op=op, voucher=voucher), None)
        self._write(en.Returned(asset=acc.POINTS, amount=50, member=member), member)

    def single(self, member: str) -> None:
        """One entry that moves something by itself."""
        self._write(en.Returned(asset=acc.POINTS, amount=1, member=member), member)

    def boot(self) -> None:
        self._write(en.Boot(nonce=bytes(16), software="benchmark"), None)

    def _grant(self, asset: str, amount: int, member: str | None) -> None:
        d = len(self.granted) + 1
        granted = en.Granted(gid=self._name(), gen=1, d=d, asset=asset, amount=amount, member=member)
        self.granted.append(granted)
        self._write(granted, member)

    def _name(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128)))

    def _write(self, body: en.Body, member: str | None) -> None:
        n = len(self.log) + 1
        entry = en.Entry(
            n=n, id=self._name(), kind=body.KIND, at=AT + n, zone="Asia/Shanghai", pack=1,
            member=member, visit=member and f"v{n}", body=en.raw(body),
        )  # fmt: skip
        stored = en.encode(entry)
        self.log.append(stored)
        self.hashes.append(en.chained(self.hashes[-1] if self.hashes else en.GENESIS, stored))

    def requests(self, size: int) -> Iterator[bytes]:
        """The whole log as packed and signed uploads of `size` entries, every one acknowledged."""
        for first in range(1, len(self.log) + 1, size):
            entries = tuple(self.log[first - 1 : first - 1 + size])
            last = first + len(entries) - 1
            seen = wire.Mark(n=first - 1, hash=self.hashes[first - 2] if first > 1 else en.GENESIS)
            head = self.hashes[last - 1]
            yield wire.pack(
                wire.SyncRequest(
                    device=self.device, gen_seen=1, mark_seen=seen, first=first, entries=entries, head=head,
                    sig=self.key.sign(wire.signed_part(self.device, first, last, head)),
                    tail=len(self.log), down_ack=len(self.granted),
                )
            )  # fmt: skip


def furnish(office: HeadOffice, kiosks: Sequence[Kiosk], people: Sequence[str]) -> None:
    """Members, gifts and devices, and every grant that the logs speak of booked: through the real tables."""
    moved = list(_opening(kiosks, people))
    held: Balances = {}
    fold(held, moved)
    with office.engine.begin() as connection:
        insert_all(connection, members, [(one, "张*伟", 0, 0, "", None, "") for one in people])
        rows = [
            {"id": gift, "place": place, "name": {}, "category": "", "points": PRICE, "picture": ""}
            for place, gift in enumerate(GIFTS)
        ]
        connection.execute(sa.insert(gifts), rows)
        connection.execute(sa.insert(packs).values(version=1, rules=""))
        for place, kiosk in enumerate(kiosks):
            office.register(connection, kiosk.enrolment(place))
        made = [(kiosk.device, granted) for kiosk in kiosks for granted in kiosk.granted]
        insert_all(connection, grants, [_row(device, granted) for device, granted in made])
        insert_all(connection, transfers, [(t.id, t.source, t.target, t.asset, t.amount) for t in moved])
        insert_all(connection, balances, [(*key, amount) for key, amount in held.items()])
        for kiosk in kiosks:
            last = {"gen": 1, "d": len(kiosk.granted), "device": kiosk.device}
            words = "UPDATE devices SET gen_seen = :gen, down_gen = :gen, down_d = :d, down_ack = :d"
            connection.execute(sa.text(f"{words} WHERE device = :device"), last)


def _opening(kiosks: Sequence[Kiosk], people: Sequence[str]) -> Iterator[Transfer]:
    for one in people:
        yield Transfer(f"opening:{one}", acc.WORLD, acc.member(one), acc.POINTS, 1_000_000)
    for gift in GIFTS:
        yield Transfer(f"opening:{gift}", acc.WORLD, acc.pool(gift), acc.gift(gift), 10_000_000)
    for kiosk in kiosks:
        for granted in kiosk.granted:
            source, target = (
                acc.source(granted.asset, granted.member),
                acc.escrow(kiosk.device, granted.member),
            )
            yield Transfer(f"grant:{granted.gid}", source, target, granted.asset, granted.amount)
        for gift in GIFTS:  # a full shelf: what is leased ahead is no part of this
            place = acc.pool(gift), acc.escrow(kiosk.device), acc.gift(gift)
            yield Transfer(f"shelf:{kiosk.device}:{gift}", *place, 100)


def _row(device: str, granted: en.Granted) -> tuple[object, ...]:
    asset, amount, member = granted.asset, granted.amount, granted.member
    return (granted.gid, device, granted.gen, granted.d, asset, amount, member, None, None)
