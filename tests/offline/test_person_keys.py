"""The keys of what newcomers told: durable with their entry, given to head office, dropped when safe."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.hub.joining_tables import newcomers
from kiosk.hub.tables import members
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.persons import Person, seal
from kiosk.ports import Draft, Newcomer, NotHeld
from tests.offline.bench import open_journal
from tests.offline.shop import Kiosk, Line, open_office, verdicts

KEY = bytes(range(100, 132))
ANN = FreshIds(lambda: 1_790_000_000_000_000, random.Random(5)).uuid7()
SEALED = seal(Person(phone="13800000001", name="刘小岩"), ANN, KEY, bytes(12))
JOINED = Draft(en.Joined(terms=1, sealed=SEALED), member=ANN, secret=KEY)


class Backed(Line):
    """A head office that has what it took in safely twice, once it is told so."""

    safe = False

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        answer = super().sync(request)
        return msgspec.structs.replace(answer, stable=answer.mark.n) if self.safe else answer


@pytest.fixture
def line() -> Backed:
    return Backed(open_office())


@pytest.fixture
def kiosk(tmp_path: Path, line: Backed) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, line, open_journal)
    kiosk.drain()
    yield kiosk
    kiosk.close()


def name_at(line: Line) -> str | None:
    with line.office.engine.begin() as connection:
        return connection.scalar(sa.select(members.c.name).where(members.c.id == ANN))


def test_a_key_outlives_a_power_cut_with_its_entry_and_goes_up_with_it(kiosk: Kiosk, line: Backed) -> None:
    kiosk.journal.append(JOINED)
    kiosk.restart()
    assert kiosk.journal.keys_waiting(9) == (Newcomer(ANN, KEY),)
    kiosk.drain()
    assert name_at(line) == "刘*岩"
    assert kiosk.journal.keys_waiting(9) == ()
    assert set(verdicts(line.office).values()) == {"posted"}


def test_no_key_is_kept_of_an_entry_that_was_not_written(kiosk: Kiosk) -> None:
    spends = Draft(en.PinTry(route="card"), member="m1")
    with pytest.raises(NotHeld):
        kiosk.journal.append(JOINED, spends)
    assert kiosk.journal.keys_waiting(9) == ()


def test_no_entry_and_no_second_copy_holds_a_key(kiosk: Kiosk) -> None:
    kiosk.journal.append(JOINED)
    sent = b"".join(kiosk.journal.batch(0, 500, 1 << 20).entries)
    assert SEALED in sent
    assert KEY not in sent


def test_lost_answers_and_lost_questions_only_delay_it(kiosk: Kiosk, line: Backed) -> None:
    kiosk.journal.append(JOINED)
    chance = random.Random(1)
    line.weather = lambda: chance.choice(("cut", "lost", "twice", "fine"))
    for _ in range(60):
        kiosk.clock.seconds = max(kiosk.clock.seconds, kiosk.step())
    assert name_at(line) == "刘*岩"
    with line.office.engine.begin() as connection:
        assert connection.scalar(sa.select(newcomers.c.state)) == "open"


def test_a_restored_head_office_is_given_the_key_again(kiosk: Kiosk, line: Backed) -> None:
    kiosk.journal.append(JOINED)
    kiosk.drain()
    line.office = open_office(seed=2, generation=2)
    kiosk.drain()
    assert name_at(line) == "刘*岩"


def test_it_is_dropped_once_it_is_safe_and_not_before(kiosk: Kiosk, line: Backed) -> None:
    kiosk.journal.append(JOINED)
    kiosk.drain()
    line.safe = True
    kiosk.step()
    held = lambda: kiosk.path.read_bytes().count(KEY) + _log_of(kiosk).count(KEY)  # noqa: E731
    # The newest backup may be older than the key: only a later entry shows that it is not.
    assert held() > 0
    kiosk.journal.append(Draft(en.PinTried(route="card", ok=True, where="here"), member="m1"))
    kiosk.drain()
    kiosk.step()
    kiosk.restart()  # its log is folded in
    assert held() == 0


def _log_of(kiosk: Kiosk) -> bytes:
    log = kiosk.path.with_name("journal.db-wal")
    return log.read_bytes() if log.exists() else b""
