"""Long checks: seeded, repeatable, and over after the first failure."""

import subprocess
from pathlib import Path

import pytest

from tests import deep
from tests.deep import HEAD, Round, rounds, seed_of

ROOT = Path(__file__).parents[2]


def test_a_seed_comes_from_the_commit() -> None:
    assert seed_of("8d097d9") == 0x8D097D9
    assert seed_of("8d097d9+") == 0x8D097D9
    assert seed_of("") == 1


def test_a_plus_says_that_the_tree_differs_in_more_than_the_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "docs" / "deep-runs.md"
    monkeypatch.setattr(deep, "ROOT", tmp_path)
    monkeypatch.setattr(deep, "NOTES", notes)
    assert deep.commit() == "unknown"
    notes.parent.mkdir()
    notes.write_text(HEAD)
    for words in (["init"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "x"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    clean = deep.commit()
    notes.write_text(HEAD + "| a row |")
    assert deep.commit() == clean != "unknown"
    (tmp_path / "code.py").write_text("")
    assert deep.commit() == f"{clean}+"


def test_rounds_count_up_and_stop_at_the_first_failure() -> None:
    seeds: list[int] = []

    def check(seed: int, _seconds: float) -> Round:
        seeds.append(seed)
        return Round(passed=1, failed=int(seed == 12))

    assert [one.failed for one in rounds(check, 10, 5)] == [0, 0, 1]
    assert seeds == [10, 11, 12]


def test_one_round_is_always_run_and_nothing_found_is_not_repeated() -> None:
    assert len(list(rounds(lambda _seed, _left: Round(3, 0), 1, 0))) == 1
    assert len(list(rounds(lambda _seed, _left: Round(0, 0), 1, 5))) == 1


def test_notes_have_a_cell_for_everything() -> None:
    assert HEAD.splitlines()[-2].count("|") == 9


@pytest.mark.parametrize(("script", "shell"), [("kioskctl", "dash"), (".ci/run", "bash")])
def test_scripts_parse(script: str, shell: str) -> None:
    subprocess.run([shell, "-n", ROOT / script], check=True)
    assert (ROOT / script).stat().st_mode & 0o111
