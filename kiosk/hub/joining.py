"""The desk for newcomers: codes to phones that nobody may have, and the keys of what was told.

A key may come before its entry or after it. The first one that comes for a member counts, and with it their
first PIN: nobody sets one later without showing who they are.
"""

from collections.abc import Callable
from functools import cached_property

import sqlalchemy as sa

from kiosk.hub import newcomers, phones
from kiosk.hub.declined import Declined
from kiosk.hub.joining_tables import ERASED, WAITING, person_keys
from kiosk.hub.joining_tables import newcomers as joined
from kiosk.hub.pin_care import PinCare
from kiosk.hub.pins import PinDesk, short_name, verifier_maker
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import members, upsert
from kiosk.ledger import sync
from kiosk.ledger.persons import KEY_BYTES
from kiosk.membership.pins import is_weak

_PIN_DIGITS = 6


class JoiningDesk:
    """Answers kiosks where somebody joins. `shop_key` is the shop's secret for cards and phones, 32 bytes."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        settings: HubSettings,
        desks: tuple[PinDesk, PinCare],
        shop_key: Callable[[], bytes],
    ) -> None:
        self._engine = engine
        self._now = now
        self._settings = settings
        self._pins, self._care = desks
        self._read_key = shop_key
        self._hasher = verifier_maker(settings.pin)

    @cached_property
    def shop_key(self) -> bytes:
        """What phones are named under."""
        return self._read_key()

    def send_code(self, request: sync.JoinCodeRequest) -> sync.CodeAnswer:
        """Send a code to a phone, whoever has it. What is shown never depends on that."""
        if not phones.is_number(request.number):
            raise Declined(400, "malformed", "this is no phone number")
        name = phones.name_of(self.shop_key, request.number)
        asked = sync.CodeRequest(device=request.device, name=name, entry=request.entry)
        return self._care.send_code(asked, request.number)

    def take_key(self, request: sync.JoinRequest) -> sync.JoinAnswer:
        """Keep a key, and the first PIN that comes with it. The same again is the same."""
        if not short_name(request.member) or len(request.key) != KEY_BYTES:
            raise Declined(400, "malformed", "a member and a key of 32 bytes")
        told, verifier = _told(request.pin), ""
        if told.pin == "set":
            if not request.pin.isascii() or not request.pin.isdecimal() or len(request.pin) != _PIN_DIGITS:
                raise Declined(400, "malformed", f"a PIN has {_PIN_DIGITS} digits")
            verifier = self._hasher.hash(request.pin)  # before the transaction: slow on purpose
        with self._engine.begin() as connection:
            erased = sa.select(joined.c.member).where(
                joined.c.member == request.member, joined.c.state == ERASED
            )
            if connection.scalar(erased) is not None:
                return sync.JoinAnswer()  # there is nobody any more whom it could open
            row = {"device": request.device, "member": request.member, "key": request.key}
            insert = upsert(connection, person_keys).values(**row, verifier=verifier, at=self._now())
            fresh = insert.on_conflict_do_nothing().returning(person_keys.c.member)
            if connection.scalar(fresh) is None:
                return self._again(connection, request, told)
            self.open_waiting(connection)
        return told

    def open_waiting(self, connection: sa.Connection) -> None:
        """Open everybody whose entry and key are both here."""
        newcomers.open_waiting(connection, self._pins, self.shop_key, self._settings.shop.zone)

    def wake(self) -> None:
        """Open those whom a stop left between their entry and the opening."""
        n, k = joined.c, person_keys.c
        asked = sa.select(n.member).join(person_keys, (k.device == n.device) & (k.member == n.member))
        with self._engine.begin() as connection:
            if connection.scalar(asked.where(n.state == WAITING).limit(1)) is not None:
                self.open_waiting(connection)

    def _again(
        self, connection: sa.Connection, request: sync.JoinRequest, told: sync.JoinAnswer
    ) -> sync.JoinAnswer:
        """A key that came before: the same one may be asked about again, another one opens nothing."""
        k, m = person_keys.c, members.c
        mine = sa.select(k.key, k.verifier).where(k.device == request.device, k.member == request.member)
        held = connection.execute(mine).one()
        if bytes(held.key) != request.key:
            raise Declined(409, "key-differs", "this member's data was sealed under another key")
        has_pin = held.verifier or connection.scalar(sa.select(m.verifier).where(m.id == request.member))
        return told if has_pin or told.pin == "weak" else sync.JoinAnswer()


def _told(pin: str) -> sync.JoinAnswer:
    if not pin:
        return sync.JoinAnswer()
    return sync.JoinAnswer(pin="weak" if is_weak(pin) else "set")
