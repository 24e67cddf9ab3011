"""A simulated type 2 tag: Ultralight, Ultralight EV1, NTAG21x. Pages, one-way bits, locks, a password."""

from pathlib import Path

from kiosk.hardware.cards.apdu import Status
from kiosk.hardware.cards.tags import MODELS, PAGE, USER, Model, is_locked
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.storage_chip import READ, Refused, StorageChip

ULTRALIGHT = 0x0003
_BY_NAME = {model.name: model for model in MODELS}
_EMPTY_NDEF = bytes.fromhex("0300FE00")
_NO_LIMIT = 0xFF
_SETTINGS = 4
"""Configuration pages after the dynamic lock page: AUTH0 in byte 3 of the first, then password and PACK."""


def _pages(model: Model) -> int:
    """All pages of a chip, with those of its configuration."""
    if not model.version:
        return model.pages
    return model.pages + (1 if model.lock_step else 0) + _SETTINGS


def blank(uid: bytes, model: Model) -> bytes:
    """A tag as delivered. NTAG is formatted for NDEF, Ultralight is not."""
    if len(uid) != 7:
        raise ValueError("a UID of 7 bytes")
    first = uid[:3] + bytes((0x88 ^ uid[0] ^ uid[1] ^ uid[2],))
    second = bytes((uid[3] ^ uid[4] ^ uid[5] ^ uid[6], 0x48, 0, 0))
    memory = bytearray(first + uid[3:] + second).ljust(_pages(model) * PAGE, b"\0")
    if model.name.startswith("ntag"):
        memory[12:20] = bytes((0xE1, 0x10, model.container, 0)) + _EMPTY_NDEF
    if model.version:
        settings = _settings(model)
        memory[settings * PAGE + 3] = _NO_LIMIT
        memory[(settings + 2) * PAGE : (settings + 3) * PAGE] = b"\xff" * PAGE
    return bytes(memory)


def _settings(model: Model) -> int:
    return model.pages + (1 if model.lock_step else 0)


class TagChip(StorageChip):
    """The chip. `passes`: whether its reader passes the tag's own commands on (those with a PN532 do)."""

    def __init__(self, model: Model, image: CardImage, *, passes: bool = True) -> None:
        self.model, self._passes = model, passes
        data = image.data
        super().__init__(ULTRALIGHT, bytes(data[:3] + data[4:8]), image)

    @classmethod
    def of(cls, card: str, name: str) -> "TagChip":
        """A blank tag of this UID (hex), or the one whose memory lies in a file."""
        model = _BY_NAME[name]
        if "/" not in card:
            return cls(model, CardImage(blank(bytes.fromhex(card), model)))
        return cls(model, CardImage.load(Path(card), frozenset({_pages(model) * PAGE})))

    def forget(self) -> None:
        """Nobody gave the password."""
        self._password_given = False

    def _page(self, number: int) -> bytes:
        return bytes(self.eeprom.data[number * PAGE : (number + 1) * PAGE])

    def read(self, number: int) -> bytes:
        """Four pages, from the first again after the last; password and PACK never show."""
        count = _pages(self.model)
        if number >= count:
            raise Refused
        hidden = range(_settings(self.model) + 2, count) if self.model.version else range(0)
        pages = [(number + n) % count for n in range(READ // PAGE)]
        return b"".join(bytes(PAGE) if page in hidden else self._page(page) for page in pages)

    def write(self, number: int, data: bytes) -> None:
        """A page; lock bits and the capability container can only be set, never taken back."""
        if len(data) != PAGE:
            raise Refused(Status.WRONG_LENGTH)
        if not 2 <= number < _pages(self.model) or self._forbidden(number):
            raise Refused
        old = self._page(number)
        if number == 2:
            data = old[:2] + bytes(a | b for a, b in zip(old[2:], data[2:], strict=True))
        elif number in (3, self.model.lock_page):
            data = bytes(a | b for a, b in zip(old, data, strict=True))
        self.eeprom.write(number * PAGE, data)

    def _forbidden(self, number: int) -> bool:
        page, locks = self._page(2), self.model.lock_page
        if self.model.version and not self._password_given:
            limit = self._page(_settings(self.model))[3]
            if number >= limit:
                return True
        dynamic = self._page(locks)[:2] if locks is not None else b"\0\0"
        user = number < self.model.pages and (number >= USER or number == 3)
        return user and is_locked(number, page[2:4], dynamic, self.model)

    def through(self, data: bytes) -> bytes:
        """GET_VERSION and PWD_AUTH, as a PN532 passes them on."""
        if not self._passes or data[:2] != b"\xd4\x42":
            raise Refused(Status.NO_SUCH_FUNCTION)
        failed = bytes.fromhex("D54301")
        if not self.model.version:
            return failed
        if data[2:] == b"\x60":
            return b"\xd5\x43\x00" + self.model.version
        settings = _settings(self.model)
        if data[2:3] == b"\x1b" and data[3:] == self._page(settings + 2):
            self._password_given = True
            return b"\xd5\x43\x00" + self._page(settings + 3)[:2]
        return failed
