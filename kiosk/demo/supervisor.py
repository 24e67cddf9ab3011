"""Opens a whole shop here: hub, card reader, printer, scanner, network, kiosk, bench. `kioskctl demo`."""

import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from kiosk.demo import opening
from kiosk.demo.crew import Asked, Crew, PartFailed
from kiosk.demo.places import PathTooLong, Places, fresh

_PAUSE = 0.1
_VISIT_PATIENCE = 150.0


class Closing:
    """Whether somebody asked for the end: Ctrl-C, or a polite signal."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        """Asked yet?"""
        return self._asked

    def _ask(self, _number: int, _frame: object) -> None:
        self._asked = True


def can_show_a_window() -> bool:
    """Whether there is a display to draw on: X, Wayland through X, or the graphics card itself."""
    if os.environ.get("DISPLAY"):
        return True
    cards = Path("/dev/dri")
    return cards.is_dir() and any(os.access(card, os.R_OK | os.W_OK) for card in cards.glob("card*"))


def keep_open(crew: Crew) -> int:
    """A shop for a person: open until they press Ctrl-C or a part breaks."""
    while True:
        crew.watch()
        time.sleep(_PAUSE)


def scripted_visit(crew: Crew) -> int:
    """A shop without a screen: the scripted visitor comes in; their exit status is ours."""
    crew.start("visitor", "-u", "-m", "kiosk.demo.visitor", "--state", str(crew.places.root), shown=True)
    deadline = time.monotonic() + _VISIT_PATIENCE
    while time.monotonic() < deadline:
        status = crew.finished("visitor")
        if status is not None:
            return status
        crew.watch()
        time.sleep(_PAUSE)
    raise PartFailed(f"the visitor was not done after {_VISIT_PATIENCE:.0f} s")


def run(asked: Namespace) -> int:
    """Open, let somebody visit, close; 0 when all went well."""
    try:
        places = Places(asked.state.absolute()) if asked.state else fresh()
        places.lay_out()
    except (PathTooLong, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 2
    offscreen = asked.offscreen or not can_show_a_window()
    crew = Crew(places, Closing())
    try:
        opening.open_shop(crew, offscreen=offscreen, bench_port=asked.bench_port)
        return scripted_visit(crew) if offscreen and not asked.stay else keep_open(crew)
    except Asked:
        print("\nThe shop closes.")
        return 0 if not offscreen or asked.stay else 130
    except PartFailed as trouble:
        print(f"\nThe demo broke: {trouble}", file=sys.stderr)
        return 1
    finally:
        crew.end()
        print(f"Everything of this demo is still in {places.root}")


def main() -> int:
    """The command line."""
    parser = ArgumentParser(prog="kioskctl demo", description=__doc__)
    parser.add_argument(
        "--offscreen", action="store_true", help="no window; a scripted visitor comes instead"
    )
    parser.add_argument("--stay", action="store_true", help="stay open without a window, for the bench")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where to keep everything (a new folder)")
    parser.add_argument(
        "--bench-port", type=int, default=0, metavar="PORT", help="a fixed port for the bench"
    )
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
