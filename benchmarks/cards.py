"""Card readers: what our service costs over a raw pyscard script, how soon it recovers, what it costs idle.

`uv run python -m benchmarks.cards [--rounds 40]`. Both sides speak to one private pcscd with a virtual
reader, in turn; the ratios are of one run.
"""

import json
import os
import queue
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.appliance import begin_thread
from kiosk.clock import RealClock
from kiosk.events import CardRemoved, CardTapped, Event
from kiosk.hardware.cards.apdu import GET_UID, get_response, read_binary, select
from kiosk.hardware.cards.member_file import MEMBER_AID
from kiosk.hardware.pcsc import Service
from kiosk.hardware.readers.connection import CardConnection
from kiosk.hardware.readers.service import ReaderService
from kiosk.hardware.simulated.pcscd import VirtualReader
from tests.hardware_cards.test_reader_service import FIRST, MEMBER, unpluggable

EXCHANGES = 500
IDLE_S = 10.0


class Raw:
    """What a script would do with pyscard's own bindings."""

    def __init__(self) -> None:
        from smartcard import scard

        self.card: Any = scard
        _, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self.handle = self.protocol = 0

    def connect(self) -> None:
        card = self.card
        both = card.SCARD_PROTOCOL_T0 | card.SCARD_PROTOCOL_T1
        result, self.handle, protocol = card.SCardConnect(
            self.context, FIRST, card.SCARD_SHARE_EXCLUSIVE, both
        )
        assert result == 0
        self.protocol = card.SCARD_PCI_T0 if protocol == card.SCARD_PROTOCOL_T0 else card.SCARD_PCI_T1

    def send(self, command: bytes) -> bytes:
        result, answer = self.card.SCardTransmit(self.handle, self.protocol, list(command))
        assert result == 0
        return bytes(answer)

    def close(self) -> None:
        self.card.SCardDisconnect(self.handle, self.card.SCARD_LEAVE_CARD)

    def identify(self) -> None:
        """The same commands as ours, followed up in the same way."""
        self.connect()
        self.card.SCardStatus(self.handle)
        for command in (select(MEMBER_AID), read_binary()):
            answer = self.send(command)
            if answer[-2] == 0x61:
                self.send(get_response(answer[-1]))
            elif answer[-2] == 0x6C:
                self.send(command[:-1] + answer[-1:])
        self.close()

    def await_card(self, *, present: bool) -> None:
        card, state = self.card, 0
        while True:
            _, found = card.SCardGetStatusChange(self.context, 500, [(FIRST, state)])
            state = found[0][1] & ~card.SCARD_STATE_CHANGED
            if bool(state & card.SCARD_STATE_PRESENT) is present:
                return


@contextmanager
def serving() -> Iterator[Callable[[type[Event]], Event]]:
    """The service; what is yielded waits for the next event of a kind."""
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    service = ReaderService(heard.put, RealClock(), begin_thread)
    thread = begin_thread("readers", service.run)

    def until(kind: type[Event]) -> Event:
        while not isinstance(event := heard.get(timeout=30), kind):
            pass
        return event

    yield until
    service.stop()
    thread.join()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def identifying(raw: Raw, rounds: int) -> dict[str, list[float]]:
    """A card that lies there: connect, say whose it is, let go; and many exchanges."""
    rows: dict[str, list[float]] = {
        "identify raw": [],
        "identify ours": [],
        "exchange raw": [],
        "exchange ours": [],
    }

    def ours() -> None:
        connection = CardConnection(service, FIRST, RealClock(), shared=False)
        connection.read()
        connection.close(reset=False)

    with Service() as service:
        for _ in range(rounds):
            rows["identify raw"].append(timed(raw.identify))
            rows["identify ours"].append(timed(ours))
        raw.connect()
        rows["exchange raw"] = [timed(lambda: raw.send(GET_UID)) for _ in range(EXCHANGES)]
        raw.close()
        connection = CardConnection(service, FIRST, RealClock(), shared=False)
        rows["exchange ours"] = [timed(lambda: connection.send(GET_UID)) for _ in range(EXCHANGES)]
        connection.close(reset=False)
    return rows


def inserting(reader: VirtualReader, raw: Raw, rounds: int) -> dict[str, list[float]]:
    """From the hand to whose card it is; pcscd's poll of 0.4 s is in both."""
    rows: dict[str, list[float]] = {"insert raw": [], "insert ours": []}
    for _ in range(4):
        for _ in range(rounds // 4):
            reader.pull()
            raw.await_card(present=False)
            rows["insert raw"].append(
                timed(lambda: (reader.tap(MEMBER), raw.await_card(present=True), raw.identify()))
            )
        with serving() as until:
            until(CardTapped)
            for _ in range(rounds // 4):
                reader.pull()
                until(CardRemoved)
                rows["insert ours"].append(timed(lambda: (reader.tap(MEMBER), until(CardTapped))))
    return rows


def recovering(reader: VirtualReader, cable: Path, rounds: int) -> dict[str, list[float]]:
    """From the service's, or the cable's, being back to the card that lies there being known again."""
    rows: dict[str, list[float]] = {"after a restart": [], "after a replug": []}
    with serving() as until:
        until(CardTapped)
        for _ in range(rounds):
            reader.restart_pcscd()
            rows["after a restart"].append(timed(lambda: until(CardTapped)))
            cable.touch()
            until(CardRemoved)
            cable.unlink()
            rows["after a replug"].append(timed(lambda: until(CardTapped)))
    return rows


def idle(reader: VirtualReader) -> dict[str, float]:
    """Share of a core, of the whole process with two readers (one virtual reader has two slots)."""
    shares = {}
    with serving() as until:
        until(CardTapped)
        for name, what in (("idle, a card lies there", None), ("idle, no card", reader.pull)):
            if what is not None:
                what()
                until(CardRemoved)
            began = time.process_time()
            time.sleep(IDLE_S)
            shares[name] = round(100 * (time.process_time() - began) / IDLE_S, 2)
    return shares


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        driver, cable = unpluggable(Path(folder))
        with VirtualReader(Path(folder) / "reader", driver=driver) as reader:
            os.environ["PCSCLITE_CSOCK_NAME"] = reader.socket
            raw = Raw()
            reader.tap(MEMBER)
            raw.await_card(present=True)
            rows = identifying(raw, rounds) | inserting(reader, raw, rounds)
            told = {f"{name} ms": round(1000 * statistics.median(taken), 3) for name, taken in rows.items()}
            for what in ("identify", "exchange", "insert"):
                told[f"{what}, ours/raw"] = round(told[f"{what} ours ms"] / told[f"{what} raw ms"], 2)
            back = recovering(reader, cable, max(3, rounds // 8))
            told |= {f"{name} ms": round(1000 * statistics.median(taken)) for name, taken in back.items()}
            print(json.dumps(told | idle(reader), indent=1))


if __name__ == "__main__":
    main()
