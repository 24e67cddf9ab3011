"""Vouchers whose right to claim is not here: ask for it, wait a moment, then claim or say why not.

The desk never blocks: a claim is put aside and looked at again with every sync and every tick, also while a
customer visits.
"""

from dataclasses import dataclass, field

from kiosk.desk.genuine import Standing, examine
from kiosk.desk.presented import settle, staff_words, tell, tell_more, unanswered
from kiosk.desk.world import World
from kiosk.events import ClaimAsked, Event, RightsChanged, Ticked
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned
from kiosk.ledger.sync import Refusal, Want
from kiosk.membership.claims import ENDED, ClaimAnswer
from kiosk.ports import Draft, Operation

WAIT_S = 20.0
"""The holder of the right asks head office every 10 seconds, and we each second."""
ASKED_MAX = 20
"""Vouchers that may be waited for at once."""


_REFUSED = {"store": ClaimAnswer.NOT_OURS, "too-many": ClaimAnswer.LIMITED}


@dataclass(slots=True)
class _Asked:
    """One voucher that is waited for, by one or more who asked."""

    number: str
    want: str
    deadline: float
    claims: list[ClaimAsked] = field(default_factory=list)


class Elsewhere:
    """The claims that wait for their right. `hear` is told of syncs and of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[str, _Asked] = {}

    def ask(self, asked: ClaimAsked, number: str) -> None:
        """Want the right to claim; the answer to the counter follows within WAIT_S."""
        world, waiting = self._world, self._open.get(number)
        if waiting is not None:
            waiting.claims.append(asked)
            return
        if world.connected is False or len(self._open) >= ASKED_MAX:
            self._give_up(asked)
            return
        want = Want(id=world.ids.uuid7(), member=None, asset=acc.claim(number), amount=1)
        self._open[number] = _Asked(number, want.id, world.clock.monotonic() + WAIT_S, [asked])
        world.hub.want(want)

    def hear(self, event: Event) -> None:
        """Look again at everything that waits, if this event may have changed something."""
        if isinstance(event, RightsChanged | Ticked):
            for waiting in tuple(self._open.values()):
                self._look(waiting, event)

    def _look(self, waiting: _Asked, event: Event) -> None:
        if self._arrived(waiting):
            return
        refused = event.refused if isinstance(event, RightsChanged) else ()
        refusal = next((one for one in refused if one.want == waiting.want and one.why != "later"), None)
        patient = [claim for claim in waiting.claims if self._world.counter.expects(claim.request)]
        late = self._world.clock.monotonic() >= waiting.deadline
        if refusal is None and patient and not late:
            return
        self._close(waiting)
        # A right that came before nobody wanted it any more is ours now; one that comes later goes back.
        if self._arrived(waiting):
            return
        for claim in patient:
            self._refuse(claim, refusal)

    def _arrived(self, waiting: _Asked) -> bool:
        """Whether the right is here; then every claim is settled, and a right nobody used goes back."""
        world = self._world
        if not self._held(waiting.number):
            return False
        self._close(waiting)
        for claim in waiting.claims:
            if world.counter.expects(claim.request):
                said = settle(world, claim)
                tell(world, claim.request, said, world.journal.by_voucher(waiting.number))
        left = self._held(waiting.number)
        if left is not None and left.state == "elsewhere":
            world.journal.append(Draft(Returned(asset=acc.claim(waiting.number), amount=1)))
            world.hub.nudge()
        return True

    def _held(self, number: str) -> Operation | None:
        operation = self._world.journal.by_voucher(number)
        return operation if operation is not None and operation.claim_held else None

    def _close(self, waiting: _Asked) -> None:
        self._open.pop(waiting.number, None)
        self._world.hub.drop(waiting.want)

    def _give_up(self, claim: ClaimAsked) -> None:
        world, say = self._world, staff_words(self._world)
        more = ""
        if examine(world, claim).standing is Standing.UNPROVEN:
            more = say(" This kiosk cannot check its signature yet: let it reach head office.")
        tell_more(world, claim.request, unanswered(world, claim), more=more)

    def _refuse(self, claim: ClaimAsked, refusal: Refusal | None) -> None:
        world = self._world
        if refusal is not None and refusal.why == "unknown-voucher":
            tell(world, claim.request, ClaimAnswer.UNKNOWN)
        elif refusal is not None and refusal.why in _REFUSED:
            tell(world, claim.request, _REFUSED[refusal.why])
        elif refusal is None or refusal.voucher is None or refusal.state not in ENDED:
            self._give_up(claim)
        elif not examine(world, claim).fits(refusal.voucher.qr):
            tell(world, claim.request, ClaimAnswer.FORGED)
        else:
            said, kiosk = ENDED[refusal.state], refusal.where.rpartition("-")[2]
            known = said is ClaimAnswer.ALREADY and refusal.at and kiosk.isdecimal()
            claimed = (refusal.at, int(kiosk)) if known else None
            tell_more(world, claim.request, said, refusal.voucher, claimed)
