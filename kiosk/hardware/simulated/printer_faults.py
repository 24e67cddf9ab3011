"""What can be wrong with a printer and its line, apart from paper, cover and knife. No I/O, no own clock."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

NOISE = bytes.fromhex("ff80a53722ff00c3")
"""Bytes that mean nothing, with half an echo among them."""
REPLIES_MAX = 4096
"""Answers that nobody fetches are lost beyond this."""
MERGED_S = 0.2
"""How long merged answers gather."""

Place = Literal["before", "inside", "after"]


@dataclass(slots=True)
class Faults:
    """All at rest when new; verbs set them, `all_well` puts a new one in its place."""

    off_after_bytes: int | None = None
    """Power goes when so many more bytes have come in."""
    bytes_per_s: int = 0
    """How fast the line lets bytes in; 0 is as fast as they come."""
    offline: bool = False
    """Somebody pressed the button that takes it off line."""
    overheated: bool = False
    """The head is too hot and goes on by itself when it has cooled."""
    refuses_second: bool = False
    """Further hosts are refused, where others wait."""
    prints_nothing: bool = False
    """It says and echoes everything as if it printed, but no paper moves."""
    sensor_stuck: bool = False
    """It says there is paper even when there is none, and prints into the air."""


class ReplyPath:
    """The way back to the host, in whatever state: answers go in whole, bytes come out in `ready`."""

    def __init__(self) -> None:
        self.ready = bytearray()
        """What the host may fetch now."""
        self._held: deque[tuple[float | None, bytes]] = deque()
        self.mend()

    def mend(self) -> None:
        """Nothing is wrong any more; what is held comes with the next `release`."""
        self.lost, self.lost_after = False, -1
        """Lost at once; lost after so many bytes, or -1."""
        self.noise: Place | None = None
        self.late_s = 0.0
        self.merged = self.single_bytes = False

    def clear(self) -> None:
        """Nobody is there to fetch anything."""
        self.ready.clear()
        self._held.clear()

    def put(self, answer: bytes) -> None:
        """An answer sets out; beyond REPLIES_MAX it is lost whole."""
        if self.lost or len(self.ready) + self._waiting() + len(answer) > REPLIES_MAX:
            return
        answer = self._noisy(answer)
        if self.lost_after >= 0:
            answer = answer[: self.lost_after]
            self.lost_after -= len(answer)
            if not self.lost_after:
                self.lost, self.lost_after = True, -1
        if self.late_s or self.merged or self._held:
            self._held.append((None, answer))
        else:
            self.ready += answer

    def release(self, now: float) -> float | None:
        """Let out what is due; seconds until more is, None when nothing is held."""
        delay = MERGED_S if self.merged else self.late_s
        if self.merged and self._held:
            # All gather behind the first one.
            first = self._held[0][0]
            together = now + delay if first is None else first
            self._held = deque((together, answer) for _, answer in self._held)
        else:
            self._held = deque((now + delay if due is None else due, answer) for due, answer in self._held)
        while self._held and (due := self._held[0][0]) is not None:
            if due > now and delay:
                return due - now
            self.ready += self._held.popleft()[1]
        return None

    def fetch(self) -> bytes:
        """What one write takes: everything, or one byte when answers come split; it stays until `sent`."""
        return bytes(self.ready[:1] if self.single_bytes else self.ready)

    def sent(self, count: int) -> None:
        """So many bytes have left."""
        del self.ready[:count]

    def _waiting(self) -> int:
        return sum(len(answer) for _, answer in self._held)

    def _noisy(self, answer: bytes) -> bytes:
        match self.noise:
            case "before":
                return NOISE + answer
            case "inside":
                return answer[:1] + NOISE + answer[1:]
            case "after":
                return answer + NOISE
        return answer
