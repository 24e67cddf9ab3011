"""Voucher serials are leased in ranges: to one device each, for ever, also over restores and replacements."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hub_shop import opened
from restoring import GRANTS, Restorable
from till import NOW, Till

from kiosk.hub.declined import Declined
from kiosk.hub.generation import MemoryGeneration
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.hub.serials import LOST_PARS
from kiosk.hub.settings import Grants
from kiosk.hub.staff import Pair
from kiosk.hub.tables import redemptions
from kiosk.hub.voucher_tables import serial_ranges
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.serials import SERIAL_MAX, Range, Serial, next_serial
from kiosk.membership.vouchers import number_of, voucher_number

PAR = 6
PLACE = "000101"
TWO = Pair("anna", "bo", "retire", "K1", NOW)


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for office in opened(database, Grants(lease_par=20, lease_low=10, home_points=0, serial_par=PAR)):
        yield office
        with office.engine.begin() as connection:
            assert sums_to_zero(connection)


@pytest.fixture
def till(office: HeadOffice) -> Till:
    return enrolled(office, "K1")


def enrolled(office: HeadOffice, device: str, kiosk: str = "01") -> Till:
    till = Till(device)
    office.enrol(replace(till.enrolment(), kiosk=kiosk))
    talk(office, till)
    return till


def talk(office: HeadOffice, till: Till, *wants: sync.Want) -> dict[int, str]:
    """Upload until nothing is left; n -> why it was not posted."""
    told: dict[int, str] = {}
    for _ in range(3):
        answer = office.sync(till.request(till.sent + 1, None, *wants))
        told |= {one.n: one.reason for one in answer.verdicts}
        till.hear(answer)
    return told


def ranges(till: Till) -> list[tuple[str, int]]:
    own = acc.escrow(till.device)
    return [(asset, left) for (account, asset), left in till.fold({}).items() if account == own]


def due(till: Till) -> Serial:
    serial = next_serial(ranges(till))
    assert serial is not None
    return serial


def redeem(till: Till, serial: Serial, lease: str | None = None, number: str = "") -> int:
    body = en.Redeem(
        op=f"{till.device}-op{len(till.log)}",
        gift="G1",
        points=1,
        voucher=number or number_of(serial),
        expires=NOW,
        qr=b"",
        lease=serial.lease if lease is None else lease,
    )
    return till.write(body, "M1")


def leased(office: HeadOffice) -> list[tuple[Range, str]]:
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(serial_ranges).order_by(serial_ranges.c.first))
        return [(Range(row.place, row.first, row.last), row.device) for row in rows]


def some_points(office: HeadOffice, till: Till) -> None:
    talk(office, till, sync.Want(id=f"w{len(till.log)}", member="M1", asset=acc.POINTS, amount=100))


def test_the_first_range_comes_with_the_first_syncs(office: HeadOffice, till: Till) -> None:
    assert leased(office) == [(Range(PLACE, 1, PAR), "K1")]
    assert due(till) == Serial(PLACE, 1, Range(PLACE, 1, PAR).asset)


def test_it_is_filled_up_when_half_of_it_is_left(office: HeadOffice, till: Till) -> None:
    some_points(office, till)
    used = []
    for _ in range(3 * PAR):
        used.append(due(till).number)
        verdict = redeem(till, due(till))
        assert talk(office, till)[verdict] == ""
    assert used == list(range(1, 3 * PAR + 1))
    left = sum(left for asset, left in ranges(till) if Range.of(asset))
    assert PAR // 2 < left <= PAR
    found = [one for one, _ in leased(office)]
    assert all(after.first == before.last + 1 for before, after in pairwise(found))


def test_cut_off_it_numbers_on_as_far_as_its_lease_goes(office: HeadOffice, till: Till) -> None:
    some_points(office, till)
    for _ in range(PAR):
        redeem(till, due(till))
    assert next_serial(ranges(till)) is None
    assert set(talk(office, till).values()) == {""}
    assert due(till).number == PAR + 1


def test_what_was_not_leased_to_it_is_set_aside(office: HeadOffice, till: Till) -> None:
    other = enrolled(office, "K2", "02")
    some_points(office, till)
    mine, theirs = due(till), due(other)
    assert talk(office, till) is not None
    wrong = {
        redeem(till, replace(mine, number=PAR + 1)): "serial-not-leased",
        redeem(till, mine, number=voucher_number("0001", "01", PAR + 1), lease=""): "serial-not-leased",
        redeem(till, theirs): "voucher-not-its-own",
        redeem(till, mine, lease=theirs.lease): "serial-not-leased",
        redeem(till, mine, number="V-odd"): "serial-not-leased",
        redeem(till, mine, lease=Range(PLACE, 1, 9).asset): "serial-not-leased",
        redeem(till, mine): "",
        redeem(till, mine): "voucher-used-before",
    }
    told = talk(office, till)
    assert {n: told[n] for n in wrong} == wrong


def test_a_kiosk_of_before_is_lent_numbers_well_clear_of_its_own(office: HeadOffice) -> None:
    """It numbered from one by itself, and may have done so again while its first range was under way."""
    old = Till("K1")
    office.enrol(old.enrolment())
    want = sync.Want(id="w", member="M1", asset=acc.POINTS, amount=100)
    without = replace(office._policy, grants=Grants(lease_par=20, lease_low=10, home_points=0, serial_par=0))
    office._policy, policy = without, office._policy
    talk(office, old, want)
    assert leased(office) == []
    for serial in (1, 2, 3):
        n = redeem(old, Serial(PLACE, serial, ""))
        assert talk(office, old)[n] == ""
    office._policy = policy
    unheard = redeem(old, Serial(PLACE, 4, ""))
    answer = office.sync(old.request(old.sent + 1, old.sent))  # asks only; entry 4 is not sent yet
    assert leased(office) == [], "its log is not whole: nobody knows how far it numbered"
    old.hear(answer)
    assert talk(office, old)[unheard] == ""
    assert due(old).number > 4 + PAR
    n = redeem(old, due(old))
    assert talk(office, old)[n] == ""


def test_a_successor_at_the_same_place_never_gets_its_numbers(office: HeadOffice, till: Till) -> None:
    some_points(office, till)
    n = redeem(till, due(till))
    till.post(f"K1-op{n - 1}", "M1")
    with pytest.raises(Declined, match="kiosk-number-known"):
        enrolled(office, "K9")
    office.retire("K1", TWO)
    after = enrolled(office, "K9")
    some_points(office, after)
    assert due(after).number == PAR + 1
    n = redeem(after, due(after))
    assert talk(office, after)[n] == ""
    # What the old one did before is still its own, its next number nobody's.
    assert set(talk(office, till).values()) == {""}
    with office.engine.begin() as connection:
        assert sums_to_zero(connection)
    office.close_retired("K1", replace(TWO, action="close-retired"))
    owners: dict[int, str] = {}
    for one, device in leased(office):
        for serial in range(one.first, one.last + 1):
            assert owners.setdefault(serial, device) == device


def test_an_odd_number_does_not_hide_those_that_are_in_use(office: HeadOffice) -> None:
    """What an earlier head office let in looks higher than every number, and is none."""
    old = Till("K1")
    office.enrol(old.enrolment())
    without = replace(office._policy, grants=Grants(lease_par=20, lease_low=10, home_points=0, serial_par=0))
    office._policy, policy = without, office._policy
    some_points(office, old)
    used = [redeem(old, Serial(PLACE, serial, "")) for serial in (1, 2, 3)]
    told = talk(office, old)
    assert [told[n] for n in used] == [""] * 3
    odd = redeem(old, Serial(PLACE, 4, ""), number="0001019999999-")
    assert talk(office, old)[odd] == "voucher-not-its-own"
    with office.engine.begin() as connection:
        changed = sa.update(redemptions).where(redemptions.c.voucher == voucher_number("0001", "01", 1))
        assert connection.execute(changed.values(voucher="00010199999999")).rowcount == 1
    office._policy = policy
    talk(office, old)
    assert due(old).number > 3
    n = redeem(old, due(old))
    assert talk(office, old)[n] == ""


def test_a_restored_head_office_books_the_ranges_again() -> None:
    hub = Restorable()
    first = hub.till("K1")
    copy = hub.backup()  # knows the kiosk, but no lease
    hub.drain([first])
    assert [device for _, device in leased(hub.office)] == ["K1"]
    before = due(first)
    hub.sync(first, sync.Want(id="w", member="M1", asset=acc.POINTS, amount=100))
    hub.sync(first)
    hub.restore(copy)
    assert leased(hub.office) == []
    n = redeem(first, before)
    hub.drain([first])
    assert [told for told, _ in leased(hub.office)] == [Range(PLACE, 1, GRANTS.serial_par)]
    assert due(first).number == 2
    assert first.mark.n >= n


def test_numbers_that_a_lost_kiosk_may_have_are_skipped() -> None:
    """Restored and destroyed: nobody knows what it was lent since the backup; its successor begins far."""
    hub = Restorable()
    gone = hub.till("K1")
    copy = hub.backup()
    hub.drain([gone])
    lost = due(gone)
    hub.restore(copy)
    hub.office.retire("K1", TWO)
    after = Till("K9")
    hub.office.enrol(replace(after.enrolment(), kiosk="01"))
    hub.drain([after])
    assert lost.number == 1
    assert due(after).number == 1 + LOST_PARS * GRANTS.serial_par
    taken = due(after)
    hub.drain([after])
    assert due(after) == taken, "once: the same generation skips no more"
    # Its log turns up after all: its numbers are its own, and both are kept.
    hub.drain([gone])
    assert {device for _, device in leased(hub.office)} == {"K1", "K9"}


def test_a_place_whose_kiosk_a_restore_forgot_is_numbered_well_clear_of_it() -> None:
    hub = Restorable()
    copy = hub.backup()
    lost = hub.till("K1")
    hub.drain([lost])
    hub.sync(lost)
    before = due(lost)
    hub.restore(copy)
    found = Till("K9")
    hub.office.enrol(replace(found.enrolment(), kiosk="01"))
    hub.drain([found])
    assert due(found).number > before.number + 5000


@pytest.mark.parametrize("number", ["00010199999999", "00020100000019"])
def test_digits_that_are_no_number_of_ones_own_place_are_nobodys(office: HeadOffice, number: str) -> None:
    till = Till("K1")
    office.enrol(till.enrolment())
    n = till.write(en.Redeem(op="evil", gift="G1", points=1, voucher=number, expires=NOW, qr=b""), "M1")
    assert talk(office, till)[n] == "voucher-not-its-own"


def test_serials_are_not_given_back(office: HeadOffice) -> None:
    till = Till("K1")
    office.enrol(till.enrolment())
    talk(office, till)
    n = till.write(en.Returned(asset=due(till).lease, amount=1))
    assert talk(office, till)[n] == "asset"


def test_numbers_of_a_kiosk_that_head_office_forgot_are_skipped() -> None:
    """Set back to before it was enrolled, once and again: no two of the place's kiosks meet."""
    hub = Restorable()
    copy = hub.backup()
    owners: dict[int, str] = {}
    for device in ("K1", "K8", "K9"):
        till = Till(device)
        hub.office.enrol(replace(till.enrolment(), kiosk="01"))
        hub.drain([till])
        for told, owner in leased(hub.office):
            assert owner == device, "nothing is known of those before"
            for serial in range(told.first, told.last + 1):
                assert owners.setdefault(serial, device) == device
        hub.restore(copy)
    assert set(owners.values()) == {"K1", "K8", "K9"}


def test_a_device_that_claims_many_generations_does_not_use_the_numbers_up() -> None:
    hub = Restorable(MemoryGeneration(900))
    till = hub.till("K1")
    hub.drain([till])
    assert due(till).number < SERIAL_MAX // 2
