"""A small model of what a kiosk may do with rights, told once more and otherwise: the journal must agree.

It knows nothing of transfers, accounts or folds: a right is a number in a drawer, an operation a paper slip.
"""

from collections import Counter
from dataclasses import dataclass, field

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ports import Draft
from tests.offline.bench import TEA


class Illegal(Exception):
    """The model would not do this."""


def need(condition: object, why: str) -> None:
    """Illegal unless the condition holds."""
    if not condition:
        raise Illegal(why)


@dataclass(slots=True)
class Slip:
    """One operation. `right`: whether the right to claim its voucher is here; `ended`: claimed or expired."""

    member: str
    paid: int = 0
    risked: int = 0
    state: str = "redeemed"
    attempt: int = 0
    ended: str = ""


@dataclass(slots=True)
class Model:
    """Rights by (asset, member or ""), slips by operation id, and the points that each entry moved."""

    rights: Counter[tuple[str, str]] = field(default_factory=Counter)
    slips: dict[str, Slip] = field(default_factory=dict)
    effects: list[tuple[str, int]] = field(default_factory=list)
    redeemed: int = 0
    frozen: bool = False

    def do(self, draft: Draft) -> None:
        """One entry; Illegal if it may not be written now."""
        self.effects.append((draft.member or "", 0))
        step = _STEPS.get(type(draft.body))
        if step is not None:
            step(self, draft.body, draft.member or "")

    def open_slips(self) -> list[str]:
        """Operations without a final state, oldest first."""
        return [op for op, slip in self.slips.items() if slip.state in ("redeemed", "printing", "unknown")]

    def effect_beyond(self, member: str, n: int) -> int:
        """What entries after n did to a member's points."""
        return sum(points for whose, points in self.effects[n:] if whose == member)

    def holds(self, op: str) -> bool:
        """Whether the right to claim is here."""
        return self.rights[acc.claim(f"V{op}"), ""] > 0

    # --- the steps -------------------------------------------------------------------------------

    def _granted(self, body: en.Granted, _member: str) -> None:
        self.rights[body.asset, body.member or ""] += body.amount
        if body.voucher is not None:
            self.slips.setdefault(body.voucher.op, Slip("", state="elsewhere"))

    def _returned(self, body: en.Returned, _member: str) -> None:
        need(body.amount >= 0, "backwards")
        self._take(body.asset, body.member or "", body.amount)

    def _tried(self, _body: en.PinTry, member: str) -> None:
        self._take(acc.TRIES if member else acc.LOOKS, member, 1)

    def _used(self, body: en.Used, member: str) -> None:
        self._take(body.asset, member, 1)

    def _earned(self, body: en.Earned, member: str) -> None:
        self._take(body.asset, member, 1)
        self.rights[acc.POINTS, member] += body.points
        self.effects[-1] = (member, body.points)

    def _credited(self, body: en.Credited, member: str) -> None:
        self.rights[body.asset, member] += body.units
        if body.asset == acc.POINTS:
            self.effects[-1] = (member, body.units)

    def _stocked(self, body: en.Stocked, _member: str) -> None:
        if body.comes:
            self.rights[acc.gift(body.gift), ""] += body.pieces
        else:
            self._take(acc.gift(body.gift), "", body.pieces)

    def _gave(self, body: en.Gave, member: str) -> None:
        self._take(body.asset, member, 1)
        self._take(acc.POINTS, member, body.points)
        self.rights[body.giving, body.to] += body.points
        self.effects[-1] = (member, -body.points)

    def _received(self, body: en.Received, member: str) -> None:
        self._take(body.giving, member, body.points)
        self.effects[-1] = (member, body.points)

    def _redeem(self, body: en.Redeem, member: str) -> None:
        need(member and body.op not in self.slips, "nobody's, or known")
        need(body.points >= body.risk >= 0, "backwards")
        self._take(acc.POINTS, member, body.points - body.risk)
        self._take(acc.RISK, "", body.risk)
        self._take(TEA, "", 1)
        self.rights[acc.claim(body.voucher), ""] += 1
        self.slips[body.op] = Slip(member, body.points - body.risk, body.risk)
        self.effects[-1] = (member, body.risk - body.points)
        self.redeemed += 1

    def _printing(self, body: en.Printing, _member: str) -> None:
        slip = self._slip(body.op, "redeemed", "printing", "unknown", "posted")
        need(body.attempt > slip.attempt, "begun before")
        slip.attempt = body.attempt
        slip.state = "posted" if slip.state == "posted" else "printing"

    def _post(self, body: en.Post, _member: str) -> None:
        self._slip(body.op, "printing", "unknown").state = "posted"

    def _void(self, body: en.Void, _member: str) -> None:
        slip = self._slip(body.op, "redeemed", "printing", "unknown")
        self._take(acc.claim(f"V{body.op}"), "", 1)
        slip.state = "voided"
        self.rights[acc.POINTS, slip.member] += slip.paid
        self.rights[acc.RISK, ""] += slip.risked
        self.rights[TEA, ""] += 1
        self.effects[-1] = (slip.member, slip.paid)

    def _unknown(self, body: en.Unknown, _member: str) -> None:
        self._slip(body.op, "printing").state = "unknown"

    def _claim(self, body: en.Claim, _member: str) -> None:
        self._end(body, "claimed")

    def _expire(self, body: en.Expire, _member: str) -> None:
        self._end(body, "expired")
        self.rights[TEA, ""] += 1

    def _cancel(self, body: en.Cancel, _member: str) -> None:
        slip = self._slip(body.op, "posted")
        need(body.voucher == f"V{body.op}" and not slip.ended, "another voucher, or ended")
        self._take(acc.claim(body.voucher), "", 1)
        slip.state = "voided"
        self.rights[acc.POINTS, slip.member] += slip.paid
        self.rights[TEA, ""] += 1
        self.effects[-1] = (slip.member, slip.paid)

    def _release(self, body: en.Release, _member: str) -> None:
        slip = self._slip(body.op, "unknown", "posted", "elsewhere")
        need(body.voucher == f"V{body.op}" and not slip.ended, "another voucher, or ended")
        self._take(acc.claim(body.voucher), "", 1)

    # --- inside ----------------------------------------------------------------------------------

    def _end(self, body: en.Claim | en.Expire, how: str) -> None:
        slip = self._slip(body.op, "posted", "elsewhere")
        need(body.voucher == f"V{body.op}" and not slip.ended, "another voucher, or ended")
        self._take(acc.claim(body.voucher), "", 1)
        slip.ended = how

    def _slip(self, op: str, *states: str) -> Slip:
        need(op in self.slips and self.slips[op].state in states, f"{op} is not {states}")
        return self.slips[op]

    def _take(self, asset: str, member: str, amount: int) -> None:
        need(self.rights[asset, member] >= amount, f"not so many {asset}")
        self.rights[asset, member] -= amount


_STEPS = {
    en.Granted: Model._granted,
    en.Returned: Model._returned,
    en.PinTry: Model._tried,
    en.Used: Model._used,
    en.Earned: Model._earned,
    en.Credited: Model._credited,
    en.Stocked: Model._stocked,
    en.Gave: Model._gave,
    en.Received: Model._received,
    en.Redeem: Model._redeem,
    en.Printing: Model._printing,
    en.Post: Model._post,
    en.Void: Model._void,
    en.Unknown: Model._unknown,
    en.Claim: Model._claim,
    en.Expire: Model._expire,
    en.Cancel: Model._cancel,
    en.Release: Model._release,
}
