"""Power cuts and lost answers, byte by byte: `python -m tests.printers.cuts --seed S --every N`.

At every byte of a job in the printer's own letters; for a picture at every command, two bytes around it, and
at two hundred places by chance. The kiosk may be unsure. It may never call a paper confirmed that is not
whole, nor a voucher not printed that can be read. Ends with "N cuts, M broken".
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal

from kiosk.clock import RealClock
from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.letters import noto_mono
from kiosk.hardware.printers.native import Native
from kiosk.hardware.printers.session import LinkLost, Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.escpos_steps import Row
from kiosk.hardware.simulated.escpos_stream import EscPosStream
from kiosk.hardware.simulated.printer import SimulatedPrinter
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher

IDENT = b"AbcD"
PATIENCE = Patience(answer=0.1, queue=0.1, echo=0.15, mending=0.1, bytes_per_s=1_000_000)
BEFORE = 26
"""Bytes of questions before a job: four states, unasked states on, a mark."""
ANSWERED = 40
"""Bytes of answers to a job and its questions, and some more."""

Kind = Literal["off_after_bytes", "lose_replies_after"]


@dataclass(frozen=True, slots=True)
class Cut:
    """What goes, and after how many bytes."""

    kind: Kind
    at: int


def native_job() -> bytes:
    """A voucher in the printer's own letters."""
    return escpos.slips(Native(raster(), noto_mono(), "gb18030").slips(voucher("zh_CN")))


def picture_job() -> bytes:
    """The same as a picture."""
    return escpos.sheet(raster().draw(voucher("zh_CN")))


def commands(job: bytes) -> Iterator[int]:
    """Where each command ends."""
    stream = EscPosStream(len(job))
    stream.push(job)
    while (step := stream.next()) is not None:
        if not isinstance(step, Row):
            yield len(job) - len(stream)


def everywhere(job: bytes) -> list[Cut]:
    """Power at every byte from the first question on, and answers at every byte."""
    return [Cut("off_after_bytes", at) for at in range(1, BEFORE + len(job) + 12)] + _answers()


def around_commands(job: bytes, seed: int) -> list[Cut]:
    """Power two bytes around every command and at two hundred places, and answers at every byte."""
    places = {BEFORE + end + off for end in commands(job) for off in range(-2, 3)}
    places |= {Random(seed).randrange(1, BEFORE + len(job)) for _ in range(200)}
    return [Cut("off_after_bytes", at) for at in sorted(places) if at > 0] + _answers()


def _answers() -> list[Cut]:
    return [Cut("lose_replies_after", at) for at in range(1, ANSWERED)]


class Trial:
    """A printer on which one job is tried again and again; `whole` is its paper when nothing happens."""

    def __init__(self, printer: SimulatedPrinter, papers: Path, job: bytes) -> None:
        self._printer, self._papers, self._job = printer, papers, job
        assert self._print() is Outcome.CONFIRMED
        (self._whole,) = self._fallen().values()
        assert self._whole, "a voucher that nobody can read"

    def broken(self, cut: Cut) -> str:
        """'' when the kiosk's word about this cut may stand, else what is wrong with it."""
        self._printer.do(cut.kind, bytes=cut.at)
        outcome = self._print()
        self._printer.do("on")
        self._printer.do("all_well")
        fallen = self._fallen()
        if outcome is Outcome.CONFIRMED and list(fallen.values()) != [self._whole]:
            return f"{cut}: confirmed, and there is {sorted(fallen)}"
        if outcome is Outcome.NOT_PRINTED and any(fallen.values()):
            return f"{cut}: not printed, and there is {sorted(fallen)}"
        return ""

    def _print(self) -> Outcome:
        try:
            link = TcpLink.open("127.0.0.1", self._printer.port)
        except LinkLost:
            return Outcome.NOT_PRINTED
        outcome, _ = PrinterSession(link, RealClock(), PATIENCE).print(self._job, IDENT)
        link.close()
        return outcome

    def _fallen(self) -> dict[str, bytes]:
        """Papers that lie there, taken away: name and picture, b'' when it is no voucher to anybody."""
        found = {}
        for path in self._papers.glob("*.png"):
            found[path.name] = path.read_bytes() if number_on(path) == NUMBER else b""
            path.unlink()
        return found


def tried(job: bytes, cuts: list[Cut], folder: Path) -> Iterator[str]:
    """Try all; what `Trial.broken` says of each."""
    with SimulatedPrinter(folder) as printer:
        trial = Trial(printer, folder, job)
        for cut in cuts:
            yield trial.broken(cut)


def main() -> None:
    parser = ArgumentParser(prog="tests.printers.cuts", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th cut")
    asked = parser.parse_args()
    count, broken = 0, 0
    native, picture = native_job(), picture_job()
    for job, cuts in ((native, everywhere(native)), (picture, around_commands(picture, asked.seed))):
        with TemporaryDirectory() as folder:
            for verdict in tried(job, cuts[asked.seed % asked.every :: asked.every], Path(folder)):
                count += 1
                broken += bool(verdict)
                if verdict:
                    print(verdict, flush=True)
    print(f"{count} cuts, {broken} broken")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
