"""What a device's own drawer holds: money that came in, and what its open shift did. Pure.

These accounts are the device's alone: head office books none of it and keeps what each count says. As they
are balances, they outlive the entries that they came from, and nothing is counted out of a drawer twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Redemptions, Transfer

DRAWER = "drawer"
"""The account. No other device has it in its books, so it bears no name."""
GIFT, SALE, MEMBER, CARD, RULE = "gift", "sale", "member", "card", "rule:"
REASONS = ("change", "paid-out", "unknown")
"""Why a count may differ: wrong change was given, money was paid out, or nobody knows."""
_TIMES, _CENTS, _SHIFT = "times:", "cents:", "shift:"
_Part = tuple[str, int]
"""An asset and how much of it."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Whose shift is open, and since when (UTC microseconds)."""

    staff: str
    began: int


@dataclass(frozen=True, slots=True)
class Till:
    """What the drawer should hold, in cents, and what was done since it was counted last."""

    cents: int = 0
    takings: tuple[en.Taking, ...] = ()
    shift: Shift | None = None


def drawer_moves(entry: en.Entry, body: en.Body | None, known: Redemptions) -> tuple[Transfer, ...]:
    """What an entry puts into the drawer or takes out of it."""
    if isinstance(body, en.Drawer):
        moves = [*_out(_held(body)), *_in(_begun(entry, body))]
    else:
        taking = _taking(body, known)
        moves = [*_in(_parts(taking)), *_in([(acc.CASH, taking.cents)])] if taking else []
    return tuple(
        Transfer(f"{DRAWER}:{entry.id}.{place}", source, target, asset, amount)
        for place, (source, target, asset, amount) in enumerate(moves)
    )


def till_in(balances: Mapping[tuple[str, str], int]) -> Till:
    """The drawer, out of a device's balances."""
    held = {asset: amount for (account, asset), amount in balances.items() if account == DRAWER}
    times = sorted((asset.removeprefix(_TIMES) for asset in held if asset.startswith(_TIMES)), key=_place)
    shifts = [asset.removeprefix(_SHIFT).rpartition(":") for asset in held if asset.startswith(_SHIFT)]
    return Till(
        held.get(acc.CASH, 0),
        tuple(
            en.Taking(what=what, times=held[_TIMES + what], cents=held.get(_CENTS + what, 0))
            for what in times
        ),
        Shift(shifts[0][0], int(shifts[0][2])) if shifts else None,
    )


def _place(what: str) -> tuple[int, str]:
    """Where a line stands: gifts, what was given by hand, members, cards."""
    return (GIFT, SALE, RULE, MEMBER, CARD).index(RULE if what.startswith(RULE) else what), what


def _taking(body: en.Body | None, known: Redemptions) -> en.Taking | None:
    """What an entry counts as; None for all that is no shift's work."""
    match body:
        case en.Credited():
            return en.Taking(what=RULE + body.rule, times=1, cents=body.price)
        case en.Claim() if body.op in known:
            return en.Taking(what=GIFT, times=1, cents=known[body.op][0].cash)
        case en.Sold():
            return en.Taking(what=SALE, times=1)  # its money lies in the shop's own till
        case en.Joined():
            return en.Taking(what=MEMBER, times=1)
        case en.Replaced() | en.Bound():
            return en.Taking(what=CARD, times=1)
    return None


def _parts(taking: en.Taking) -> Iterator[_Part]:
    yield _TIMES + taking.what, taking.times
    yield _CENTS + taking.what, taking.cents


def _held(body: en.Drawer) -> Iterator[_Part]:
    """All that lay in it before the count."""
    yield acc.CASH, body.expected
    for taking in body.takings:
        yield from _parts(taking)
    if body.of:
        yield f"{_SHIFT}{body.of}:{body.began}", 1


def _begun(entry: en.Entry, body: en.Drawer) -> Iterator[_Part]:
    yield acc.CASH, body.left
    if body.to:
        yield f"{_SHIFT}{body.to}:{entry.at}", 1


def _in(parts: Iterable[_Part]) -> Iterator[tuple[str, str, str, int]]:
    return ((acc.WORLD, DRAWER, asset, amount) for asset, amount in parts if amount)


def _out(parts: Iterable[_Part]) -> Iterator[tuple[str, str, str, int]]:
    return ((DRAWER, acc.WORLD, asset, amount) for asset, amount in parts if amount)
