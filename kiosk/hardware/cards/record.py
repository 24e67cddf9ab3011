"""The member's record on a storage card: how it is written down, and what two slots of it say. Pure.

A record fills 48 bytes, three blocks: format and key version (1), sequence (4), points (4), operation (16),
UID (7, zeros after a short one), code (16). The code covers all that is before it, under the card's own key.
The older slot is overwritten, its code last, so that the newer one stands until the new one does.

That stops forgery and tearing. A dump of the whole card, played back later, it does not stop; it shows only
to who has seen a later record of that card.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from kiosk.hardware.cards.keys import CODE_BYTES, VERSIONS, Sam
from kiosk.hardware.cards.storage import BLOCK

SIZE = 48
SLOTS = 2
PARTS = SIZE // BLOCK
COUNT_MAX = 0xFFFF_FFFF
OPERATION_BYTES = 16

BODY = SIZE - CODE_BYTES
UID_AT = range(25, BODY)
"""Where the UID stands."""

_FORMATS = {4: 0x10, 7: 0x20}
"""By the length of the UID; the key version is the low half of the byte."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a card says of its member. `points` are for show: value never follows from them."""

    seq: int
    points: int
    operation: bytes
    uid: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.seq <= COUNT_MAX or not 0 <= self.points <= COUNT_MAX:
            raise ValueError("sequence and points fit four bytes")
        if len(self.operation) != OPERATION_BYTES or len(self.uid) not in _FORMATS:
            raise ValueError("an operation has 16 bytes, a UID 4 or 7")

    def body(self, version: int) -> bytes:
        """All but the code, 32 bytes, for keys of this version."""
        if version not in VERSIONS:
            raise ValueError("no such key version")
        first = bytes((_FORMATS[len(self.uid)] | version,))
        counts = self.seq.to_bytes(4, "big") + self.points.to_bytes(4, "big")
        return first + counts + self.operation + self.uid.ljust(len(UID_AT), b"\0")


def sealed(record: Record, sam: Sam) -> bytes:
    """A record as it stands on the card, under the newest keys."""
    version = sam.versions[0]
    body = record.body(version)
    return body + sam.record_code(version, record.uid, body)


def _opened(data: bytes, sam: Sam) -> Record | None:
    """The record that a slot holds under its code; None if no code of ours stands for it."""
    body, given = data[:BODY], data[BODY:]
    length = next((size for size, mark in _FORMATS.items() if mark == body[0] & 0xF0), None)
    version, uid = body[0] & 0x0F, body[UID_AT.start : UID_AT.start + (length or 0)]
    if length is None or version not in sam.versions or any(body[UID_AT.start + length :]):
        return None
    if not hmac.compare_digest(sam.record_code(version, uid, body), given):
        return None
    seq, points = int.from_bytes(body[1:5], "big"), int.from_bytes(body[5:9], "big")
    return Record(seq, points, body[9:25], uid) if seq else None


class Standing(Enum):
    """What the two slots say together."""

    GOOD = "good"
    BLANK = "blank"
    """Nothing was ever written."""
    FOREIGN = "foreign"
    """What lies there was never a record of ours."""
    DAMAGED = "damaged"
    """It looks like a record, but no code stands for it: torn, forged, or of keys that we do not have."""
    CLONED = "cloned"
    """It is another card's record."""
    ROLLED_BACK = "rolled-back"
    """It is older than what was seen of this card, or two records bear one number."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the slots said; `record` and the slot in which it lies when that is GOOD (or ROLLED_BACK)."""

    standing: Standing
    record: Record | None = None
    slot: int = 1
    """The slot that stays when the next record is written; of a blank card the second."""


def judge(slots: tuple[bytes, bytes], uid: bytes, sam: Sam, seen: int) -> Reading:
    """What two slots (48 bytes each) of the card with this UID say; `seen` is its highest known sequence."""
    found = [(_opened(data, sam), slot) for slot, data in enumerate(slots)]
    own = [(record, slot) for record, slot in found if record is not None and record.uid == uid]
    if not own:
        if any(record is not None for record, _ in found):
            return Reading(Standing.CLONED)
        return Reading(Standing.DAMAGED if seen else _nobodys(slots))
    record, slot = max(own, key=lambda one: one[0].seq)
    twice = len(own) == SLOTS and own[0][0].seq == own[1][0].seq
    standing = Standing.ROLLED_BACK if twice or record.seq < seen else Standing.GOOD
    return Reading(standing, record, slot)


def _nobodys(slots: tuple[bytes, bytes]) -> Standing:
    """What slots are that hold no record under a code of ours."""
    if all(data in (bytes(SIZE), b"\xff" * SIZE) for data in slots):
        return Standing.BLANK
    alike = any(data[0] & 0xF0 in _FORMATS.values() and data[0] & 0x0F in VERSIONS for data in slots)
    return Standing.DAMAGED if alike else Standing.FOREIGN


Seen = Callable[[bytes], int]
"""The highest sequence that anybody saw of the card with this UID; 0: none."""
