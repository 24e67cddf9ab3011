"""The process that keeps a private pcscd and its card process alive, and ends them with itself.

It reads "restart" lines from stdin and says "ready" when cards can be tapped; the end of stdin ends it all.
"""

import argparse
import contextlib
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
OWN_PORT = 0x8C7B
PORTS = range(20000, 32000, 2)
POLL_S = 0.01
START_S = 10.0
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
_LISTENING = "0A"
_ACTIVATED = 3
"""The file descriptor on which a service gets its socket (sd_listen_fds)."""


class StartFailed(Exception):
    """A part did not come up in time, or died."""


class Keeper:
    """pcscd on a socket that outlives it, and the process that holds cards to it."""

    def __init__(self, state: Path, pcscd: str, alone: bool) -> None:
        self._state, self._pcscd = state, pcscd
        self._listen()
        self._port = OWN_PORT if alone else free_pair()
        if alone:
            loopback_up()
        self._conf = state / "reader.conf"
        self._conf.write_text(
            'FRIENDLYNAME "Virtual card reader"\n'
            f"DEVICENAME /dev/null:{self._port:#x}\nLIBPATH {DRIVER}\nCHANNELID {self._port:#x}\n",
            "utf-8",
        )
        # An empty driver directory, so that this pcscd leaves the owner's USB readers alone.
        self._no_drivers = state / "no-usb-drivers"
        self._no_drivers.mkdir(exist_ok=True)
        self._service = self._start_pcscd()
        control = state / "cards.sock"
        control.unlink(missing_ok=True)
        self._cards = child(
            [sys.executable, "-m", "kiosk.hardware.simulated.virtual_cards",
             "--control", str(control), "--port", str(self._port)], state / "cards.log",
        )  # fmt: skip
        wait_for(control.exists, self._cards)

    def _listen(self) -> None:
        path = self._state / "pcscd.comm"
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(16)
        if listener.fileno() != _ACTIVATED:
            os.dup2(listener.fileno(), _ACTIVATED)
            listener.close()
        else:
            listener.detach()

    def _start_pcscd(self) -> "subprocess.Popen[bytes]":
        command = [self._pcscd, "--foreground", "-c", str(self._conf)]
        activated = ["sh", "-c", 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', "sh", *command]
        drivers = {"PCSCLITE_HP_DROPDIR": str(self._no_drivers)}
        service = child(activated, self._state / "pcscd.log", drivers, (_ACTIVATED,))
        wait_for(lambda: listens(self._port), service)
        return service

    def restart(self) -> None:
        """Another pcscd on the same socket."""
        end(self._service)
        self._service = self._start_pcscd()

    def alive(self) -> bool:
        """Whether both parts still run."""
        return self._service.poll() is None and self._cards.poll() is None

    def close(self) -> None:
        """End both parts."""
        end(self._cards)
        end(self._service)


def child(
    command: list[str], log: Path, more: dict[str, str] | None = None, keep: tuple[int, ...] = ()
) -> "subprocess.Popen[bytes]":
    """Start a part that dies when the keeper does."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - the commands are this module's
            ["setpriv", "--pdeathsig", "KILL", *command],  # noqa: S607 - util-linux, wherever it lies
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=keep,
            env={**os.environ, **(more or {})},
        )  # fmt: skip


def end(part: "subprocess.Popen[bytes]") -> None:
    """Ask, then insist."""
    part.terminate()
    try:
        part.wait(3)
    except subprocess.TimeoutExpired:
        part.kill()
        part.wait(3)


def wait_for(ready: Callable[[], bool], part: "subprocess.Popen[bytes]") -> None:
    """Poll until ready; StartFailed when the part dies or time is up."""
    until = time.monotonic() + START_S
    while not ready():
        if part.poll() is not None or time.monotonic() > until:
            raise StartFailed(str(part.args))
        time.sleep(POLL_S)


def loopback_up() -> None:
    """A new network namespace has its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def listens(port: int) -> bool:
    """Whether somebody listens on this TCP port; asking by connecting would be a card."""
    lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    return any(
        fields[1].endswith(f":{port:04X}") and fields[3] == _LISTENING for fields in map(str.split, lines)
    )


def free_pair() -> int:
    """The first of two neighbouring free TCP ports: vpcd takes one per slot."""
    start = os.getpid() % len(PORTS)
    for port in (*PORTS[start:], *PORTS[:start]):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as two:
            one.bind(("", port))
            two.bind(("", port + 1))
            return int(port)
    raise StartFailed("no two free ports")


def main() -> None:
    """Keep until stdin ends; exit 1 when a part died by itself."""
    words = argparse.ArgumentParser(description="Keeps a private pcscd (started by VirtualReader).")
    words.add_argument("--state", required=True, type=Path)
    words.add_argument("--pcscd", required=True)
    words.add_argument("--alone", action="store_true", help="in a network namespace of its own")
    given = words.parse_args()
    keeper = Keeper(given.state, given.pcscd, given.alone)
    try:
        os.write(1, b"ready\n")
        while keeper.alive():
            ready, _, _ = select.select([0], [], [], 0.5)
            if not ready:
                continue
            if not os.read(0, 4096):
                return
            keeper.restart()
            os.write(1, b"ready\n")
    finally:
        keeper.close()
    sys.exit(1)


if __name__ == "__main__":
    main()
