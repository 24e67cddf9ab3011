"""Claiming a voucher: what the counter is told, decided from facts the caller brings."""

from dataclasses import dataclass
from enum import Enum


class ClaimAnswer(Enum):
    """The one answer a presented voucher gets."""

    GIVEN = "given"
    ALREADY = "already"
    VOID = "void"
    EXPIRED = "expired"
    FORGED = "forged"
    NOT_FINISHED = "not-finished"
    NOT_HERE = "not-here"
    """The right to claim is somewhere else: it has to be asked for first."""
    NOT_NOW = "not-now"
    """It was asked for and did not come; nothing was changed."""
    NOT_SURE = "not-sure"
    """It is genuine, but without the network nobody here can tell whether it was used."""
    NOT_OURS = "not-ours"
    """It is of a store whose vouchers this one does not honour."""
    NOT_ALLOWED = "not-allowed"
    """Whoever asked was blocked, or lost the duty, before it could be settled."""
    LIMITED = "limited"
    """Head office lends this device no more rights to claim for a while."""
    UNKNOWN = "unknown"
    """Head office has never heard of it."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What is known of the number somebody holds. `state` is the operation's state, '' if it is not ours.

    `revoked`: head office says that it is worth nothing.
    """

    state: str
    code_fits: bool
    claimed: bool
    right_held: bool
    expired: bool
    revoked: bool = False


ENDED = {"claimed": ClaimAnswer.ALREADY, "voided": ClaimAnswer.VOID, "expired": ClaimAnswer.EXPIRED}
"""What the counter is told of a voucher that head office calls settled."""


def judge(voucher: Presented) -> ClaimAnswer:
    """What to answer; GIVEN means: journal the claim, then hand over the gift. The first that fits counts."""
    reasons = (
        (not voucher.state and voucher.revoked and voucher.code_fits, ClaimAnswer.VOID),
        (not voucher.state, ClaimAnswer.NOT_HERE),
        (not voucher.code_fits, ClaimAnswer.FORGED),
        (voucher.state == "voided", ClaimAnswer.VOID),
        (voucher.claimed, ClaimAnswer.ALREADY),
        (voucher.revoked, ClaimAnswer.VOID),
        (voucher.state in {"redeemed", "printing"}, ClaimAnswer.NOT_FINISHED),
        (voucher.expired, ClaimAnswer.EXPIRED),
        (not voucher.right_held, ClaimAnswer.NOT_HERE),
    )
    return next((answer for holds, answer in reasons if holds), ClaimAnswer.GIVEN)
