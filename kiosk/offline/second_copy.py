"""A second copy of what head office does not have yet, on another medium: against storage that lies.

Frames, each sealed with the storage key: the mark it begins at, then entry after entry. It is synced
after the journal's own commit and before anybody is told OK. It may be torn at its end, and only there.
"""

import contextlib
import errno
import logging
import os
import struct
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO

import msgspec

from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark
from kiosk.offline.disk import keep_directory
from kiosk.offline.sealing import Sealer, Unsealable

log = logging.getLogger(__name__)

FAULT = "K-JR-07"
BEGUN_ANEW = 1 << 20
"""Bytes from which on a copy is begun anew when head office has acknowledged something."""
_LENGTH = struct.Struct(">I")
_LONGEST = 1 << 20
_PURPOSE = b"kiosk-second-copy-1"

Written = tuple[int, bytes, bytes]
"""(n, chain hash, stored)."""


class SecondCopy:
    """`add` never raises: a second medium that fails is told once (K-JR-07), and is no reason to stop."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._sealer = Sealer(key, _PURPOSE)
        self._file: FileIO | None = None
        self.trouble = ""

    def entries(self) -> Iterator[Written]:
        """What it holds, chain-checked, up to the first frame that is torn or does not fit."""
        try:
            with self._path.open("rb") as opened:
                yield from self._read(opened)
        except FileNotFoundError:
            return
        except OSError as trouble:
            self._fail(f"cannot be read: {trouble}")

    def begin(self, mark: Mark, entries: Iterable[Written]) -> None:
        """A new copy, of what comes after `mark`, in place of the old one once it is whole."""
        draft = self._path.with_name(f"{self._path.name}.new")
        self.close()
        try:
            self._file = draft.open("wb", buffering=0)
            self._write(self._file, [(mark.n, mark.hash, b""), *entries])
            draft.replace(self._path)
            keep_directory(self._path.parent)
            self.trouble = ""
        except OSError as trouble:
            self._fail(f"cannot be begun: {trouble}")

    def add(self, entries: Iterable[Written]) -> None:
        """Append and make durable."""
        if self._file is None:
            return
        try:
            self._write(self._file, entries)
        except OSError as trouble:
            self._fail(f"cannot be written: {trouble}")

    def is_long(self) -> bool:
        """Whether it should be begun anew, now that head office knows more."""
        return self._file is None or self._file.tell() > BEGUN_ANEW

    def set_aside(self) -> None:
        """Keep a copy that tells another story than the journal, under another name."""
        self._fail("does not continue the journal; it is kept aside")
        try:
            self._path.replace(self._path.with_name(f"{self._path.name}.other"))
        except OSError as trouble:
            self._fail(f"cannot be kept aside: {trouble}")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _write(self, opened: FileIO, entries: Iterable[Written]) -> None:
        sealed = [self._sealer.seal(msgspec.msgpack.encode(one)) for one in entries]
        frames = b"".join(_LENGTH.pack(len(one)) + one for one in sealed)
        if opened.write(frames) != len(frames):
            raise OSError(errno.ENOSPC, "written only in part")
        os.fdatasync(opened.fileno())

    def _read(self, opened: BinaryIO) -> Iterator[Written]:
        before: Written | None = None
        for frame in _frames(opened):
            try:
                n, hashed, stored = msgspec.msgpack.decode(self._sealer.unseal(frame), type=Written)
            except (Unsealable, msgspec.DecodeError):
                return
            if before is not None and (n, hashed) != (before[0] + 1, en.chained(before[1], stored)):
                return
            before = (n, hashed, stored)
            yield before

    def _fail(self, what: str) -> None:
        self.close()
        if not self.trouble:
            log.error("%s the second copy %s", FAULT, what)
        self.trouble = what


def second_copy(place: str, key: bytes) -> SecondCopy | None:
    """The copy that the settings ask for, if they do."""
    return SecondCopy(Path(place), key) if place else None


def _frames(opened: BinaryIO) -> Iterator[bytes]:
    while len(head := opened.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        frame = opened.read(length) if length <= _LONGEST else b""
        if len(frame) != length:
            return
        yield frame
