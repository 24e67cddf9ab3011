"""The key of the kiosk's databases: where it lies decides what a stolen disk tells."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.offline.disk import KEY_BYTES, LOCKED_AWAY, is_plain, keep_directory
from kiosk.ports import JournalFailed

CREDENTIAL = "kiosk-storage-key"
"""The credential's name in systemd, and the place where it looks for one."""
BESIDE = "storage-key"
"""The file that is made in the state folder when nobody says where else the key lies."""
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class StorageKey:
    """32 bytes. `apart`: they do not lie in the state folder, so that a copy of it alone cannot be read."""

    key: bytes = field(repr=False)
    apart: bool


def storage_key(state: Path, key_file: str, environment: Mapping[str, str]) -> StorageKey:
    """The credential if systemd hands one over, else the key file, made at the first start.

    JournalFailed K-JR-08 if there is no key but an encrypted journal, or if what is there is no key.
    """
    credential = Path(environment.get("CREDENTIALS_DIRECTORY", "")) / CREDENTIAL
    if "CREDENTIALS_DIRECTORY" in environment and credential.exists():
        return StorageKey(read_key(credential), apart=True)
    file = Path(key_file) if key_file else state / BESIDE
    if not file.exists():
        _refuse_if_locked(state, file)
        _make(file)
    return StorageKey(read_key(file), apart=not file.is_relative_to(state))


def _refuse_if_locked(state: Path, file: Path) -> None:
    """A key made anew could not open what another one closed, and would hide which one is missing."""
    journal = state / "journal.db"
    if journal.exists() and not is_plain(journal):
        raise JournalFailed(LOCKED_AWAY, f"the storage key {file} is missing, but there is a journal")


def read_key(file: Path) -> bytes:
    """32 bytes, as they are or as 64 hex digits."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST)
        key = content if len(content) == KEY_BYTES else bytes.fromhex(content.decode().strip())
    except (OSError, ValueError) as trouble:
        raise JournalFailed(
            LOCKED_AWAY, f"the storage key {file.name} cannot be read: {trouble}"
        ) from trouble
    if len(key) != KEY_BYTES:
        raise JournalFailed(LOCKED_AWAY, f"the storage key {file.name} has {len(key)} bytes, not {KEY_BYTES}")
    return key


def _make(file: Path) -> None:
    draft = file.with_name(f"{file.name}.new")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_hex(KEY_BYTES).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(file)
        keep_directory(file.parent)
    except OSError as trouble:
        raise JournalFailed(LOCKED_AWAY, f"the storage key {file} cannot be made: {trouble}") from trouble
