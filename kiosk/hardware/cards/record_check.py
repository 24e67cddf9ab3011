"""Whether a storage card's record fits the card: what a kiosk with keys asks of every card."""

from collections import OrderedDict

from kiosk.hardware.cards.apdu import CardPulled, Channel
from kiosk.hardware.cards.classic_directory import DirectoryDamaged
from kiosk.hardware.cards.families import Family
from kiosk.hardware.cards.keys import Sam
from kiosk.hardware.cards.record import Reading, Standing
from kiosk.hardware.cards.record_session import RecordRefused, Records
from kiosk.hardware.cards.storage import KeyRefused, read_uid

REMEMBERED = 10_000
"""Cards of which the highest sequence is kept in mind."""


class SeenHere:
    """The highest sequence of each card that came by since this process started; the oldest are forgotten."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._highest: OrderedDict[bytes, int] = OrderedDict()

    def __call__(self, uid: bytes) -> int:
        """As `Seen` says."""
        return self._highest.get(uid, 0)

    def note(self, uid: bytes, seq: int) -> None:
        """Keep in mind that this card was seen with this sequence."""
        self._highest[uid] = max(seq, self._highest.pop(uid, 0))
        if len(self._highest) > self._most:
            self._highest.popitem(last=False)


class RecordCheck:
    """Implements families.Check. `required`: a card that has no record of ours is not taken."""

    def __init__(self, sam: Sam, seen: SeenHere, *, required: bool) -> None:
        self._sam, self._seen, self._required = sam, seen, required

    def __call__(self, channel: Channel, family: Family, name: int, uid: bytes) -> None:
        """RecordRefused for a record that does not fit; other CardTrouble."""
        reading = self.read(channel, family, name, uid)
        if reading.standing in (Standing.BLANK, Standing.FOREIGN) and not self._required:
            return
        if reading.standing is not Standing.GOOD or reading.record is None:
            if read_uid(channel) != uid:  # some readers call a card that left one that refuses its key
                raise CardPulled("another card lies there")
            raise RecordRefused(reading.standing)
        self._seen.note(uid, reading.record.seq)

    def read(self, channel: Channel, family: Family, name: int, uid: bytes) -> Reading:
        """What the card's record says; BLANK where it has none of ours. CardTrouble."""
        if family.records is None:
            return Reading(Standing.BLANK)
        try:
            slots = family.records.slots(channel, name, uid, self._sam)
        except KeyRefused:
            return Reading(Standing.DAMAGED)
        except DirectoryDamaged:
            return Reading(Standing.BLANK)
        if slots is None:
            return Reading(Standing.BLANK)
        return Records(slots, uid, self._sam, self._seen).read()
