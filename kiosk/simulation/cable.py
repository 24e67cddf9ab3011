"""The wire to head office: cut, lossy, slow, and fond of delivering old requests again."""

import random
from collections.abc import Callable
from typing import TypeVar

from kiosk.hub.declined import Declined
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.ports import Newcomer, PinChange
from kiosk.simulation.head import Head, HubCrash
from kiosk.simulation.power import Fuse

T = TypeVar("T")


class Cable:
    """Implements what kiosks ask of HttpHub, over a function call that fails like a network."""

    def __init__(self, device: str, head: Head, fuse: Fuse, chance: random.Random) -> None:
        self._device, self._head, self._fuse, self._chance = device, head, fuse, chance
        self.cut = False
        self.loss = 0.0
        self.unreadable: set[int] = set()
        """Entries that head office's door cannot read, by n: a bug of some version."""
        self._sent: list[wire.SyncRequest] = []

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """One upload."""
        if self.loss and request.entries and self._chance.random() < 0.2:
            self._sent.append(request)
        if self._misread(request):
            raise HubRefused(400, "malformed-entry", "this version cannot read one of them")
        return self._carry("sync", lambda: self._head.office.sync(request))

    def account(self, card: bytes) -> wire.AccountAnswer:
        """Whose card?"""
        asked = wire.AccountRequest(device=self._device, card=card)
        return self._carry("account", lambda: self._head.office.account(asked))

    def pin(self, member: str, route: str, entry: str, pin: str) -> wire.PinAnswer:
        """Is it right?"""
        asked = wire.PinRequest(device=self._device, member=member, route=route, entry=entry, pin=pin)
        return self._carry("pin", lambda: self._head.office.pin(asked))

    def phone(self, phone: str, entry: str, pin: str) -> wire.PhoneAnswer:
        """Whose phone?"""
        asked = wire.PhoneRequest(device=self._device, phone=phone, entry=entry, pin=pin)
        return self._carry("phone", lambda: self._head.office.phone(asked))

    def code(self, name: str, entry: str) -> wire.CodeAnswer:
        """Send a code."""
        asked = wire.CodeRequest(device=self._device, name=name, entry=entry)
        return self._carry("code", lambda: self._head.office.send_code(asked))

    def new_pin(self, change: PinChange) -> wire.NewPinAnswer:
        """Set a PIN."""
        asked = wire.NewPinRequest(
            device=self._device, name=change.name, entry=change.entry, proof=change.proof, pin=change.pin
        )
        return self._carry("new-pin", lambda: self._head.office.set_pin(asked))

    def join_code(self, number: str, entry: str) -> wire.CodeAnswer:
        """Send a code to whoever joins."""
        asked = wire.JoinCodeRequest(device=self._device, number=number, entry=entry)
        return self._carry("join-code", lambda: self._head.office.send_join_code(asked))

    def join(self, newcomer: Newcomer) -> wire.JoinAnswer:
        """Keep this key."""
        asked = wire.JoinRequest(
            device=self._device, member=newcomer.member, key=newcomer.key, pin=newcomer.pin
        )
        return self._carry("join", lambda: self._head.office.take_key(asked))

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        """What to keep."""
        return self._carry("replica", lambda: self._head.office.replica(request))

    def deliver_again(self) -> bool:
        """An old request arrives once more, long after; nobody hears the answer."""
        if not self._sent or self.cut:
            return False
        old = self._sent.pop(self._chance.randrange(len(self._sent)))
        try:
            self._head.office.sync(old)
        except (Declined, HubCrash):
            return True
        return True

    def _misread(self, request: wire.SyncRequest) -> bool:
        numbers = range(request.first, request.first + len(request.entries))
        if self.cut or not any(n in self.unreadable for n in numbers):
            return False
        return len(numbers) > 1 or en.decode(request.entries[0]).kind != en.Poison.KIND

    def _carry(self, what: str, ask: Callable[[], T]) -> T:
        self._fuse.step()
        if self.cut or self._lost():
            raise HubUnreachable(f"{what}: nobody heard the question")
        try:
            answer = ask()
        except HubCrash as crash:
            raise HubUnreachable(f"{what}: head office fell over") from crash
        except Declined as declined:
            raise HubRefused(declined.status, declined.code, declined.detail) from declined
        self._fuse.step()
        if self._lost():
            self._head.count("answer-lost")
            raise HubUnreachable(f"{what}: the answer was lost")
        return answer

    def _lost(self) -> bool:
        return self.loss > 0 and self._chance.random() < self.loss
