"""The purses of this kiosk: which kind the shop uses, and where its keys are kept."""

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

from kiosk.hardware.cards.apdu import Channel
from kiosk.hardware.cards.key_file import NoKeys, told
from kiosk.hardware.cards.pboc_purse import PbocPurse, PurseKeys
from kiosk.hardware.cards.purse import Purse

log = logging.getLogger(__name__)

CREDENTIAL = "kiosk-purse-keys"
"""The credential's name in systemd; it goes before a key file."""
_KEY_BYTES = 16


class Settings(Protocol):
    """What the settings file says about purses."""

    @property
    def kind(self) -> str:
        """pboc | disabled."""

    @property
    def key_file(self) -> str:
        """Where the master keys lie, if systemd hands none over."""


def terminal_of(store: str, kiosk: str) -> bytes:
    """The six bytes under which a card's log knows this kiosk: store (4 digits) and kiosk (2), as BCD."""
    return bytes.fromhex(f"{store}{kiosk}".rjust(12, "0"))


def purse_opener(settings: Settings, terminal: bytes) -> Callable[[Channel], Purse] | None:
    """What opens the purse of a card. None: the shop has none, or its keys cannot be read (in the log)."""
    if settings.kind == "disabled":
        return None
    try:
        keys = purse_keys(settings.key_file, os.environ)
    except NoKeys as trouble:
        log.error("K-CD-23 %s: cards are served, their purses are not", trouble)
        return None
    return lambda channel: PbocPurse(channel, keys, terminal, secrets.token_bytes)


def purse_keys(key_file: str, environment: Mapping[str, str]) -> PurseKeys:
    """The master keys: TOML with `debit` and `own`, 32 hex digits each. NoKeys."""
    name, said = told(CREDENTIAL, key_file, environment)
    try:
        debit, own = bytes.fromhex(said["debit"]), bytes.fromhex(said["own"])
    except (ValueError, KeyError, TypeError) as trouble:
        raise NoKeys(f"{name} cannot be read: {type(trouble).__name__}") from None
    if len(debit) != _KEY_BYTES or len(own) != _KEY_BYTES:
        raise NoKeys(f"{name}: a key has {_KEY_BYTES} bytes")
    return PurseKeys(debit, own)
