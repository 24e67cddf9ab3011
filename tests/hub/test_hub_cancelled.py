"""Vouchers that members give back at the kiosk that printed them: points and piece return."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hub_shop import books_of, opened
from restoring import GRANTS
from till import Till

from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import Risk
from kiosk.hub.tables import entries, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from tests.hub.test_hub_refunds import ENTRIES, NUMBER, printed, talk

CANCEL = en.Cancel(op="a", voucher=NUMBER)


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for office in opened(database, GRANTS, Risk(per_device=500)):
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    """K1 printed voucher 0001-a for M1, who had 1,000 points and has 700."""
    till = Till("K1")
    office.enrol(till.enrolment())
    printed(office, till, "a")
    return till


def verdict(office: HeadOffice, till: Till) -> tuple[str, str]:
    """What was made of the till's last entry."""
    with office.engine.begin() as connection:
        asked = sa.select(entries.c.verdict, entries.c.reason).where(
            entries.c.device == till.device, entries.c.n == till.sent
        )
        found = connection.execute(asked).one()
    return found.verdict, found.reason


def state(office: HeadOffice, op: str = "a") -> tuple[str, str | None]:
    with office.engine.begin() as connection:
        asked = sa.select(redemptions.c.state, redemptions.c.holder).where(redemptions.c.op == op)
        found = connection.execute(asked).one()
    return found.state, found.holder


def test_points_and_piece_come_back_and_nobody_is_granted_the_right(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    till.write(CANCEL, "M1")
    till.write(en.Returned(asset=acc.POINTS, amount=300, member="M1"), "M1")
    talk(office, till)
    assert verdict(office, till) == ("posted", "")
    assert state(office) == ("voided", None)
    books = books_of(office)
    assert books[acc.member("M1"), acc.POINTS] == 1000
    assert (acc.ISSUED, acc.gift("G1")) not in books

    asked = sync.Want(id="w", member=None, asset=acc.claim(NUMBER), amount=1)
    answer = talk(office, other, asked)
    assert [(one.why, one.state) for one in answer.refused] == [("settled", "voided")]


def test_counters_hear_that_the_paper_is_void(office: HeadOffice, till: Till) -> None:
    till.write(CANCEL, "M1")
    talk(office, till)
    with office.engine.begin() as connection:
        told = office._directory(connection, "K1").shop().revoked
    assert told[NUMBER] == "void"


@pytest.mark.parametrize(("before", "why"), [("claim", "already-claimed"), ("expire", "already-expired")])
def test_what_was_claimed_or_expired_is_not_given_back(
    office: HeadOffice, till: Till, before: str, why: str
) -> None:
    till.write(ENTRIES[before])
    till.write(CANCEL, "M1")
    talk(office, till)
    assert verdict(office, till) == ("disputed", why)
    assert books_of(office).get((acc.member("M1"), acc.POINTS), 0) == 700


def test_nobody_but_the_issuer_gives_it_back_and_only_with_the_right(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    other.write(CANCEL, "M1")
    talk(office, other)
    assert verdict(office, other) == ("disputed", "not-the-issuer")
    till.write(en.Release(op="a", voucher=NUMBER, to=""))
    talk(office, till)
    till.write(CANCEL, "M1")
    talk(office, till)
    assert verdict(office, till) == ("disputed", "right-not-held")
    assert state(office) == ("posted", "")


def test_a_print_in_doubt_is_made_void_by_staff_not_given_back(office: HeadOffice, till: Till) -> None:
    printed(office, till, "b", en.Unknown)
    till.write(en.Cancel(op="b", voucher="0001-b"), "M1")
    talk(office, till)
    assert verdict(office, till) == ("disputed", "not-posted")
    assert state(office, "b") == ("unknown", "K1")
