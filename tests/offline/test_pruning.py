"""Pruning on head office's word, and what happens when head office breaks it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from kiosk.events import StorageFailed
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync as wire
from kiosk.offline.cut import LIVE, SLICE
from kiosk.offline.reading import verify
from tests.offline.bench import TEA, Shelf, open_journal, post, printing, redeem, stocked
from tests.offline.shop import Kiosk, Line, balance, open_office, verdicts
from tests.offline.test_uploader import obtain


class Backed(Line):
    """A head office that has everything it took in safely twice."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        answer = super().sync(request)
        return msgspec.structs.replace(answer, stable=answer.mark.n)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, Backed(open_office()), open_journal)
    kiosk.drain()
    obtain(kiosk, "w1", 800)
    yield kiosk
    kiosk.close()


def pruned(kiosk: Kiosk) -> int:
    """Prune all that head office has, by slices that need no thousand entries."""
    last = kiosk.journal.mark_seen().n
    while kiosk.journal.move_cut(7, keep=kiosk.journal.tail().n - last):
        pass
    kiosk.drain()
    return kiosk.journal.floor().n


def test_a_pruned_kiosk_goes_on_as_if_nothing_had_happened(kiosk: Kiosk) -> None:
    kiosk.journal.append(redeem("a", 250), printing("a"), post("a"))
    kiosk.drain()
    assert pruned(kiosk) > 0
    kiosk.restart()
    obtain(kiosk, "w2", 100)
    kiosk.journal.append(redeem("b", 100), printing("b"), post("b"))
    kiosk.drain()
    assert balance(kiosk.line.office, acc.ISSUED, acc.gift("tea")) == 2
    assert set(verdicts(kiosk.line.office).values()) == {"posted"}
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()
    assert kiosk.journal.effect_beyond("m1", 0) == -350
    assert not [event for event in kiosk.posted if isinstance(event, StorageFailed)]


def test_a_head_office_that_lost_what_it_had_twice_is_named_and_takes_nothing_from_us(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.journal.append(redeem("a", 250), printing("a"), post("a"))
    kiosk.drain()
    floor = pruned(kiosk)
    held, office = kiosk.journal.rights(TEA), kiosk.line.office
    kiosk.line.office = open_office(seed=2, generation=2)  # it knows nothing any more
    kiosk.drain()
    assert "K-SY-02" in caplog.text
    assert not kiosk.journal.frozen()
    assert not [event for event in kiosk.posted if isinstance(event, StorageFailed)]
    assert kiosk.journal.rights(TEA) == held
    kiosk.journal.append(redeem("b", 100), printing("b"), post("b"))  # what is held here can be spent
    tail = kiosk.journal.tail()
    kiosk.drain()
    assert verdicts(kiosk.line.office) == {}
    assert (kiosk.journal.tail(), kiosk.journal.floor().n) == (tail, floor)
    kiosk.line.office = office  # a later backup is found
    kiosk.drain()
    kiosk.drain()
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()


def test_housekeeping_is_a_little_at_a_time_and_a_start_reads_only_what_is_young(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    shelf = Shelf(journal)
    shelf._d = 2
    for op in map(str, range(LIVE // 2)):
        shelf.put(acc.POINTS, 1, "m1")
        shelf.put(TEA, 1)
        journal.append(redeem(op, 1), printing(op), post(op))
    journal.move_mark(journal.tail())
    steps = 0
    while journal.prune(journal.tail().n):
        steps += 1
        assert journal.tail().n - journal.floor().n >= LIVE
    assert steps == (LIVE * 5 // 2 - LIVE) // SLICE
    assert journal.tail().n - journal.floor().n < LIVE + 2 * SLICE
    assert len(journal._head.ids) < LIVE + 2 * SLICE
    asked = partial(journal.by_voucher, "V0")
    before = asked()
    assert before is not None
    assert before.state == "posted"
    journal.close()
    assert "hold together" in verify(path)
