"""Codes that a member's phone shows: signed here when the phone asks, good for a minute, once at each kiosk.

The shop's own app asks for its member; here a person of the staff may, and the demo's bench. A kiosk holds
the public key alone.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub.card_filing import file_card
from kiosk.hub.declined import Declined
from kiosk.hub.member_tables import code_keys, phone_handles, phones
from kiosk.hub.tables import members, step_counter, upsert
from kiosk.membership import phone_codes
from kiosk.membership.cards import Card, keyed_hash

_KEY_IDS = 1 << 16


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What codes are made with: the signing key (32 bytes of Ed25519), and the shop's key for card hashes."""

    signing: bytes = field(repr=False)
    cards: bytes = field(repr=False)


class PhoneSigner:
    """Signs codes for members who have a phone."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        keys: CodeKeys,
        fresh: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._engine = engine
        self._now = now
        self._keys = keys
        self._fresh = fresh
        self._key = Ed25519PrivateKey.from_private_bytes(keys.signing)
        public = self._key.public_key().public_bytes_raw()
        self.key_id = int.from_bytes(hashlib.sha256(public).digest()[:2]) % _KEY_IDS
        with engine.begin() as connection:
            known = connection.scalar(sa.select(code_keys.c.public).where(code_keys.c.key_id == self.key_id))
            if known is None:
                row = {"key_id": self.key_id, "public": public}
                connection.execute(upsert(connection, code_keys).values(**row).on_conflict_do_nothing())
                step_counter(connection, "catalogue")  # kiosks learn whom to believe

    def sign(self, member: str) -> str:
        """What this member's phone shows from now on, for a minute. Declined (404) without a phone."""
        handle = self._handle(member)
        nonce, now = self._fresh(phone_codes.NONCE_BYTES), self._now()
        told = phone_codes.payload(phone_codes.PhoneCode(self.key_id, handle, nonce, now))
        return phone_codes.qr_text(told, self._key.sign(told))

    def seal(self, told: bytes) -> bytes:
        """Our signature under a payload that names `key_id`, such as a receipt's: 64 bytes of Ed25519."""
        return self._key.sign(told)

    def owner(self, number: str) -> str:
        """Whose phone this number is. Declined (404) if nobody's."""
        with self._engine.begin() as connection:
            found = connection.scalar(sa.select(phones.c.member).where(phones.c.number == number))
        if found is None:
            raise Declined(404, "phone-unknown", "this number is no member's")
        return str(found)

    def _handle(self, member: str) -> bytes:
        """The handle of a member's phone; made, and filed as a card is, at the first need."""
        with self._engine.begin() as connection:
            mine = sa.select(phone_handles.c.handle).where(phone_handles.c.member == member)
            known = connection.scalar(mine)
            if known is not None:
                return bytes(known)
            asked = sa.select(phones.c.tail).join(members, members.c.id == phones.c.member)
            tail = connection.scalar(asked.where(phones.c.member == member).with_for_update())
            if tail is None:
                raise Declined(404, "phone-unknown", "this member has no phone")
            handle = self._fresh(phone_codes.HANDLE_BYTES)
            hashed = keyed_hash(self._keys.cards, Card(phone_codes.FAMILY, handle))
            connection.execute(sa.insert(phone_handles).values(member=member, handle=handle))
            file_card(connection, hashed, member, tail)
        return handle


def believed(connection: sa.Connection) -> dict[int, bytes]:
    """key id -> public key: whose codes on phones kiosks take."""
    rows = connection.execute(sa.select(code_keys).order_by(code_keys.c.key_id))
    return {key_id: bytes(public) for key_id, public in rows}
