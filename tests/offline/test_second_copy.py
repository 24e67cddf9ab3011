"""The second copy: what a lying disk lost comes back, and a second medium that fails stops nobody."""

import os
import shutil
from pathlib import Path

import pytest

from kiosk.ledger import accounts as acc
from kiosk.offline.journal import DurableJournal
from kiosk.offline.reading import verify
from kiosk.offline.second_copy import BEGUN_ANEW, SecondCopy
from tests.offline.bench import TEA, Shelf, open_journal, post, printing, redeem

KEY = bytes(range(32))


def start(folder: Path, copy: Path | None = None) -> DurableJournal:
    return open_journal(folder / "journal.db", key=KEY, second=SecondCopy(copy or folder / "second", KEY))


def stock(journal: DurableJournal) -> None:
    shelf = Shelf(journal)
    shelf.put(acc.POINTS, 1000, "m1")
    shelf.put(TEA, 10)


def image(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("journal.db*")}


def put_back(folder: Path, held: dict[str, bytes]) -> None:
    for file in folder.glob("journal.db*"):
        file.unlink()
    for name, what in held.items():
        (folder / name).write_bytes(what)


def test_what_a_lying_disk_lost_comes_back_before_the_boot_is_journalled(tmp_path: Path) -> None:
    journal = start(tmp_path)
    stock(journal)
    older = image(tmp_path)  # what the disk really had when it said that it had more
    journal.append(redeem("a"), printing("a"))
    journal.append(post("a"))
    tail = journal.tail()
    journal.close()
    put_back(tmp_path, older)
    again = start(tmp_path)
    assert again.hash_at(tail.n) == tail.hash
    assert again.tail().n == tail.n + 1
    assert again.rights(acc.POINTS, "m1") == 900
    again.close()
    assert "hold together" in verify(tmp_path / "journal.db", KEY)


def test_a_whole_journal_comes_back_if_nothing_of_it_was_ever_on_the_disk(tmp_path: Path) -> None:
    journal = start(tmp_path)
    stock(journal)
    tail = journal.tail()
    journal.close()
    put_back(tmp_path, {})
    again = open_journal(
        tmp_path / "journal.db", seed=2, key=KEY, second=SecondCopy(tmp_path / "second", KEY)
    )
    assert again.hash_at(tail.n) == tail.hash
    assert again.rights(TEA) == 10
    again.close()


@pytest.mark.parametrize("lost", [1, 30, 200])
def test_a_torn_copy_gives_what_it_has(tmp_path: Path, lost: int) -> None:
    journal = start(tmp_path)
    stock(journal)
    older, known = image(tmp_path), journal.tail()
    (first, _) = journal.append(redeem("a"), printing("a"))
    journal.append(post("a"))
    journal.close()
    with (tmp_path / "second").open("rb+") as opened:
        opened.truncate(os.fstat(opened.fileno()).st_size - lost)
    put_back(tmp_path, older)
    again = start(tmp_path)
    assert known.n <= again.tail().n - 1 <= first.n + 1
    assert again.hash_at(known.n) == known.hash
    again.close()


def test_a_copy_changed_at_any_byte_brings_nothing_false(tmp_path: Path) -> None:
    journal = start(tmp_path)
    stock(journal)
    older = image(tmp_path)
    journal.append(redeem("a"), printing("a"))
    hashes = {n: journal.hash_at(n) for n in range(1, journal.tail().n + 1)}
    journal.close()
    whole = (tmp_path / "second").read_bytes()
    for place in range(0, len(whole), 29):
        (tmp_path / "second").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        put_back(tmp_path, older)
        again = start(tmp_path)
        told = {n: again.hash_at(n) for n in range(1, again.tail().n)}
        assert told.items() <= hashes.items()
        again.close()


def test_a_copy_of_another_story_is_kept_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = start(tmp_path)
    stock(journal)
    older = image(tmp_path)
    journal.append(redeem("a"))
    journal.close()
    shutil.copy(tmp_path / "second", tmp_path / "first-branch")
    put_back(tmp_path, older)
    branch = start(tmp_path, tmp_path / "elsewhere")  # started without the other medium
    branch.close()
    again = start(tmp_path)
    assert "K-JR-07" in caplog.text
    assert (tmp_path / "second.other").read_bytes() == (tmp_path / "first-branch").read_bytes()
    again.close()


def test_a_second_medium_that_is_not_there_is_named_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = start(tmp_path, tmp_path / "not mounted" / "second")
    assert "K-JR-07" in caplog.text
    stock(journal)
    journal.append(redeem("a"))
    assert caplog.text.count("K-JR-07") == 1
    assert journal.rights(TEA) == 9
    journal.close()


def test_a_second_medium_that_is_full_is_named_and_stops_nobody(
    tmp_path: Path, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = start(tmp_path, small_disk / "second")
    stock(journal)
    (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free - 4096))
    shelf = Shelf(journal)
    shelf._d = 2
    for _ in range(100):
        shelf.put(TEA, 1)
    assert caplog.text.count("K-JR-07") == 1
    assert journal.rights(TEA) == 110
    tail = journal.tail()
    journal.close()
    (small_disk / "filler").unlink()
    again = start(tmp_path, small_disk / "second")  # a copy that fell behind is begun anew
    older = image(tmp_path)
    again.append(redeem("late"))
    last = again.tail()
    again.close()
    put_back(tmp_path, older)
    third = start(tmp_path, small_disk / "second")
    assert third.hash_at(tail.n) == tail.hash
    assert third.hash_at(last.n) == last.hash
    third.close()


def test_a_copy_that_grew_long_is_begun_anew_once_head_office_has_it(tmp_path: Path) -> None:
    journal = start(tmp_path)
    shelf = Shelf(journal)
    while (tmp_path / "second").stat().st_size <= BEGUN_ANEW:
        journal.take_grants(1, [shelf.next(TEA, 1) for _ in range(500)], lambda _want: True)
    tail = journal.tail()
    journal.move_mark(tail)
    assert (tmp_path / "second").stat().st_size < 1000
    older = image(tmp_path)
    shelf.put(TEA, 1)
    held = journal.tail()
    journal.close()
    put_back(tmp_path, older)
    again = start(tmp_path)
    assert again.hash_at(held.n) == held.hash
    again.close()
