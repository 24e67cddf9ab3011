"""Bytes of the journal's files that rotted: a named fault, or the truth, never anything else."""

import os
import random
import shutil
from pathlib import Path

import pytest

from kiosk.ports import JournalFailed
from tests.offline.bench import open_journal
from tests.offline.test_cut import lived

KEY = bytes(range(32))
CUT = 80
NAMED = {"K-JR-01", "K-JR-03", "K-JR-08"}


def written(folder: Path, key: bytes | None) -> dict[int, bytes]:
    """An image of a journal in use, part of it pruned, part in the write-ahead log. n -> chain hash."""
    folder.mkdir()
    (folder / "live").mkdir()
    journal, _ = lived(folder / "live" / "journal.db", 5, rounds=20, key=key)
    journal.move_cut(60, keep=0)
    journal.move_mark(journal.tail())
    journal.prune(30)
    journal._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    journal.move_cut(CUT - 60, keep=0)
    hashes = {n: hashed for n in range(31, journal.tail().n + 1) if (hashed := journal.hash_at(n))}
    for name in ("journal.db", "journal.db-wal"):
        shutil.copy(folder / "live" / name, folder)
    journal.close()
    return hashes


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
@pytest.mark.parametrize("key", [KEY, None], ids=["encrypted", "plain"])
def test_rotten_bytes_are_named_or_change_nothing(tmp_path: Path, name: str, key: bytes | None) -> None:
    hashes = written(tmp_path / "image", key)
    spoilt, chance = tmp_path / "image" / name, random.Random(11)
    whole = spoilt.read_bytes()
    seen: set[str] = set()
    for _ in range(60):
        rotten = bytearray(whole)
        at = chance.randrange(len(rotten))
        rotten[at : at + chance.choice((1, 1, 16, 512))] = b""  # shorter
        if chance.random() < 0.8:
            rotten = bytearray(whole)
            for _ in range(chance.choice((1, 1, 4, 64))):
                rotten[chance.randrange(len(rotten))] ^= 1 << chance.randrange(8)
        folder = tmp_path / "opened"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for other in ("journal.db", "journal.db-wal"):
            shutil.copy(tmp_path / "image" / other, folder)
        (folder / name).write_bytes(rotten)
        try:
            journal = open_journal(folder / "journal.db", seed=os.getpid(), key=key)
        except JournalFailed as failed:
            seen.add(failed.code)
            continue
        seen.add("opened")
        try:
            # Before the cut a plain file is read by `verify` only; each page of an encrypted one is proven.
            told = {n: journal.hash_at(n) for n in range(31 if key else CUT + 1, journal.tail().n)}
            asked = [journal.by_voucher(f"V5-{op}") for op in range(20)]
        except JournalFailed as failed:
            seen.add(failed.code)
        else:
            assert told.items() <= hashes.items()
            assert len([one for one in asked if one]) <= 20
        journal.close()
    assert seen <= NAMED | {"opened"}
    assert seen & NAMED or name.endswith("wal"), seen
