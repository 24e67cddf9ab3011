"""Growing old: cuts, checkpoints and pruning change nothing that anybody can ask."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark
from kiosk.offline import cut as cutting
from kiosk.offline.disk import connect
from kiosk.offline.journal import DurableJournal
from kiosk.offline.reading import verify
from kiosk.ports import Draft, JournalFailed, NotHeld
from tests.offline.bench import (
    TEA,
    Shelf,
    claim,
    open_journal,
    post,
    printing,
    redeem,
    stocked,
    unknown,
    void,
)


def lived(path: Path, seed: int, rounds: int = 40, key: bytes | None = None) -> tuple[DurableJournal, Shelf]:
    """A journal with redemptions in every state, of two members."""
    chance = random.Random(seed)
    journal = open_journal(path, seed, key=key)
    shelf = Shelf(journal)
    for op in range(rounds):
        live(journal, shelf, chance, f"{seed}-{op}")
    return journal, shelf


def live(journal: DurableJournal, shelf: Shelf, chance: random.Random, op: str) -> None:
    member = chance.choice(("m1", "m2"))
    shelf.put(acc.POINTS, 300, member)
    shelf.put(TEA, 1)
    journal.append(redeem(op, member=member))
    for step in chance.choice(ENDINGS):
        journal.append(step(op))


ENDINGS: tuple[tuple[Callable[[str], Draft], ...], ...] = (
    (), (void,), (printing,), (printing, unknown), (printing, post), (printing, post, claim),
    (printing, unknown, post, claim), (printing, void),
)  # fmt: skip


def everything(journal: DurableJournal) -> dict[str, Any]:
    """All that can be asked."""
    return {
        "balances": journal.balances(),
        "open": journal.unresolved(),
        "lines": {(who, n): journal.own_lines(who, n) for who in ("m1", "m2") for n in (0, 50, 150)},
        "effects": {
            (who, n): journal.effect_beyond(who, n) for who in ("m1", "m2") for n in range(0, 200, 7)
        },
        "downlink": journal.downlink(),
        "expired": journal.expired(1 << 62, (0, 0), 1000),
    }


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_can_be_asked_depends_on_the_cut(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "journal.db"
    journal, shelf = lived(path, seed)
    chance = random.Random(seed)
    before = everything(journal)
    for at in range(6):
        assert journal.move_cut(chance.randint(1, 25), keep=0)
        assert everything(journal) == before, at
        journal.move_mark(journal.tail())
        journal.prune(journal.tail().n - chance.randint(0, 20))
        assert everything(journal) == before, at
    live(journal, shelf, chance, "after")
    after = everything(journal)
    tail = journal.tail()
    journal.close()
    assert "hold together" in verify(path)
    again = open_journal(path)
    assert again.hash_at(tail.n) == tail.hash
    assert everything(again) == after
    again.close()


def test_settled_redemptions_outlive_their_entries(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    journal.append(redeem("claimed"), printing("claimed"), post("claimed"))
    (claimed,) = journal.append(claim("claimed"))
    journal.append(redeem("void"), void("void"))
    journal.append(redeem("printed"), printing("printed"), post("printed"))
    journal.move_mark(journal.tail())
    last = journal.tail().n
    assert journal.move_cut(last, keep=0)
    journal.prune(last)
    assert journal.floor().n == last
    journal.close()
    again = open_journal(path)
    told = again.by_voucher("Vclaimed")
    assert told is not None
    assert (told.state, told.claimed_at, told.redeem.gift) == ("posted", claimed.at, "tea")
    for refused in (claim("claimed"), post("void"), redeem("void"), redeem("new", voucher="Vvoid")):
        with pytest.raises(NotHeld):
            again.append(refused)
    (late,) = again.append(claim("printed"))  # begun long ago, ended today
    again.close()
    third = open_journal(path)
    ended = third.operation("printed")
    assert ended is not None
    assert ended.claimed_at == late.at
    with pytest.raises(NotHeld):
        third.append(claim("printed"))
    third.close()


def test_only_what_is_stable_acknowledged_and_cut_is_pruned(tmp_path: Path) -> None:
    journal, _ = lived(tmp_path / "journal.db", 1)
    tail = journal.tail()
    assert not journal.prune(tail.n)
    assert journal.floor().n == 0
    journal.move_cut(100, keep=0)
    journal.prune(tail.n)
    assert journal.floor().n == 0  # nothing was acknowledged
    journal.move_mark(tail)
    journal.prune(30)
    assert journal.floor().n == 30
    journal.prune(tail.n)
    assert journal.floor().n == 100
    assert journal.hash_at(100) == journal.floor().hash
    assert journal.hash_at(99) is None
    hashed = journal.floor().hash
    batch = journal.batch(100, 500, 1 << 20)
    for stored in batch.entries:
        hashed = en.chained(hashed, stored)
    assert (batch.first, hashed) == (101, journal.tail().hash)
    assert journal.batch(10, 500, 1 << 20).first == 101
    journal.close()


def test_a_cut_waits_for_a_whole_slice_and_leaves_the_young(tmp_path: Path) -> None:
    journal, _ = lived(tmp_path / "journal.db", 2, rounds=3)
    assert not journal.move_cut()
    tail = journal.tail().n
    assert not journal.move_cut(10, keep=tail - 9)
    assert journal.move_cut(10, keep=tail - 10)
    journal.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE operations SET state = 'voided' WHERE n = (SELECT max(n) FROM operations)",
        "UPDATE operations SET ended = x'00'",
        "DELETE FROM operations WHERE n = (SELECT max(n) FROM operations)",
        "UPDATE balances SET amount = amount + 1",
        "UPDATE effects SET points = points - 1 WHERE n = (SELECT min(n) FROM effects)",
        "DELETE FROM effects",
        "DELETE FROM meta WHERE name = 'checkpoint'",
        "UPDATE entries SET stored = zeroblob(length(stored)) WHERE n = (SELECT max(n) FROM entries)",
        "DELETE FROM entries WHERE kind = 'checkpoint'",
    ],
)
def test_what_is_kept_is_checked_at_every_start(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "journal.db"
    journal, _ = lived(path, 3)
    journal.move_cut(120, keep=0)
    journal.close()
    database = connect(path)
    database.execute(damage)
    database.conn.close()
    for opening in (open_journal, verify):
        with pytest.raises(JournalFailed) as failed:
            opening(path)
        assert failed.value.code == "K-JR-03"


def test_older_entries_are_checked_when_a_technician_asks(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal, _ = lived(path, 3)
    journal.move_cut(120, keep=0)
    journal.move_mark(Mark(n=60, hash=journal.hash_at(60) or b""))
    journal.close()
    whole = path.read_bytes()
    for n in (61, 60):
        path.write_bytes(whole)
        database = connect(path)
        database.execute("UPDATE entries SET stored = zeroblob(length(stored)) WHERE n = ?", (n,))
        database.conn.close()
        if n == 61:  # head office does not have it: that cannot wait
            with pytest.raises(JournalFailed):
                open_journal(path)
    open_journal(path).close()  # a start does not read what head office has
    with pytest.raises(JournalFailed) as failed:
        verify(path)
    assert failed.value.code == "K-JR-03"


def test_a_digest_grows_with_the_slice_and_equals_the_sum_of_what_is_kept(tmp_path: Path) -> None:
    journal, _ = lived(tmp_path / "journal.db", 4)
    for _ in range(5):
        journal.move_cut(20, keep=0)
        told = [en.body_of(en.decode(stored)) for stored in journal.batch(0, 500, 1 << 20).entries]
        last = [body for body in told if isinstance(body, en.Checkpoint)][-1]
        assert (last.operations, last.digest) == cutting.digest(journal._database)
        assert last.hash == journal.hash_at(last.cut)
    journal.close()
