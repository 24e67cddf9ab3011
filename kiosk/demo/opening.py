"""In which order a shop opens, and what each part is told."""

import json
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from kiosk.demo.clock import SharedClock
from kiosk.demo.crew import Crew
from kiosk.demo.places import Places
from kiosk.hardware.simulated.purse_issuer import Issuer
from kiosk.hub.demo_shop import PURSE, PURSE_POINTS
from kiosk.offline.identity import load_or_create

DEVICE = "demo-kiosk-03"
STORE = "0001"
KIOSK = "03"
TEST_ISSUER = Issuer(*(bytes([key]) * 16 for key in (0xD1, 0xD2, 0xD3, 0xD4)))
START_S = 30.0
WINDOW_S = 60.0
_RULES = Path(__file__).parents[2] / "config" / "rules" / "demo.toml"

_HUB = """\
demo = true
[database]
url = "sqlite:///{places.hub}/hub.db"
generation_file = "{places.hub}/generation"
[shop]
store = "{store}"
rules = "{rules}"
[pin]
offline_pin = "software"
[phones]
looks = 10
"""

_KIOSK = """\
[device]
id = "{device}"
store = "{store}"
kiosk = "{kiosk}"
[shop]
zh_CN = "示例生活馆"
zh_TW = "示例生活館"
en = "Sample House"
[hub]
url = "http://127.0.0.1:{hub_port}"
timeout_s = 5
[reader]
kind = "pcsc"
socket = "{reader_socket}"
[purse]
kind = "pboc"
key_file = "{places.purse_keys}"
[scanner]
kind = "serial"
address = "{places.scanner}"
[swipe]
kind = "msr605"
address = "{places.swipe}"
[wedge]
kind = "cards"
device = "{places.wedge}"
[printer]
kind = "tcp"
address = "127.0.0.1:{printer_port}"
[screen]
width = {width}
height = {height}
fullscreen = false
offscreen = {offscreen}
[state]
dir = "{places.kiosk}"
[pin]
offline = "software"
phone = true
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts answer."""

    hub: int
    network: int
    printer: int
    reader_socket: str


def open_shop(crew: Crew, *, offscreen: bool, bench_port: int = 0) -> None:
    """Start every part and wait until each is ready. PartFailed or Asked when one cannot be."""
    places = crew.places
    SharedClock(places.clock).close()
    hub, reader, printer = _open_back_rooms(crew)
    crew.start(
        "network", "-m", "kiosk.demo.relay", "--target", f"127.0.0.1:{hub}",
        "--control", str(places.control("network")), "--ready-file", str(places.ready("network")),
    )  # fmt: skip
    ports = Ports(hub, int(crew.wait_ready("network", START_S)), printer, reader)
    _open_kiosk(crew, ports, offscreen)
    crew.start("bench", "-m", "kiosk.demo.bench", "--state", str(places.root), "--port", str(bench_port))
    print(f"      bench   http://127.0.0.1:{crew.wait_ready('bench', START_S)}/", flush=True)


def _open_back_rooms(crew: Crew) -> tuple[int, str, int]:
    """Start hub, readers, printer and scanner side by side: hub port, reader socket, printer port."""
    places = crew.places
    enrol_device(places)
    issue_purse(places)
    places.config("hub").write_text(hub_config(places))
    crew.start("hub", "-m", "kiosk.hub", "--config", str(places.config("hub")), "--demo", "--port", "0",
               "--state", str(places.hub), "--ready-file", str(places.ready("hub")),
               "--clock", str(places.clock), "--enrol-demo-device", str(places.device))  # fmt: skip
    crew.start("cards", "-m", "kiosk.hardware.simulated.pcscd", "--state", str(places.cards),
               "--ready-file", str(places.ready("cards")))  # fmt: skip
    crew.start("printer", "-m", "kiosk.hardware.simulated.printer", "--port", "0",
               "--papers", str(places.papers), "--control", str(places.control("printer")),
               "--ready-file", str(places.ready("printer")))  # fmt: skip
    crew.start("scanner", "-m", "kiosk.hardware.simulated.scanner", "--link", str(places.scanner),
               "--control", str(places.control("scanner")),
               "--ready-file", str(places.ready("scanner")))  # fmt: skip
    crew.start("swipe", "-m", "kiosk.hardware.simulated.swipe", "--link", str(places.swipe),
               "--control", str(places.control("swipe")),
               "--ready-file", str(places.ready("swipe")))  # fmt: skip
    crew.start("wedge", "-m", "kiosk.hardware.simulated.wedge", "--link", str(places.wedge),
               "--control", str(places.control("wedge")),
               "--ready-file", str(places.ready("wedge")))  # fmt: skip
    hub = port_in(crew.wait_ready("hub", START_S))
    reader = json.loads(crew.wait_ready("cards", START_S))
    if reader.get("exposed"):
        print(f"      note    {reader['exposed']}")
    for who in ("scanner", "swipe", "wedge"):
        crew.wait_ready(who, START_S)
    return hub, str(reader["socket"]), port_in(crew.wait_ready("printer", START_S))


def issue_purse(places: Places) -> None:
    """The card with a purse, and the keys that the kiosk needs for it. Anybody can read these: test keys."""
    keys = TEST_ISSUER.kiosk_keys
    places.purse_keys.write_text(f'debit = "{keys.debit.hex()}"\nown = "{keys.own.hex()}"\n')
    if not places.purse.exists():
        TEST_ISSUER.issue(places.purse, PURSE, PURSE_POINTS)


def hub_config(places: Places) -> str:
    """The demo hub's settings file."""
    return _HUB.format(places=places, store=STORE, rules=_RULES)


def kiosk_config(places: Places, ports: Ports, *, offscreen: bool) -> str:
    """The demo kiosk's settings file; a window is small enough for a laptop."""
    width, height = (1080, 1920) if offscreen else (540, 960)
    return _KIOSK.format(
        places=places, device=DEVICE, store=STORE, kiosk=KIOSK, hub_port=ports.network,
        reader_socket=ports.reader_socket, printer_port=ports.printer, width=width, height=height,
        offscreen=str(offscreen).lower(),
    )  # fmt: skip


def _open_kiosk(crew: Crew, ports: Ports, offscreen: bool) -> None:
    places = crew.places
    config = places.config("kiosk")
    config.write_text(kiosk_config(places, ports, offscreen=offscreen))
    start_kiosk(crew)


def start_kiosk(crew: Crew) -> None:
    """Start the kiosk, the first time or after it ended, and wait for its first frame."""
    places = crew.places
    config = places.config("kiosk")
    notices = places.root / "notify.sock"
    with first_frame(notices) as told:
        crew.start(
            "kiosk", "-m", "kiosk.demo.window", str(config), "--clock", str(places.clock),
            "--pilot", str(places.control("pilot")), env={"NOTIFY_SOCKET": str(notices)},
        )  # fmt: skip
        crew.wait(lambda: ready_was_told(told), WINDOW_S, "kiosk")


def first_frame(at: Path) -> socket.socket:
    """A socket like the service manager's, on which the kiosk says READY=1 once it serves."""
    at.unlink(missing_ok=True)
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    told.bind(str(at))
    return told


def ready_was_told(told: socket.socket) -> bool:
    """Whether READY=1 has come."""
    try:
        return b"READY=1" in told.recv(4096).split(b"\n")
    except BlockingIOError:
        return False


def port_in(ready: str) -> int:
    """The port in a ready file: a bare number, or the `port` of a JSON object."""
    found = json.loads(ready)
    return int(found["port"] if isinstance(found, dict) else found)


def enrol_device(places: Places) -> None:
    """Let the kiosk make its keys, and write down what the hub must know of them: never a private one."""
    shared = places.hub / "card.key"
    if not shared.exists():
        shared.touch(mode=0o600)
        shared.write_bytes(secrets.token_bytes(32))
    identity = load_or_create(places.kiosk / "identity", shared.read_bytes())
    places.device.write_text(
        json.dumps(
            {
                "device": DEVICE,
                "store": STORE,
                "kiosk": KIOSK,
                "public_key": identity.device_public.hex(),
                "voucher_key_id": identity.voucher.key_id,
                "voucher_public": identity.voucher_public.hex(),
            }
        )
    )
