"""Issuing an NTAG 424 DNA: it gets its own keys. Every step may be torn, and done again.

The proof's key is changed first, the issuer's key (number 0, which changes all others) last: while that one
is as delivered, the card is blank or begun, and can be finished.
"""

from dataclasses import dataclass, field

from kiosk.hardware.cards.apdu import CardRefused, Channel
from kiosk.hardware.cards.ev2 import BLOCK, Ev2Status
from kiosk.hardware.cards.issue import CannotIssue
from kiosk.hardware.cards.keys import MASTER_BYTES, diversified
from kiosk.hardware.cards.ntag424 import PROOF_KEY, Ntag424, check, proof_key
from kiosk.hardware.cards.purse import NotGenuine

ISSUER_KEY = 0
_DELIVERED = bytes(BLOCK)


@dataclass(frozen=True, slots=True)
class NtagMasters:
    """The shop's two master keys of NTAG 424, 16 bytes each; `proof` alone checks. ValueError for others."""

    proof: bytes = field(repr=False)
    issuer: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if {len(self.proof), len(self.issuer)} != {MASTER_BYTES} or self.proof == self.issuer:
            raise ValueError("two different master keys of 16 bytes")


def issuer_key(master: bytes, uid: bytes) -> bytes:
    """The key (16 bytes) under which one card's keys are changed."""
    return diversified(master, uid + b"kiosk-ntag-issuer")


def issue(channel: Channel, uid: bytes, masters: NtagMasters) -> bool:
    """Give the card its keys and let it prove itself; False: it had them all. CannotIssue, CardTrouble."""
    chip = Ntag424(channel)
    if not chip.found():
        raise CannotIssue("no NTAG 424")
    fresh = _holds(chip, ISSUER_KEY, _DELIVERED)
    if fresh:
        _give(chip, uid, masters)
    if not _holds(chip, ISSUER_KEY, issuer_key(masters.issuer, uid)):
        raise CannotIssue("its keys are somebody else's")
    check(channel, uid, masters.proof)
    return fresh


def _give(chip: Ntag424, uid: bytes, masters: NtagMasters) -> None:
    """The keys of a card whose issuer's key is as delivered; a session under that one has begun."""
    if chip.uid() != uid:
        raise CannotIssue("the card says another UID than its reader")
    proof = proof_key(masters.proof, uid)
    if not _holds(chip, PROOF_KEY, proof):
        chip.authenticate(ISSUER_KEY, _DELIVERED)
        try:
            chip.change_key(PROOF_KEY, proof, _DELIVERED)
        except CardRefused as refused:
            if refused.status == Ev2Status.WRONG_CODE:
                raise CannotIssue("its proof's key is somebody else's") from refused
            raise
    chip.authenticate(ISSUER_KEY, _DELIVERED)
    chip.change_own_key(ISSUER_KEY, issuer_key(masters.issuer, uid))


def _holds(chip: Ntag424, number: int, key: bytes) -> bool:
    """Whether the card has this key; then a session under it has begun."""
    try:
        chip.authenticate(number, key)
    except NotGenuine:
        return False
    return True
