"""Who may import whom, and the one home of each third-party library."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "kiosk"

ROOT_SEES = {"ledger", "membership", "events"}
SEES: dict[str, set[str]] = {
    "ledger": set(),
    "membership": {"ledger"},
    "events": {"ledger", "membership"},
    "views": {"ledger", "membership", "events"},
    "ports": ROOT_SEES,
    "words": set(),
    "clock": set(),
    "notify": set(),
    "settings": set(),
    "loop": {"events", "ports"},
    "control": {"events", "ports"},
    "desk": ROOT_SEES | {"views", "ports", "words"},
    "screens": {"events", "views"},
    "typing": {"ports"},
    "hardware": ROOT_SEES | {"ports"},
    "offline": ROOT_SEES | {"ports"},
    "hub": {"ledger", "membership"},
    "counter": ROOT_SEES | {"ports", "words", "control", "desk"},
}
EVERYTHING = {"appliance", "demo", "__main__", "commands", "simulation"}
"""The wiring, the command line and the demo may see all; nothing may see them."""

HOMES: dict[str, tuple[str, ...]] = {
    "kivy": ("screens",),
    "smartcard": ("hardware/pcsc",),
    "serial": ("hardware",),
    "escpos": ("hardware/printers/escpos",),
    "usb": ("hardware/printers/usb",),
    "sqlite_utils": ("offline",),
    "sqlcipher3": ("offline/disk",),
    "requests": ("offline/transport", "hub/console_client", "demo"),
    "sqlalchemy": ("hub", "simulation"),
    "psycopg": ("hub/transactions",),
    "tenacity": ("hub/transactions",),
    "fastapi": ("hub", "demo", "counter"),
    "uvicorn": ("hub", "demo", "commands/counter", "counter/serving"),
    "babel": ("words", "commands"),
    "segno": ("hardware/printers/codes", "hardware/simulated/printed_codes", "hub/verbs"),
    "base45": ("membership/vouchers", "membership/phone_codes", "membership/receipts"),
    "evdev": ("hardware/wedge/device", "hardware/simulated/wedge"),
    "fontTools": ("screens/faces",),
    "zxingcpp": ("hardware/printers/codes", "hardware/simulated/printed_codes", "demo"),
    "urllib3": ("offline/transport",),
    "zstandard": ("ledger/feed", "hub/bodies", "offline/transport"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).with_suffix("").as_posix(), path


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            if node.module == "kiosk":
                found |= {f"kiosk.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            pytest.fail(f"{path}: write imports out in full")
    return found


def test_rooms_see_only_what_the_table_allows() -> None:
    wrong = []
    for name, path in modules():
        room = name.split("/")[0]
        if room in EVERYTHING or room == "__init__":
            continue
        for module in imported(path):
            parts = module.split(".")
            if parts[0] != "kiosk" or len(parts) == 1:
                continue
            if parts[1] != room and parts[1] not in SEES[room]:
                wrong.append(f"{name} imports {module}")
    assert wrong == []


def test_every_library_has_one_home() -> None:
    wrong = [
        f"{name} imports {module}"
        for name, path in modules()
        for module in imported(path)
        for library, homes in HOMES.items()
        if module.split(".")[0] == library and not name.startswith(homes)
    ]
    assert wrong == []


def test_threads_are_made_only_where_everything_is_wired() -> None:
    makers = {"appliance", "demo", "hardware/simulated"}
    wrong = [
        name
        for name, path in modules()
        if not name.startswith(tuple(makers)) and "threading.Thread(" in path.read_text()
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "module", ["kiosk.hub.api", "kiosk.membership.rules", "kiosk.desk.desk", "kiosk.__main__"]
)
def test_kivy_stays_out(module: str) -> None:
    """The hub, the rules, the desk and the command line start without the window's libraries."""
    script = f"import sys, {module}; print(*(m for m in ('kivy', 'escpos', 'smartcard') if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""
