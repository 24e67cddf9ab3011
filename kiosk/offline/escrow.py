"""Rights on their way in and out: which grants are taken, and which rights go back. Pure."""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Balances
from kiosk.ledger.sync import Grant, Instruction
from kiosk.ports import Draft, Journal, Operation

GRANTS_MAX = 500
_PERSONAL = (acc.POINTS, acc.CASH, acc.TRIES)


def taken(
    gen: int, last_d: int, answer_gen: int, grants: Iterable[Grant], wanted: Callable[[str], bool]
) -> list[en.Body]:
    """What to journal: a risen generation first, then each grant that is next in line, at most GRANTS_MAX.

    A lower generation is discarded; so is what came twice, too early or with an impossible amount: head
    office sends it again until `down_ack` tells that it was taken. A grant whose want was dropped goes
    back at once.
    """
    bodies: list[en.Body] = []
    if answer_gen < gen:
        return bodies
    if answer_gen > gen:
        bodies.append(en.Gen(gen=answer_gen))
        last_d = 0
    left = GRANTS_MAX
    for grant in sorted(grants, key=lambda one: one.d):
        if grant.gen != answer_gen or grant.d <= last_d:
            continue
        if grant.d != last_d + 1 or grant.amount < 1 or not left:
            break
        last_d, left = grant.d, left - 1
        bodies.append(_granted(grant))
        if grant.want is not None and not wanted(grant.want):
            bodies.append(en.Returned(asset=grant.asset, amount=grant.amount, member=grant.member))
    return bodies


def _granted(grant: Grant) -> en.Granted:
    fields = {name: getattr(grant, name) for name in grant.__struct_fields__}
    return en.Granted(**fields)


def obeyed(instruction: Instruction, operation: Operation | None) -> en.Body | None:
    """What to journal for an instruction about an operation of ours; None if its state forbids it.

    Then head office reads from our log what became of it, and asks no more.
    """
    if operation is None or operation.redeem.voucher != instruction.voucher:
        return None
    op, voucher = operation.redeem.op, operation.redeem.voucher
    unknown = operation.state == "unknown"
    if instruction.what == "release" and operation.claim_held and (unknown or operation.state == "posted"):
        return en.Release(op=op, voucher=voucher, to=instruction.to)
    if instruction.what == "post" and unknown:
        return en.Post(op=op, reason="presented")
    if instruction.what == "void" and unknown and operation.claim_held:
        return en.Void(op=op, reason="head-office")
    return None


def spare(
    device: str, balances: Balances, stays: Callable[[str], bool], strange: Collection[str] = ()
) -> list[Draft]:
    """Returns of every member's rights here, but for those whose rights stay (home members).

    Once-only benefits and what is counted on cards never stay, nor do `strange` rights of the device itself:
    those to claim the vouchers of other kiosks, which came for somebody who stood at the counter.
    """
    own = acc.escrow(device)
    drafts = []
    for (account, asset), amount in sorted(balances.items()):
        member = account.removeprefix(f"{own}:")
        if account == own and asset in strange:
            drafts.append(Draft(en.Returned(asset=asset, amount=amount)))
        if not account.startswith(f"{own}:") or not acc.is_personal(asset):
            continue
        if acc.is_entitlement(asset) or acc.counted_on(asset) or not stays(member):
            drafts.append(_returned(member, asset, amount))
    return drafts


def release(journal: Journal, member: str) -> tuple[en.Entry, ...]:
    """A visit ended: give back what this device still holds of the member. Not for home members."""
    drafts = [
        _returned(member, asset, amount)
        for asset in _PERSONAL
        if (amount := journal.rights(asset, member)) > 0
    ]
    return journal.append(*drafts) if drafts else ()


def _returned(member: str, asset: str, amount: int) -> Draft:
    return Draft(en.Returned(asset=asset, amount=amount, member=member), member=member)


class Startable(Protocol):
    """A journal that was just opened."""

    def recover(self) -> tuple[en.Entry, ...]:
        """Resolve what a stop left open."""

    def tidy(self, stays: Callable[[str], bool]) -> tuple[en.Entry, ...]:
        """Give back rights that nobody visiting needs."""


def start_up(journal: Startable, stays: Callable[[str], bool]) -> None:
    """What every start owes before anybody is served: open ends first, then left-over rights."""
    journal.recover()
    journal.tidy(stays)
