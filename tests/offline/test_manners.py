"""The uploader comes back when asked to, and says what waits, since when, and what was disputed."""

import random
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from click.testing import CliRunner

from kiosk.__main__ import main
from kiosk.commands.status import lines
from kiosk.control import ControlSocket, ask
from kiosk.events import LinkChanged
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.offline.patience import Patience
from kiosk.offline.transport import HubRefused
from kiosk.ports import Draft
from tests.offline.bench import open_journal
from tests.offline.shop import Kiosk, Line, open_office, verdicts

TRIED = Draft(en.PinTried(route="card", ok=True, where="here"), member="m1")


class BusyLine(Line):
    """Refuses what it is told to, as head office does when its hands are full."""

    refusal: HubRefused | None = None
    pause_s = 0.0

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        if self.refusal is not None:
            raise self.refusal
        return msgspec.structs.replace(super().sync(request), retry_after_s=self.pause_s)


@pytest.fixture
def line() -> BusyLine:
    return BusyLine(open_office())


@pytest.fixture
def kiosk(tmp_path: Path, line: BusyLine) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, line, open_journal)
    yield kiosk
    kiosk.close()


def busy(seconds: float) -> HubRefused:
    return HubRefused(503, "busy", "-", seconds)


def test_a_busy_head_office_is_left_alone_as_long_as_it_asked(kiosk: Kiosk, line: BusyLine) -> None:
    kiosk.drain()
    line.refusal = busy(40)
    waits = []
    for _ in range(30):
        due = kiosk.step()
        waits.append(due - kiosk.clock.seconds)
        kiosk.clock.seconds = due
    assert all(40 < wait <= 80 for wait in waits)
    assert max(waits) - min(waits) > 10, "not everybody comes back at the same moment"
    assert LinkChanged(False) not in kiosk.posted, "it was reached"
    line.refusal = None
    kiosk.drain()
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()


def test_a_bell_does_not_shorten_what_head_office_asked_for(kiosk: Kiosk, line: BusyLine) -> None:
    kiosk.drain()
    line.pause_s = 30
    kiosk.journal.append(TRIED)
    due = kiosk.step()
    assert kiosk.clock.seconds + 30 <= due <= kiosk.clock.seconds + 60
    kiosk.wants.bell.set()
    heard = threading.Event()

    def wait() -> None:
        kiosk.uploader._wait_until(due)
        heard.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert not heard.wait(0.2)
    kiosk.uploader.stop()
    waiter.join(10)
    assert heard.is_set()


@pytest.mark.parametrize("asked", [0.0, 2.0, 100.0])
def test_patience_never_comes_too_early_and_spreads_everybody(asked: float) -> None:
    waits = [Patience(random.Random(seed)).again_after(asked) for seed in range(200)]
    assert min(waits) > asked
    assert max(waits) <= max(2 * asked, asked + 0.5)
    assert len(set(waits)) == 200
    pauses = [Patience(random.Random(seed)).spread(asked) for seed in range(200)]
    assert all(asked <= pause <= 2 * asked for pause in pauses)


def test_what_waits_is_counted_with_the_oldest_entrys_time(kiosk: Kiosk, line: BusyLine) -> None:
    kiosk.drain()
    told = kiosk.uploader.backlog.now
    assert (told.up, told.waiting, told.since) == (True, 0, 0)
    line.weather = lambda: "cut"
    (first,) = kiosk.journal.append(TRIED)
    kiosk.journal.append(TRIED, TRIED)
    kiosk.step()
    told = kiosk.uploader.backlog.now
    assert (told.up, told.waiting, told.since) == (False, 3, first.at)
    kiosk.journal.append(TRIED)
    kiosk.step()
    assert (kiosk.uploader.backlog.now.waiting, kiosk.uploader.backlog.now.since) == (4, first.at)
    line.weather = lambda: "fine"
    kiosk.drain()
    assert (kiosk.uploader.backlog.now.waiting, kiosk.uploader.backlog.now.since) == (0, 0)


def test_a_long_backlog_is_told_as_it_shrinks(kiosk: Kiosk, line: BusyLine) -> None:
    kiosk.drain()
    made = [kiosk.journal.append(TRIED)[0] for _ in range(wire.ENTRIES_MAX + 20)]
    kiosk.step()
    told = kiosk.uploader.backlog.now
    assert told.since in {entry.at for entry in made[-20:]}
    assert 0 < told.waiting <= 20
    kiosk.drain()
    assert kiosk.uploader.backlog.now.waiting == 0


def test_what_head_office_does_not_post_is_counted_once(kiosk: Kiosk, line: BusyLine) -> None:
    kiosk.drain()
    clock = kiosk.journal._clock
    right_time, clock.at = clock.at, -100  # type: ignore[attr-defined]
    kiosk.journal.append(TRIED)
    clock.at = right_time  # type: ignore[attr-defined]
    line.weather = lambda: "lost"
    kiosk.step()
    line.weather = lambda: "twice"
    kiosk.drain()
    line.office = open_office(seed=2, generation=2)  # restored from nothing: everything is told again
    kiosk.drain()
    kiosk.drain()
    assert kiosk.journal.mark_seen().n == len(verdicts(line.office))
    told = kiosk.uploader.backlog.now
    assert (told.quarantined, told.disputed, told.debt) == (1, 0, 0)


def test_a_technician_is_told(kiosk: Kiosk, line: BusyLine, tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'[device]\nid = "k"\nstore = "0001"\nkiosk = "03"\n[hub]\nurl = "https://x.example"\n'
        f'[state]\ndir = "{tmp_path}"\n'
    )
    assert CliRunner().invoke(main, ["status", str(config)]).exit_code == 1
    line.weather = lambda: "cut"
    kiosk.step()
    control = ControlSocket(tmp_path / "control.sock", {"ping": kiosk.uploader.backlog.ping})
    runner = threading.Thread(target=control.run)
    runner.start()
    said = CliRunner().invoke(main, ["status", str(config)])
    answer = ask(tmp_path / "control.sock", {"do": "ping"})
    control.close()
    runner.join(10)
    waiting, since = kiosk.journal.tail().n, kiosk.uploader.backlog.now.since
    assert (answer["waiting"], answer["since"], answer["up"]) == (waiting, since, False)
    at = datetime.fromtimestamp(since / 1e6, ZoneInfo("Asia/Shanghai"))
    assert said.output.splitlines() == [
        "head office: out of reach",
        f"entries that wait to go up: {waiting}, the oldest of {at:%Y-%m-%d %H:%M:%S}",
    ]


def test_every_figure_has_a_line() -> None:
    told = list(lines({"up": True, "waiting": 0, "disputed": 2, "quarantined": 1}, "UTC"))
    assert told == [
        "head office: reached",
        "entries that wait to go up: none",
        "entries that head office called disputed, since the start: 2",
        "entries that head office called quarantined, since the start: 1",
    ]
    assert next(lines({}, "UTC")) == "head office: not asked yet"
