"""The chips of virtual cards. One table; a new kind of card is a row."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kiosk.hardware.cards.classic import FOUR_K, ONE_K
from kiosk.hardware.cards.tags import MODELS
from kiosk.hardware.simulated.chip import Chip
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.member_chip import BareChip, MemberChip, StrangeChip
from kiosk.hardware.simulated.ntag424_chip import Ntag424Chip
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.hardware.simulated.tag_chip import TagChip

OTHER_STORAGE = 0x003B
"""FeliCa: a storage card of a family that we know by its UID alone."""

MAKERS: dict[str, Callable[[str], Chip]] = {
    "cpu": lambda number: MemberChip(number.encode("ascii")),
    "mifare": lambda uid: BareChip(bytes.fromhex(uid), 0x0001),
    "classic-1k": lambda card: ClassicChip.of(card, ONE_K),
    "classic-4k": lambda card: ClassicChip.of(card, FOUR_K),
    **{model.name: partial(TagChip.of, name=model.name) for model in MODELS},
    "ntag424": Ntag424Chip.of,
    "other": lambda uid: BareChip(bytes.fromhex(uid), OTHER_STORAGE),
    "purse": lambda file: PurseChip(Path(file)),
    "unknown": lambda _: StrangeChip(),
}
"""Kind -> what makes a chip of a member number, a UID in hex, or the file (with a /) that is its memory.

A storage card of a UID alone is blank, and forgets at its removal what was written on it.
"""


def chip(kind: str, card: str) -> Chip:
    """A chip of this kind (a row of MAKERS); what it wrote lies in its file. ValueError if it cannot be."""
    if kind not in MAKERS:
        raise ValueError(f"no such kind of card: {kind}")
    return MAKERS[kind](card)
