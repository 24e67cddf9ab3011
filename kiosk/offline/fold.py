"""The fold of a device's own log: what it holds, and where its redemptions stand. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Balances, Transfer, transfers
from kiosk.offline.follow import FOLLOWERS, Course, begin, follow, told

Known = dict[str, tuple[en.Redeem, str]]


def is_own(device: str, account: str) -> bool:
    """Whether this device alone moves this account: its escrow and what its operations hold."""
    mine = acc.escrow(device)
    return account == mine or account.startswith((f"{mine}:", acc.held("")))


def op_of(body: en.Body | None) -> str | None:
    """The operation a body begins or follows."""
    return body.op if isinstance(body, en.Redeem | FOLLOWERS) else None


def effect(device: str, moved: tuple[Transfer, ...]) -> tuple[str, int]:
    """Whose points these transfers change (their own and those in our escrow), and by how much."""
    whose, points = "", 0
    mine = f"{acc.escrow(device)}:"
    for leg in moved:
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            if leg.asset == acc.POINTS and account.startswith((mine, acc.member(""))):
                whose = account.removeprefix(mine).removeprefix(acc.member(""))
                points += change
    return whose, points


@dataclass(slots=True)
class Downlink:
    """How far grants were taken: the hub's generation and the last d within it."""

    gen: int = 0
    d: int = 0

    def see(self, body: en.Body | None) -> None:
        """Follow one journalled entry."""
        if isinstance(body, en.Gen):
            self.gen, self.d = body.gen, 0
        elif isinstance(body, en.Granted):
            self.gen, self.d = body.gen, body.d


class BrokenChain(ValueError):
    """The stored log is not the log that was written."""


@dataclass(slots=True)
class Fold:
    """Everything the entries say, from the first to the last one told."""

    device: str
    n: int = 0
    hash: bytes = en.GENESIS
    balances: Balances = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    known: Known = field(default_factory=dict)
    downlink: Downlink = field(default_factory=Downlink)
    redeemed: int = 0

    def take(self, n: int, stored: bytes, hashed: bytes) -> en.Entry:
        """Fold one stored entry; BrokenChain if it does not continue what came before."""
        self.hash = en.chained(self.hash, stored)
        try:
            entry = en.decode(stored)
            body = en.body_of(entry)
        except en.MalformedEntry as wrong:
            raise BrokenChain(f"entry {n}: {wrong}") from wrong
        if n != self.n + 1 or entry.n != n:
            raise BrokenChain(f"entry {n} (calls itself {entry.n}) follows {self.n}")
        if self.hash != hashed:
            raise BrokenChain(f"entry {n} is not what was written: its hash differs")
        self.n = n
        self._follow(entry, body)
        return entry

    def _follow(self, entry: en.Entry, body: en.Body | None) -> None:
        if isinstance(body, en.Redeem):
            self.courses[body.op] = begin(entry, body)
            self.known[body.op] = (body, entry.member or "")
            self.redeemed += 1
        elif isinstance(body, en.Granted) and body.voucher is not None:
            self.courses.setdefault(body.voucher.op, told(entry.n, body.voucher))
            self.known.setdefault(body.voucher.op, (body.voucher, ""))
        elif isinstance(body, FOLLOWERS):
            self.courses[body.op] = follow(self.courses[body.op], entry.n, body)
        for account, asset, change in own_changes(self.device, entry, self.known):
            total = self.balances.get((account, asset), 0) + change
            self.balances[account, asset] = total
            if not total:
                del self.balances[account, asset]
        self.downlink.see(body)


def own_changes(
    device: str, entry: en.Entry, known: Mapping[str, tuple[en.Redeem, str]]
) -> Iterator[tuple[str, str, int]]:
    """(account, asset, change) for each of this device's own accounts that an entry moves, leg by leg."""
    for leg in transfers(device, entry, known):
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            if is_own(device, account):
                yield account, leg.asset, change
