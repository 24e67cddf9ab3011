"""Where the two records of a MIFARE Classic card lie: in two sectors that its directory gives to us."""

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import CardRefused
from kiosk.hardware.cards.classic import Classic, Key
from kiosk.hardware.cards.classic_directory import (
    HAS_DIRECTORY,
    MAD2_SECTORS,
    READ_KEY,
    Directory,
    DirectoryDamaged,
)
from kiosk.hardware.cards.keys import Sam
from kiosk.hardware.cards.record import PARTS, SLOTS
from kiosk.hardware.cards.storage import KeyType

APPLICATION = 0x684D
"""Our application in card directories: cluster 68 (trade), code 4D. It is not registered with NXP."""

_MAD2 = 16
_VERSION_2 = 2
_GENERAL = 9


class SectorKeys:
    """Our keys of one card's sectors; the access module is asked for each of them once."""

    def __init__(self, sam: Sam, version: int, uid: bytes) -> None:
        self._sam, self._version, self._uid = sam, version, uid
        self._made: dict[tuple[int, KeyType], Key] = {}

    def of(self, sector: int, which: KeyType) -> Key:
        """This key of this sector."""
        if (sector, which) not in self._made:
            value = self._sam.sector_key(self._version, self._uid, sector, which)
            self._made[sector, which] = Key(which, value)
        return self._made[sector, which]


class ClassicSlots:
    """The two records, one in each of two sectors: key A reads, key B writes."""

    def __init__(self, card: Classic, sectors: tuple[int, ...], keys: SectorKeys) -> None:
        self._card, self._sectors, self._keys = card, sectors, keys
        self._opened: tuple[int, KeyType] | None = None

    def _open(self, slot: int, which: KeyType) -> range:
        sector = self._sectors[slot]
        if self._opened != (sector, which):
            self._opened = None
            self._card.open(sector, self._keys.of(sector, which))
            self._opened = (sector, which)
        return self._card.layout.data(sector)[:PARTS]

    def read(self, slot: int) -> bytes:
        """The 48 bytes of a slot."""
        return b"".join(self._card.read(block) for block in self._open(slot, KeyType.A))

    def write(self, slot: int, part: int, data: bytes) -> None:
        """Write a block and read it back."""
        self._card.write(self._open(slot, KeyType.B)[part], data)


def version_of(card: Classic, sam: Sam, uid: bytes, sector: int) -> int | None:
    """Under which version of our keys a sector opens for reading; then it is open."""
    for version in sam.versions:
        if card.opens(sector, Key(KeyType.A, sam.sector_key(version, uid, sector, KeyType.A))):
            return version
    return None


def general_byte(card: Classic) -> int:
    """The general purpose byte of sector 0, which is open."""
    return card.read(card.layout.trailer(0))[_GENERAL]


def registered(card: Classic, application: int = APPLICATION) -> tuple[int, ...]:
    """The sectors that the card's directory gives to an application; none where there is no directory.

    DirectoryDamaged, CardTrouble.
    """
    public = Key(KeyType.A, READ_KEY)
    if not card.opens(0, public):
        return ()
    try:
        general = general_byte(card)
    except CardRefused as refused:
        if refused.status in storage.NOT_AUTHENTICATED:
            return ()  # a sector that was torn, and locked itself
        raise
    if not general & HAS_DIRECTORY:
        return ()
    found = Directory.parse(card.read_sector(0)).find(application)
    if found or general & 0x03 != _VERSION_2 or card.layout.sectors <= _MAD2:
        return found
    if not card.opens(_MAD2, public):
        raise DirectoryDamaged("the second one does not open")
    return Directory.parse(card.read_sector(_MAD2), MAD2_SECTORS).find(application)


def slots_of(card: Classic, uid: bytes, sam: Sam) -> ClassicSlots | None:
    """The card's records; None where it has none of ours. KeyRefused: our keys do not open them."""
    sectors = registered(card)
    if len(sectors) != SLOTS:
        return None
    version = version_of(card, sam, uid, sectors[0])
    if version is None:
        raise storage.KeyRefused("our application", storage.NO_KEY)
    return ClassicSlots(card, sectors, SectorKeys(sam, version, uid))
