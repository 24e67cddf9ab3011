"""The processes of a demo: started in order, watched, and ended, whatever happens to who started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kiosk.demo.places import Places

_PR_SET_PDEATHSIG = 1
_PAUSE = 0.02
_LAST_LINES = 15


class PartFailed(Exception):
    """A part ended by itself, or was not ready in time; says so with the end of its log."""


class Asked(Exception):
    """Somebody asked the demo to end (Ctrl-C, or a signal)."""


@dataclass
class Crew:
    """Starts parts and ends them again; only ever its own. `asked` is looked at while waiting; `grace` is
    the seconds a part has to end politely."""

    places: Places
    asked: Callable[[], bool]
    grace: float = 5.0
    _parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, who: str, *words: str, env: Mapping[str, str] | None = None, shown: bool = False) -> None:
        """Start `python WORDS`, in a process group of its own, its output in its log (or `shown`)."""
        mine, prctl = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl

        def bound_to_us() -> None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != mine:  # we died before the bond was made
                os._exit(1)

        with self.places.log(who).open("ab") as log:
            self._parts[who] = subprocess.Popen(  # noqa: S603
                [sys.executable, *words],
                stdin=subprocess.DEVNULL,
                stdout=None if shown else log,
                stderr=None if shown else subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                process_group=0,
                preexec_fn=bound_to_us,  # noqa: PLW1509  # this process has one thread
            )

    def wait_ready(self, who: str, patience: float) -> str:
        """The text of the part's ready file, once it is there. PartFailed: it ended, or took too long."""
        ready = self.places.ready(who)
        self.wait(ready.exists, patience, who)
        return ready.read_text().strip()

    def wait(self, condition: Callable[[], bool], patience: float, who: str) -> None:
        """Wait for a condition while every part lives. PartFailed or Asked when it cannot come."""
        deadline = time.monotonic() + patience
        while not condition():
            self.watch()
            if time.monotonic() > deadline:
                raise PartFailed(self._told(who, f"was not ready after {patience:.0f} s"))
            time.sleep(_PAUSE)

    def watch(self) -> None:
        """PartFailed if a part has ended, Asked if somebody wants the end."""
        if self.asked():
            raise Asked
        for who, part in self._parts.items():
            if part.poll() is not None:
                raise PartFailed(self._told(who, f"ended by itself ({_how(part.returncode)})"))

    def finished(self, who: str) -> int | None:
        """The exit status of a part that is meant to end, once it has; it is no longer watched then."""
        status = self._parts[who].poll()
        if status is not None:
            del self._parts[who]
        return status

    def end(self) -> None:
        """End every part, the last started first: politely, and after a grace for good."""
        for part in reversed(self._parts.values()):
            _signal(part, signal.SIGTERM)
            deadline = time.monotonic() + self.grace
            while part.poll() is None and time.monotonic() < deadline:
                time.sleep(_PAUSE)
            _signal(part, signal.SIGKILL)
            part.wait()
        self._parts.clear()

    def _told(self, who: str, what: str) -> str:
        log = self.places.log(who)
        lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:] if log.exists() else []
        return "\n".join([f"{who} {what}; the last lines of {log}:", *(f"    {line}" for line in lines)])


def _signal(part: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(part.pid, number)  # its group: what it started goes too


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit {status}"
