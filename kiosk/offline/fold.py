"""The fold of a device's own log: what it holds, and where its redemptions stand. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import DRAWER, drawer_moves
from kiosk.ledger.legs import Balances, Transfer, transfers
from kiosk.offline.follow import FOLLOWERS, Course, begin, follow, told

Known = dict[str, tuple[en.Redeem, str]]
Story = tuple[Course, tuple[en.Redeem, str]]
"""One operation: where it stands, and what began it (redeem body, member)."""


def is_own(device: str, account: str) -> bool:
    """Whether this device alone moves it: its escrow, its drawer, what its operations and moves hold."""
    mine = acc.escrow(device)
    return account in {mine, DRAWER} or account.startswith(
        (f"{mine}:", acc.held(""), acc.moving(""), acc.GIVING)
    )


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


def redeem_in(entry: en.Entry) -> en.Redeem:
    """The redemption that an entry began, or that came with the right to claim it."""
    body = en.body_of(entry)
    if isinstance(body, en.Granted):
        body = body.voucher
    assert isinstance(body, en.Redeem), f"entry {entry.n} began no operation"
    return body


@dataclass(slots=True)
class Fold:
    """Everything the entries say, up to the last one told.

    It may go on from a cut: then `kept` finds the operations of before, and `courses`, `touched`, `evidence`,
    `effects` and `ids` tell only of what came after.
    """

    device: str
    n: int = 0
    hash: bytes = en.GENESIS
    balances: Balances = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    known: Known = field(default_factory=dict)
    downlink: Downlink = field(default_factory=Downlink)
    redeemed: int = 0
    kept: Callable[[str], Story | None] = lambda _op: None
    touched: dict[str, int] = field(default_factory=dict)
    """op -> the last entry that moved it."""
    evidence: dict[int, bytes] = field(default_factory=dict)
    """The stored entries that began operations or ended rights to claim."""
    effects: list[tuple[int, str, int]] = field(default_factory=list)
    """(n, whose points, change)."""
    ids: dict[str, int] = field(default_factory=dict)
    checkpoints: list[en.Checkpoint] = field(default_factory=list)

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
        self.ids[entry.id] = n
        self._follow(entry, body, stored)
        self._move(entry, body)
        self.downlink.see(body)
        return entry

    def _follow(self, entry: en.Entry, body: en.Body | None, stored: bytes) -> None:
        course: Course | None = None
        if isinstance(body, en.Checkpoint):
            self.checkpoints.append(body)
        if isinstance(body, en.Redeem):
            course = begin(entry, body)
            self.known[body.op] = (body, entry.member or "")
            self.redeemed += 1
        elif isinstance(body, en.Granted) and body.voucher is not None:
            if self._course(body.voucher.op) is None:
                course = told(entry.n, body.voucher)
                self.known[course.op] = (body.voucher, "")
        elif isinstance(body, FOLLOWERS):
            before = self._course(body.op)
            if before is None:
                raise KeyError(body.op)
            course = follow(before, entry.n, body)
        if course is not None:
            self.courses[course.op], self.touched[course.op] = course, entry.n
            if entry.n in (course.n, course.claim_n):
                self.evidence[entry.n] = stored

    def _course(self, op: str) -> Course | None:
        if op not in self.courses:
            story = self.kept(op)
            if story is None:
                return None
            self.courses[op], self.known[op] = story
        return self.courses[op]

    def _move(self, entry: en.Entry, body: en.Body | None) -> None:
        moved = transfers(self.device, entry, self.known)
        cash = drawer_moves(entry, body, self.known)
        for account, asset, change in own_changes(self.device, (*moved, *cash)):
            total = self.balances.get((account, asset), 0) + change
            self.balances[account, asset] = total
            if not total:
                del self.balances[account, asset]
        whose, points = effect(self.device, moved)
        if points:
            self.effects.append((entry.n, whose, points))


def own_changes(device: str, moved: tuple[Transfer, ...]) -> Iterator[tuple[str, str, int]]:
    """(account, asset, change) for each own account of this device that these transfers move, leg by leg."""
    for leg in moved:
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            if is_own(device, account):
                yield account, leg.asset, change
