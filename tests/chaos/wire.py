"""The network between kiosks and head office: a TCP relay that cuts, delays, and says things twice."""

import contextlib
import random
import select
import socket
import threading
import time

CHUNK = 16 * 1024
LATE_MAX = 16
"""Repetitions that are under way at once."""


class Wire:
    """Relays connections to `target`. `cut`: nobody gets through; `mischief`: how often one suffers."""

    def __init__(self, target: tuple[str, int], seed: str) -> None:
        self._target = target
        self._chance = random.Random(seed)
        self.cut = False
        self.mischief = 0.0
        self.suffered = 0
        self._late = threading.Semaphore(LATE_MAX)
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def settle(self) -> None:
        """No more mischief; what is still on its way late arrives before this returns."""
        self.mischief = 0.0
        for _ in range(LATE_MAX):
            self._late.acquire()
        self._late.release(LATE_MAX)

    def close(self) -> None:
        """Nobody is let in any more."""
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                kiosk, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(kiosk,), daemon=True).start()

    def _connect(self, kiosk: socket.socket) -> None:
        with kiosk, contextlib.suppress(OSError):
            if self.cut:
                return
            with socket.create_connection(self._target, timeout=2) as office:
                said = self._relay(kiosk, office)
            if said and self._chance.random() < self.mischief:
                self._say_again(said)

    def _relay(self, kiosk: socket.socket, office: socket.socket) -> bytes:
        """Carry both ways until somebody hangs up or mischief strikes; what the kiosk said."""
        said = bytearray()
        while not self.cut:
            ready, _, _ = select.select((kiosk, office), (), (), 0.2)
            for source in ready:
                heard = source.recv(CHUNK)
                if not heard:
                    return bytes(said)
                if source is kiosk:
                    said += heard
                strikes = self._chance.random() < self.mischief / 4
                if strikes and not self._suffer():
                    target = office if source is kiosk else kiosk
                    target.sendall(heard[: self._chance.randrange(len(heard))])
                    return bytes(said)
                (office if source is kiosk else kiosk).sendall(heard)
        return bytes(said)

    def _suffer(self) -> bool:
        """True: it was only a delay; False: the connection breaks in the middle of what is said now."""
        self.suffered += 1
        if self._chance.random() < 0.4:
            time.sleep(self._chance.uniform(0.01, 0.3))
            return True
        return False

    def _say_again(self, said: bytes) -> None:
        """Somebody repeats all that a kiosk said, later; nobody hears the answers."""
        self.suffered += 1
        with self._late:
            time.sleep(self._chance.uniform(0, 0.5))
            self._repeat(said)

    def _repeat(self, said: bytes) -> None:
        with socket.create_connection(self._target, timeout=2) as office:
            office.sendall(said)
            office.settimeout(1)
            with contextlib.suppress(OSError):
                while office.recv(CHUNK):
                    pass
