"""What happened on a reader between two looks at it.

A PC/SC reader state has flags in its low 16 bits and, above them, a counter of insertions and removals.
The flags alone hide a swap of two cards between two looks; the counter does not.
"""

from enum import Enum

PRESENT = 0x0020
"""SCARD_STATE_PRESENT."""

EXCLUSIVE = 0x0080
"""SCARD_STATE_EXCLUSIVE: one program has the card for itself."""

IN_USE = 0x0100
"""SCARD_STATE_INUSE: some program is connected to the card."""


class Change(Enum):
    """One thing that happened to a reader's card."""

    ARRIVED = "arrived"
    REMOVED = "removed"
    MISSED = "missed"
    """A card came and went between two looks."""


def changes(before: int | None, now: int) -> tuple[Change, ...]:
    """What happened since `before` (None: never looked), oldest first.

    However many cards passed in between, a look tells of one removal at most and of the last card only.
    """
    here = bool(now & PRESENT)
    if before is None:
        return (Change.ARRIVED,) if here else ()
    was = bool(before & PRESENT)
    turns = ((now >> 16) - (before >> 16)) & 0xFFFF
    happened = []
    if was and (turns or not here):
        happened.append(Change.REMOVED)
    if here and (turns or not was):
        happened.append(Change.ARRIVED)
    if not here and turns > (1 if was else 0):
        happened.append(Change.MISSED)
    return tuple(happened)
