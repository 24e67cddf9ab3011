"""When the replica is fetched, for how long, and that a bad line only makes it slower."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.hub import changes
from kiosk.hub.tables import cards, members
from kiosk.ledger import feed
from kiosk.ledger.sync import DeviceState
from kiosk.offline.refresh import BUDGET_S, EVERY_S, Refresher
from kiosk.offline.replica import StoredReplica
from kiosk.offline.transport import HubUnreachable
from tests.offline.bench import DEVICE, HandClock, open_journal
from tests.offline.shop import Kiosk, Line, card_of, open_office
from tests.offline.test_replica import Source, whose


class Wire:
    """Head office by hand. Each answer takes so many seconds; `cut` raises instead."""

    def __init__(self, source: Source, clock: HandClock) -> None:
        self.source, self.clock = source, clock
        self.takes_s = 0.0
        self.cut = False
        self.asked = 0

    def replica(self, request: feed.ReplicaRequest) -> feed.ReplicaAnswer:
        self.clock.seconds += self.takes_s
        if self.cut:
            raise HubUnreachable("cut")
        self.asked += 1
        return self.source.answer(request)


class Bench:
    def __init__(self, path: Path) -> None:
        self.clock, self.source = HandClock(), Source()
        self.wire = Wire(self.source, self.clock)
        self.replica = StoredReplica(path)
        self.refresher = Refresher(self.wire, self.replica, DEVICE, self.clock)
        for place in range(9):
            self.source.put(f"m{place}", card_of(f"m{place}"))

    def step(self, *, hurried: bool = False, behind: bool = False, catalogue: int = 0) -> bool:
        state = DeviceState(deny_epoch=self.source.deny_epoch, catalogue=catalogue)
        return self.refresher.step(state, lambda: hurried, behind=behind)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "replica.db")


def test_nothing_is_asked_before_it_is_due(bench: Bench) -> None:
    assert not bench.step()
    asked = bench.wire.asked
    bench.clock.seconds += EVERY_S - 1
    assert not bench.step()
    assert bench.wire.asked == asked
    bench.source.deny(card_of("lost"), "lost")  # this is due at once
    assert not bench.step()
    assert bench.replica.denied(card_of("lost")) == "lost"
    asked = bench.wire.asked
    bench.clock.seconds += EVERY_S
    assert not bench.step()
    assert bench.wire.asked == asked + 1


def test_a_backlog_goes_up_without_a_download_for_every_batch(bench: Bench) -> None:
    assert not bench.step()
    asked = bench.wire.asked
    for catalogue in range(1, 5):
        assert not bench.step(behind=True, catalogue=catalogue)
    assert bench.wire.asked == asked
    bench.source.deny(card_of("lost"), "lost")  # this waits for nothing
    assert not bench.step(behind=True)
    assert bench.replica.denied(card_of("lost")) == "lost"
    asked = bench.wire.asked
    bench.clock.seconds += EVERY_S
    assert not bench.step(behind=True)
    assert not bench.step(catalogue=5)
    assert bench.wire.asked == asked + 2


def test_a_visitor_who_waits_stops_the_download_after_one_chunk(bench: Bench) -> None:
    rounds = 1
    while bench.step(hurried=True):
        assert bench.wire.asked == rounds
        rounds += 1
    assert bench.replica.whole()
    assert [whose(bench.replica, card_of(f"m{place}")) for place in range(9)] == [f"m{p}" for p in range(9)]


def test_a_long_download_lets_syncs_in_between(bench: Bench) -> None:
    bench.wire.takes_s = BUDGET_S / 2
    assert bench.step()
    assert bench.wire.asked == 2


def test_a_cut_download_is_tried_again_and_says_nothing_is_fresh(bench: Bench) -> None:
    assert bench.step(hurried=True)
    bench.wire.cut = True
    assert not bench.step()
    assert bench.replica.deny_age(bench.clock.now()).too_old
    bench.wire.cut = False
    assert not bench.step()
    assert bench.replica.whole()
    assert not bench.replica.deny_age(bench.clock.now()).too_old


def test_a_whole_store_comes_over_a_bad_line(tmp_path: Path) -> None:
    office = open_office()
    names = [f"n{place:05}" for place in range(feed.ROWS_MAX * 2 + 100)]
    row = {"name": "李*", "lifetime": 0, "home": None, "verifier": ""}
    with office.engine.begin() as connection:
        connection.execute(sa.insert(members), [{"id": name, **row} for name in names])
        led = [{"hash": card_of(n), "member": n, "tail": n[-4:], "why": ""} for n in names]
        connection.execute(sa.insert(cards), led)
        for name in (*names, "m1"):
            changes.place(connection, name, "0001")
    weather = iter(["fine", "fine", "lost", "cut", "fine", "twice", "lost", *["fine"] * 50])
    kiosk = Kiosk(tmp_path, Line(office, lambda: next(weather)), open_journal)
    for _ in range(12):
        kiosk.step()
        kiosk.clock.seconds += 20
    assert kiosk.replica.whole()
    assert [whose(kiosk.replica, card_of(name)) for name in names] == names
    found = kiosk.replica.account(card_of("m1"))
    asked = kiosk.line.account(card_of("m1")).account
    assert found is not None
    assert asked is not None
    assert (found.points, found.escrow, found.history) == (asked.points, asked.escrow, asked.history)
    kiosk.close()
