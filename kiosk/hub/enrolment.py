"""Taking kiosks in: one-time codes, each for one place in one store, and what a kiosk is answered."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.hub.authority import Authority
from kiosk.hub.console_tables import codes
from kiosk.hub.declined import Declined
from kiosk.hub.knocks import Door
from kiosk.hub.office import Enrolment, HeadOffice, is_taken
from kiosk.hub.tables import devices, step_counter
from kiosk.ledger.enrolment import SECRET_BYTES, EnrolAnswer, EnrolmentCode, EnrolRequest, proof_part

_MINUTE_US = 60_000_000
_FORGET_US = 24 * 60 * _MINUTE_US
_VOUCHER_KEYS_MAX = 0xFFFF
"""A voucher names its key with two bytes."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code. Its secret is shown once and stored nowhere; `expires_at` in UTC microseconds."""

    code: EnrolmentCode
    expires_at: int


class EnrolmentDesk:
    """Makes codes and redeems them. `card_key` is the shop's secret for card hashes, 32 bytes."""

    def __init__(
        self,
        office: HeadOffice,
        card_key: bytes,
        authority: Authority,
        fresh: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.authority = authority
        self._office = office
        self._card_key = card_key
        self._fresh = fresh
        self._policy = office.settings.enrolment
        window = self._policy.wrong_minutes * _MINUTE_US
        self._door = Door("enrol", self._policy.wrong_codes, window)

    def issue(self, store: str, kiosk: str) -> Issued:
        """A code for this place; an earlier one for it, not used yet, is void from now on."""
        if not re.fullmatch(r"[0-9]{4}", store) or not re.fullmatch(r"[0-9]{2}", kiosk):
            raise Declined(400, "malformed", "a store has four digits, a kiosk two")
        secret, now = self._fresh(SECRET_BYTES), self._office.now()
        expires_at = now + self._policy.code_minutes * _MINUTE_US
        place = (codes.c.store == store) & (codes.c.kiosk == kiosk)
        with self._office.engine.begin() as connection:
            if is_taken(connection, store, kiosk):
                raise Declined(409, "kiosk-number-known", "another kiosk has this number; retire it first")
            stale = (place & codes.c.device.is_(None)) | (codes.c.expires_at < now - _FORGET_US)
            connection.execute(sa.delete(codes).where(stale))
            row = {"hash": _hash(secret), "store": store, "kiosk": kiosk, "expires_at": expires_at}
            connection.execute(sa.insert(codes).values(**row))
        return Issued(EnrolmentCode(secret, self.authority.fingerprint), expires_at)

    def enrol(self, request: EnrolRequest, source: str) -> EnrolAnswer:
        """Take a kiosk in; the same request again gets the same answer while its code lives."""
        with self._office.engine.begin() as connection:
            refused = self._door.knock(connection, source, self._office.now())
            answer = refused or self._redeem(connection, request)
            if isinstance(answer, EnrolAnswer):
                self._door.welcome(connection, source)
        # The knock is committed before anybody hears that it was wrong.
        if isinstance(answer, Declined):
            raise answer
        return answer

    def _redeem(self, connection: sa.Connection, request: EnrolRequest) -> EnrolAnswer | Declined:
        # Looked up by the hash of a random secret: how long that takes tells nothing about the secret.
        asked = sa.select(codes).where(codes.c.hash == _hash(request.code)).with_for_update()
        code = connection.execute(asked).one_or_none()
        if code is None:
            return Declined(403, "code-wrong", "this code is not known")
        if code.expires_at <= self._office.now():
            return Declined(403, "code-expired", "this code is too old; make a new one")
        if not _proven(request):
            return Declined(401, "proof", "the proof is not the device key's over this code and these keys")
        if code.device is not None:
            return self._again(connection, code, request)
        return self._first_time(connection, code, request)

    def _first_time(
        self, connection: sa.Connection, code: sa.Row[Any], request: EnrolRequest
    ) -> EnrolAnswer | Declined:
        step_counter(connection, "enrolled")  # locks its row: two kiosks never get one voucher key id
        same = sa.select(devices.c.device).where(devices.c.public_key == request.device_public)
        known = connection.scalar(same.limit(1))
        if known is not None:
            return Declined(409, "key-known", f"these keys are {known}'s; a new kiosk makes its own")
        highest = connection.scalar(sa.select(sa.func.max(devices.c.voucher_key_id))) or 0
        key_id = self._office.next_voucher_key(highest)
        if key_id > _VOUCHER_KEYS_MAX:
            return Declined(409, "voucher-keys-used-up", "no voucher key number is left")
        kiosk = Enrolment(
            device=_fresh_name(connection, code.store, code.kiosk, self._office.generation),
            public_key=request.device_public,
            store=code.store,
            kiosk=code.kiosk,
            voucher_key_id=key_id,
            voucher_public=request.voucher_public,
        )
        try:
            self._office.register(connection, kiosk)
        except Declined as declined:
            return declined
        used = sa.update(codes).where(codes.c.hash == code.hash)
        connection.execute(used.values(device=kiosk.device))
        return self._answer(kiosk)

    def _again(
        self, connection: sa.Connection, code: sa.Row[Any], request: EnrolRequest
    ) -> EnrolAnswer | Declined:
        """The answer was torn and the kiosk asks again; anybody else with this code comes too late."""
        row = connection.execute(sa.select(devices).where(devices.c.device == code.device)).one()
        keys = (bytes(row.public_key), bytes(row.voucher_public))
        if keys != (request.device_public, request.voucher_public):
            return Declined(409, "code-used", "this code has taken another kiosk in")
        kiosk = Enrolment(row.device, keys[0], row.store, row.kiosk, row.voucher_key_id, keys[1])
        return self._answer(kiosk)

    def _answer(self, kiosk: Enrolment) -> EnrolAnswer:
        return EnrolAnswer(
            device=kiosk.device,
            store=kiosk.store,
            kiosk=kiosk.kiosk,
            zone=self._office.settings.shop.zone,
            voucher_key_id=kiosk.voucher_key_id,
            card_key=self._card_key,
        )


def _fresh_name(connection: sa.Connection, store: str, kiosk: str, generation: int) -> str:
    """The first kiosk of a place is called by it, those that follow are counted: no id is used again.

    A restored database may have forgotten some of them, so that later generations are told apart.
    """
    place = (devices.c.store == store) & (devices.c.kiosk == kiosk)
    before = connection.scalar(sa.select(sa.func.count()).select_from(devices).where(place)) or 0
    restored = f"-g{generation}" if generation > 1 else ""
    return f"kiosk-{store}-{kiosk}{restored}" + (f"-{before + 1}" if before else "")


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _proven(request: EnrolRequest) -> bool:
    covered = proof_part(request.code, request.device_public, request.voucher_public)
    try:
        Ed25519PublicKey.from_public_bytes(request.voucher_public)
        Ed25519PublicKey.from_public_bytes(request.device_public).verify(request.proof, covered)
    except (InvalidSignature, ValueError):
        return False
    return True
