"""A redemption that cost less than its gift ever did is kept, and gives nobody anything."""

import sqlalchemy as sa
from hub_shop import books_of
from restoring import Restorable
from till import Till

from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import gifts, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync


def tell_prices(office: HeadOffice, device: str = "K1") -> None:
    office.replica(feed.ReplicaRequest(device=device))


def reprice(office: HeadOffice, points: int) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.update(gifts).where(gifts.c.id == "G1").values(points=points))


def spent(office: HeadOffice, till: Till, op: str, points: int) -> list[tuple[str, str]]:
    """Redeem G1 for so many points, with every right that it takes, and print it: what becomes of that."""
    want = sync.Want(id=f"for-{op}", member="M1", asset=acc.POINTS, amount=max(1, points))
    till.hear(office.sync(till.request(None, None, want)))
    till.redeem(op, "M1", points=points)
    till.post(op, "M1")
    answer = office.sync(till.request())
    till.hear(answer)
    return [(told.verdict, told.reason) for told in answer.verdicts[-3:]]


FINE = [("posted", "")] * 3
CHEAP = [("disputed", "price"), *[("disputed", "operation-disputed")] * 2]


def test_a_gift_for_nothing_is_disputed_and_its_voucher_travels_nowhere(
    office: HeadOffice, till: Till
) -> None:
    tell_prices(office)
    assert spent(office, till, "full", 300) == FINE
    assert spent(office, till, "less", 299) == CHEAP
    assert spent(office, till, "none", 0) == CHEAP
    books = books_of(office)
    assert books["suspense:disputed:K1", acc.claim("V-none")] == 1
    assert ("escrow:K1", acc.claim("V-none")) not in books
    assert books[acc.SPENT, acc.POINTS] == 599  # what was taken from the member is on record all the same
    other = Till("K2")
    office.enrol(other.enrolment())
    asked = sync.Want(id="c", member=None, asset=acc.claim("V-none"), amount=1)
    answer = office.sync(other.request(None, None, asked))
    assert [refusal.why for refusal in answer.refused] == ["settled"]
    assert not [grant for grant in answer.grants if grant.want]
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == []


def test_every_price_that_kiosks_were_told_is_good_for_ever(office: HeadOffice, till: Till) -> None:
    tell_prices(office)
    reprice(office, 400)
    tell_prices(office)
    assert spent(office, till, "cut-off-since", 300) == FINE
    reprice(office, 150)
    assert spent(office, till, "told-a-moment-ago", 150) == FINE
    tell_prices(office)
    reprice(office, 300)
    assert spent(office, till, "last-week", 150) == FINE
    assert spent(office, till, "never", 149) == CHEAP


def test_prices_that_nobody_was_told_judge_nobody(office: HeadOffice, till: Till) -> None:
    assert spent(office, till, "op", 10) == FINE


def test_a_price_that_was_lost_with_the_database_disputes_nothing_that_it_brings_back() -> None:
    hub = Restorable()
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    tell_prices(hub.office)
    backup = hub.backup()
    reprice(hub.office, 100)
    tell_prices(hub.office)
    hub.sync(till, sync.Want(id="w", member="M1", asset=acc.POINTS, amount=100))
    till.redeem("op", "M1", points=100)
    hub.drain([till])
    hub.restore(backup)
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (2, True)
    with hub.engine.begin() as connection:
        assert [row.disputed for row in connection.execute(sa.select(redemptions))] == [False]
    assert hub.books()[acc.held("op"), acc.POINTS] == 100


def test_what_has_no_name_has_no_price(office: HeadOffice, till: Till) -> None:
    tell_prices(office)
    body = en.Redeem(op="op", gift="G-none", points=1, voucher="V-op", expires=1, qr=b"")
    till.write(body, "M1")
    assert office.sync(till.request()).verdicts[-1].reason == "overdrawn"
