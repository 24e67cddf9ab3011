"""Reading and writing a member's record on a card that lies there, whatever its family."""

from typing import ClassVar, Protocol

from kiosk.hardware.cards.apdu import CardGarbled, CardTrouble
from kiosk.hardware.cards.keys import Sam
from kiosk.hardware.cards.record import PARTS, Reading, Record, Seen, Standing, judge, sealed
from kiosk.hardware.cards.storage import BLOCK


class Slots(Protocol):
    """Where a card keeps its two records. Its verbs raise CardTrouble."""

    def read(self, slot: int) -> bytes:
        """The 48 bytes of a slot."""

    def write(self, slot: int, part: int, data: bytes) -> None:
        """Write one of the slot's three parts of 16 bytes."""


class RecordRefused(CardTrouble):
    """The card's record contradicts the card, or what was seen of it; `standing` says how."""

    why: ClassVar[str] = "not-genuine"

    def __init__(self, standing: Standing) -> None:
        super().__init__(f"the record is {standing.value}")
        self.standing = standing


class Records:
    """The records of one card. `seen` knows the highest sequence that was seen of it."""

    def __init__(self, slots: Slots, uid: bytes, sam: Sam, seen: Seen) -> None:
        self._slots, self._uid, self._sam, self._seen = slots, uid, sam, seen

    def read(self) -> Reading:
        """What the card says. CardTrouble."""
        both = (self._slots.read(0), self._slots.read(1))
        return judge(both, self._uid, self._sam, self._seen(self._uid))

    def good(self) -> Reading:
        """What it says, if that is a good record or none yet. RecordRefused, CardTrouble."""
        reading = self.read()
        if reading.standing not in (Standing.GOOD, Standing.BLANK):
            raise RecordRefused(reading.standing)
        return reading

    def write(self, points: int, operation: bytes) -> Record:
        """Write the next record and read it back. RecordRefused before anything was written.

        After another CardTrouble the card holds the old record or the new one: read it, and look at its
        operation.
        """
        before = self.good()
        if self.read() != before:
            raise CardGarbled("the record reads differently each time")
        seq = before.record.seq + 1 if before.record else 1
        record = Record(seq, points, operation, self._uid)
        put(self._slots, 1 - before.slot, sealed(record, self._sam))
        after = self.read()
        if after.standing is not Standing.GOOD or after.record != record:
            raise CardGarbled("the card does not hold what was written")
        return record


def put(slots: Slots, slot: int, data: bytes) -> None:
    """Write a slot, its code last."""
    for part in range(PARTS):
        slots.write(slot, part, data[part * BLOCK : (part + 1) * BLOCK])
