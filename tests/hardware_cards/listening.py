"""A kiosk that only listens to its card readers: events on stdout, one JSON array a line; ends with stdin.

A process of its own, because libpcsclite looks for its socket once per process.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import astuple

from storage_shop import OPERATION, POINTS, SAM

from kiosk.events import CardTapped, CardUnreadable, Event
from kiosk.hardware.cards.apdu import GET_UID, exchange, read_binary
from kiosk.hardware.cards.families import family_of, read_card
from kiosk.hardware.cards.issue import Issue
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.storage import read_uid
from kiosk.hardware.readers.service import ReaderService
from kiosk.hardware.simulated.member_chip import storage_atr
from kiosk.membership.cards import Card
from kiosk.ports import CardChannel, CardWork


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1000

    def trusted(self) -> bool:
        return True

    def monotonic(self) -> float:
        return time.monotonic()


def tell(event: Event) -> None:
    if isinstance(event, CardTapped):
        told = [event.reader, event.card.family, event.card.number.hex()]
    elif isinstance(event, CardUnreadable):
        told = [event.reader, event.why]
    else:
        told = list(astuple(event))  # type: ignore[call-overload]
    line = json.dumps([type(event).__name__, *told, time.monotonic()])
    os.write(1, line.encode() + b"\n")


def number(channel: CardChannel) -> str:
    return read_card(channel, b"\x3b\x88").number.hex()


def many(channel: CardChannel) -> int:
    return sum(len(channel.send(GET_UID)) for _ in range(5))


def slowly(channel: CardChannel) -> str:
    first = number(channel)
    time.sleep(1.5)  # longer than a card keeps its power that nobody holds
    data, status = exchange(channel, read_binary())
    return f"{first == data[1:-2].hex()} {status:04x}"


def issue(name: int) -> CardWork:
    def work(channel: CardChannel) -> str:
        family = family_of(storage_atr(name))
        assert family.records is not None
        made = family.records.issue(channel, name, Issue(read_uid(channel), SAM, POINTS, OPERATION))
        return f"{made.model} {made.record.seq} {made.fresh}"

    return work


WORKS: dict[str, CardWork] = {
    "number": number, "many": many, "slowly": slowly, "issue-classic": issue(1), "issue-tag": issue(3)
}  # fmt: skip


def main() -> None:
    check = RecordCheck(SAM, SeenHere(), required=False) if sys.argv[1] == "records" else None
    service = ReaderService(
        tell, SystemClock(), begin, shared=sys.argv[1] == "shared", hang_s=float(sys.argv[2]), check=check
    )
    thread = begin("readers", service.run)
    for line in sys.stdin:
        request, reader, family, number, work = json.loads(line)
        card = Card(family, bytes.fromhex(number)) if family else None
        service.ask(request, reader, card, WORKS[work])
    service.stop()
    thread.join(5)
    os._exit(1 if thread.is_alive() else 0)


def begin(name: str, work: Callable[[], None]) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(70)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    main()
