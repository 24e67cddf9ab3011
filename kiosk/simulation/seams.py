"""Where a planted fault replaces a part; the defaults are the real ones."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hub.office import HeadOffice
from kiosk.ledger.ids import FreshIds
from kiosk.offline.uploader import Uploader
from kiosk.simulation.cable import Cable
from kiosk.simulation.clocks import KioskClock
from kiosk.simulation.head import Head
from kiosk.simulation.printer import SimPrinter
from kiosk.simulation.witness import WitnessedJournal


@dataclass(frozen=True)
class Seams:
    """The parts a simulated world is built of."""

    journal: type[WitnessedJournal] = WitnessedJournal
    office: type[HeadOffice] = HeadOffice
    head: type[Head] = Head
    uploader: type[Uploader] = Uploader
    cable: type[Cable] = Cable
    printer: type[SimPrinter] = SimPrinter
    ids: Callable[[Callable[[], int], random.Random], FreshIds] = FreshIds
    clock: type[KioskClock] = KioskClock
    purse: type[PbocPurse] = PbocPurse
    trusts_paper: bool = False
