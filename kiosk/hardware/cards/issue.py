"""Making a blank storage card one of ours: what all families share. Every step may be torn, and done again.

A card that was begun is recognised by what lies on it: it is finished, or refused and thrown away. To the
kiosk it is a card without a record, or one that it turns away, until its last step was done.
"""

from dataclasses import dataclass, field

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.keys import Sam
from kiosk.hardware.cards.record import Record


class CannotIssue(CardTrouble):
    """This card cannot be made one of ours, and trying again will not help; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One card to be made: its UID, the keys, and its first record's points and operation (16 bytes)."""

    uid: bytes = field(repr=False)
    sam: Sam
    points: int
    operation: bytes

    @property
    def first(self) -> Record:
        """The first record of this card."""
        return Record(1, self.points, self.operation, self.uid)


@dataclass(frozen=True, slots=True)
class Issued:
    """What the card is now, read anew. `fresh`: its record is the one that was asked for, no earlier one."""

    model: str
    record: Record
    fresh: bool


def torn(seen: bytes, old: bytes, new: bytes) -> bool:
    """Whether these bytes may come of writing `new` over `old` and being cut: each bit is of one of them."""
    return all(not (now ^ was) & (now ^ meant) for now, was, meant in zip(seen, old, new, strict=True))
