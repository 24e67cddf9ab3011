"""Issuing storage cards by hand, and looking at what is on them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kiosk.hardware.cards import classic_record, key_file, ntag_issue
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.classic import LAYOUTS, Classic
from kiosk.hardware.cards.classic_directory import DirectoryDamaged
from kiosk.hardware.cards.families import CPU, TAG, family_of
from kiosk.hardware.cards.issue import CannotIssue, Issue, Issued
from kiosk.hardware.cards.key_file import NoKeys
from kiosk.hardware.cards.keys import MASTER_BYTES, KeyRing
from kiosk.hardware.cards.ntag424 import Ntag424
from kiosk.hardware.cards.ntag_issue import NtagMasters
from kiosk.hardware.cards.record import OPERATION_BYTES, Reading
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.record_opening import CREDENTIAL, card_keys
from kiosk.hardware.cards.storage import read_uid, storage_name
from kiosk.hardware.cards.sun import SunKeys, keys_of
from kiosk.hardware.cards.ultralight import Tag
from kiosk.hardware.readers.connection import CardConnection


def keys_in(file: Path) -> KeyRing:
    """The master keys in a file; ClickException."""
    try:
        return card_keys(str(file), {})
    except NoKeys as none:
        raise click.ClickException(str(none)) from none


def sun_keys_in(file: Path) -> SunKeys:
    """The keys of NTAG 424 tags in a file; ClickException."""
    try:
        name, said = key_file.told(CREDENTIAL, str(file), {})
        return keys_of(bytes.fromhex(said["sun"]["meta"]), bytes.fromhex(said["sun"]["file"]))
    except NoKeys as none:
        raise click.ClickException(str(none)) from none
    except (ValueError, KeyError, TypeError) as trouble:
        raise click.ClickException(f"{name} holds no keys of tags: {type(trouble).__name__}") from None


def ntag_keys_in(file: Path, *which: str) -> tuple[bytes, ...]:
    """These master keys (16 bytes each) of NTAG 424 cards; ClickException."""
    try:
        name, said = key_file.told(CREDENTIAL, str(file), {})
        keys = tuple(bytes.fromhex(said["ntag424"][one]) for one in which)
    except NoKeys as none:
        raise click.ClickException(str(none)) from none
    except (ValueError, KeyError, TypeError) as trouble:
        raise click.ClickException(f"{name} holds no key of NTAG 424: {type(trouble).__name__}") from None
    if {len(key) for key in keys} != {MASTER_BYTES} or len(set(keys)) != len(which):
        raise click.ClickException("A master key has 16 bytes, and each is another one.")
    return keys


def issue_ntag(connection: CardConnection, file: Path) -> tuple[str, bool]:
    """Give the NTAG 424 that lies there its keys: its UID in hex, and whether it was new. ClickException."""
    proof, issuer = ntag_keys_in(file, "proof", "issuer")
    uid = read_uid(connection)
    with _explained(connection, uid):
        return uid.hex(), ntag_issue.issue(connection, uid, NtagMasters(proof, issuer))


def issue(connection: CardConnection, keys: KeyRing, points: int) -> tuple[str, Issued]:
    """Make the card that lies there one of ours: its UID in hex, and what it is now. ClickException."""
    atr = connection.atr()
    family = family_of(atr)
    if family.records is None:
        raise click.ClickException("This family of cards cannot be personalised.")
    uid = read_uid(connection)
    wanted = Issue(uid, keys, points, secrets.token_bytes(OPERATION_BYTES))
    with _explained(connection, uid):
        return uid.hex(), family.records.issue(connection, storage_name(atr) or 0, wanted)


@contextmanager
def _explained(connection: CardConnection, uid: bytes) -> Iterator[None]:
    """What went wrong while a card was issued, as a ClickException."""
    try:
        yield
    except CannotIssue as cannot:
        if _still_there(connection, uid):
            raise click.ClickException(f"This card cannot be used: {cannot}. Put it aside.") from cannot
        raise click.ClickException("The card left. Put it down again and repeat.") from cannot
    except CardTrouble as trouble:
        raise click.ClickException(
            f"The card was not finished ({trouble.why}: {trouble}). Put it down again and repeat."
        ) from trouble


def _still_there(connection: CardConnection, uid: bytes) -> bool:
    """Some readers call a card that left one that refuses its key."""
    try:
        return read_uid(connection) == uid
    except CardTrouble:
        return False


def record_of(connection: CardConnection, keys: KeyRing) -> tuple[str, Reading]:
    """UID in hex, and what the record of the storage card says that lies there. CardTrouble."""
    atr = connection.atr()
    uid = read_uid(connection)
    check = RecordCheck(keys, SeenHere(), required=True)
    return uid.hex(), check.read(connection, family_of(atr), storage_name(atr) or 0, uid)


def keeps_record(connection: CardConnection) -> bool:
    """Whether cards of this family may carry a record."""
    return family_of(connection.atr()).records is not None


def chip_of(connection: CardConnection) -> Iterator[tuple[str, str, bool]]:
    """What a card says of its chip and our place on it, and what cards like it may prove, for `told_by`."""
    atr = connection.atr()
    family = family_of(atr)
    yield "may prove", ", ".join(sorted(claim.value for claim in family.claims)), False
    if family.records is not None:
        yield "room for a record", f"{family.records.size} bytes", False
    if family.name == TAG:
        yield "chip", Tag(connection).model().name, False
    if family.name == CPU and Ntag424(connection).found():
        yield "chip", "ntag424", False
    layout = LAYOUTS.get(storage_name(atr) or 0)
    if layout is not None:
        yield "chip", f"classic, {layout.sectors} sectors", False
        try:
            sectors = classic_record.registered(Classic(connection, layout))
        except DirectoryDamaged:
            yield "directory", "damaged", False
        else:
            yield "our sectors", ", ".join(map(str, sectors)) or "none", False
