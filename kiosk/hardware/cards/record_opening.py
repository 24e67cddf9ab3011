"""The record check of this kiosk: whether the shop uses records, and where the master keys are kept."""

import logging
import os
from collections.abc import Mapping
from typing import Any, Protocol

from kiosk.hardware.cards.apdu import Channel
from kiosk.hardware.cards.families import Check, Family
from kiosk.hardware.cards.key_file import NoKeys, told
from kiosk.hardware.cards.keys import KeyRing, MasterKeys
from kiosk.hardware.cards.record import Standing
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.record_session import RecordRefused

log = logging.getLogger(__name__)

CREDENTIAL = "kiosk-card-keys"
"""The credential's name in systemd; it goes before a key file."""


class Settings(Protocol):
    """What the settings file says about records on storage cards."""

    @property
    def kind(self) -> str:
        """checked | required | disabled."""

    @property
    def key_file(self) -> str:
        """Where the master keys lie, if systemd hands none over."""


def record_check(settings: Settings) -> Check | None:
    """What looks at the records of cards. None: nobody does.

    Without keys, a shop that requires records takes no storage card at all; one that checks them takes all.
    """
    if settings.kind == "disabled":
        return None
    required = settings.kind == "required"
    try:
        ring = card_keys(settings.key_file, os.environ)
    except NoKeys as trouble:
        told_of = "no storage card is taken" if required else "records are not read"
        log.error("K-CD-24 %s: %s", trouble, told_of)
        return _take_none if required else None
    return RecordCheck(ring, SeenHere(), required=required)


def _take_none(_channel: Channel, family: Family, _name: int, _uid: bytes) -> None:
    if family.records is not None:
        raise RecordRefused(Standing.BLANK)


def card_keys(key_file: str, environment: Mapping[str, str]) -> KeyRing:
    """The master keys: TOML with a table `keys.N` for each version, `sector` and `record`. NoKeys."""
    name, said = told(CREDENTIAL, key_file, environment)
    try:
        versions: dict[str, dict[str, Any]] = said["keys"]
        return KeyRing(
            {
                int(version): MasterKeys(bytes.fromhex(one["sector"]), bytes.fromhex(one["record"]))
                for version, one in versions.items()
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise NoKeys(f"{name} holds no card keys: {type(trouble).__name__}") from None
