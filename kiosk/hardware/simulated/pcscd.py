"""A private pcscd with virtual readers, apart from the machine's own: for the demo and for tests.

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

from kiosk.hardware.simulated.keeper import DRIVER, control_name

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

    `socket` is the value for PCSCLITE_CSOCK_NAME, `control` the socket that takes orders for cards of slot 0,
    and `exposed` is EXPOSED where no namespace was to be had, else ''. Slots (at most 14) can hold a card;
    each two of them are one reader. `driver` is another driver than vpcd's for the first reader.
    """

    def __init__(self, state_dir: Path, slots: int = 1, driver: Path = DRIVER) -> None:
        lack = missing()
        if lack:
            raise PcscdMissing(lack)
        state_dir.mkdir(parents=True, exist_ok=True)
        self.socket = str(state_dir / "pcscd.comm")
        self._state = state_dir
        self.control = str(state_dir / control_name(0))
        if len(os.fsencode(self.socket)) > 100:
            raise PcscdMissing("the state directory's path is too long for a socket")
        tried = subprocess.run((*NAMESPACE, "true"), capture_output=True, check=False)  # noqa: S603 - constants
        alone = tried.returncode == 0
        self.exposed = "" if alone else EXPOSED
        with (state_dir / "keeper.log").open("ab") as log:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own module
                (*(NAMESPACE if alone else ()), sys.executable, "-m", "kiosk.hardware.simulated.keeper",
                 "--state", str(state_dir), "--pcscd", _pcscd() or "",
                 "--slots", str(slots), "--driver", str(driver), *(("--alone",) if alone else ())),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            self._answer(self._keeper.stdout)
        except BaseException:
            self.close()
            raise

    def tap(self, number: str, family: str = "cpu", slot: int = 0) -> None:
        """Put a card down (instead of the one that lies there): see `chips.MAKERS`."""
        self._order(slot, do="tap", card=number, family=family)

    def pull(self, slot: int = 0) -> None:
        """Take the card away."""
        self._order(slot, do="pull")

    def fault(self, kind: str, slot: int = 0) -> None:
        """Spoil the next tap: mute | garble | pull_mid_read | short | hang."""
        self._order(slot, do="fault", kind=kind)

    def mishap(self, kind: str, at: int, byte: int = 0, slot: int = 0) -> None:
        """Spoil one command of the next tap, counted from 0 (see `card_field.Mishap`)."""
        self._order(slot, do="fault", kind=kind, at=at, byte=byte)

    def powered(self, slot: int = 0) -> int:
        """How often pcscd has powered the card that lies there."""
        return int(self._order(slot, do="status")["powered"])

    def pcscd(self, word: str) -> None:
        """restart | kill (and start again) | stop | start | freeze | thaw; the cards stay where they are.

        hang:SLOT | answer:SLOT: the card of this slot no longer answers, and does again.
        """
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(f"{word}\n".encode())
        self._keeper.stdin.flush()
        self._answer(self._keeper.stdout)

    def restart_pcscd(self) -> None:
        """End pcscd and start another; the cards stay where they are."""
        self.pcscd("restart")

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

    def _order(self, slot: int, **order: str | int) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(DEADLINE_S)
            link.connect(str(self._state / control_name(slot)))
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
