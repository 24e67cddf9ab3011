"""The restore counter and what else must survive a restored database: four small files outside of it.

`generation` is the counter, as a number to read. `generation.key` is the key that seals grants.
`generation.grants` names the last grants that kiosks were told of: a database that lacks one was restored.
`generation.keys` is the highest voucher key id that was ever given.
Processes over one database share the files, so they lie on one machine or on a file system with locks.
"""

import fcntl
import os
import secrets
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

SEAL_KEY_BYTES = 32
RING = 64
"""Grants that are remembered. As many processes may write at the same moment without losing the newest."""
_SLOT = struct.Struct("<Q52sI")  # 64 bytes, which no disk tears: its place in time, the grant's id, CRC-32
_NAME_MAX = 52


class GenerationKeeper(Protocol):
    """What remembers across a restore of the database."""

    @property
    def current(self) -> int:
        """The generation, at least 1."""

    @property
    def seal_key(self) -> bytes:
        """The secret that seals grants, 32 bytes, the same for ever."""

    def raise_to(self, generation: int) -> int:
        """The generation from now on, durable when this returns; it never falls. Forgets what was noted: a
        grant that is lost with the database is missing once, not for ever."""

    def note(self, *gids: str) -> None:
        """These grants are about to be told to kiosks; durable when this returns."""

    def noted(self) -> tuple[str, ...]:
        """The last grants that were noted, oldest first."""

    def next_key(self, above: int) -> int:
        """A voucher key id above this one and all that were given before; durable when this returns."""


class MemoryGeneration:
    """For tests and simulations: outlives the database, not the process."""

    def __init__(self, current: int = 1, seal_key: bytes = b"\x07" * SEAL_KEY_BYTES) -> None:
        self.current = current
        self.seal_key = seal_key
        self._noted: deque[str] = deque(maxlen=RING)
        self._key = 0

    def raise_to(self, generation: int) -> int:
        """See GenerationKeeper."""
        if generation > self.current:
            self.current = generation
            self._noted.clear()
        return self.current

    def note(self, *gids: str) -> None:
        """See GenerationKeeper."""
        self._noted.extend(gid for gid in gids if gid not in self._noted)

    def noted(self) -> tuple[str, ...]:
        """See GenerationKeeper."""
        return tuple(self._noted)

    def next_key(self, above: int) -> int:
        """See GenerationKeeper."""
        self._key = max(self._key, above) + 1
        return self._key


class GenerationFile:
    """The keeper in production: `path` and its neighbours, made at the first need."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = Lock()
        self._told: deque[str] = deque(maxlen=RING)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(_beside(path, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        with self._alone():
            if not path.exists():
                _replace(path, b"1\n", 0o644)
            key = _beside(path, "key")
            if not key.exists():
                _replace(key, secrets.token_bytes(SEAL_KEY_BYTES), 0o600)
            self.seal_key = key.read_bytes()
        if len(self.seal_key) != SEAL_KEY_BYTES:
            raise ValueError(f"{key} does not hold {SEAL_KEY_BYTES} bytes")
        self._ring = os.open(_beside(path, "grants"), os.O_RDWR | os.O_CREAT, 0o600)

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._ring)
        os.close(self._lock)

    @property
    def current(self) -> int:
        """See GenerationKeeper. Read each time: another process may have raised it."""
        return int(self._path.read_text(encoding="ascii"))

    def raise_to(self, generation: int) -> int:
        """See GenerationKeeper."""
        with self._alone():
            before = self.current
            if generation <= before:
                return before
            _replace(self._path, b"%d\n" % generation, 0o644)
            os.ftruncate(self._ring, 0)
            os.fdatasync(self._ring)
            self._told.clear()
            return generation

    def note(self, *gids: str) -> None:
        """See GenerationKeeper. 64 bytes each and one fdatasync; nothing for those noted just before."""
        fresh = [gid for gid in dict.fromkeys(gids) if gid not in self._told][-RING:]
        if not fresh:
            return
        with self._alone():
            last = max((place for place, _ in self._slots()), default=0)
            for place, gid in enumerate(fresh, start=last + 1):
                os.pwrite(self._ring, _slot(place, gid), place % RING * _SLOT.size)
            os.fdatasync(self._ring)
            self._told.extend(fresh)

    def noted(self) -> tuple[str, ...]:
        """See GenerationKeeper. A torn slot is a grant that nobody was told of."""
        return tuple(name for _, name in sorted(self._slots()))

    def next_key(self, above: int) -> int:
        """See GenerationKeeper. An id whose kiosk was refused after all stays unused."""
        keys = _beside(self._path, "keys")
        with self._alone():
            given = int(keys.read_text(encoding="ascii")) if keys.exists() else 0
            fresh = max(given, above) + 1
            _replace(keys, b"%d\n" % fresh, 0o644)
            return fresh

    def _slots(self) -> Iterator[tuple[int, str]]:
        held = os.pread(self._ring, RING * _SLOT.size, 0)
        for place, name, check in _SLOT.iter_unpack(held[: len(held) // _SLOT.size * _SLOT.size]):
            if place and check == zlib.crc32(struct.pack("<Q52s", place, name)):
                yield place, name.rstrip(b"\0").decode()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process, and no other thread of this one."""
        with self._guard:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)


def _slot(place: int, gid: str) -> bytes:
    name = gid.encode()
    if len(name) > _NAME_MAX:
        raise ValueError(f"a grant's id has at most {_NAME_MAX} bytes")
    bare = struct.pack("<Q52s", place, name)
    return bare + struct.pack("<I", zlib.crc32(bare))


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


def _replace(path: Path, content: bytes, mode: int) -> None:
    """The whole new content or the whole old one, whenever the power goes; durable when this returns."""
    unfinished = _beside(path, "part")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
