"""A small kiosk for head office's tests: it keeps a real log, and says what the log adds up to."""

import hashlib
import random
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub.office import Enrolment
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances, fold, transfers

NOW = 1_790_000_000_000_000


class CountedIds:
    """Names that are the same in every run."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.count = 0

    def uuid7(self) -> str:
        self.count += 1
        return f"{self.prefix}-{self.count:06}"


@dataclass
class Till:
    """A kiosk with a log in memory. Clones share their past and their key."""

    device: str
    log: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    mark: sync.Mark = field(default_factory=lambda: sync.Mark(n=0, hash=bytes(32)))
    gen: int = 1
    last_d: int = 0
    salt: str = ""
    sent: int = 0

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.device.encode()).digest())

    def enrolment(self) -> Enrolment:
        public = self.key.public_key().public_bytes_raw()
        number = self.device.removeprefix("K").zfill(2)
        return Enrolment(self.device, public, "0001", number, 7, public)

    def clone(self, salt: str) -> "Till":
        return Till(self.device, [*self.log], [*self.hashes], self.mark, self.gen, self.last_d, salt)

    def write(
        self,
        body: en.Body,
        member: str | None = None,
        kind: str = "",
        name: str = "",
        operator: str | None = None,
    ) -> int:
        n = len(self.log) + 1
        entry = en.Entry(
            n=n,
            id=name or f"{self.device}-{self.salt}{n}",
            kind=kind or body.KIND,
            at=NOW + n,
            zone="Asia/Shanghai",
            pack=1,
            operator=operator,
            member=member,
            body=en.raw(body),
        )
        return self.write_bytes(en.encode(entry))

    def write_bytes(self, stored: bytes) -> int:
        previous = self.hashes[-1] if self.hashes else en.GENESIS
        self.log.append(stored)
        self.hashes.append(en.chained(previous, stored))
        return len(self.log)

    def request(
        self, first: int | None = None, last: int | None = None, *wants: sync.Want
    ) -> sync.SyncRequest:
        first = self.mark.n + 1 if first is None else first
        last = len(self.log) if last is None else last
        entries = tuple(self.log[first - 1 : last])
        last = first + len(entries) - 1
        head = self.hashes[last - 1] if last else en.GENESIS
        return sync.SyncRequest(
            device=self.device,
            gen_seen=self.gen,
            mark_seen=self.mark,
            first=first,
            entries=entries,
            head=head,
            sig=self.key.sign(sync.signed_part(self.device, first, last, head)),
            tail=len(self.log),
            down_ack=self.last_d,
            wants=wants,
        )

    def hear(self, answer: sync.SyncAnswer) -> None:
        """Journal the grants in order, and remember the mark."""
        self.sent = answer.mark.n
        if answer.mark.n > self.mark.n:
            self.mark = answer.mark
        if answer.gen > self.gen:
            self.gen, self.last_d = answer.gen, 0
            self.write(en.Gen(gen=answer.gen))
        for grant in answer.grants:
            if grant.d == self.last_d + 1:
                self.last_d = grant.d
                told = {name: getattr(grant, name) for name in grant.__struct_fields__}
                self.write(en.Granted(**told), grant.member)

    def redeem(self, op: str, member: str, gift: str = "G1", points: int = 300) -> None:
        body = en.Redeem(op=op, gift=gift, points=points, voucher=f"V-{op}", expires=NOW, qr=b"")
        self.write(body, member)

    def post(self, op: str, member: str) -> None:
        self.write(en.Printing(op=op, attempt=1), member)
        self.write(en.Post(op=op, reason="printed"), member)

    def fold(self, opening: Balances) -> Balances:
        """What the log adds up to, on top of what was there before it."""
        balances = dict(opening)
        known: dict[str, tuple[en.Redeem, str]] = {}
        for stored in self.log:
            entry = en.decode(stored)
            body = en.body_of(entry)
            if isinstance(body, en.Redeem):
                known[body.op] = (body, entry.member or "")
            elif isinstance(body, en.Granted) and body.voucher is not None:
                known.setdefault(body.voucher.op, (body.voucher, ""))
            fold(balances, transfers(self.device, entry, known))
        return balances


def act(till: Till, chance: random.Random, members: list[str]) -> None:
    """Do something honest: spend rights that the log holds, end an operation, or give rights back."""
    held = till.fold({})
    member = chance.choice(members)
    points = held.get((acc.escrow(till.device, member), acc.POINTS), 0)
    units = held.get((acc.escrow(till.device), acc.gift("G1")), 0)
    if points >= 300 and units and chance.random() < 0.7:
        op = f"{till.device}-op{len(till.log)}"
        till.redeem(op, member)
        till.write(en.Printing(op=op, attempt=1), member)
        ending = chance.choice((en.Post, en.Void, en.Post))
        till.write(ending(op=op, reason="-"), member)
    elif points and chance.random() < 0.3:
        till.write(en.Returned(asset=acc.POINTS, amount=1 + chance.randrange(points), member=member), member)
    else:
        till.write(en.Boot(nonce=chance.randbytes(16), software="1"))
