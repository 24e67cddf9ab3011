"""The voucher printer as the desk knows it: jobs in, outcomes out, readiness looked after in between.

Fault codes: K-PR-01 paper out, 02 cover open, 03 cutter, 04 error, 05 no answer, 06 offline (a button, or
trouble of its own), 07 this paper cannot be drawn, 08 too many jobs wait, 10 no printer is set up.
"""

import logging
import queue
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import kiosk
from kiosk.events import Outcome, Printed, PrinterChanged
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.capabilities import MODEL, Capabilities, probe
from kiosk.hardware.printers.device_file import FileLink
from kiosk.hardware.printers.fence import Fence, ProcessId, StatusRequest
from kiosk.hardware.printers.letters import CannotDraw, noto, noto_mono
from kiosk.hardware.printers.native import Native
from kiosk.hardware.printers.profiles import Profile, load_profile
from kiosk.hardware.printers.raster import Raster
from kiosk.hardware.printers.serial import SerialLink
from kiosk.hardware.printers.session import NO_ANSWER, Link, LinkLost, Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.printers.usb import UsbLink
from kiosk.membership.paper import Paper
from kiosk.ports import Clock, Post

log = logging.getLogger(__name__)

CANNOT_DRAW, TOO_MANY, NOT_SET_UP = "K-PR-07", "K-PR-08", "K-PR-10"
LOOK_EVERY_S = 2.0
JOBS_MAX = 4
GENERIC = Profile(name="ESC/POS", fence="process-id")
_LONG_VOUCHER = 2400
"""Rows."""
_LINE_USED = 0.8
"""How much of a serial line's speed a printer with little memory lets through."""
_PICTURES_FROM = 38400
"""Baud from which on a picture of a voucher takes no more patience than its own letters."""
_FAST = 10_000.0
"""Bytes a second of the slowest printer on a network or on USB."""
PICTURES = Path(kiosk.__file__).parent / "screens" / "art" / "png" / "voucher"
"""Pictures made for paper; a shop may hand in a folder of its own."""

_Job = tuple[str, int, Paper]
Open = Callable[[], Link]
"""Open a new line to the printer, or LinkLost."""


class Settings(Protocol):
    """What the settings file says about the printer."""

    @property
    def kind(self) -> str:
        """disabled, or a key of LINES."""

    @property
    def address(self) -> str:
        """host:port, or a device file."""

    @property
    def baud(self) -> int:
        """The speed of a serial line."""

    @property
    def flow(self) -> str:
        """A serial line's handshake: none | xonxoff | rtscts."""

    @property
    def profile(self) -> str:
        """A shipped profile's name, or the path of another."""

    @property
    def width(self) -> int:
        """Dots a line: 384 or 576."""


class Runs(Protocol):
    """A printer with work of its own, for one thread: `run` until `stop`."""

    def print(self, op: str, attempt: int, paper: Paper) -> None:
        """See ports.Printer."""

    def preview(self, paper: Paper) -> bytes:
        """See ports.Printer."""

    def ready(self) -> str:
        """See ports.Printer."""

    def longest_s(self) -> float:
        """See ports.Printer."""

    def run(self) -> None:
        """Work until stopped."""

    def stop(self) -> None:
        """Let `run` end soon; from any thread."""


class PrinterService:
    """Prints one job after another; between jobs it looks every two seconds whether the printer is well."""

    def __init__(
        self,
        open_link: Open,
        raster: Raster,
        post: Post,
        clock: Clock,
        patience: Patience | None = None,
        *,
        profile: Profile = GENERIC,
        native: Native | None = None,
    ) -> None:
        """`native` writes papers in the printer's own letters, instead of as pictures."""
        self._open = open_link
        self._raster = raster
        self._post = post
        self._clock = clock
        self._patience = patience or Patience()
        self._profile = profile
        self._native = native
        self._probed: Capabilities | None = None
        self._fresh = False
        self._jobs: queue.Queue[_Job | None] = queue.Queue(JOBS_MAX)
        self._line: tuple[Link, PrinterSession] | None = None
        self._told: PrinterChanged | None = None
        self._count = secrets.randbelow(400_000)  # a restart must not wait for an ident of before
        self._ending = False

    def print(self, op: str, attempt: int, paper: Paper) -> None:
        """Queue a job; Printed follows, at once when too many wait."""
        try:
            self._jobs.put_nowait((op, attempt, paper))
        except queue.Full:
            self._post(Printed(op, attempt, Outcome.NOT_PRINTED, TOO_MANY))

    def preview(self, paper: Paper) -> bytes:
        """What would come out as a picture, though the printer may write it in its own letters."""
        try:
            return self._raster.preview(paper)
        except CannotDraw:
            return b""

    def ready(self) -> str:
        """The fault code of the last look; no answer before the first one."""
        return self._told.code if self._told else NO_ANSWER

    def longest_s(self) -> float:
        """For each job that waits, and one more, as long as a voucher of 30 cm may take on this line."""
        one = self._patience.longest(_LONG_VOUCHER * self._raster.width // 8) + self._print_s(_LONG_VOUCHER)
        return one * (1 + self._jobs.qsize())

    def writes_itself(self) -> bool:
        """Whether papers go in the printer's own letters."""
        return self._native is not None

    def capabilities(self) -> Capabilities | None:
        """What was found out about the printer; None before it was well once."""
        return self._probed

    def run(self) -> None:
        """Look and print until stopped."""
        self.look()
        while not self._ending:
            self.step(LOOK_EVERY_S)
        self._hang_up()

    def step(self, wait_s: float) -> None:
        """Print the next job, or look at the printer when none came within `wait_s`."""
        try:
            job = self._jobs.get(timeout=wait_s)
        except queue.Empty:
            self.look()
            return
        if job is not None:
            self._post(Printed(job[0], job[1], *self._print(job[2])))

    def stop(self) -> None:
        """Let `run` end after the job in hand."""
        self._ending = True
        if self._jobs.empty():
            self._jobs.put_nowait(None)

    def look(self) -> str:
        """Ask the printer how it is, on a new line if need be; PrinterChanged when that changed."""
        near_end = False
        try:
            session = self._session()
            code, near_end = session.trouble(), session.near_end
            if not code:
                self._know(session)
        except LinkLost:
            self._hang_up()
            code = NO_ANSWER
        self._tell(PrinterChanged(code, near_end))
        return code

    def _print(self, paper: Paper) -> tuple[Outcome, str]:
        self._count += 1
        ident = escpos.ident_of(self._count)
        try:
            slips = (self._native or self._raster).slips(paper)
            sheet = escpos.slips(slips, self._profile.cut)
        except CannotDraw:
            return Outcome.NOT_PRINTED, CANNOT_DRAW
        if self._line and self.look() == NO_ANSWER:
            self.look()  # the line may only have gone stale: a new one is tried before giving up
        if self._line is None and self.look() == NO_ANSWER:
            return Outcome.NOT_PRINTED, NO_ANSWER
        if self._probed is None and (code := self.look()):
            return Outcome.NOT_PRINTED, code  # nobody knows yet which fence it understands
        try:
            session = self._session()
        except LinkLost:
            return Outcome.NOT_PRINTED, NO_ANSWER
        outcome, why = session.print(sheet, ident, self._print_s(sum(slip.rows for slip in slips)))
        if outcome is Outcome.UNKNOWN or why == NO_ANSWER:
            self._hang_up()
        if why:
            self._tell(PrinterChanged(why, self._told is not None and self._told.near_end))
        return outcome, why

    def _session(self) -> PrinterSession:
        if self._line is None:
            link, self._fresh = self._open(), True
            self._line = link, PrinterSession(link, self._clock, self._patience, self._fence())
        return self._line[1]

    def _fence(self) -> Fence:
        weak = self._profile.fence == "status" or (self._probed is not None and not self._probed.process_id)
        return StatusRequest() if weak else ProcessId()

    def _know(self, session: PrinterSession) -> None:
        """Find out once what this printer can do, and again when another stands there. LinkLost: not now."""
        fresh, self._fresh = self._fresh, False
        if self._probed is not None and not (fresh and self._doubtful(session, self._probed)):
            return
        self._count += 1
        self._probed = probe(session, self._profile, escpos.queue_ident(escpos.ident_of(self._count)))
        log.info("printer: %s", self._probed)
        session.trust(self._fence())

    def _doubtful(self, session: PrinterSession, known: Capabilities) -> bool:
        """Whether a new line may lead to another printer, or an answer have been lost the last time.

        Printers that do not say their model all look alike: whichever stands there is asked anew.
        """
        weak = self._profile.fence == "auto" and not known.process_id
        return weak or not known.model or session.tells(MODEL) != known.model

    def _print_s(self, rows: int) -> float:
        return rows / self._profile.rows_per_s

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[0].close()
            self._line = None

    def _tell(self, state: PrinterChanged) -> None:
        if state != self._told:
            self._told = state
            self._post(state)


class NoPrinter:
    """A kiosk without a printer says so and prints nothing."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._ended = threading.Event()

    def print(self, op: str, attempt: int, paper: Paper) -> None:  # noqa: ARG002
        """Say that nothing was printed."""
        self._post(Printed(op, attempt, Outcome.NOT_PRINTED, NOT_SET_UP))

    def preview(self, paper: Paper) -> bytes:  # noqa: ARG002
        """Nothing would."""
        return b""

    def ready(self) -> str:
        """Never."""
        return NOT_SET_UP

    def longest_s(self) -> float:
        """At once."""
        return 1.0

    def run(self) -> None:
        """Wait for the end."""
        self._ended.wait()

    def stop(self) -> None:
        """End."""
        self._ended.set()


def _tcp(settings: Settings) -> Link:
    host, _, port = settings.address.rpartition(":")
    if not port.isdigit():
        raise LinkLost(f"no host:port: {settings.address}")
    return TcpLink.open(host.strip("[]"), int(port))


def _serial(settings: Settings) -> Link:
    return SerialLink.open(settings.address, settings.baud, settings.flow)


LINES: dict[str, Callable[[Settings], Link]] = {
    "tcp": _tcp,
    "serial": _serial,
    "usb": lambda settings: UsbLink.open(settings.address),
    "file": lambda settings: FileLink.open(settings.address),
}
"""How each kind of printer is reached; every one of them speaks ESC/POS. "disabled" needs no line."""


def open_printer(settings: Settings, post: Post, clock: Clock, pictures: Path = PICTURES) -> Runs:
    """The printer that the settings name; it is not yet looked for.

    ValueError for an unknown kind, BadProfile (one, too) for a profile that cannot be used.
    """
    if settings.kind == "disabled":
        return NoPrinter(post)
    if settings.kind not in LINES:
        raise ValueError(f"no such printer: {settings.kind}")
    reach = LINES[settings.kind]
    # A serial character is ten bits; other lines are as fast as their printer.
    speed = settings.baud / 10 * _LINE_USED if settings.kind == "serial" else _FAST
    profile, raster = load_profile(settings.profile), Raster(settings.width, noto(), pictures)
    slow = settings.kind == "serial" and settings.baud < _PICTURES_FROM
    own = profile.text == "native" or (profile.text == "auto" and slow)
    return PrinterService(
        lambda: reach(settings),
        raster,
        post,
        clock,
        Patience(bytes_per_s=speed),
        profile=profile,
        native=Native(raster, noto_mono(), profile.encoding) if own and profile.encoding else None,
    )
