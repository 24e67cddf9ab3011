"""From an entry to transfers. The one place that says what an entry moves; kiosk and hub both call it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

Balances = dict[tuple[str, str], int]
"""(account, asset) -> units; the fold of transfers."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Move `amount` > 0 of one asset. The id is derived, so applying twice is seen and refused."""

    id: str
    source: str
    target: str
    asset: str
    amount: int


Redemptions = Mapping[str, tuple[en.Redeem, str]]
"""op -> (its redeem body, its member): what the later entries of an operation refer to."""

B = TypeVar("B", bound=en.Body)
_Move = tuple[str, str, str, int]


class LooseEnd(ValueError):
    """An entry speaks of an operation whose redeem is not known."""


def transfers(device: str, entry: en.Entry, known: Redemptions) -> tuple[Transfer, ...]:
    """What this entry moves; nothing for kinds that move nothing. LooseEnd if its operation is unknown."""
    body = en.body_of(entry)
    return moves_of(device, entry, body, known) if body is not None else ()


def moves_of(device: str, entry: en.Entry, body: en.Body, known: Redemptions) -> tuple[Transfer, ...]:
    """The same, where the entry's body was read already."""
    rule = _RULES.get(type(body))
    if rule is None:
        return ()
    moves = rule(device, entry.member or "", body, known)
    base = grant_transfer_id(body.gid) if isinstance(body, en.Granted) else entry.id
    names = (base if place == 0 else f"{base}.{place}" for place in range(len(moves)))
    return tuple(Transfer(name, *move) for name, move in zip(names, moves, strict=True))


def grant_transfer_id(gid: str) -> str:
    """A grant is booked once: by the hub when made, or from the device's log after a restore."""
    return f"grant:{gid}"


def fold(balances: Balances, moved: Iterable[Transfer]) -> None:
    """Apply transfers to balances in place; empty balances vanish."""
    for leg in moved:
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            key = (account, leg.asset)
            total = balances.get(key, 0) + change
            if total:
                balances[key] = total
            else:
                balances.pop(key, None)


def _granted(device: str, _member: str, body: en.Granted, _known: Redemptions) -> list[_Move]:
    return [
        (acc.source(body.asset, body.member), acc.escrow(device, body.member), body.asset, body.amount),
    ]


def _returned(device: str, _member: str, body: en.Returned, _known: Redemptions) -> list[_Move]:
    return [
        (acc.escrow(device, body.member), acc.source(body.asset, body.member), body.asset, body.amount),
    ]


def _tried(device: str, member: str, _body: en.PinTry, _known: Redemptions) -> list[_Move]:
    """A member's own try; or, before anybody knows who it is, one of the device's looks."""
    return [(acc.escrow(device, member), acc.SPENT, acc.TRIES if member else acc.LOOKS, 1)]


def _used(device: str, member: str, body: en.Used, _known: Redemptions) -> list[_Move]:
    return [(acc.escrow(device, member), acc.SPENT, body.asset, 1)]


def _earned(device: str, member: str, body: en.Earned, _known: Redemptions) -> list[_Move]:
    here = acc.escrow(device, member)
    return [(here, acc.SPENT, body.asset, 1), (acc.WORLD, here, acc.POINTS, body.points)]


def _credited(device: str, member: str, body: en.Credited, _known: Redemptions) -> list[_Move]:
    return [(acc.WORLD, acc.escrow(device, member), body.asset, body.units)]


def _sold(device: str, member: str, body: en.Sold, _known: Redemptions) -> list[_Move]:
    return [(acc.WORLD, acc.escrow(device, member), acc.POINTS, body.points)]


def _stocked(device: str, _member: str, body: en.Stocked, _known: Redemptions) -> list[_Move]:
    way = (acc.WORLD, acc.escrow(device)) if body.comes else (acc.escrow(device), acc.WORLD)
    return [(*way, acc.gift(body.gift), body.pieces)]


def _gave(device: str, member: str, body: en.Gave, _known: Redemptions) -> list[_Move]:
    here = acc.escrow(device, member)
    return [
        (here, acc.SPENT, body.asset, 1),
        (here, acc.giving(body.giving, body.to), acc.POINTS, body.points),
    ]


def _received(_device: str, member: str, body: en.Received, _known: Redemptions) -> list[_Move]:
    return [(acc.giving(body.giving, member), acc.member(member), acc.POINTS, body.points)]


def _drew(device: str, member: str, body: en.Drew, _known: Redemptions) -> list[_Move]:
    here = acc.escrow(device, member)
    paid = [(here, acc.SPENT, acc.POINTS, body.points)] if body.points else []
    return [(here, acc.SPENT, body.asset, 1), *paid]


def _redeem(device: str, member: str, body: en.Redeem, _known: Redemptions) -> list[_Move]:
    return [
        (acc.escrow(device, member), acc.held(body.op), acc.POINTS, body.points - body.risk),
        (acc.escrow(device), acc.ISSUED, acc.gift(body.gift), 1),
        (acc.WORLD, acc.escrow(device), acc.claim(body.voucher), 1),
        *_if_risked(body, acc.escrow(device), acc.held(body.op)),
        *([(acc.escrow(device), acc.SPENT, body.lease, 1)] if body.lease else []),
        *_if_by_right(body, acc.escrow(device, member), acc.held(body.op)),
    ]


def _post(_device: str, _member: str, body: en.Post, known: Redemptions) -> list[_Move]:
    redeem, _ = _find(known, body.op)
    return [
        (acc.held(body.op), acc.SPENT, acc.POINTS, redeem.points - redeem.risk),
        *_if_risked(redeem, acc.held(body.op), acc.RISK_OPEN),
        *_if_by_right(redeem, acc.held(body.op), acc.SPENT),
    ]


def _void(device: str, _member: str, body: en.Void, known: Redemptions) -> list[_Move]:
    redeem, member = _find(known, body.op)
    return [
        (acc.held(body.op), acc.escrow(device, member), acc.POINTS, redeem.points - redeem.risk),
        (acc.ISSUED, acc.escrow(device), acc.gift(redeem.gift), 1),
        (acc.escrow(device), acc.WORLD, acc.claim(redeem.voucher), 1),
        *_if_risked(redeem, acc.held(body.op), acc.escrow(device)),
        *_if_by_right(redeem, acc.held(body.op), acc.escrow(device, member)),
    ]


def _if_by_right(redeem: en.Redeem, source: str, target: str) -> list[_Move]:
    """The right to this very gift goes the way of the points; last, so that no older name changes."""
    return [(source, target, redeem.benefit, redeem.benefit_units)] if redeem.benefit else []


def _if_risked(redeem: en.Redeem, source: str, target: str) -> list[_Move]:
    return [(source, target, acc.RISK, redeem.risk)] if redeem.risk else []


def _claim(device: str, _member: str, body: en.Claim, known: Redemptions) -> list[_Move]:
    redeem, _ = _find(known, body.op)
    return [
        (acc.escrow(device), acc.SPENT, acc.claim(redeem.voucher), 1),
        (acc.ISSUED, acc.WORLD, acc.gift(redeem.gift), 1),
    ]


def _expire(device: str, _member: str, body: en.Expire, known: Redemptions) -> list[_Move]:
    redeem, _ = _find(known, body.op)
    return [
        (acc.escrow(device), acc.WORLD, acc.claim(redeem.voucher), 1),
        (acc.ISSUED, acc.escrow(device), acc.gift(redeem.gift), 1),
    ]


def _cancel(device: str, _member: str, body: en.Cancel, known: Redemptions) -> list[_Move]:
    redeem, member = _find(known, body.op)
    return [
        (acc.SPENT, acc.escrow(device, member), acc.POINTS, redeem.points - redeem.risk),
        (acc.escrow(device), acc.WORLD, acc.claim(redeem.voucher), 1),
        (acc.ISSUED, acc.escrow(device), acc.gift(redeem.gift), 1),
        *_if_by_right(redeem, acc.SPENT, acc.escrow(device, member)),
    ]


def _release(device: str, _member: str, body: en.Release, _known: Redemptions) -> list[_Move]:
    asset = acc.claim(body.voucher)
    return [(acc.escrow(device), acc.source(asset, None), asset, 1)]


def _carding(device: str, member: str, body: en.Carding, _known: Redemptions) -> list[_Move]:
    open_move = (acc.WORLD, acc.moving(body.move), _move(member, body), body.amount)
    paid = (acc.escrow(device, member), acc.moving(body.move), acc.POINTS, body.amount)
    return [open_move, paid] if body.what == "load" else [open_move]


def _carded(device: str, member: str, body: en.Carded, _known: Redemptions) -> list[_Move]:
    """A debit's value becomes a right here, which a gift may use at once; a load's leaves for the card."""
    if body.end == "disputed":
        return []
    held, here, card = acc.moving(body.move), acc.escrow(device, member), acc.card(body.card.hex())
    ended = (held, acc.SPENT, _move(member, body), body.amount)
    if body.what == "debit":
        return [ended, (card, here, acc.POINTS, body.amount)] if body.end == "moved" else [ended]
    return [ended, (held, card if body.end == "moved" else here, acc.POINTS, body.amount)]


def _move(member: str, body: en.Carding | en.Carded) -> str:
    """Who says another card, member, direction or amount than the intent did has no unit of this to end."""
    return acc.move(body.what, body.card.hex(), member)


def _find(known: Redemptions, op: str) -> tuple[en.Redeem, str]:
    if op not in known:
        raise LooseEnd(op)
    return known[op]


_RULES: dict[type[en.Body], Callable[..., list[_Move]]] = {
    en.Granted: _granted,
    en.Returned: _returned,
    en.Used: _used,
    en.Earned: _earned,
    en.Credited: _credited,
    en.Sold: _sold,
    en.Stocked: _stocked,
    en.Gave: _gave,
    en.Received: _received,
    en.Drew: _drew,
    en.PinTry: _tried,
    en.Redeem: _redeem,
    en.Post: _post,
    en.Void: _void,
    en.Claim: _claim,
    en.Expire: _expire,
    en.Cancel: _cancel,
    en.Release: _release,
    en.Carding: _carding,
    en.Carded: _carded,
}
