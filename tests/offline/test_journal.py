"""The journal: rights, redemptions, restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft, JournalFailed, NotHeld
from tests.offline.bench import (
    DEVICE,
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[DurableJournal]:
    journal = stocked(path)
    yield journal
    journal.close()


def test_a_redemption_moves_rights_and_is_told(journal: DurableJournal) -> None:
    journal.append(redeem("a"), printing("a"))
    assert journal.rights(acc.POINTS, "m1") == 900
    assert journal.rights(TEA) == 9
    operation = journal.operation("a")
    assert operation is not None
    assert (operation.state, operation.attempt, operation.claim_held) == ("printing", 1, True)
    assert journal.unresolved("m1") == (operation,)
    assert journal.unresolved("somebody else") == ()
    (posted,) = journal.append(post("a"))
    (claimed,) = journal.append(claim("a"))
    told = journal.by_voucher("Va")
    assert told is not None
    assert (told.state, told.claim_held, told.claimed_at) == ("posted", False, claimed.at)
    assert posted.n + 1 == claimed.n
    assert journal.unresolved() == ()


def test_nothing_is_spent_that_is_not_here(journal: DurableJournal) -> None:
    tail = journal.tail()
    with pytest.raises(NotHeld):
        journal.append(redeem("a", points=600), redeem("b", points=600))
    with pytest.raises(NotHeld):
        journal.append(redeem("a", member="m2"))
    with pytest.raises(NotHeld):
        journal.append(Draft(en.PinTry(route="card"), member="m1"))
    with pytest.raises(NotHeld):
        journal.append(Draft(en.Returned(asset=TEA, amount=11)))
    with pytest.raises(NotHeld):
        journal.append(redeem("a", points=-5))
    assert journal.tail() == tail
    assert journal.operation("a") is None
    assert journal.rights(acc.POINTS, "m1") == 1000


def test_the_same_redemption_twice_is_refused(journal: DurableJournal) -> None:
    journal.append(redeem("a"))
    with pytest.raises(NotHeld):
        journal.append(redeem("a", voucher="other"))
    with pytest.raises(NotHeld):
        journal.append(redeem("b", voucher="Va"))
    with pytest.raises(NotHeld):
        journal.append(redeem("c"), redeem("c", voucher="other"))
    assert journal.rights(acc.POINTS, "m1") == 900


def test_a_used_entry_id_is_refused(journal: DurableJournal) -> None:
    draft = Draft(en.PinTried(route="card", ok=True, where="hub"), member="m1", id="once")
    journal.append(draft)
    with pytest.raises(NotHeld):
        journal.append(draft)


@pytest.mark.parametrize(
    "steps",
    [
        (post, void), (void, post), (post, post), (void, void), (void, printing), (void, claim),
        (unknown, claim), (claim,), (post, claim, claim), (post, unknown), (unknown, unknown),
        (post, claim, void),
    ],
)  # fmt: skip
def test_an_operation_ends_once(journal: DurableJournal, steps: tuple) -> None:  # type: ignore[type-arg]
    journal.append(redeem("a"), printing("a"), *(step("a") for step in steps[:-1]))
    with pytest.raises(NotHeld):
        journal.append(steps[-1]("a"))


def test_an_unknown_print_is_settled_later(journal: DurableJournal) -> None:
    journal.append(redeem("a"), printing("a"), unknown("a"), printing("a", 2), unknown("a"))
    journal.append(post("a"), claim("a"))
    journal.append(redeem("b"), printing("b"), unknown("b"), void("b"))
    assert journal.rights(acc.POINTS, "m1") == 900
    assert journal.rights(TEA) == 9
    with pytest.raises(NotHeld):
        journal.append(Draft(en.Post(op="nobody's", reason="")))


def test_a_start_recovers_what_was_open(path: Path, journal: DurableJournal) -> None:
    journal.append(redeem("a"))
    journal.append(redeem("b"), printing("b"))
    journal.append(redeem("c"), printing("c"), unknown("c"))
    journal.append(redeem("d"), printing("d"), post("d"))
    before = journal.tail()
    journal.close()
    again = open_journal(path)
    assert [entry.kind for entry in again.recover()] == ["void", "unknown"]
    states = [again.operation(op).state for op in "abcd"]  # type: ignore[union-attr]
    assert states == ["voided", "unknown", "unknown", "posted"]
    assert again.recover() == ()
    assert again.hash_at(before.n) == before.hash
    again.close()


def test_every_start_leaves_a_fresh_nonce(path: Path, journal: DurableJournal) -> None:
    journal.close()
    again = open_journal(path)
    entries = [en.decode(stored) for stored in again.batch(0, 500, 1 << 20).entries]
    nonces = [body.nonce for entry in entries if isinstance(body := en.body_of(entry), en.Boot)]
    assert len(set(nonces)) == 2
    again.close()


def test_a_start_gives_back_what_no_visit_needs(journal: DurableJournal) -> None:
    shelf = Shelf(journal)
    shelf._d = 2
    shelf.put(acc.TRIES, 3, "m2")
    assert [entry.member for entry in journal.tidy(lambda member: member == "m2")] == ["m1"]
    assert journal.rights(acc.POINTS, "m1") == 0
    assert journal.rights(acc.TRIES, "m2") == 3
    assert journal.rights(TEA) == 10


def test_own_lines_are_those_the_hub_does_not_know(journal: DurableJournal) -> None:
    first = journal.append(redeem("a"))[0]
    journal.append(redeem("b"))
    assert [operation.redeem.op for operation in journal.own_lines("m1", 0)] == ["b", "a"]
    assert [operation.redeem.op for operation in journal.own_lines("m1", first.n)] == ["b"]
    assert journal.own_lines("m2", 0) == ()
    assert journal.effect_beyond("m1", 0) == -200
    assert journal.effect_beyond("m1", first.n) == -100
    journal.append(void("b"))
    assert journal.effect_beyond("m1", first.n) == 0


def test_batches_are_bounded_and_lead_to_their_head(journal: DurableJournal) -> None:
    for op in map(str, range(5)):
        journal.append(redeem(op))
    everything = journal.batch(0, 500, 1 << 20)
    hashed = en.GENESIS
    for stored in everything.entries:
        hashed = en.chained(hashed, stored)
    assert hashed == everything.head == journal.tail().hash
    assert everything.last == journal.tail().n
    few = journal.batch(2, 3, 1 << 20)
    assert (few.first, few.last, few.head) == (3, 5, journal.hash_at(5))
    assert len(journal.batch(0, 500, 10).entries) == 1
    nothing = journal.batch(everything.last, 500, 1 << 20)
    assert (nothing.entries, nothing.head) == ((), everything.head)


def test_a_frozen_device_spends_nothing_but_may_finish(path: Path, journal: DurableJournal) -> None:
    journal.append(redeem("a"), printing("a"))
    journal.freeze("rolled back")
    journal.close()
    again = open_journal(path)
    assert again.frozen() == "rolled back"
    with pytest.raises(JournalFailed) as failed:
        again.append(redeem("b"))
    assert failed.value.code == "K-SY-01"
    again.append(post("a"))
    again.close()


def test_a_journal_belongs_to_one_device(path: Path, journal: DurableJournal) -> None:
    journal.close()
    with pytest.raises(JournalFailed) as failed:
        open_journal(path, device="kiosk-2")
    assert failed.value.code == "K-JR-03"
    assert DEVICE in failed.value.detail
