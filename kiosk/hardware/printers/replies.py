"""What a printer says back. Pure: bytes in, replies out, in any interleaving and with any rubbish between.

Replies share one line and are told apart by fixed bits: a status asked for (DLE EOT) is 0xx1xx10, four
bytes sent unasked (ASB) start with 0xx1xx00 and go on with 0xx0xxxx, an echo is 37 .. 00.
"""

from dataclasses import dataclass

from kiosk.hardware.printers.escpos import IDENT_REST

_ECHO = 0x37
_PROCESS_ID, _CLEARED = 0x22, 0x25
_TEXT = 0x5F
_OTHER_BLOCKS = b"\x3b\x3d\x5f"
_BLOCK_MAX = 80


class Reply:
    """The base of everything a printer can say."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Status(Reply):
    """The answer to one DLE EOT; it does not say to which."""

    byte: int


@dataclass(frozen=True, slots=True)
class Asb(Reply):
    """A state sent unasked: four bytes."""

    bytes4: bytes

    @property
    def code(self) -> str:
        """'' or the fault code, the cause before its consequences."""
        first, second, third, _ = self.bytes4
        return fault(
            cover=bool(first & 0x20),
            paper=bool(third & 0x0C),
            cutter=bool(second & 0x08),
            error=bool(second & 0x64),
            offline=bool(first & 0x08),
        )

    @property
    def near_end(self) -> bool:
        """Whether the roll is nearly used up."""
        return bool(self.bytes4[2] & 0x03)


@dataclass(frozen=True, slots=True)
class Echo(Reply):
    """All before the process id `ident` has printed."""

    ident: bytes


@dataclass(frozen=True, slots=True)
class Cleared(Reply):
    """The printer has forgotten what it had not yet printed."""


@dataclass(frozen=True, slots=True)
class Told(Reply):
    """A text about itself (GS I 65-69), at most 80 characters; what is no ASCII is a question mark."""

    text: str


@dataclass(frozen=True, slots=True)
class Queued(Reply):
    """The answer to a GS r, in its turn."""

    byte: int


def fault(*, cover: bool, paper: bool, cutter: bool, error: bool, offline: bool) -> str:
    """The one fault code to tell. An open cover goes first: it lifts the paper off its sensor too."""
    told = (
        (cover, "K-PR-02"),
        (paper, "K-PR-01"),
        (cutter, "K-PR-03"),
        (error, "K-PR-04"),
        (offline, "K-PR-06"),
    )
    return next((code for wrong, code in told if wrong), "")


class ReplyReader:
    """Tells replies apart as their bytes arrive. Keeps at most one open echo and one open ASB."""

    def __init__(self) -> None:
        self._open: list[bytearray] = []  # what was begun, innermost last: each starts with its first byte
        self._block: bytearray | None = None

    def feed(self, arrived: bytes) -> list[Reply]:
        """The replies that these bytes complete."""
        told = (self._take(byte) for byte in arrived)
        return [reply for reply in told if reply is not None]

    def _take(self, byte: int) -> Reply | None:
        if self._block is not None:
            return self._go_on_block(self._block, byte)
        if byte & 0x93 == 0x12:
            return Status(byte)
        if byte & 0x93 == 0x10 or byte == _ECHO:
            self._begin(byte)
            return None
        if byte in _OTHER_BLOCKS:
            self._block = bytearray([byte])
            return None
        return self._go_on(byte) if byte & 0x90 == 0 else None

    def _go_on_block(self, block: bytearray, byte: int) -> Reply | None:
        """Until its NUL; one that is far too long was none."""
        if byte and len(block) <= _BLOCK_MAX:
            block.append(byte)
            return None
        self._block = None
        text = bytes(block[1:]).decode("ascii", "replace").replace("\ufffd", "?")
        return Told(text) if block[0] == _TEXT and not byte else None

    def _begin(self, byte: int) -> None:
        """Of each kind only the newest can still be completed."""
        self._open = [begun for begun in self._open if (begun[0] == _ECHO) != (byte == _ECHO)]
        self._open.append(bytearray([byte]))

    def _go_on(self, byte: int) -> Reply | None:
        """A byte without fixed bits belongs to what was begun last; with nothing begun it answers a GS r."""
        if not self._open:
            return Queued(byte)
        begun = self._open[-1]
        begun.append(byte)
        if begun[0] != _ECHO:
            return Asb(bytes(self._open.pop())) if len(begun) == 4 else None
        if _may_go_on(begun):
            return None
        return _whole(bytes(self._open.pop()))


def _may_go_on(echo: bytearray) -> bool:
    """Whether this can still become an echo."""
    kind, letters = echo[1], echo[2:]
    if len(echo) == 2:
        return kind in (_PROCESS_ID, _CLEARED)
    return kind == _PROCESS_ID and len(letters) <= 4 and all(letter in IDENT_REST for letter in letters)


def _whole(echo: bytes) -> Reply | None:
    """The echo these bytes are, or None for a torn one."""
    if echo == bytes([_ECHO, _CLEARED, 0]):
        return Cleared()
    if len(echo) == 7 and echo[1] == _PROCESS_ID and echo[6] == 0:
        return Echo(echo[2:6])
    return None
