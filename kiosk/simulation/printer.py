"""A printer with a physical tray: what lies there is paper, whatever the software believes."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.events import Event, Outcome, Printed
from kiosk.membership.paper import QR, Paper
from kiosk.membership.vouchers import check_code, parse_qr
from kiosk.offline.identity import VoucherSigner
from kiosk.simulation.power import Fuse


@dataclass(frozen=True)
class Slip:
    """One piece of paper in the world: anybody who holds it may come to a counter with it."""

    number: str
    gift: str
    check: str
    op: str
    printed_by: str


@dataclass(frozen=True)
class Fate:
    """How one print will go: does paper come out, and what word comes back (None: silence; late: later)."""

    name: str
    paper: bool
    word: Outcome | None
    why: str = ""
    late: bool = False


FATES = (
    (16, Fate("printed", True, Outcome.CONFIRMED)),
    (8, Fate("out-of-paper", False, Outcome.NOT_PRINTED, "K-PR-01")),
    (12, Fate("unknown-with-paper", True, Outcome.UNKNOWN, "K-PR-05")),
    (12, Fate("unknown-without-paper", False, Outcome.UNKNOWN, "K-PR-05")),
    (4, Fate("silent-with-paper", True, None)),
    (4, Fate("silent-without-paper", False, None)),
    (10, Fate("late-word", True, Outcome.CONFIRMED, late=True)),
    (4, Fate("lie", True, Outcome.NOT_PRINTED, "K-PR-01")),
)
"""Weights and fates. A lie: the printer denies a paper that it did print."""
FAIR = FATES[0][1]


class SimPrinter:
    """Implements ports.Printer."""

    def __init__(
        self,
        *,
        name: str,
        fuse: Fuse,
        post: Callable[[Event], None],
        fate: Callable[[], Fate],
        printed: Callable[[Slip, int], None],
        later: Callable[[float, Callable[[], None]], None],
        key: VoucherSigner,
    ) -> None:
        self._name, self._fuse, self._post, self._fate = name, fuse, post, fate
        self._printed, self._later, self._key = printed, later, key
        self.trouble = ""

    def longest_s(self) -> float:
        """As the desk waits."""
        return 60.0

    def preview(self, paper: Paper) -> bytes:
        """Nobody looks."""
        del paper
        return b""

    def ready(self) -> str:
        """'' or a fault code."""
        return self.trouble

    def print(self, op: str, attempt: int, paper: Paper) -> None:
        """Do what fate says; the power may go before the paper, and between paper and word."""
        self._fuse.step()
        fate = self._fate()
        if fate.paper:
            self._printed(self.slip(op, attempt, paper), attempt)
        self._fuse.step()
        if fate.word is None:
            return
        word = Printed(op, attempt, fate.word, fate.why)
        if fate.late:
            self._later(90.0, lambda: self._post(word))
        else:
            self._post(word)

    def slip(self, op: str, attempt: int, paper: Paper) -> Slip:
        """The paper as somebody with eyes reads it."""
        del attempt
        (code,) = (part.text for part in paper.parts if isinstance(part, QR))
        ticket, _, signature = parse_qr(code)
        return Slip(ticket.number, ticket.gift, check_code(signature), op, self._name)
