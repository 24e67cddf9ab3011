"""Card event -> balance drawn: through the real desk, journal, signed HTTP to a real hub, and the window.

`uv run python -m benchmarks.tap [--taps 200]`. Our share = the whole way less one bare signed look-up, taken
between the taps of the same run.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Generator
from pathlib import Path
from typing import Any

from kiosk import appliance, views
from kiosk import events as ev
from kiosk.clock import RealClock
from kiosk.demo import opening
from kiosk.demo.places import Places
from kiosk.membership.cards import Card
from kiosk.offline.identity import load_or_create
from kiosk.offline.transport import HttpHub
from kiosk.settings import load

ROOT = Path(__file__).parents[1]


def open_hub(places: Places) -> tuple[subprocess.Popen[bytes], int]:
    opening.enrol_device(places)
    places.config("hub").write_text(opening.hub_config(places))
    ready = places.ready("hub")
    hub = subprocess.Popen(
        [sys.executable, "-m", "kiosk.hub", "--config", str(places.config("hub")), "--demo", "--port", "0",
         "--state", str(places.hub), "--ready-file", str(ready), "--enrol-demo-device", str(places.device)],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not ready.exists():
        assert hub.poll() is None, "the hub ended"
        assert time.monotonic() < deadline, "the hub is not ready"
        time.sleep(0.02)
    return hub, opening.port_in(ready.read_text())


def story(parts: appliance.Parts, ask: Any, taps: int) -> Generator[type, None, dict[str, list[float]]]:
    """Yields the page to wait for; told to go on at the first frame that shows it."""
    taken: dict[str, list[float]] = {"whole": [], "look-up": []}
    card = Card("virtual-cpu", b"6600000001")
    yield views.Attract
    for _ in range(taps):
        began = time.perf_counter()
        parts.loop.post(ev.CardTapped("bench", card))
        yield views.Home
        taken["whole"].append(time.perf_counter() - began)
        began = time.perf_counter()
        ask()
        taken["look-up"].append(time.perf_counter() - began)
        parts.loop.post(ev.Left())
        yield views.Attract
    return taken


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--taps", type=int, default=200)
    taps = parser.parse_args().taps
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with tempfile.TemporaryDirectory() as temporary:
        places = Places(Path(temporary))
        places.lay_out()
        hub, port = open_hub(places)
        try:
            print(json.dumps(run(places, port, taps), indent=1))
        finally:
            hub.terminate()
            hub.wait()
    # Kivy keeps its own threads; nothing of ours is left open
    sys.stdout.flush()
    os._exit(0)


def run(places: Places, port: int, taps: int) -> dict[str, float]:
    ports = opening.Ports(hub=port, network=port, printer=9, reader_socket="")
    text = opening.kiosk_config(places, ports, offscreen=True).replace('kind = "pcsc"', 'kind = "disabled"')
    places.config("kiosk").write_text(text)
    settings = load(places.config("kiosk"))
    taken: dict[str, list[float]] = {}

    def more(app: Any, parts: appliance.Parts) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        identity = load_or_create(Path(settings.state.dir) / "identity")
        bare = HttpHub(settings.hub.url, settings.device.id, identity.device_key)
        hashed = identity.cards.hash(Card("virtual-cpu", b"6600000001"))
        steps = story(parts, lambda: bare.account(hashed), taps)
        waiting: list[type] = [next(steps)]

        def flipped(*_: Any) -> None:
            page = app.stage.page
            if page is None or type(page.view) is not waiting[0] or not parts.world.connected:
                return
            try:
                waiting[0] = next(steps)
            except StopIteration as done:
                taken.update(done.value)
                app.stop()

        Window.bind(on_flip=flipped)
        Clock.schedule_interval(lambda _dt: Window.canvas.ask_update(), 0)  # a frame at every turn

    appliance.run(settings, RealClock(), more)
    ours = [whole - bare for whole, bare in zip(taken["whole"], taken["look-up"], strict=True)]
    rows = {**taken, "our share": ours}
    return {
        f"{name} {label} ms": round(1000 * statistics.quantiles(values, n=100)[place - 1], 1)
        for name, values in rows.items()
        for label, place in (("p50", 50), ("p99", 99))
    }


if __name__ == "__main__":
    main()
