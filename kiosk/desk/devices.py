"""How the devices are: which of those that read something work, and how much paper there is."""

from kiosk.desk.world import World
from kiosk.events import Event, PrinterChanged, ReaderChanged, ScannerChanged


class Devices:
    """Card readers and bar code scanners that came and went."""

    def __init__(self, world: World) -> None:
        self._world, self._scanners = world, world.scanners
        self._readers: set[str] = set()
        self.readers_gone: dict[str, str] = {}
        """The card reader that is missed, and its fault code: one that works is enough to be invited."""

    def hear(self, event: ReaderChanged | ScannerChanged) -> None:
        """One of them came or went."""
        if isinstance(event, ScannerChanged):
            (self._scanners.add if event.present else self._scanners.discard)(event.scanner)
            return
        (self._readers.add if event.present else self._readers.discard)(event.reader)
        self.readers_gone.clear()
        if not self._readers:
            self.readers_gone[event.reader] = event.code

    def note(self, event: Event) -> None:
        """The printer told how it is."""
        if isinstance(event, PrinterChanged):
            self._world.paper_low = event.near_end
