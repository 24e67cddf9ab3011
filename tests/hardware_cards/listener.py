"""A kiosk that only listens, in a process of its own, and the test's ear at its mouth."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

DEADLINE_S = 10.0


class Listener:
    """What a kiosk hears from its readers."""

    def __init__(self, socket: str, hang_s: float = 5.0, sharing: str = "alone") -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("listening.py"), sharing, str(hang_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PCSCLITE_CSOCK_NAME": socket},
        )
        self.heard: list[list[Any]] = []
        self.pid = self._process.pid
        self._rest = b""

    def next(self, within: float = DEADLINE_S) -> list[Any]:
        """The next event, without its time: [name, reader, ...]."""
        assert self._process.stdout is not None
        until = time.monotonic() + within
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise AssertionError(f"nothing more heard after {self.heard}")
            got = os.read(self._process.stdout.fileno(), 65536)
            if not got:
                raise AssertionError(f"the listener ended after {self.heard}")
            self._rest += got
        line, _, self._rest = self._rest.partition(b"\n")
        event: list[Any] = json.loads(line)
        self.heard.append(event)
        return event[:-1]

    def card(self) -> list[Any]:
        """The next event about a card, without its reader."""
        while (event := self.next())[0] == "ReaderChanged":
            pass
        return [event[0], *event[2:]]

    def changed(self, changes: int) -> list[list[Any]]:
        """What was told of readers until so many changes were heard: those that came, then by their names."""
        self.readers(changes)
        told = [event[1:-1] for event in self.heard if event[0] == "ReaderChanged"]
        return told[: changes // 2] + sorted(told[changes // 2 : changes])

    def readers(self, changes: int) -> dict[str, list[bool]]:
        """How each reader came and went, once so many changes were heard in all."""
        while len(told := [event for event in self.heard if event[0] == "ReaderChanged"]) < changes:
            self.next()
        return {reader: [event[2] for event in told if event[1] == reader] for _, reader, *_ in told}

    def ask(self, request: str, reader: str, work: str, number: str = "") -> None:
        """Have work done with the card of this member, or whichever lies there."""
        assert self._process.stdin is not None
        family = "virtual-cpu" if number else ""
        line = json.dumps([request, reader, family, number.encode().hex(), work])
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def event(self, name: str) -> list[Any]:
        """The next event of this name, without it."""
        while (event := self.next())[0] != name:
            pass
        return event[1:]

    def ready(self) -> None:
        """Until both slots of the virtual reader are there."""
        for _ in range(2):
            event = self.next()
            assert event[0] == "ReaderChanged"
            assert event[2]

    def quiet(self) -> None:
        """Nothing was heard that no test asked about."""
        assert self._process.stdout is not None
        assert not self._rest
        assert not select.select([self._process.stdout], [], [], 0)[0]

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def close(self) -> int:
        self.resume()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            return self._process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
