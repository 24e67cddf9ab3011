"""Real processes killed at any moment over a bad network: afterwards every promise was kept.

Here over SQLite; the deep check `chaos` plays over PostgreSQL in turn.
"""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.books import Acks, Judgement
from tests.chaos.play import KIOSKS, perform

SECONDS = 4


def kept(faults: list[str], counts: Counter[str]) -> None:
    assert faults == []
    assert counts["acknowledged"] > 2 * len(KIOSKS)
    assert counts["kiosk killed"]
    assert counts["head office killed"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
def played(stage: Path) -> tuple[list[str], Counter[str]]:
    return perform("fast", SECONDS, "sqlite", stage)


def test_after_chaos_the_books_are_right(played: tuple[list[str], Counter[str]]) -> None:
    kept(*played)


def judged(stage: Path, acks: dict[str, Acks] | None = None) -> list[str]:
    homes = {device: stage / device for device in KIOSKS}
    return list(Judgement(f"sqlite:///{stage / 'hub.db'}", homes, acks or {}).faults())


def test_the_judge_sees_what_is_missing(played: tuple[list[str], Counter[str]], stage: Path) -> None:
    assert played[0] == judged(stage) == []
    (fault,) = judged(stage, {KIOSKS[0]: {10**6: "00"}})
    assert "was acknowledged" in fault
    with sqlite3.connect(stage / "hub.db") as books:
        books.execute("UPDATE balances SET amount = amount + 1 WHERE account = 'issued'")
    told = " ".join(judged(stage))
    assert "do not add up to zero" in told
    assert "vouchers are out" in told
    with sqlite3.connect(stage / "hub.db") as books:
        books.execute("DELETE FROM entries WHERE device = ? AND n = 2", (KIOSKS[1],))
    assert "chain at head office does not hold" in " ".join(judged(stage))
