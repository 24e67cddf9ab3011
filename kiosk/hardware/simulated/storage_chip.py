"""A contactless storage card with its reader around it: the pseudo-APDUs of PC/SC part 3."""

from kiosk.hardware.cards.apdu import GET_UID, Status
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import PowerLost, word
from kiosk.hardware.simulated.member_chip import storage_atr

FAILED = 0x6300
READ = 16


class Refused(Exception):
    """The card or its reader says no, with this status word."""

    def __init__(self, status: int = FAILED) -> None:
        super().__init__(status)
        self.status = status


class StorageChip:
    """What all storage cards share. The keys lie in the reader, and stay there when the card goes."""

    def __init__(self, name: int, uid: bytes, image: CardImage) -> None:
        self.atr = storage_atr(name)
        self.uid = uid
        self.eeprom = image
        self.keys: dict[int, bytes] = {}
        self._dead = False
        self.forget()

    def power(self) -> None:
        """Power up: every authentication is gone."""
        self._dead = False
        self.forget()

    def forget(self) -> None:
        """What a chip has in mind, at its beginning."""

    def answer(self, command: bytes) -> bytes:
        """Data and status word; b"" from a card that lost its power."""
        if self._dead:
            return b""
        try:
            return self._obey(command) + word(Status.OK)
        except Refused as refused:
            return word(refused.status)
        except PowerLost:
            self._dead = True
            return b""

    def _obey(self, command: bytes) -> bytes:
        if command == GET_UID:
            return self.uid
        if len(command) < 5 or command[0] != 0xFF:
            raise Refused(Status.NO_SUCH_FUNCTION)
        head, size, data = command[:4], command[4], command[5:]
        match head[1]:
            case 0xB0 if not data:
                if size not in (0, READ):
                    raise Refused(Status.WRONG_LENGTH)
                return self.read(int.from_bytes(head[2:], "big"))
            case 0xD6 if len(data) == size:
                self.write(int.from_bytes(head[2:], "big"), data)
                return b""
            case 0x82 if len(data) == size == 6:
                self.keys[head[3]] = data
                return b""
            case 0x86 if len(data) == size == 5 and data[3] in (0x60, 0x61):
                self.authenticate(data[2], data[3], self.keys.get(data[4], b""))
                return b""
            case 0x00 if len(data) == size:
                return self.through(data)
        raise Refused(Status.NO_SUCH_FUNCTION)

    def read(self, number: int) -> bytes:
        """16 bytes from a block or page on."""
        raise NotImplementedError

    def write(self, number: int, data: bytes) -> None:
        """A block or page."""
        raise NotImplementedError

    def authenticate(self, block: int, which: int, key: bytes) -> None:  # noqa: ARG002 - some cards have no keys
        """Refused, but by cards that know keys."""
        raise Refused(Status.NO_SUCH_FUNCTION)

    def through(self, data: bytes) -> bytes:  # noqa: ARG002 - most readers do not look at it
        """A command to the card itself; most readers refuse it."""
        raise Refused(Status.NO_SUCH_FUNCTION)
