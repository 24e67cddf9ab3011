"""Those who join at a kiosk: their account, their phone, and what head office can say about them later."""

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from member_desk import KEY, NOBODYS, NUMBER, Handset, Moment, knowing_phones, received
from till import Till

from kiosk.hub import newcomers as newcomers_
from kiosk.hub import phones
from kiosk.hub.books import Books
from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.joining_tables import merge_proposals, newcomers, person_keys, unproven_phones
from kiosk.hub.member_care import erase, export, withdraw
from kiosk.hub.member_tables import phones as known_phones
from kiosk.hub.messages import carry
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import cards, members, metadata
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Transfer
from kiosk.ledger.persons import Person, seal

ANN, BOB = (str(uuid.UUID(int=0x7 << 76 | 0b10 << 62 | place)) for place in (1, 2))
SECRET, PIN = b"s" * 32, "713905"
CARD = b"fresh".ljust(32, b".")


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def office(database: str, clock: Moment) -> Iterator[HeadOffice]:
    for office in knowing_phones(database, clock):
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    return enrolled(office, "K1")


def enrolled(office: HeadOffice, name: str) -> Till:
    till = Till(name)
    office.enrol(till.enrolment())
    return till


def join_body(member: str = ANN, number: str = NOBODYS, proof: str = "", key: bytes = SECRET) -> en.Joined:
    person = Person(phone=number, name="刘小岩", born="02-29", answers={"likes": "tea"})
    sealed = seal(person, member, key, b"n" * 12)
    return en.Joined(terms=3, sealed=sealed, consents=("news",), proof=proof)


def upload(office: HeadOffice, till: Till) -> list[tuple[str, str]]:
    answer = office.sync(till.request())
    told = [(one.verdict, one.reason) for one in answer.verdicts]
    till.hear(answer)
    return told


def give_key(office: HeadOffice, member: str = ANN, pin: str = "", device: str = "K1") -> sync.JoinAnswer:
    return office.take_key(sync.JoinRequest(device=device, member=member, key=SECRET, pin=pin))


def proven(office: HeadOffice, number: str = NOBODYS, device: str = "K1") -> str:
    """A code on this phone, typed right: the try that proves it."""
    entry = f"code-{device}-{number[-2:]}"
    asked = sync.JoinCodeRequest(device=device, number=number, entry=entry)
    assert office.send_join_code(asked).result == "sent"
    ((to, digits),) = received(office)
    assert to == number
    name = acc.code(phones.name_of(KEY, number))
    checked = sync.PinRequest(device=device, member=name, route="code", entry=f"try-{entry}", pin=digits)
    assert office.pin(checked).result == "right"
    return f"try-{entry}"


def rows_of(office: HeadOffice, table: sa.Table) -> list[tuple[object, ...]]:
    with office.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


def name_at(office: HeadOffice, member: str) -> str | None:
    with office.engine.begin() as connection:
        return connection.scalar(sa.select(members.c.name).where(members.c.id == member))


def owner(office: HeadOffice, number: str) -> str | None:
    with office.engine.begin() as connection:
        named = known_phones.c.name == phones.name_of(KEY, number)
        return connection.scalar(sa.select(known_phones.c.member).where(named))


def test_an_account_begins_with_its_entry_and_opens_with_its_key(office: HeadOffice, till: Till) -> None:
    till.write(join_body(proof=proven(office)), ANN)
    till.write(en.Bound(card=CARD, tail="0777"), ANN)  # in the same batch
    assert upload(office, till) == [("posted", "")] * 2
    assert (name_at(office, ANN), owner(office, NOBODYS)) == ("", None)
    assert give_key(office, pin=PIN) == sync.JoinAnswer(pin="set")
    assert (name_at(office, ANN), owner(office, NOBODYS)) == ("刘*岩", ANN)
    known = office.account(sync.AccountRequest(device="K1", card=CARD))
    assert known.account is not None
    assert (known.account.member, known.account.points) == (ANN, 0)
    asked = sync.PhoneRequest(device="K1", phone=phones.name_of(KEY, NOBODYS), entry="look", pin=PIN)
    assert office.phone(asked).result == "right"


def test_a_key_may_come_first_and_again(office: HeadOffice, till: Till) -> None:
    assert give_key(office, pin=PIN).pin == "set"
    till.write(join_body(proof=proven(office)), ANN)
    assert upload(office, till) == [("posted", "")]
    assert name_at(office, ANN) == "刘*岩"
    assert give_key(office, pin=PIN).pin == "set"
    with pytest.raises(Declined):
        office.take_key(sync.JoinRequest(device="K1", member=ANN, key=b"x" * 32))


def test_a_pin_comes_with_the_first_key_or_not_that_way(office: HeadOffice, till: Till) -> None:
    till.write(join_body(), ANN)
    upload(office, till)
    assert give_key(office).pin == ""
    assert give_key(office, pin=PIN).pin == ""
    with office.engine.begin() as connection:
        assert connection.scalar(sa.select(members.c.verifier).where(members.c.id == ANN)) == ""


def test_keys_of_another_kiosk_open_nothing(office: HeadOffice, till: Till) -> None:
    enrolled(office, "K2")
    till.write(join_body(), ANN)
    upload(office, till)
    give_key(office, device="K2")
    assert name_at(office, ANN) == ""
    give_key(office)
    assert name_at(office, ANN) == "刘*岩"


def test_a_wrong_key_is_said_and_kept_from_opening(office: HeadOffice, till: Till) -> None:
    till.write(join_body(key=b"o" * 32), ANN)
    upload(office, till)
    give_key(office)
    assert rows_of(office, newcomers)[0][-1] == "unreadable"


@pytest.mark.parametrize(
    ("member", "body"),
    [
        ("M1", join_body()),
        ("not-a-uuid", join_body()),
        (None, join_body()),
        (ANN, en.Joined(terms=-1, sealed=b"")),
        (ANN, en.Joined(terms=1, sealed=b"x" * 5000)),
        (ANN, en.Joined(terms=1, sealed=b"", consents=("\x00",))),
    ],
)
def test_what_makes_no_sense_is_set_aside(
    office: HeadOffice, till: Till, member: str | None, body: en.Joined
) -> None:
    till.write(body, member)
    ((verdict, _),) = upload(office, till)
    assert verdict == "quarantined"
    assert rows_of(office, newcomers) == []


def test_nobody_begins_twice(office: HeadOffice, till: Till) -> None:
    till.write(join_body(), ANN)
    till.write(join_body(), ANN)
    assert upload(office, till) == [("posted", ""), ("quarantined", "member-known")]


def test_only_the_phone_hears_that_it_is_known(office: HeadOffice, till: Till) -> None:
    answers, texts = [], []
    for number in (NUMBER, NOBODYS):
        asked = sync.JoinCodeRequest(device="K1", number=number, entry=f"e{number}")
        answers.append(office.send_join_code(asked))
        handset = Handset()
        carry(office.engine, handset, office.now())
        ((to, text),) = handset.got
        assert to == number
        texts.append("已是会员" in text)
    assert answers[0] == answers[1]
    assert texts == [True, False]


def test_a_known_phone_proposes_and_takes_nothing(office: HeadOffice, till: Till) -> None:
    proof = proven(office, NUMBER)
    till.write(join_body(number=NUMBER, proof=proof), ANN)
    upload(office, till)
    give_key(office, pin=PIN)
    assert owner(office, NUMBER) == "M1"
    ((alias, into, told, _),) = rows_of(office, merge_proposals)
    assert (alias, into, told) == (ANN, "M1", proof)


def test_what_a_kiosk_says_proves_nothing(office: HeadOffice, till: Till) -> None:
    till.write(join_body(number=NUMBER, proof="invented"), ANN)
    upload(office, till)
    give_key(office)
    ((_, _, told, _),) = rows_of(office, merge_proposals)
    assert told == ""
    assert rows_of(office, unproven_phones)[0][0] == ANN


def test_two_kiosks_that_take_the_same_person_in(office: HeadOffice, till: Till) -> None:
    other = enrolled(office, "K2")
    till.write(join_body(), ANN)
    other.write(join_body(BOB), BOB)
    for one, member, device in ((till, ANN, "K1"), (other, BOB, "K2")):
        assert upload(office, one)[-1] == ("posted", "")
        give_key(office, member, device=device)
    assert [row[:3] for row in rows_of(office, merge_proposals)] == [(BOB, ANN, "")]
    # Neither is known by the phone until a code was right on it; the first one then is.
    assert owner(office, NOBODYS) is None
    for member in (BOB, ANN):
        prove_later(office, member)
    assert owner(office, NOBODYS) == BOB
    ((alias, into, proof, _),) = rows_of(office, merge_proposals)
    assert (alias, into, bool(proof)) == (ANN, BOB, True)


def prove_later(office: HeadOffice, member: str) -> None:
    """Their first PIN, by a code that is sent to the phone they typed when there was no network."""
    asked = sync.CodeRequest(device="K1", name=member, entry=f"later-{member}")
    assert office.send_code(asked) == sync.CodeAnswer(result="sent", tail=NOBODYS[-4:], minutes=5)
    ((_, digits),) = received(office)
    looked = sync.PinRequest(
        device="K1", member=acc.code(member), route="code", entry=f"t-{member}", pin=digits
    )
    assert office.pin(looked).result == "right"
    told = sync.NewPinRequest(device="K1", name=member, entry=f"p-{member}", proof=f"t-{member}", pin=PIN)
    assert office.set_pin(told).result == "done"


def test_a_restored_head_office_takes_all_of_it_in_again(
    office: HeadOffice, till: Till, clock: Moment
) -> None:
    till.write(join_body(), ANN)
    till.write(en.Bound(card=CARD, tail="0777"), ANN)
    upload(office, till)
    give_key(office)
    for anew in knowing_phones("sqlite://", clock):
        anew.enrol(Till("K1").enrolment())
        assert give_key(anew).pin == ""
        answer = anew.sync(till.request(1))
        assert [one.verdict for one in answer.verdicts[:2]] == ["posted"] * 2
        assert name_at(anew, ANN) == "刘*岩"
        with anew.engine.begin() as connection:
            assert connection.scalar(sa.select(cards.c.member).where(cards.c.hash == CARD)) == ANN


def test_two_people_join_what_a_code_has_proven(office: HeadOffice, till: Till) -> None:
    till.write(join_body(number=NUMBER), ANN)
    till.write(en.Bound(card=CARD, tail="0777"), ANN)
    upload(office, till)
    give_key(office)
    with pytest.raises(Declined, match="no code"):
        office.join_accounts(ANN)
    with pytest.raises(Declined, match="nobody proposes"):
        office.join_accounts(BOB)
    typed = rows_of(office, unproven_phones)
    with office.engine.begin() as connection:
        newcomers_.prove(connection, ANN, "try-that-was-right")
    assert typed[0][0] == ANN
    with office.engine.begin() as connection:  # the new account has earned something meanwhile
        books = Books(connection)
        books.move(Transfer("o:ann", acc.WORLD, acc.member(ANN), acc.POINTS, 50))
        books.write()
    office.join_accounts(ANN)
    known = office.account(sync.AccountRequest(device="K1", card=CARD))
    assert known.account is not None
    assert (known.account.member, known.account.points) == ("M1", 1050)
    assert rows_of(office, merge_proposals) == []


def test_a_person_is_told_all_and_forgotten_with_their_key(office: HeadOffice, till: Till) -> None:
    till.write(join_body(proof=proven(office)), ANN)
    till.write(en.Bound(card=CARD, tail="0777"), ANN)
    till.write(en.Told(what="profile", topic="likes", answers=("tea",)), ANN)
    upload(office, till)
    give_key(office, pin=PIN)
    with office.engine.begin() as connection:
        told = export(connection, ANN)
        withdraw(connection, ANN, "news")
        with pytest.raises(Declined):
            withdraw(connection, ANN, "news")
        again = export(connection, ANN)
    assert told["phones"] == [NOBODYS]
    joined, later = told["joined"], again["joined"]
    assert isinstance(joined, dict)
    assert isinstance(later, dict)
    assert (joined["terms"], joined["consents"], later["consents"]) == (3, ["news"], [])
    assert joined["told"]["name"] == "刘小岩"
    with office.engine.begin() as connection:
        erase(connection, ANN)
        gone = export(connection, ANN)
    assert (gone["name"], gone["phones"], gone["joined"], gone["answers"]) == ("", [], {}, [])
    assert office.account(sync.AccountRequest(device="K1", card=CARD)).standing == "denied"
    assert give_key(office) == sync.JoinAnswer()  # the kiosk still had it
    assert rows_of(office, person_keys) == []
    answer = office.sync(till.request())  # the log is whole, and goes on
    till.write(en.Told(what="wish", topic="G1"), ANN)
    assert answer.mark.n == till.mark.n
    everything = b"".join(
        str(row).encode() for table in metadata.sorted_tables for row in rows_of(office, table)
    )
    for secret in ("刘小岩", NOBODYS):
        assert secret.encode() not in everything
    with office.engine.begin() as connection, pytest.raises(Declined):
        erase(connection, "nobody")
