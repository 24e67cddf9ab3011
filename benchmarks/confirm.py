"""Confirm tap -> the paper starts: through the real window, desk, journal, hub, fence and a printer over TCP.

`uv run python -m benchmarks.confirm [--vouchers 30]`. Beside each voucher, in the same process, plain
python-escpos opens the printer and sends the same picture; our share is the rest.
"""

import contextlib
import io
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Generator
from pathlib import Path
from typing import Any

from escpos.printer import Network
from PIL import Image

from benchmarks.tap import open_hub
from kiosk import appliance, views
from kiosk import events as ev
from kiosk.clock import RealClock
from kiosk.demo import opening
from kiosk.demo.places import Places
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.membership.cards import Card
from kiosk.settings import load
from tests.printers.reading import raster
from tests.printers.sample import voucher

PICTURE = b"\x1dv0"
"""GS v 0: the first dots of a paper."""


class Tap:
    """A wire in front of the printer that hears when the first picture goes by."""

    def __init__(self, printer: int) -> None:
        self._printer = printer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = threading.Event()
        self.at = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            host, _ = self._listener.accept()
            device = socket.create_connection(("127.0.0.1", self._printer))
            for end in (host, device):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(host, device), daemon=True).start()
            threading.Thread(target=self._carry, args=(device, host), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if PICTURE in data and not self.heard.is_set():
                    self.at = time.perf_counter()
                    self.heard.set()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def starts(self, began: float) -> float:
        """Seconds from `began` until a paper started."""
        assert self.heard.wait(30), "no paper started"
        self.heard.clear()
        return self.at - began


def plainly(tap: Tap, image: Image.Image) -> float:
    """python-escpos alone: seconds until the printer hears the picture."""
    tap.heard.clear()
    began = time.perf_counter()
    printer = Network("127.0.0.1", tap.port)
    printer.hw("INIT")
    with contextlib.redirect_stdout(io.StringIO()):  # it tells each time that its profile has no width
        printer.image(image, impl="bitImageRaster")
    taken = tap.starts(began)
    printer.close()
    return taken


def story(
    parts: appliance.Parts, tap: Tap, beside: Tap, vouchers: int
) -> Generator[type, Any, dict[str, list[float]]]:
    """Yields the page to wait for; told the page at the first frame that shows it."""
    taken: dict[str, list[float]] = {"whole": [], "python-escpos": []}
    image = raster().draw(voucher("zh_CN"))
    yield views.Attract
    for _ in range(vouchers):
        parts.loop.post(ev.CardTapped("bench", Card("virtual-cpu", b"6600000001")))
        yield views.Home
        parts.loop.post(ev.ShelfOpened())
        yield views.Shelf
        parts.loop.post(ev.GiftChosen("G22"))
        page = yield views.Confirm
        tap.heard.clear()
        began = time.perf_counter()
        parts.loop.post(ev.Confirmed(page.ticket, "246810"))
        yield views.TakeVoucher
        taken["whole"].append(tap.starts(began))
        taken["python-escpos"].append(plainly(beside, image))
        parts.loop.post(ev.VoucherTaken())
        yield views.Attract
    return taken


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--vouchers", type=int, default=30, help="at most 40: then the member is poor")
    vouchers = parser.parse_args().vouchers
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with tempfile.TemporaryDirectory() as temporary:
        places = Places(Path(temporary))
        places.lay_out()
        hub, port = open_hub(places)
        try:
            # a printer each: it listens to one host at a time
            with (
                SimulatedPrinter(places.papers) as ours,
                SimulatedPrinter(Path(temporary) / "plain") as other,
            ):
                figures = run(places, port, (Tap(ours.port), Tap(other.port)), vouchers)
                print(json.dumps(figures, indent=1))
        finally:
            hub.terminate()
            hub.wait()
    # Kivy keeps its own threads; nothing of ours is left open
    sys.stdout.flush()
    os._exit(0)


def run(places: Places, port: int, taps: tuple[Tap, Tap], vouchers: int) -> dict[str, float]:
    ports = opening.Ports(hub=port, network=port, printer=taps[0].port, reader_socket="")
    text = opening.kiosk_config(places, ports, offscreen=True).replace('kind = "pcsc"', 'kind = "disabled"')
    places.config("kiosk").write_text(text)
    settings = load(places.config("kiosk"))
    taken: dict[str, list[float]] = {}

    def more(app: Any, parts: appliance.Parts) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        steps = story(parts, *taps, vouchers)
        waiting: list[type] = [next(steps)]

        def flipped(*_: Any) -> None:
            page = app.stage.page
            ready = parts.world.connected and not parts.world.printer.ready()
            if page is None or type(page.view) is not waiting[0] or not ready:
                return
            try:
                waiting[0] = steps.send(page.view)
            except StopIteration as done:
                taken.update(done.value)
                app.stop()

        Window.bind(on_flip=flipped)
        Clock.schedule_interval(lambda _dt: Window.canvas.ask_update(), 0)  # a frame at every turn

    appliance.run(settings, RealClock(), more)
    figures = {
        f"{name} {label} ms": round(1000 * statistics.quantiles(values, n=100)[place - 1], 1)
        for name, values in taken.items()
        for label, place in (("p50", 50), ("p99", 99))
    }
    return figures | {"ratio p50": round(figures["whole p50 ms"] / figures["python-escpos p50 ms"], 2)}


if __name__ == "__main__":
    main()
