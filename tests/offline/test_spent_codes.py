"""The memory of taken codes: on a real disk, through restarts, clocks that jump, and a full table."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.offline import spent_codes
from kiosk.offline.spent_codes import StoredSpentCodes

KEY = b"k" * 32
LIFE = 60


def test_a_code_is_taken_once_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "codes.db"
    first = StoredSpentCodes(path, KEY)
    assert first.spend(b"a", 100, 50)
    assert not first.spend(b"a", 100, 51)
    first.close()
    again = StoredSpentCodes(path, KEY)
    assert not again.spend(b"a", 100, 52)
    assert again.spend(b"b", 100, 52)
    again.close()
    assert b"SQLite" not in path.read_bytes()[:16], "it is encrypted"


def test_what_was_forgotten_is_never_taken_again(tmp_path: Path) -> None:
    codes = StoredSpentCodes(tmp_path / "codes.db")
    assert codes.spend(b"a", 100, 50)
    assert codes.spend(b"b", 200, 150)  # a is over and forgotten
    assert not codes.spend(b"a", 100, 60), "the clock went back"
    assert not codes.spend(b"b", 200, 60)
    assert codes.spend(b"c", 120, 60)
    codes.close()


def test_a_full_memory_takes_nothing_until_something_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spent_codes, "MOST", 2)
    codes = StoredSpentCodes(tmp_path / "codes.db")
    assert codes.spend(b"a", 100, 50)
    assert codes.spend(b"b", 110, 50)
    assert not codes.spend(b"c", 120, 50)
    assert codes.spend(b"c", 120, 100)
    codes.close()


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400), st.booleans()), max_size=30))
def test_no_code_is_ever_taken_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    """Wherever the clock goes, and however often the kiosk starts."""
    path = tmp_path_factory.mktemp("codes") / "codes.db"
    codes, taken = StoredSpentCodes(path), set()
    for place, now, restart in steps:
        nonce, ends_at = bytes((place,)), 60 + 50 * place
        if now < ends_at and codes.spend(nonce, ends_at, now):
            assert nonce not in taken
            taken.add(nonce)
        if restart:
            codes.close()
            codes = StoredSpentCodes(path)
    codes.close()
