"""Who this kiosk is: its keys, made on it, in one file that nobody else may read."""

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.membership.cards import Card, keyed_hash
from kiosk.offline.sealing import Sealer, Unsealable

FILE = "identity"
"""Its name in the state folder."""
_FILE_MAX = 4096
_KEY_BYTES = 32
_PURPOSE = b"kiosk-identity-1"
_NOT_ENROLLED = 0
"""The voucher key's number before head office gave one."""


class IdentityUnusable(Exception):
    """The identity file is missing parts, or others may read it."""


class NotEnrolled(IdentityUnusable):
    """The device has its keys, but head office has not taken it in yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where head office says this kiosk is; every field '' if it was enrolled without being told (a demo)."""

    device: str = ""
    store: str = ""
    kiosk: str = ""
    zone: str = ""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int = 1
    device_key: bytes
    voucher_key: bytes
    voucher_key_id: int
    card_key: bytes
    device: str = ""
    store: str = ""
    kiosk: str = ""
    zone: str = ""
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class VoucherSigner:
    """Implements ports.VoucherKey."""

    key_id: int
    _key: Ed25519PrivateKey = field(repr=False)

    def sign(self, payload: bytes) -> bytes:
        """64 bytes of Ed25519."""
        return self._key.sign(payload)

    def has_signed(self, public: bytes, payload: bytes, signature: bytes) -> bool:
        """Whether the holder of this public key signed the payload; a key that is none signed nothing."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, payload)
        except (InvalidSignature, ValueError):
            return False
        return True

    def public(self) -> bytes:
        """32 bytes: what counters check vouchers with."""
        return self._key.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class CardHasher:
    """Implements ports.CardKey with the shop's key."""

    _key: bytes = field(repr=False)

    def hash(self, card: Card) -> bytes:
        """The keyed hash of a card."""
        return keyed_hash(self._key, card)


@dataclass(frozen=True, slots=True)
class Identity:
    """The device's own key, its voucher key, and the shop's card key."""

    device_key: Ed25519PrivateKey = field(repr=False)
    voucher: VoucherSigner
    cards: CardHasher
    place: Place = Place()

    def sign(self, payload: bytes) -> bytes:
        """64 bytes of Ed25519 by the device's key."""
        return self.device_key.sign(payload)

    @property
    def device_public(self) -> bytes:
        """32 bytes: what head office enrols."""
        return self.device_key.public_key().public_bytes_raw()

    @property
    def voucher_public(self) -> bytes:
        """32 bytes: what counters check vouchers with."""
        return self.voucher.public()


def load_or_create(
    path: Path,
    card_key: bytes | None = None,
    voucher_key_id: int = 1,
    storage_key: bytes | None = None,
) -> Identity:
    """The identity in this file; made at the first start, with the shop's card key (32 bytes) if given.

    An existing file wins over both arguments. IdentityUnusable if it cannot be trusted; NotEnrolled if it
    holds keys that head office does not know yet. With a `storage_key` the keys in the file are sealed, those
    that lay there plainly before too.
    """
    if not path.exists():
        _write(path, _fresh(card_key, voucher_key_id))
    stored = _read(path)
    opened = _unsealed(path, stored, storage_key)
    identity = _identity(opened)
    if storage_key is not None and not stored.sealed:
        _write(path, _sealed(opened, storage_key))
    return identity


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys a device made, before head office knows them."""

    device_key: Ed25519PrivateKey = field(repr=False)
    voucher_key: Ed25519PrivateKey = field(repr=False)


def own_keys(path: Path, storage_key: bytes | None = None) -> OwnKeys:
    """The keys to be enrolled with; made, and durable, at the first call, and never a second time.

    With a `storage_key` they never lie on the disk unsealed.
    """
    if not path.exists():
        _write(path, _sealed(_fresh(b"", _NOT_ENROLLED), storage_key))
    stored = _unsealed(path, _read(path), storage_key)
    if len(stored.device_key) != _KEY_BYTES or len(stored.voucher_key) != _KEY_BYTES:
        raise IdentityUnusable("a key has the wrong length")
    return OwnKeys(
        Ed25519PrivateKey.from_private_bytes(stored.device_key),
        Ed25519PrivateKey.from_private_bytes(stored.voucher_key),
    )


def settle(
    path: Path, place: Place, voucher_key_id: int, card_key: bytes, storage_key: bytes | None = None
) -> None:
    """Keep what head office answered beside the keys. IdentityUnusable if this was another kiosk before."""
    stored = _unsealed(path, _read(path), storage_key)
    if stored.device not in ("", place.device):
        raise IdentityUnusable(f"{path} is {stored.device}'s; a new kiosk begins with an empty state folder")
    told = {name: getattr(place, name) for name in ("device", "store", "kiosk", "zone")}
    settled = msgspec.structs.replace(stored, voucher_key_id=voucher_key_id, card_key=card_key, **told)
    _write(path, _sealed(settled, storage_key))


def enrolled_place(path: Path) -> Place | None:
    """Where this kiosk was enrolled; None if it was not yet. IdentityUnusable as in `load_or_create`."""
    try:
        stored = _read(path) if path.exists() else None
        if stored is None or stored.voucher_key_id == _NOT_ENROLLED:
            return None
        return _place(stored) if stored.sealed else _identity(stored).place
    except NotEnrolled:
        return None


def _fresh(card_key: bytes | None, voucher_key_id: int) -> _Stored:
    return _Stored(
        device_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        voucher_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        voucher_key_id=voucher_key_id,
        card_key=card_key if card_key is not None else secrets.token_bytes(_KEY_BYTES),
    )


def _identity(stored: _Stored) -> Identity:
    if not stored.card_key:
        raise NotEnrolled("head office has not taken this kiosk in yet")
    keys = (stored.device_key, stored.voucher_key, stored.card_key)
    if any(len(key) != _KEY_BYTES for key in keys):
        raise IdentityUnusable("a key has the wrong length")
    voucher = Ed25519PrivateKey.from_private_bytes(stored.voucher_key)
    return Identity(
        device_key=Ed25519PrivateKey.from_private_bytes(stored.device_key),
        voucher=VoucherSigner(stored.voucher_key_id, voucher),
        cards=CardHasher(stored.card_key),
        place=_place(stored),
    )


def _place(stored: _Stored) -> Place:
    return Place(stored.device, stored.store, stored.kiosk, stored.zone)


def _sealed(stored: _Stored, storage_key: bytes | None) -> _Stored:
    if storage_key is None:
        return stored
    keys = msgspec.msgpack.encode((stored.device_key, stored.voucher_key, stored.card_key))
    told = {"device_key": b"", "voucher_key": b"", "card_key": b""}
    return msgspec.structs.replace(stored, sealed=Sealer(storage_key, _PURPOSE).seal(keys), **told)


def _unsealed(path: Path, stored: _Stored, storage_key: bytes | None) -> _Stored:
    if not stored.sealed:
        return stored
    if storage_key is None:
        raise IdentityUnusable(
            f"{path} is sealed by the storage key; a new kiosk begins with an empty folder"
        )
    try:
        keys = Sealer(storage_key, _PURPOSE).unseal(stored.sealed)
        device, voucher, card = msgspec.msgpack.decode(keys, type=tuple[bytes, bytes, bytes])
    except (Unsealable, msgspec.DecodeError) as wrong:
        raise IdentityUnusable(f"{path} was sealed by another storage key, or is damaged") from wrong
    return msgspec.structs.replace(stored, sealed=b"", device_key=device, voucher_key=voucher, card_key=card)


def _read(path: Path) -> _Stored:
    with path.open("rb") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        content = opened.read(_FILE_MAX)
    if mode & 0o077:
        raise IdentityUnusable(f"{path} may be read by others (mode {mode:o})")
    try:
        return msgspec.msgpack.decode(content, type=_Stored)
    except msgspec.DecodeError as wrong:
        raise IdentityUnusable(f"{path}: {wrong}") from wrong


def _write(path: Path, stored: _Stored) -> None:
    """Whole or not at all: a key that was enrolled must never be made a second time."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, msgspec.msgpack.encode(stored))
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
