"""The process that keeps a private pcscd and its card process alive, and ends them with itself.

It takes a word a line from stdin (restart, kill, stop, start, freeze, thaw) and says "ready" when it is done;
the end of stdin ends it all. Each slot that can hold a card has a card process of its own.
"""

import argparse
import contextlib
import fcntl
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SLOTS_EACH = 2
"""Slots of one virtual reader."""
SLOTS_MAX = 14
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
    """pcscd on a socket that outlives it, and the processes that hold cards to it, one for each slot."""

    def __init__(self, state: Path, pcscd: str, alone: bool, slots: int, driver: Path) -> None:
        self._state, self._pcscd = state, pcscd
        self._listen()
        readers = range(-(-slots // SLOTS_EACH))
        self._ports = [OWN_PORT + SLOTS_EACH * place if alone else free_pair() for place in readers]
        if alone:
            loopback_up()
        self._conf = state / "reader.conf"
        entries = [self._entry(place, driver) for place in readers]
        self._conf.write_text("\n".join(entries), "utf-8")
        # An empty driver directory, so that this pcscd leaves the owner's USB readers alone.
        self._no_drivers = state / "no-usb-drivers"
        self._no_drivers.mkdir(exist_ok=True)
        self._wanted = True
        self._service = self._start_pcscd()
        controls = [state / control_name(slot) for slot in range(slots)]
        self._cards = [self._start_cards(control, slot) for slot, control in enumerate(controls)]
        for control, cards in zip(controls, self._cards, strict=True):
            wait_for(control.exists, cards)

    def _entry(self, place: int, driver: Path) -> str:
        """A reader's lines for pcscd. Two readers of one driver file would share a card: each has a copy."""
        if place:
            copy = self._state / f"driver-{place}.so"
            shutil.copyfile(DRIVER, copy)
            driver = copy
        name, port = f"Virtual card reader{f' {place + 1}' if place else ''}", self._ports[place]
        where = f"DEVICENAME /dev/null:{port:#x}\nLIBPATH {driver}\nCHANNELID {port:#x}\n"
        return f'FRIENDLYNAME "{name}"\n{where}'

    def _start_cards(self, control: Path, slot: int) -> "subprocess.Popen[bytes]":
        control.unlink(missing_ok=True)
        port = self._ports[slot // SLOTS_EACH] + slot % SLOTS_EACH
        return child(
            [sys.executable, "-m", "kiosk.hardware.simulated.virtual_cards",
             "--control", str(control), "--port", str(port)], self._state / "cards.log",
        )  # fmt: skip

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
        wait_for(lambda: all(map(listens, self._ports)), service)
        return service

    def obey(self, word: str) -> None:
        """One word about pcscd, or about the cards of a SLOT: hang:SLOT, answer:SLOT. ValueError."""
        match word.partition(":"):
            case ("restart", "", ""):
                end(self._service)
                self._service = self._start_pcscd()
            case ("kill", "", ""):
                self._service.kill()
                self._service.wait()
                self._service = self._start_pcscd()
            case ("stop", "", ""):
                self._wanted = False
                end(self._service)
            case ("start", "", ""):
                self._service, self._wanted = self._start_pcscd(), True
            case ("freeze", "", ""):
                self._service.send_signal(signal.SIGSTOP)
            case ("thaw", "", ""):
                self._service.send_signal(signal.SIGCONT)
            case ("hang", ":", slot):
                self._cards[int(slot)].send_signal(signal.SIGSTOP)
            case ("answer", ":", slot):
                self._cards[int(slot)].send_signal(signal.SIGCONT)
            case _:
                raise ValueError(word)

    def alive(self) -> bool:
        """Whether every part still runs that should."""
        served = not self._wanted or self._service.poll() is None
        return served and all(cards.poll() is None for cards in self._cards)

    def close(self) -> None:
        """End every part."""
        for part in (*self._cards, self._service):
            part.send_signal(signal.SIGCONT)
            end(part)


def control_name(slot: int) -> str:
    """The socket, in the state directory, that takes orders for the cards of a slot."""
    return f"cards-{slot}.sock" if slot else "cards.sock"


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
    words.add_argument("--slots", type=int, choices=range(1, SLOTS_MAX + 1), default=1, metavar="N")
    words.add_argument("--driver", type=Path, default=DRIVER, help="of the first reader")
    given = words.parse_args()
    keeper = Keeper(given.state, given.pcscd, given.alone, given.slots, given.driver)
    try:
        os.write(1, b"ready\n")
        while keeper.alive():
            ready, _, _ = select.select([0], [], [], 0.5)
            if not ready:
                continue
            words_given = os.read(0, 4096)
            if not words_given:
                return
            for word in words_given.decode().split():
                keeper.obey(word)
                os.write(1, b"ready\n")
    finally:
        keeper.close()
    sys.exit(1)


if __name__ == "__main__":
    main()
