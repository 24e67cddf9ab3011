"""A private pcscd with one virtual reader, apart from the machine's own: for the demo and for tests.

A keeper process holds pcscd and the card process, in a network namespace of their own where the machine
allows it: vpcd listens on every interface. Nothing outlives who asked: the keeper ends with its stdin.
"""

import argparse
import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kiosk.hardware.simulated.keeper import DRIVER

DEADLINE_S = 15.0
NAMESPACE = ("unshare", "--kill-child", "--user", "--map-root-user", "--net", "--pid", "--fork")
EXPOSED = "no user namespaces here: the virtual reader can be reached on all network interfaces"
_PR_SET_PDEATHSIG = 1


class PcscdMissing(Exception):
    """This machine cannot run a private pcscd; the message says what it lacks."""


def missing() -> str:
    """What this machine lacks for a virtual reader, or ''."""
    if not _pcscd():
        return "pcscd is not installed"
    return "" if DRIVER.exists() else "vsmartcard-vpcd is not installed"


def _pcscd() -> str | None:
    return shutil.which("pcscd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class VirtualReader:
    """A running private pcscd with its card process; a context manager.

    `socket` is the value for PCSCLITE_CSOCK_NAME, `control` the socket that takes orders for cards, and
    `exposed` is EXPOSED where no namespace was to be had, else ''.
    """

    def __init__(self, state_dir: Path) -> None:
        lack = missing()
        if lack:
            raise PcscdMissing(lack)
        state_dir.mkdir(parents=True, exist_ok=True)
        self.socket = str(state_dir / "pcscd.comm")
        self.control = str(state_dir / "cards.sock")
        if len(os.fsencode(self.socket)) > 100:
            raise PcscdMissing("the state directory's path is too long for a socket")
        tried = subprocess.run((*NAMESPACE, "true"), capture_output=True, check=False)  # noqa: S603 - constants
        alone = tried.returncode == 0
        self.exposed = "" if alone else EXPOSED
        with (state_dir / "keeper.log").open("ab") as log:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own module
                (*(NAMESPACE if alone else ()), sys.executable, "-m", "kiosk.hardware.simulated.keeper",
                 "--state", str(state_dir), "--pcscd", _pcscd() or "", *(("--alone",) if alone else ())),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            self._answer(self._keeper.stdout)
        except BaseException:
            self.close()
            raise

    def tap(self, number: str, family: str = "cpu") -> None:
        """Put a card down (instead of the one that lies there): a member number, or a UID in hex."""
        self._order(do="tap", card=number, family=family)

    def pull(self) -> None:
        """Take the card away."""
        self._order(do="pull")

    def fault(self, kind: str) -> None:
        """Spoil the next tap: mute | garble | pull_mid_read | short | hang."""
        self._order(do="fault", kind=kind)

    def powered(self) -> int:
        """How often pcscd has powered the card that lies there."""
        return int(self._order(do="status")["powered"])

    def restart_pcscd(self) -> None:
        """Kill pcscd and start another; the card stays where it is."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(b"restart\n")
        self._keeper.stdin.flush()
        self._answer(self._keeper.stdout)

    def wait(self) -> int:
        """Block until the keeper ends; its exit status."""
        return self._keeper.wait()

    def close(self) -> None:
        """End pcscd and the card process."""
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._keeper.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait(DEADLINE_S)

    def __enter__(self) -> "VirtualReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _order(self, **order: str) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(DEADLINE_S)
            link.connect(self.control)
            link.sendall(json.dumps(order).encode() + b"\n")
            answer: dict[str, Any] = json.loads(link.makefile("rb").readline(4096) or b"{}")
        if not answer.get("ok"):
            raise ValueError(answer.get("why", "the card process hung up"))
        return answer

    def _answer(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        ready, _, _ = select.select([pipe], [], [], DEADLINE_S)
        if not ready or pipe.readline() != b"ready\n":
            raise PcscdMissing("the private pcscd did not start; see keeper.log and pcscd.log")


def _stop(_number: int, _frame: object) -> None:
    sys.exit(0)


def main() -> None:
    """Run a virtual reader in the foreground until SIGTERM, SIGINT or the parent's end."""
    words = argparse.ArgumentParser(description="A private pcscd with one virtual reader.")
    words.add_argument("--state", required=True, type=Path, help="directory for sockets and logs")
    words.add_argument("--ready-file", type=Path, help="written (as JSON) once cards can be tapped")
    given = words.parse_args()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    with VirtualReader(given.state.absolute()) as reader:
        if reader.exposed:
            sys.stderr.write(reader.exposed + "\n")
        if given.ready_file:
            told = {"socket": reader.socket, "control": reader.control, "exposed": reader.exposed}
            fresh = given.ready_file.with_suffix(".new")
            fresh.write_text(json.dumps(told), "utf-8")
            fresh.replace(given.ready_file)
        status = reader.wait()
    sys.exit(status or 1)


if __name__ == "__main__":
    main()
