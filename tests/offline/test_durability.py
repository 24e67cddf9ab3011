"""What a disk and a sudden death may do to a journal."""

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.ledger import accounts as acc
from kiosk.offline.disk import connect
from kiosk.offline.reading import lines, verify
from kiosk.ports import JournalFailed
from tests.offline.bench import TEA, open_journal, printing, redeem, stocked, void

ROOT = Path(__file__).parents[2]


def test_a_killed_kiosk_has_every_entry_it_acknowledged(tmp_path: Path) -> None:
    """Killing a process proves that acknowledged entries left it in order, and that a start recovers.

    It does not prove that they reached the disk: the page cache survives `kill -9`. That needs lost writes.
    """
    path = tmp_path / "journal.db"
    chance = random.Random(7)
    acknowledged: dict[int, str] = {}
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.offline.appender", path],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))  # the moment of death, not a wait for something
        child.kill()
        told = [first, *child.stdout.readlines()]
        child.wait()
        child.stdout.close()
        whole = [line.split() for line in told if line.endswith("\n") and " " in line]
        acknowledged.update({int(n): hashed for n, hashed in whole if len(hashed) == 64})
        assert "hold together" in verify(path)
    journal = open_journal(path)
    hashes = {n: held.hex() for n in acknowledged if (held := journal.hash_at(n))}
    assert hashes == acknowledged
    assert len(acknowledged) > 20
    journal.recover()
    assert all(operation.state == "unknown" for operation in journal.unresolved())
    journal.close()


def test_a_full_disk_stops_the_journal_for_good(small_disk: Path) -> None:
    path = small_disk / "journal.db"
    journal = stocked(path)
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(bytes(free - 64 * 1024))
    written, code = journal.tail().n, ""
    for op in map(str, range(1000)):
        try:
            written = journal.append(redeem(op, points=0), printing(op), void(op))[-1].n
        except JournalFailed as failed:
            code = failed.code
            break
    assert code == "K-JR-02"
    filler.unlink()  # even with room again, only a restart knows what the disk holds
    for refused in (lambda: journal.append(redeem("later")), journal.tail, lambda: journal.rights(TEA)):
        with pytest.raises(JournalFailed):
            refused()
    journal.close()
    again = open_journal(path)
    assert again.tail().n == written + 1  # everything acknowledged, and the boot
    again.close()


def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    path = small_disk / "journal.db"
    stocked(path).close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(JournalFailed) as failed:
        open_journal(path)
    assert failed.value.code == "K-JR-04", failed.value.detail


def test_a_failed_write_stops_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    before = journal.tail().n
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "journal.db-wal").stat().st_size + 100, limits[1]))
    try:
        with pytest.raises(JournalFailed) as failed:
            journal.append(redeem("a"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failed.value.code in {"K-JR-01", "K-JR-02"}
    with pytest.raises(JournalFailed):
        journal.append(redeem("a"))
    journal.close()
    again = open_journal(path)
    assert again.tail().n == before + 1
    assert again.rights(acc.POINTS, "m1") == 1000
    again.close()


@pytest.mark.parametrize("calls", ["fsync,fdatasync", "pwrite64"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EROFS"])
def test_a_disk_that_refuses_stops_the_journal_and_loses_nothing(
    tmp_path: Path, calls: str, error: str
) -> None:
    """strace makes the system call fail from its 80th on, as a dying medium would."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace")
    path = tmp_path / "journal.db"
    rule = ["-f", "-o", os.devnull, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when=80+"]
    told = subprocess.run(
        [strace, *rule, sys.executable, "-m", "tests.offline.appender", path],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "Operation not permitted" in told.stderr:
        pytest.skip("may not trace")
    assert told.returncode == 1
    assert told.stderr.splitlines()[-1].startswith("kiosk.ports.JournalFailed: K-JR-0"), told.stderr
    acknowledged = dict(line.split() for line in told.stdout.splitlines())
    assert len(acknowledged) > 5
    journal = open_journal(path)
    assert {n: (journal.hash_at(int(n)) or b"").hex() for n in acknowledged} == acknowledged
    journal.close()


def test_a_second_opener_is_turned_away(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    with pytest.raises(JournalFailed) as failed:
        open_journal(path)
    assert failed.value.code == "K-JR-05"
    asked = f"from kiosk.offline.reading import verify; from pathlib import Path; verify(Path({str(path)!r}))"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "K-JR-05" in told.stderr
    journal.append(redeem("a"))
    journal.close()
    assert "hold together" in verify(path)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET stored = zeroblob(length(stored)) WHERE n = 2",
        "UPDATE entries SET hash = zeroblob(32) WHERE n = 2",
        "DELETE FROM entries WHERE n = 2",
        "DELETE FROM entries WHERE n = 3",
    ],
)
def test_a_changed_journal_is_not_opened(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    journal.append(redeem("a"))
    journal.close()
    with closing(connect(path).conn) as connection:
        connection.execute(damage)
    for opening in (open_journal, verify):
        with pytest.raises(JournalFailed) as failed:
            opening(path)
        assert failed.value.code == "K-JR-03"


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(os.urandom(8192))
    with pytest.raises(JournalFailed) as failed:
        open_journal(path)
    assert failed.value.code == "K-JR-03"


def test_a_closed_journal_is_shown_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    journal.append(redeem("a"))
    journal.close()
    before = path.read_bytes()
    told = list(lines(path))
    assert [line["kind"] for line in told] == ["boot", "gen", "grant", "grant", "redeem"]
    assert told[-1]["body"]["voucher"] == "Va"
    assert len(told[-1]["hash"]) == 64
    assert path.read_bytes() == before
