"""A kiosk that only listens to its card readers: events on stdout, one JSON array a line; ends with stdin.

A process of its own, because libpcsclite looks for its socket once per process.
"""

import json
import os
import sys
import threading
import time
from dataclasses import astuple

from kiosk.events import CardTapped, Event
from kiosk.hardware.reader_watcher import ReaderWatcher


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
    else:
        told = list(astuple(event))  # type: ignore[call-overload]
    line = json.dumps([type(event).__name__, *told, time.monotonic()])
    os.write(1, line.encode() + b"\n")


def main() -> None:
    watcher = ReaderWatcher(tell, SystemClock())
    thread = threading.Thread(target=watcher.run)
    thread.start()
    sys.stdin.read()
    watcher.stop()
    thread.join(5)
    os._exit(1 if thread.is_alive() else 0)


if __name__ == "__main__":
    main()
