"""A simulated reader with a simulated card on it, and everything that may go wrong between the two."""

from dataclasses import dataclass
from typing import Literal

from kiosk.hardware.cards.apdu import CardMute, CardPulled, split
from kiosk.hardware.simulated.chip import Chip

Kind = Literal["before", "after", "cut", "tear", "status", "refuse", "hang", "reset", "swap", "garble"]
KINDS: tuple[Kind, ...] = ("before", "after", "cut", "tear", "status", "refuse", "hang", "reset", "swap")
"""What happens to cards. Frames are checked, so "garble" does not; a broken reader might."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong, at which command (from 0) of a presentation.

    before: the card is gone and has not heard the command; after: it carried it out, the answer is lost;
    cut: only `byte` bytes of the answer arrive; tear: its memory's write ends after `byte` bytes;
    status: it carried it out, and another status word arrives; refuse: it never heard the command, and a
    refusal arrives; hang: it never answers; reset: it was powered anew just before; swap: another card lies
    there from then on; garble: one bit of byte `byte` of its answer is wrong.
    """

    kind: Kind
    at: int
    byte: int = 0


class Field:
    """A Channel to the chip that lies there, from its presentation to its removal."""

    def __init__(self, chip: Chip, mishap: Mishap | None = None, other: Chip | None = None) -> None:
        self._chip, self._mishap, self._other = chip, mishap, other
        self._gone = False
        self.sent = 0
        """Commands that were sent since the card was presented."""
        chip.eeprom.left = None
        chip.power()

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange, or the mishap that is due."""
        answer = self.answer(command)
        if not answer:
            raise CardPulled("the card left")
        return split(answer)

    def power(self) -> None:
        """The reader powers the card that lies there anew."""
        self._chip.power()

    def answer(self, command: bytes) -> bytes:
        """What comes back, whether it is an answer or not; b"" when the card left. CardMute: nothing ever."""
        if self._gone:
            return b""
        due = self._mishap is not None and self._mishap.at == self.sent
        self.sent += 1
        answer = self._spoilt(self._mishap, command) if due and self._mishap else self._chip.answer(command)
        self._gone = not answer
        return answer

    def _spoilt(self, mishap: Mishap, command: bytes) -> bytes:
        match mishap.kind:
            case "before":
                return b""
            case "hang":
                self._gone = True
                raise CardMute("the card hangs")
            case "refuse":
                return bytes.fromhex("6985")
            case "reset":
                self._chip.power()
            case "swap" if self._other is not None:
                self._chip = self._other
                self._chip.power()
            case "tear":
                self._chip.eeprom.left = mishap.byte
        answer = self._chip.answer(command)
        self._chip.eeprom.left = None
        return self._garbled(mishap, answer)

    @staticmethod
    def _garbled(mishap: Mishap, answer: bytes) -> bytes:
        if mishap.kind == "after":
            return b""
        if mishap.kind == "cut":
            return answer[: mishap.byte]
        if mishap.kind == "garble":
            at = mishap.byte % len(answer)
            return answer[:at] + bytes((answer[at] ^ 0x01,)) + answer[at + 1 :]
        return bytes.fromhex("6985") if mishap.kind == "status" else answer
