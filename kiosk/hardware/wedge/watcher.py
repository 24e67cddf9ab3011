"""The loop that listens to one keyboard wedge."""

import logging

from kiosk.events import ReaderChanged, ScannerChanged
from kiosk.hardware.magnetic.typed import Reads, event_of_text
from kiosk.hardware.scanners.watching import LISTEN_S, LineWatcher
from kiosk.hardware.wedge.device import WedgeDevice
from kiosk.hardware.wedge.keys import Keys, records
from kiosk.ports import Clock, Post

PACE_S = 0.3
FAULT = "K-WG-01"

_log = logging.getLogger(__name__)


class WedgeWatcher(LineWatcher):
    """Each text gives one event; the wedge's coming and going one ReaderChanged or ScannerChanged each."""

    def __init__(self, reads: Reads, device: str, post: Post, clock: Clock) -> None:
        super().__init__(post, clock, PACE_S)
        self._reads, self._device = reads, device

    def _attend(self) -> None:
        device = WedgeDevice.open(self._device)
        try:
            self._listen(device)
        finally:
            device.close()

    def _listen(self, device: WedgeDevice) -> None:
        self._is_there()
        keys, dropped = Keys(), 0
        while not self._stopping.is_set():
            data = device.read(LISTEN_S)
            now = self._clock.monotonic()
            for event in records(data):
                if text := keys.feed(event, now):
                    self._paced(event_of_text(self._reads, self._device, text))
            if keys.dropped != dropped:
                dropped = keys.dropped
                _log.info("wedge: what came was no text (%d so far)", dropped)

    def _tell(self, present: bool, why: str) -> None:
        if not present:
            _log.warning("%s wedge: %s", FAULT, why)
        if self._reads == "cards":
            self._post(ReaderChanged(self._device, present, why, "" if present else FAULT))
        else:
            self._post(ScannerChanged(self._device, present, why))
