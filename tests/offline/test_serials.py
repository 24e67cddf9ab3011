"""Voucher numbers come out of leased ranges, one after the other, in the transaction that spends them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.serials import SERIAL_MAX, Range, Serial
from kiosk.membership.vouchers import number_of, voucher_number
from kiosk.offline import tables
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft, NotHeld
from tests.offline.bench import Shelf, open_journal, stocked

FIRST = Range("000103", 1, 3)
SECOND = Range("000103", 4, 6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[DurableJournal]:
    journal = stocked(path)
    yield journal
    journal.close()


def lease(journal: DurableJournal, *ranges: Range) -> None:
    shelf = Shelf(journal, gen=journal.downlink()[0] + 1)
    for one in ranges:
        shelf.put(one.asset, one.size)


def numbered(op: str, serial: Serial, **changed: str) -> Draft:
    told = {"voucher": number_of(serial), "lease": serial.lease} | changed
    body = en.Redeem(op=op, gift="tea", points=10, expires=1, qr=b"", **told)
    return Draft(body, member="m1")


def due(journal: DurableJournal) -> Serial:
    serial = journal.next_voucher_serial()
    assert serial is not None
    return serial


def test_numbers_follow_each_other_through_the_ranges(journal: DurableJournal) -> None:
    assert journal.next_voucher_serial() is None
    lease(journal, SECOND, FIRST)  # in whatever order they came
    used = []
    for place in range(6):
        used.append(due(journal).number)
        journal.append(numbered(f"op{place}", due(journal)))
    assert used == [1, 2, 3, 4, 5, 6]
    assert journal.next_voucher_serial() is None


def test_no_number_is_made_up(journal: DurableJournal) -> None:
    lease(journal, FIRST)
    serial = due(journal)
    tail = journal.tail()
    ahead, elsewhere = (
        Serial(serial.place, 2, serial.lease),
        Serial("000104", 1, serial.lease),
    )
    for draft in (
        numbered("a", ahead),
        numbered("a", elsewhere),
        numbered("a", serial, lease=""),
        numbered("a", serial, lease=SECOND.asset),
        numbered("a", serial, lease="serials:of nothing"),
        numbered("a", serial, voucher="V1"),
        numbered("a", Serial(serial.place, 4, SECOND.asset)),
    ):
        with pytest.raises(NotHeld):
            journal.append(draft)
    assert journal.tail() == tail
    journal.append(numbered("a", serial))


def test_one_transaction_uses_each_number_once(journal: DurableJournal) -> None:
    lease(journal, FIRST)
    with pytest.raises(NotHeld):
        journal.append(numbered("a", due(journal)), numbered("b", due(journal)))
    one, two = due(journal), Serial(FIRST.place, 2, FIRST.asset)
    journal.append(numbered("a", one), numbered("b", two))
    assert due(journal).number == 3


def test_a_void_brings_back_everything_but_the_number(journal: DurableJournal) -> None:
    lease(journal, FIRST)
    journal.append(numbered("a", due(journal)), Draft(en.Void(op="a", reason="-"), member="m1"))
    assert journal.rights(acc.POINTS, "m1") == 1000
    assert due(journal).number == 2


def test_the_next_number_outlives_the_cut_pruning_and_a_start(journal: DurableJournal, path: Path) -> None:
    lease(journal, FIRST, SECOND)
    for place in range(4):
        journal.append(numbered(f"op{place}", due(journal)))
    before = due(journal)
    assert journal.move_cut(keep=0, most=100) or journal.move_cut(keep=0, most=journal.tail().n)
    journal.move_mark(journal.tail())
    journal.prune(journal.tail().n)
    assert journal.floor().n > 0
    journal.close()
    again = open_journal(path)
    assert again.next_voucher_serial() == before == Serial("000103", 5, SECOND.asset)
    again.append(numbered("next", before))
    again.close()


def test_a_journal_from_before_there_were_leases_waits_for_one(journal: DurableJournal, path: Path) -> None:
    """Old entries bear numbers without a lease; they fold as ever, and only a lease brings new ones."""
    number = voucher_number("0001", "03", 1)
    body = en.Redeem(op="old", gift="tea", points=10, voucher=number, expires=1, qr=b"")
    tail = journal.tail()
    entry = en.Entry(
        n=tail.n + 1, id="old", kind=body.KIND, at=1, zone="UTC", pack=1, member="m1", body=en.raw(body)
    )
    stored = en.encode(entry)
    row = (entry.n, entry.kind, en.chained(tail.hash, stored), stored)
    with journal._database.atomic():
        journal._database.execute(tables.INSERT_ENTRY, row)
    journal.close()
    upgraded = open_journal(path)
    told = upgraded.by_voucher(number)
    assert told is not None
    assert told.claim_held
    assert upgraded.next_voucher_serial() is None
    far = Range("000103", 5002, 5004)
    lease(upgraded, far)
    upgraded.append(numbered("new", due(upgraded)))
    assert due(upgraded).number == 5003
    upgraded.close()


@pytest.mark.parametrize(
    "asset",
    ["serials:", "serials:000103:3-4", "serials:000103:0000004-0000003", "serials:000103:0000000-0000003",
     "serials:000103:0000001-0000003 ", "gift:tea", "serials:00010３:0000001-0000003"],
)  # fmt: skip
def test_what_is_no_range_is_none(asset: str) -> None:
    assert Range.of(asset) is None


def test_a_range_reads_back_from_its_name() -> None:
    whole = Range("000103", 1, SERIAL_MAX)
    assert Range.of(whole.asset) == whole
    assert whole.next(whole.size) == 1
    assert whole.has("000103", SERIAL_MAX)
    assert not whole.has("000104", 1)


def test_a_members_vouchers_newest_first(journal: DurableJournal) -> None:
    lease(journal, FIRST, SECOND)
    endings: dict[str, tuple[en.Body, ...]] = {
        "printed": (en.Post(op="printed", reason="-"),),
        "doubtful": (en.Unknown(op="doubtful", reason="-"),),
        "void": (en.Void(op="void", reason="-"),),
    }
    for op, bodies in endings.items():
        journal.append(numbered(op, due(journal)), Draft(en.Printing(op=op, attempt=1), member="m1"))
        journal.append(*(Draft(body, member="m1") for body in bodies))
    assert [one.redeem.op for one in journal.vouchers("m1")] == ["doubtful", "printed"]
    claimed = journal.vouchers("m1")[1].redeem
    journal.append(Draft(en.Claim(op=claimed.op, voucher=claimed.voucher)))
    assert [one.redeem.op for one in journal.vouchers("m1")] == ["doubtful"]
    assert journal.vouchers("m2") == ()
