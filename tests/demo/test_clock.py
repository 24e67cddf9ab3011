"""Time in the demo is shared; time in a shop is the machine's."""

import time
from pathlib import Path

from kiosk import ports
from kiosk.clock import RealClock
from kiosk.demo.clock import SharedClock

MINUTE = 60_000_000


def test_two_processes_see_one_time(tmp_path: Path) -> None:
    here: ports.Clock = SharedClock(tmp_path / "clock")
    bench = SharedClock(tmp_path / "clock")
    wall, steady = here.now(), here.monotonic()
    bench.advance(60)
    assert MINUTE <= here.now() - wall < 2 * MINUTE
    assert 60 <= here.monotonic() - steady < 120
    assert (tmp_path / "clock").read_bytes() == MINUTE.to_bytes(8, "little")


def test_wall_clock_may_go_back_but_waiting_never_does(tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock")
    clock.advance(3600)
    wall, steady = clock.now(), clock.monotonic()
    clock.advance(-7200)
    assert clock.now() < wall
    assert clock.monotonic() >= steady


def test_real_clock_is_real() -> None:
    clock: ports.Clock = RealClock()
    assert abs(clock.now() - time.time() * 1e6) < 5e6
    assert clock.monotonic() <= time.monotonic()
    assert isinstance(clock.trusted(), bool)
