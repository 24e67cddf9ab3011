"""A simulated MIFARE Classic 1K or 4K: keys, access bits, sectors that lock themselves, tearing."""

from pathlib import Path

from kiosk.hardware.cards.apdu import CardGarbled, Status
from kiosk.hardware.cards.classic import FOUR_K, ONE_K, Layout
from kiosk.hardware.cards.classic_access import (
    DATA_RIGHTS,
    KEY_B_SHOWS,
    TRAILER_RIGHTS,
    TRANSPORT,
    Conditions,
    access_of,
    conditions_of,
)
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import NoCard
from kiosk.hardware.simulated.storage_chip import READ, Refused, StorageChip

_NAMES = {ONE_K: 0x0001, FOUR_K: 0x0002}
_LAYOUTS = {layout.blocks * READ: layout for layout in _NAMES}
_MAKER = bytes.fromhex("0804006263646566676869")
"""What stands after a UID: SAK, ATQA, and whatever its maker likes."""
_KEY = bytes.fromhex("FFFFFFFFFFFF")
_GENERAL = b"\x69"
_LETTERS = {0x60: "A", 0x61: "B"}


def blank(uid: bytes, layout: Layout = ONE_K) -> bytes:
    """A card as delivered: a UID of 4 or 7 bytes, zeros, and the key that everybody knows."""
    if len(uid) not in (4, 7):
        raise ValueError("a UID of 4 or 7 bytes")
    check = bytes((uid[0] ^ uid[1] ^ uid[2] ^ uid[3],)) if len(uid) == 4 else b""
    memory = bytearray(layout.blocks * READ)
    memory[:READ] = (uid + check + _MAKER).ljust(READ, b"\0")[:READ]
    for sector in range(layout.sectors):
        at = layout.trailer(sector) * READ
        memory[at : at + READ] = _KEY + access_of(TRANSPORT) + _GENERAL + _KEY
    return bytes(memory)


class ClassicChip(StorageChip):
    """The chip. `uid_bytes`: how long its UID is. `denied`: its reader's word for what is closed."""

    def __init__(self, image: CardImage, uid_bytes: int = 4, denied: int = Status.NOT_ALLOWED) -> None:
        if len(image.data) not in _LAYOUTS:
            raise NoCard("no such Classic card")
        self.layout = _LAYOUTS[len(image.data)]
        self._denied = denied
        super().__init__(_NAMES[self.layout], bytes(image.data[:uid_bytes]), image)

    @classmethod
    def of(cls, card: str, layout: Layout) -> "ClassicChip":
        """A blank card of this UID (hex), or the one whose memory lies in a file."""
        if "/" not in card:
            uid = bytes.fromhex(card)
            return cls(CardImage(blank(uid, layout)), len(uid))
        image = CardImage.load(Path(card), frozenset({layout.blocks * READ}))
        return cls(image, 4 if image.data[5:8] == _MAKER[:3] else 7)

    def forget(self) -> None:
        """No sector is open."""
        self._open: tuple[int, str] | None = None

    def _block(self, number: int) -> bytearray:
        return self.eeprom.data[number * READ : (number + 1) * READ]

    def _conditions(self, sector: int) -> Conditions:
        """A sector whose access bits contradict themselves is blocked for ever."""
        try:
            return conditions_of(bytes(self._block(self.layout.trailer(sector))[6:9]))
        except CardGarbled:
            raise Refused(self._denied) from None

    def _opened(self, number: int) -> tuple[str, int, Conditions]:
        """By which key the sector of this block is open, the block's group, the sector's conditions."""
        if number >= self.layout.blocks:
            raise Refused
        sector = self.layout.sector_of(number)
        if self._open is None or self._open[0] != sector:
            raise Refused(self._denied)
        letter, conditions = self._open[1], self._conditions(sector)
        if letter == "B" and conditions[3] in KEY_B_SHOWS:
            raise Refused(self._denied)
        return letter, self.layout.group(number), conditions

    def authenticate(self, block: int, which: int, key: bytes) -> None:
        """Open a sector, or close all."""
        self._open = None
        if block >= self.layout.blocks:
            raise Refused
        sector, letter = self.layout.sector_of(block), _LETTERS[which]
        trailer = self._block(self.layout.trailer(sector))
        if (trailer[:6] if letter == "A" else trailer[10:]) != key:
            raise Refused
        self._open = (sector, letter)

    def read(self, number: int) -> bytes:
        """A data block, or of a trailer what its conditions show."""
        letter, group, conditions = self._opened(number)
        block = self._block(number)
        if group < 3:
            if letter not in DATA_RIGHTS[conditions[group]][0]:
                raise Refused(self._denied)
            return bytes(block)
        shown = letter in TRAILER_RIGHTS[conditions[3]][1]
        key_b = bytes(block[10:]) if conditions[3] in KEY_B_SHOWS and letter == "A" else bytes(6)
        return bytes(6) + (bytes(block[6:10]) if shown else bytes(4)) + key_b

    def write(self, number: int, data: bytes) -> None:
        """A data block whole; of a trailer only what its conditions allow."""
        letter, group, conditions = self._opened(number)
        if len(data) != READ:
            raise Refused(Status.WRONG_LENGTH)
        if number == 0 or (group < 3 and letter not in DATA_RIGHTS[conditions[group]][1]):
            raise Refused(self._denied)
        if group == 3:
            data = self._trailer(number, data, letter, conditions)
        self.eeprom.write(number * READ, data)

    def _trailer(self, number: int, data: bytes, letter: str, conditions: Conditions) -> bytes:
        key_a, _, access, key_b = TRAILER_RIGHTS[conditions[3]]
        if letter not in key_a + access + key_b:
            raise Refused(self._denied)
        old = bytes(self._block(number))
        pick = [(key_a, slice(0, 6)), (access, slice(6, 10)), (key_b, slice(10, 16))]
        return b"".join((data if letter in who else old)[part] for who, part in pick)
