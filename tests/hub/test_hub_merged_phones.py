"""Phones of people who were two accounts: they lead to the one account, and back when the two are parted."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from member_desk import KEY, MINE, Moment, knowing_phones, received
from till import NOW, Till

from kiosk.hub import phones
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.pins import verifier_maker
from kiosk.hub.tables import cards, members
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

PIN, OTHER, NEW, WRONG = "246810", "713905", "902357", "000000"
DAY_US = 86_400_000_000
THEIRS = "13800000002"
SECOND = phones.name_of(KEY, THEIRS)
MERGE, PART = en.Merge(alias="M1", into="M2", proof="p"), en.Unmerge(alias="M1", into="M2")


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    """M1 has a phone, M2 another PIN."""
    for office in knowing_phones(database, Moment()):
        verifier = verifier_maker(office.settings.pin).hash(OTHER)
        with office.engine.begin() as connection:
            connection.execute(sa.update(members).where(members.c.id == "M2").values(verifier=verifier))
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    till = Till("K1")
    office.enrol(till.enrolment())
    return till


def tell(office: HeadOffice, till: Till, *bodies: en.Body, member: str | None = None) -> None:
    for body in bodies:
        till.write(body, member)
    till.hear(office.sync(till.request()))


def look(office: HeadOffice, entry: str, pin: str) -> sync.PhoneAnswer:
    return office.phone(sync.PhoneRequest(device="K1", phone=MINE, entry=entry, pin=pin))


def set_pin(office: HeadOffice, proof: str, name: str = MINE) -> str:
    asked = sync.NewPinRequest(device="K1", name=name, entry=f"p-{proof}", proof=proof, pin=NEW)
    return office.set_pin(asked).result


def test_an_aliass_phone_opens_the_one_account_by_its_pin(office: HeadOffice, till: Till) -> None:
    tell(office, till, MERGE)
    assert look(office, "a", PIN).result == "wrong"
    account = look(office, "b", OTHER).account
    assert account is not None
    assert (account.member, account.points) == ("M2", 2000)
    assert [one.card[:2] for one in look(office, "c", OTHER).cards] == [b"M1", b"M2"]


def test_parted_again_the_phone_is_its_own_members(office: HeadOffice, till: Till) -> None:
    tell(office, till, MERGE, PART)
    account = look(office, "a", PIN).account
    assert account is not None
    assert (account.member, account.points) == ("M1", 1000)
    assert look(office, "b", OTHER).result == "wrong"


def test_what_one_of_two_proved_sets_no_pin_of_the_other(office: HeadOffice, till: Till) -> None:
    tell(office, till, MERGE)
    assert look(office, "a", OTHER).result == "right"
    tell(office, till, PART)
    assert set_pin(office, "a") == "unproven"
    assert look(office, "b", PIN).result == "right"


@pytest.mark.parametrize("name", [MINE, "M2"])
def test_a_code_to_the_aliass_phone_sets_the_one_accounts_pin(
    office: HeadOffice, till: Till, name: str
) -> None:
    tell(office, till, MERGE)
    for place in range(6):
        look(office, f"w{place}", WRONG)
    assert office.send_code(sync.CodeRequest(device="K1", name=name, entry="c")).result == "sent"
    ((_, digits),) = received(office)
    typed = sync.PinRequest(device="K1", member=acc.code(name), route="code", entry="t", pin=digits)
    assert office.pin(typed).result == "right"
    assert set_pin(office, "t", name) == "done"
    account = look(office, "again", NEW).account
    assert account is not None
    assert account.member == "M2"


def test_of_two_phones_the_accounts_own_gets_the_code(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        phones.bind(connection, SECOND, "M2", THEIRS)
    tell(office, till, MERGE)
    office.send_code(sync.CodeRequest(device="K1", name="M2", entry="c"))
    assert [number for number, _ in received(office)] == [THEIRS]


def test_the_code_that_an_aliass_phone_shows_is_the_one_accounts(office: HeadOffice, till: Till) -> None:
    signer = PhoneSigner(office.engine, office.now, CodeKeys(b"s" * 32, KEY))
    tell(office, till, MERGE)
    signer.sign("M1")
    before = {name.ljust(32, b".") for name in (b"M1", b"M2", b"M3")}
    asked = sa.select(cards.c.member).where(cards.c.hash.not_in(before))
    with office.engine.begin() as connection:
        assert list(connection.scalars(asked)) == ["M2"]
    tell(office, till, PART)
    with office.engine.begin() as connection:
        assert list(connection.scalars(asked)) == ["M1"]


def test_vouchers_of_both_are_told_also_those_printed_at_the_same_kiosk(
    office: HeadOffice, till: Till
) -> None:
    want = sync.Want(id="w", member="M1", asset=acc.POINTS, amount=300)
    till.hear(office.sync(till.request(None, None, want)))
    body = en.Redeem(op="op", gift="G1", points=300, voucher="V-op", expires=NOW + DAY_US, qr=b"")
    till.write(body, "M1")
    till.post("op", "M1")
    tell(office, till, MERGE)
    told = office.account(sync.AccountRequest(device="K1", card=b"M2".ljust(32, b".")))
    assert [one.number for one in told.vouchers] == ["V-op"]


def test_a_frozen_member_gets_no_way_around_it(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.update(cards).where(cards.c.member == "M1").values(why="frozen"))
    PhoneSigner(office.engine, office.now, CodeKeys(b"s" * 32, KEY)).sign("M1")
    tell(office, till, en.Bound(card=b"new".ljust(32, b"."), tail="1"), member="M1")
    with office.engine.begin() as connection:
        theirs = connection.scalars(sa.select(cards.c.why).where(cards.c.member == "M1"))
        assert list(theirs) == ["frozen"] * 3
