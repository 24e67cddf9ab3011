"""The wiring: the one module that knows every part, and the one that makes threads."""

import logging
import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.clock import RealClock
from kiosk.control import ControlSocket, CounterDesk, Verb
from kiosk.desk.desk import Desk
from kiosk.desk.world import Shop, World
from kiosk.events import StorageFailed
from kiosk.ledger.ids import FreshIds
from kiosk.loop import Loop
from kiosk.ports import Clock, JournalFailed
from kiosk.settings import Settings
from kiosk.views import View

log = logging.getLogger(__name__)

OUT_OF_SERVICE = 75
"""Exit code of a kiosk that could not keep its records (EX_TEMPFAIL): systemd starts it again."""
CRASHED = 70
"""Exit code after a thread's crash (EX_SOFTWARE)."""


@dataclass
class Parts:
    """What `assemble` made, for those who start and stop it."""

    loop: Loop
    desk: Desk
    world: World
    runs: dict[str, Callable[[], None]]
    """Thread name -> its endless work."""
    stops: list[Callable[[], None]]
    """Called in order to end that work."""


def prepare_environment(settings: Settings) -> None:
    """What libraries read from the environment when they are imported; before any of them is."""
    state = Path(settings.state.dir)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    folders = {"KIVY_HOME": state / "kivy", "ESCPOS_CAPABILITIES_PICKLE_DIR": state / "escpos"}
    for name, folder in folders.items():
        folder.mkdir(exist_ok=True, mode=0o700)
        os.environ[name] = str(folder)
    os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}
    if settings.screen.offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    if settings.reader.socket:
        os.environ["PCSCLITE_CSOCK_NAME"] = settings.reader.socket
