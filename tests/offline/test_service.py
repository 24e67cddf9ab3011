"""The journal on a thread of its own."""

import threading
import time
from pathlib import Path

import pytest

from kiosk.events import Event, StorageFailed
from kiosk.ledger import accounts as acc
from kiosk.offline.cut import LIVE, SLICE
from kiosk.offline.escrow import start_up
from kiosk.offline.journal import DurableJournal
from kiosk.offline.service import JournalService
from kiosk.ports import Journal, JournalFailed, NotHeld
from tests.offline.bench import TEA, Shelf, open_journal, printing, redeem, stocked


def test_requests_cross_to_the_journals_thread(tmp_path: Path) -> None:
    posted: list[Event] = []
    service = JournalService(lambda: stocked(tmp_path / "journal.db"), posted.append)
    runner = threading.Thread(target=service.run)
    runner.start()
    port: Journal = service.port()
    try:
        assert port.append(redeem("a"), printing("a"))[-1].kind == "printing"
        assert port.rights(acc.POINTS, "m1") == 900
        with pytest.raises(NotHeld):
            port.append(redeem("a"))
    finally:
        service.stop()
        runner.join(10)
    assert posted == []
    with pytest.raises(JournalFailed):
        port.rights(acc.POINTS, "m1")


def test_a_start_recovers_before_anybody_is_served(tmp_path: Path) -> None:
    journal = stocked(tmp_path / "journal.db")
    journal.append(redeem("a"))
    journal.close()
    service = JournalService(
        lambda: open_journal(tmp_path / "journal.db"),
        [].append,
        lambda opened: start_up(opened, lambda _member: False),
    )
    runner = threading.Thread(target=service.run)
    runner.start()
    try:
        assert service.port().unresolved() == ()
        assert service.port().rights(acc.POINTS, "m1") == 0
    finally:
        service.stop()
        runner.join(10)


def test_a_journal_that_cannot_be_opened_is_told_and_refuses(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no journal, certainly not" * 400)
    posted: list[Event] = []
    service = JournalService(lambda: open_journal(tmp_path / "journal.db"), posted.append)
    service.run()
    assert [type(event) for event in posted] == [StorageFailed]
    with pytest.raises(JournalFailed) as failed:
        service.port().tail()
    assert failed.value.code == "K-JR-03"


def test_whoever_waits_when_the_thread_ends_is_told(tmp_path: Path) -> None:
    answers: list[str] = []
    service = JournalService(lambda: open_journal(tmp_path / "no such folder" / "journal.db"), [].append)

    def ask() -> None:
        try:
            service.port().tail()
        except JournalFailed as failure:
            answers.append(failure.code)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers[:4]:
        asker.start()
    service.run()
    for asker in askers[4:]:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert answers == ["K-JR-04"] * 8


def test_a_frozen_kiosk_says_so_without_head_office_and_its_log_stays_readable(tmp_path: Path) -> None:
    journal = stocked(tmp_path / "journal.db")
    journal.freeze("copied")
    journal.close()
    posted: list[Event] = []
    service = JournalService(lambda: open_journal(tmp_path / "journal.db"), posted.append)
    runner = threading.Thread(target=service.run)
    runner.start()
    try:
        assert service.port().batch(0, 10, 10_000).entries
        assert posted == [StorageFailed("K-SY-01", "copied")]
    finally:
        service.stop()
        runner.join(10)


def test_a_journal_that_nobody_asks_grows_old_by_itself(tmp_path: Path) -> None:
    def aged() -> DurableJournal:
        journal = open_journal(tmp_path / "journal.db")
        shelf = Shelf(journal)
        for _ in range((LIVE + 2 * SLICE) // 400 + 1):
            journal.take_grants(1, [shelf.next(TEA, 1) for _ in range(400)], lambda _want: True)
        return journal

    service = JournalService(aged, print, idle_s=0.001)
    runner = threading.Thread(target=service.run)
    runner.start()
    deadline = time.monotonic() + 20
    try:
        while service.ask(lambda journal: journal._base.n) < 2 * SLICE:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        service.stop()
        runner.join(10)
