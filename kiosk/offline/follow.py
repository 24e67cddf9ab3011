"""How a redemption moves from state to state, as this device's own entries tell it. Pure."""

from dataclasses import dataclass, replace

from kiosk.ledger import entries as en
from kiosk.ports import NotHeld, OperationState

OPEN = ("redeemed", "printing", "unknown")
"""States that are not final."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where one operation stands. `n` is its redeem's place, or that of the grant that told of it.

    `claim_n` is the place of its claim or its expiry (0: neither).
    """

    n: int
    op: str
    voucher: str
    member: str
    state: OperationState
    attempt: int = 0
    claim_n: int = 0
    expires: int = 0
    """When its right to claim may be ended, UTC microseconds; 0: its date rests on a clock nobody trusted."""


FOLLOWERS = (en.Printing, en.Post, en.Void, en.Unknown, en.Claim, en.Release, en.Expire, en.Cancel)
"""Bodies that speak of an operation begun earlier."""

_FROM: dict[type[en.Body], tuple[OperationState, ...]] = {
    en.Post: ("printing", "unknown"),
    en.Void: ("redeemed", "printing", "unknown"),
    en.Unknown: ("printing",),
    en.Printing: ("redeemed", "printing", "unknown", "posted"),
    en.Claim: ("posted", "elsewhere"),
    en.Expire: ("posted", "elsewhere"),
    en.Cancel: ("posted",),
    en.Release: ("unknown", "posted", "elsewhere"),
}
_TO: dict[type[en.Body], OperationState] = {
    en.Post: "posted",
    en.Void: "voided",
    en.Unknown: "unknown",
    en.Cancel: "voided",
}


def begin(entry: en.Entry, body: en.Redeem) -> Course:
    """A new operation; NotHeld if nobody's points would be spent."""
    if not entry.member:
        raise NotHeld(f"{body.op}: a redemption needs a member")
    return Course(
        n=entry.n,
        op=body.op,
        voucher=body.voucher,
        member=entry.member,
        state="redeemed",
        expires=body.expires if entry.clock == "trusted" else 0,
    )


def told(n: int, voucher: en.Redeem) -> Course:
    """An operation of another device, known from the grant of its right to claim."""
    return Course(n=n, op=voucher.op, voucher=voucher.voucher, member="", state="elsewhere")


def follow(course: Course, n: int, body: en.Body) -> Course:
    """One step further; NotHeld if the operation cannot take it: a final state stays final."""
    if course.state not in _FROM[type(body)]:
        raise NotHeld(f"{course.op}: no {body.KIND} after {course.state}")
    if isinstance(body, en.Printing):
        if body.attempt <= course.attempt:
            raise NotHeld(f"{course.op}: print {body.attempt} was begun before")
        state = course.state if course.state == "posted" else "printing"
        return replace(course, state=state, attempt=body.attempt)
    if isinstance(body, en.Claim | en.Release | en.Expire | en.Cancel):
        if body.voucher != course.voucher:
            raise NotHeld(f"{course.op}: its voucher is {course.voucher}")
        if course.claim_n:
            raise NotHeld(f"{course.op}: claimed or expired before")
    if isinstance(body, en.Claim | en.Expire):
        return replace(course, claim_n=n)
    return replace(course, state=_TO.get(type(body), course.state))
