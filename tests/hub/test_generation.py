"""What lies outside of the database: it never falls, and it survives torn writes and a second process."""

import multiprocessing
import os
from pathlib import Path

import pytest
from restoring import Restorable

from kiosk.hub.generation import RING, GenerationFile
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync


def test_the_counter_never_falls_and_stays(tmp_path: Path) -> None:
    keeper = GenerationFile(tmp_path / "generation")
    assert keeper.current == 1
    assert [keeper.raise_to(5), keeper.raise_to(3), keeper.current] == [5, 5, 5]
    again = GenerationFile(tmp_path / "generation")
    assert (again.current, again.seal_key) == (5, keeper.seal_key)
    assert (tmp_path / "generation.key").stat().st_mode & 0o077 == 0


def test_the_last_grants_are_remembered_across_processes(tmp_path: Path) -> None:
    keeper, other = (GenerationFile(tmp_path / "generation") for _ in range(2))
    names = [f"grant-{place:04}" for place in range(3 * RING)]
    for place, name in enumerate(names):
        (keeper if place % 3 else other).note(name)
    assert keeper.noted() == other.noted() == tuple(names[-RING:])
    keeper.raise_to(2)
    assert GenerationFile(tmp_path / "generation").noted() == ()


@pytest.mark.parametrize("cut", range(1, 64, 7))
def test_a_torn_slot_is_a_grant_that_nobody_was_told_of(tmp_path: Path, cut: int) -> None:
    keeper = GenerationFile(tmp_path / "generation")
    for place in range(5):
        keeper.note(f"grant-{place}")
    ring = tmp_path / "generation.grants"
    whole = ring.read_bytes()
    ring.write_bytes(whole[: 5 * 64 + cut] + os.urandom(64 - cut) + whole[6 * 64 :])
    assert GenerationFile(tmp_path / "generation").noted() == tuple(f"grant-{place}" for place in range(4))


def _raise(path: Path, place: int) -> None:
    keeper = GenerationFile(path)
    for step in range(20):
        keeper.raise_to(keeper.current + 1)
        keeper.note(f"{place}-{step}")


def test_processes_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "generation"
    others = [multiprocessing.get_context("spawn").Process(target=_raise, args=(path, n)) for n in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    keeper = GenerationFile(path)
    assert 21 <= keeper.current <= 41
    assert all("-" in name for name in keeper.noted())


def test_two_head_offices_over_one_database_agree(tmp_path: Path) -> None:
    hub = Restorable(GenerationFile(tmp_path / "generation"))
    till = hub.till("K1")
    hub.drain([till])
    first = hub.office
    second = hub.start()
    assert second.restored("drill") == 2
    answer = first.sync(till.request(till.sent + 1))
    assert (answer.gen, answer.recovering, first.generation) == (2, True, 2)
    till.hear(answer)
    till.hear(second.sync(till.request(till.sent + 1)))
    assert hub.recoveries() == [(1, True), (2, True)]
    asked = sync.Want(id="w", member="M1", asset=acc.POINTS, amount=1)
    assert first.sync(till.request(till.sent + 1, None, asked)).grants
