"""A kiosk's offline parts on a workbench: a clock that is set by hand, ids from a seed, real files."""

import random
from collections.abc import Iterator
from pathlib import Path

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.sync import Grant
from kiosk.offline.journal import DurableJournal
from kiosk.offline.second_copy import SecondCopy
from kiosk.ports import Draft

DEVICE = "kiosk-1"
TEA = acc.gift("tea")


class HandClock:
    """Time stands still until somebody moves it; `now` counts up so that entries can be told apart."""

    def __init__(self) -> None:
        self.at = 1_800_000_000_000_000
        self.seconds = 0.0

    def now(self) -> int:
        self.at += 1
        return self.at

    def trusted(self) -> bool:
        return True

    def monotonic(self) -> float:
        return self.seconds


def open_journal(
    path: Path,
    seed: int = 1,
    device: str = DEVICE,
    key: bytes | None = None,
    second: SecondCopy | None = None,
) -> DurableJournal:
    clock = HandClock()
    chance = random.Random(f"{seed} {path}")
    if path.exists():
        chance = random.Random()  # a second start makes fresh names
    return DurableJournal(
        path,
        device=device,
        zone="Asia/Shanghai",
        clock=clock,
        ids=FreshIds(clock.now, chance),
        pack=lambda: 1,
        key=key,
        second=second,
    )


class Shelf:
    """Grants as head office would number them, straight into a journal."""

    def __init__(self, journal: DurableJournal, gen: int = 1) -> None:
        self._journal = journal
        self.gen = gen
        self._d = 0

    def next(self, asset: str, amount: int, member: str | None = None, want: str | None = None) -> Grant:
        self._d += 1
        gid = f"g{self.gen}-{self._d}"
        return Grant(gid=gid, gen=self.gen, d=self._d, asset=asset, amount=amount, member=member, want=want)

    def put(self, asset: str, amount: int, member: str | None = None) -> None:
        self._journal.take_grants(self.gen, [self.next(asset, amount, member)], lambda _want: True)


def redeem(op: str, points: int = 100, voucher: str | None = None, member: str = "m1") -> Draft:
    body = en.Redeem(op=op, gift="tea", points=points, voucher=voucher or f"V{op}", expires=1, qr=b"")
    return Draft(body, member=member)


def printing(op: str, attempt: int = 1) -> Draft:
    return Draft(en.Printing(op=op, attempt=attempt), member="m1")


def post(op: str) -> Draft:
    return Draft(en.Post(op=op, reason="printed"), member="m1")


def void(op: str) -> Draft:
    return Draft(en.Void(op=op, reason="test"), member="m1")


def unknown(op: str) -> Draft:
    return Draft(en.Unknown(op=op, reason="test"), member="m1")


def claim(op: str) -> Draft:
    return Draft(en.Claim(op=op, voucher=f"V{op}"))


def stocked(path: Path, key: bytes | None = None) -> DurableJournal:
    """A journal with 1000 points of m1 and 10 teas."""
    journal = open_journal(path, key=key)
    shelf = Shelf(journal)
    shelf.put(acc.POINTS, 1000, "m1")
    shelf.put(TEA, 10)
    return journal


def numbered(prefix: str) -> Iterator[str]:
    count = 0
    while True:
        count += 1
        yield f"{prefix}{count}"
