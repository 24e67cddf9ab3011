"""Moves of value on cards, here and at head office: one open at a time, ended once, rights made once."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft, JournalFailed, NotHeld
from tests.offline.bench import open_journal, redeem, stocked
from tests.offline.shop import Kiosk, Line, balance, open_office, verdicts

CARD, OTHER = bytes(range(32)), bytes(32)
BEGUN = en.Carding(
    move="mv1", what="debit", card=CARD, amount=250, before=1000, counter=7, random=b"rand",
    terminal=bytes(6), number=9, moment=bytes(7),
)  # fmt: skip


def carding(body: en.Carding = BEGUN, member: str = "m1") -> Draft:
    return Draft(body, member=member)


def ended(body: en.Carding = BEGUN, end: str = "moved", member: str = "m1", **other: object) -> Draft:
    fields: dict[str, object] = {
        "move": body.move,
        "what": body.what,
        "card": body.card,
        "amount": body.amount,
    }
    return Draft(msgspec.convert(fields | {"end": end} | other, en.Carded), member=member)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[DurableJournal]:
    journal = stocked(path)
    yield journal
    journal.close()


def points(journal: DurableJournal, member: str = "m1") -> int:
    return journal.rights(acc.POINTS, member)


def test_a_debit_makes_rights_once(journal: DurableJournal) -> None:
    before = points(journal)
    journal.append(carding())
    assert points(journal) == before, "an intent gives nothing"
    (open_one,) = journal.open_moves()
    assert (open_one.begun, open_one.member) == (BEGUN, "m1")
    assert journal.open_moves(CARD) == (open_one,)
    assert journal.open_moves(OTHER) == ()
    journal.append(ended(tac=b"TAC!"), redeem("a", points=before + 250))
    assert points(journal) == 0
    assert journal.open_moves() == ()
    for again in ("moved", "not-moved"):
        with pytest.raises(NotHeld):
            journal.append(ended(end=again))


def test_what_did_not_move_gives_nothing(journal: DurableJournal) -> None:
    before = points(journal)
    journal.append(carding(), ended(end="not-moved"))
    assert points(journal) == before
    assert journal.open_moves() == ()


def test_a_load_takes_rights_and_gives_them_back_if_it_failed(journal: DurableJournal) -> None:
    load = msgspec.structs.replace(BEGUN, what="load")
    before = points(journal)
    journal.append(carding(load))
    assert points(journal) == before - 250
    journal.append(ended(load, end="not-moved"))
    assert points(journal) == before
    second = msgspec.structs.replace(load, move="mv2")
    journal.append(carding(second), ended(second))
    assert points(journal) == before - 250
    with pytest.raises(NotHeld):
        journal.append(carding(msgspec.structs.replace(load, move="mv3", amount=before)))


@pytest.mark.parametrize(
    "wrong",
    [
        ended(amount=251),
        ended(card=OTHER),
        ended(member="m2"),
        ended(what="load"),
        ended(move="mv2"),
    ],
)
def test_an_end_that_is_not_of_its_intent_is_refused(journal: DurableJournal, wrong: Draft) -> None:
    journal.append(carding())
    with pytest.raises(NotHeld):
        journal.append(wrong)
    assert journal.open_moves()


def test_one_open_move_a_card(journal: DurableJournal) -> None:
    second = msgspec.structs.replace(BEGUN, move="mv2")
    with pytest.raises(NotHeld):
        journal.append(carding(), carding(second))
    journal.append(carding())
    for body in (second, BEGUN):
        with pytest.raises(NotHeld):
            journal.append(carding(body))
    journal.append(carding(msgspec.structs.replace(second, card=OTHER)))
    journal.append(ended(end="disputed"))
    with pytest.raises(NotHeld):
        journal.append(carding(msgspec.structs.replace(second, move="mv3")))
    journal.append(ended(), carding(msgspec.structs.replace(second, move="mv3")))
    assert [one.begun.move for one in journal.open_moves()] == ["mv2", "mv3"]


def test_an_open_move_outlives_starts_and_pruning(path: Path) -> None:
    journal = stocked(path)
    (intent,) = journal.append(carding())
    for n in range(40):
        journal.append(Draft(en.Boot(nonce=n.to_bytes(16, "big"), software="x")))
    tail = journal.tail()
    journal.move_mark(tail)
    while journal.move_cut(most=10, keep=5):
        pass
    journal.prune(tail.n)
    assert journal.floor().n == intent.n - 1
    journal.close()
    journal = open_journal(path)
    journal.recover()
    (open_one,) = journal.open_moves(CARD)
    assert open_one.n == intent.n
    journal.append(ended())
    journal.prune(tail.n)
    assert journal.floor().n > intent.n
    journal.close()


def test_a_frozen_device_begins_none_and_ends_what_it_began(journal: DurableJournal) -> None:
    journal.append(carding())
    journal.freeze("copied")
    journal.append(ended())
    with pytest.raises(JournalFailed, match="frozen"):
        journal.append(carding(msgspec.structs.replace(BEGUN, move="mv2")))


def put_on_card(office: HeadOffice, amount: int) -> None:
    with office.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer("o:card", acc.WORLD, acc.card(CARD.hex()), acc.POINTS, amount))
        books.write()


def kiosk(folder: Path, on_card: int) -> Kiosk:
    office = open_office()
    put_on_card(office, on_card)
    return Kiosk(folder, Line(office), open_journal)


def last(office: HeadOffice) -> str:
    told = verdicts(office)
    return told[max(told)]


def findings(office: HeadOffice) -> list[str]:
    with office.engine.begin() as connection:
        return [str(found) for found in inspect(connection)]


def test_head_office_books_what_a_card_paid(tmp_path: Path) -> None:
    one = kiosk(tmp_path, 1000)
    one.journal.append(carding(), ended(tac=b"TAC!"))
    one.uploader.step(0)
    office = one.line.office
    assert last(office) == "posted"
    assert balance(office, acc.card(CARD.hex()), acc.POINTS) == 750
    assert balance(office, acc.escrow("kiosk-1", "m1"), acc.POINTS) == 250
    assert findings(office) == []


def test_a_card_that_paid_more_than_it_held_is_disputed(tmp_path: Path) -> None:
    one = kiosk(tmp_path, 100)
    one.journal.append(carding(), ended())
    one.uploader.step(0)
    office = one.line.office
    assert last(office) == "disputed"
    assert balance(office, acc.card(CARD.hex()), acc.POINTS) >= 0
    assert balance(office, acc.escrow("kiosk-1", "m1"), acc.POINTS) == 0
    assert findings(office) == []


def test_a_load_leaves_for_the_card(tmp_path: Path) -> None:
    one = kiosk(tmp_path, 1000)
    load = msgspec.structs.replace(BEGUN, what="load", amount=10, move="mv2")
    one.journal.append(carding(), ended(), carding(load), ended(load))
    one.uploader.step(0)
    office = one.line.office
    assert set(verdicts(office).values()) == {"posted"}
    assert balance(office, acc.card(CARD.hex()), acc.POINTS) == 760
    assert balance(office, acc.escrow("kiosk-1", "m1"), acc.POINTS) == 240
    assert findings(office) == []


def test_the_books_hold_card_moves_for_any_end(tmp_path: Path) -> None:
    one = kiosk(tmp_path, 1000)
    for place, end in enumerate(("not-moved", "disputed")):
        card = bytes((place,)) * 32
        body = msgspec.structs.replace(BEGUN, move=f"mv{place}", card=card)
        one.journal.append(carding(body), ended(body, end=end))
    one.uploader.step(0)
    office = one.line.office
    assert set(verdicts(office).values()) == {"posted"}
    assert balance(office, acc.moving("mv0"), acc.move("debit", (bytes(32)).hex(), "m1")) == 0
    assert balance(office, acc.moving("mv1"), acc.move("debit", (b"\1" * 32).hex(), "m1")) == 250
    with office.engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM balances WHERE account LIKE 'card:%'")) == 1
