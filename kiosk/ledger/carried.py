"""Uploads carried by hand: sync requests in a file, unchanged, so that head office takes them as ever.

A frame is its length (4 bytes, big-endian), SHA-256 over the digest before it and the message, the message.
An empty frame ends the file: one that is torn anywhere, between two frames too, is seen.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

MAGIC = b"kiosk-carried-1\n"
MESSAGE_MAX = 4 << 20
_HEAD = struct.Struct(">I32s")


class Torn(ValueError):
    """The file is not the one that was written. `frame` counts from 1; 0: it is no such file at all."""

    def __init__(self, frame: int, why: str) -> None:
        super().__init__(f"frame {frame}: {why}")
        self.frame = frame


def write(file: BinaryIO, messages: Iterable[bytes]) -> int:
    """All messages and the end. How many there were."""
    file.write(MAGIC)
    digest, count = bytes(32), 0
    for count, message in enumerate(messages, 1):  # noqa: B007  # how far it came
        digest = _digest(digest, message)
        file.write(_HEAD.pack(len(message), digest) + message)
    file.write(_HEAD.pack(0, _digest(digest, b"")))
    return count


def read(file: BinaryIO) -> Iterator[bytes]:
    """Message after message; Torn at the first frame that is not whole."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Torn(0, "this is no file of carried uploads")
    before, frame = bytes(32), 0
    while True:
        frame += 1
        head = file.read(_HEAD.size)
        if len(head) != _HEAD.size:
            raise Torn(frame, "the file ends here, too early")
        length, digest = _HEAD.unpack(head)
        message = file.read(length) if length <= MESSAGE_MAX else b""
        if len(message) != length or _digest(before, message) != digest:
            raise Torn(frame, "it is torn, or was changed")
        if not length:
            break
        before = digest
        yield message
    if file.read(1):
        raise Torn(frame, "something follows the end")


def _digest(before: bytes, message: bytes) -> bytes:
    return hashlib.sha256(before + message).digest()
