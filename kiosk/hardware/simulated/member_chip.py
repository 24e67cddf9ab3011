"""The chips of cards that keep nothing: the demo's processor card, a bare UID, a stranger."""

from kiosk.hardware.cards.apdu import GET_UID, Status, select
from kiosk.hardware.cards.member_file import MEMBER_AID, member_file
from kiosk.hardware.simulated.chip import Steady, atr_of, word


def storage_atr(name: int) -> bytes:
    """What a reader makes up for a contactless storage card of this name (PC/SC part 3, supplement)."""
    return atr_of(bytes.fromhex("804F0CA00000030603") + name.to_bytes(2, "big") + bytes(4))


class MemberChip:
    """A processor card with our application; it answers in the T=0 manner, to make readers work for it."""

    atr = atr_of(b"MEMBER01")

    def __init__(self, number: bytes) -> None:
        self._file = member_file(number)
        self.eeprom = Steady()
        self.power()

    def power(self) -> None:
        """Nothing is chosen, nothing is ready."""
        self._ready = b""
        self._chosen = False

    def answer(self, command: bytes) -> bytes:
        """SELECT says 61xx, READ BINARY of the wrong length says 6Cxx; power-up forgets the selection."""
        if command == select(MEMBER_AID):
            self._chosen, self._ready = True, bytes.fromhex("6F0984") + b"\x07" + MEMBER_AID[:7]
            return bytes((0x61, len(self._ready)))
        if len(command) == 5 and command[:2] == b"\x00\xc0" and command[4] == len(self._ready):
            ready, self._ready = self._ready, b""
            return ready + word(Status.OK)
        if len(command) == 5 and command[:4] == b"\x00\xb0\x00\x00" and self._chosen:
            if command[4] != len(self._file):
                return bytes((0x6C, len(self._file)))
            return self._file + word(Status.OK)
        return word(Status.NOT_FOUND if command[1:2] == b"\xa4" else Status.NO_SUCH_INSTRUCTION)


class BareChip:
    """A contactless storage card, as its reader presents it: a UID and nothing else."""

    def __init__(self, uid: bytes, name: int) -> None:
        self.atr = storage_atr(name)
        self._uid = uid
        self.eeprom = Steady()

    def power(self) -> None:
        """It has nothing in mind."""

    def answer(self, command: bytes) -> bytes:
        """The UID when asked for it."""
        if command == GET_UID:
            return self._uid + word(Status.OK)
        return word(Status.NO_SUCH_FUNCTION)


class StrangeChip:
    """A healthy card of somebody else's."""

    atr = atr_of(b"STRANGER")
    eeprom = Steady()

    def power(self) -> None:
        """It has nothing in mind."""

    def answer(self, command: bytes) -> bytes:
        """No, politely."""
        return word(Status.NOT_FOUND if command[1:2] == b"\xa4" else Status.NO_SUCH_INSTRUCTION)
