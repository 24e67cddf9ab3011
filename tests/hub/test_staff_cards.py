"""Staff at the shops: their cards, their PIN at kiosks, what kiosks hear of them, and who is left out."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from hub_shop import CHEAP, books_of
from till import Till

from kiosk.hub.__main__ import main
from kiosk.hub.console import Console
from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import Pin
from kiosk.hub.shop_staff import ROUTE, ShopStaff, refuse_staff_card
from kiosk.hub.staff import Person, Proof, Staff
from kiosk.hub.tables import cards, counter, entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.feed import Colleague

PIN, WRONG, CONSOLE = "135790", "000000", "at head office"
MEI = acc.staff("mei")
CARD, OTHER = b"m" * 32, b"l" * 32


@pytest.fixture
def desk(office: HeadOffice, till: Till) -> ShopStaff:
    """Kiosk K1 of store 0001, and two people of whom mei works there."""
    people = Staff(office.engine, office.settings)
    people.add(Person("mei", "陈梅", "manager"), CONSOLE)
    people.add(Person("lin", "林晓", "cashier"), CONSOLE)
    made = ShopStaff(office.engine, office.settings, office.pins)
    made.assign("mei", "0001", PIN)
    made.bind("mei", CARD, "0801")
    return made


def heard(office: HeadOffice, device: str = "K1", policy: Pin = CHEAP) -> dict[str, Colleague]:
    """The staff that a kiosk hears of, by their ids."""
    settings = msgspec.structs.replace(office.settings, pin=policy)
    with office.engine.begin() as connection:
        shop = Directory(connection, device, settings, office.now(), 1).shop()
    return {one.id: one for one in shop.staff}


def look(
    office: HeadOffice, entry: str, pin: str = WRONG, device: str = "K1", who: str = MEI
) -> sync.PinAnswer:
    return office.pin(sync.PinRequest(device=device, member=who, route=ROUTE, entry=entry, pin=pin))


def news(office: HeadOffice) -> int:
    """What tells kiosks that the shop is to be downloaded again."""
    with office.engine.begin() as connection:
        return counter(connection, "catalogue")


def test_a_kiosk_hears_of_the_staff_of_its_store(office: HeadOffice, desk: ShopStaff) -> None:
    office.enrol(replace(Till("K2").enrolment(), store="0002"))
    mei = heard(office)["mei"]
    assert (mei.name, mei.role, mei.cards) == ("陈梅", "manager", (CARD,))
    assert heard(office, "K2") == {}
    desk.assign("lin", "", PIN)
    assert heard(office).keys() == {"lin", "mei"}
    assert heard(office, "K2").keys() == {"lin"}


def test_verifiers_leave_only_where_policy_lets_kiosks_check(office: HeadOffice, desk: ShopStaff) -> None:
    assert heard(office)["mei"].verifier.startswith("$argon2id$")
    assert heard(office, policy=Pin())["mei"].verifier == ""


def test_a_card_is_one_persons(office: HeadOffice, desk: ShopStaff) -> None:
    desk.bind("mei", CARD, "0801")
    with pytest.raises(Declined, match="card-taken"):
        desk.bind("lin", CARD, "0801")
    with pytest.raises(Declined, match="staff-unknown"):
        desk.bind("nobody", OTHER, "0802")


def test_no_card_is_both_a_members_and_somebodys_of_the_staff(office: HeadOffice, desk: ShopStaff) -> None:
    with office.engine.begin() as connection:
        members_card = connection.scalar(sa.select(cards.c.hash).limit(1))
        with pytest.raises(Declined, match="staff-card"):
            refuse_staff_card(connection, CARD)
        refuse_staff_card(connection, OTHER)
    with pytest.raises(Declined, match="member-card"):
        desk.bind("mei", bytes(members_card), "0001")


def test_blocked_cards_lead_nowhere_until_they_are_found(office: HeadOffice, desk: ShopStaff) -> None:
    before = news(office)
    assert desk.block_card(CARD) == "mei"
    assert heard(office)["mei"].cards == ()
    desk.block_card(CARD, blocked=False)
    assert heard(office)["mei"].cards == (CARD,)
    assert news(office) == before + 2
    with pytest.raises(Declined, match="card-unknown"):
        desk.block_card(OTHER)


def test_blocked_people_are_left_out_and_prove_nothing(office: HeadOffice, desk: ShopStaff) -> None:
    before = news(office)
    Staff(office.engine, office.settings).block("mei")
    assert heard(office) == {}
    assert news(office) > before
    assert look(office, "t", PIN).result == "wrong"


def test_a_pin_for_kiosks_is_six_digits_and_not_the_one_for_head_office(
    office: HeadOffice, desk: ShopStaff
) -> None:
    for bad in ("12345", "1234567", "12345a", "١٢٣٤٥٦", ""):
        with pytest.raises(Declined, match="pin-digits"):
            desk.assign("mei", "0001", bad)
    with pytest.raises(Declined, match="store"):
        desk.assign("mei", "1", PIN)
    assert look(office, "t", PIN).result == "right"
    assert look(office, "u", CONSOLE).result == "wrong"


def test_a_pin_is_looked_at_only_for_the_persons_own_store(office: HeadOffice, desk: ShopStaff) -> None:
    office.enrol(replace(Till("K2").enrolment(), store="0002"))
    assert look(office, "t", PIN, "K2").result == "wrong"
    desk.assign("mei", "", PIN)
    assert look(office, "u", PIN, "K2").result == "right"


@pytest.mark.parametrize("who", [MEI, acc.staff("nobody")])
def test_guesses_at_another_stores_kiosk_lock_nobody_out(
    office: HeadOffice, desk: ShopStaff, who: str
) -> None:
    """There, whoever works elsewhere is nobody; what is typed is counted and locked all the same."""
    office.enrol(replace(Till("K2").enrolment(), store="0002"))
    before = news(office)
    results = [look(office, f"t{place}", PIN, "K2", who) for place in range(6)]
    assert [one.result for one in results] == ["wrong"] * 5 + ["locked"]
    assert [one.left for one in results] == [4, 3, 2, 1, 0, 0]
    assert news(office) == before, "no kiosk downloads anything for that"
    assert look(office, "u", PIN).result == "right"
    assert heard(office).keys() == {"mei"}


def test_tries_are_lent_only_to_devices_of_the_persons_own_store(office: HeadOffice, desk: ShopStaff) -> None:
    abroad = Till("K2")
    office.enrol(replace(abroad.enrolment(), store="0002"))
    for name, store, why in (("a", "0001", "member"), ("b", "0002", ""), ("c", "", "")):
        desk.assign("mei", store, PIN)
        want = sync.Want(id=name, member=MEI, asset=acc.TRIES, amount=1)
        answer = office.sync(abroad.request(None, None, want))
        assert [one.why for one in answer.refused] == ([why] if why else [])


def test_five_wrong_ones_lock_somebody_until_head_office_unlocks(office: HeadOffice, desk: ShopStaff) -> None:
    before = news(office)
    results = [look(office, f"t{place}").result for place in range(6)]
    assert results == ["wrong"] * 5 + ["locked"]
    assert look(office, "t6", PIN).result == "locked"
    assert heard(office) == {}
    assert news(office) > before
    office.pins.unlock(MEI)
    assert heard(office).keys() == {"mei"}
    assert look(office, "t7", PIN).result == "right"


def test_nobody_unlocks_themselves(office: HeadOffice, desk: ShopStaff) -> None:
    console = Console(office.engine, office.now, office._ids, office.settings)
    mei, lin = Proof("mei", CONSOLE), Proof("lin", CONSOLE)
    with pytest.raises(Declined, match="own-account"):
        console.pair(mei, lin, "unlock", MEI, "here")
    assert console.pair(mei, lin, "unlock", "M1", "here").subject == "M1"


def test_tries_are_granted_spent_and_given_back(office: HeadOffice, desk: ShopStaff, till: Till) -> None:
    want = sync.Want(id="w", member=MEI, asset=acc.TRIES, amount=2)
    till.hear(office.sync(till.request(None, None, want)))
    books = books_of(office)
    assert (books["member:staff:mei", acc.TRIES], books["escrow:K1:staff:mei", acc.TRIES]) == (3, 2)
    till.write(en.PinTry(route=ROUTE), MEI)
    assert look(office, "t", PIN).result == "right"
    till.write(en.PinTried(route=ROUTE, ok=True, where="hub"), MEI)
    till.write(en.StaffSign(staff="mei", what="in"))
    till.hear(office.sync(till.request()))
    books = books_of(office)
    # One device keeps STAFF_TRIES of them ahead; the five stay to be had wherever somebody stands next.
    assert books["member:staff:mei", acc.TRIES] + books["escrow:K1:staff:mei", acc.TRIES] == 7
    with office.engine.begin() as connection:
        verdicts = connection.execute(sa.select(entries.c.kind, entries.c.verdict)).all()
    assert ("staff", "posted") in verdicts
    assert {verdict for _, verdict in verdicts} == {"posted"}


def test_staff_have_tries_and_nothing_else(office: HeadOffice, desk: ShopStaff, till: Till) -> None:
    asked = [
        sync.Want(id="a", member=MEI, asset=acc.POINTS, amount=1),
        sync.Want(id="b", member=MEI, asset=acc.entitlement("birthday", "2026"), amount=1),
        sync.Want(id="c", member=acc.staff("lin"), asset=acc.TRIES, amount=1),
        sync.Want(id="d", member="staff:", asset=acc.TRIES, amount=1),
    ]
    answer = office.sync(till.request(None, None, *asked))
    assert {refusal.why for refusal in answer.refused} == {"member"}
    assert len(answer.refused) == len(asked)


def test_used_up_tries_come_back_when_head_office_unlocks(
    office: HeadOffice, desk: ShopStaff, till: Till
) -> None:
    want = sync.Want(id="w", member=MEI, asset=acc.TRIES, amount=5)
    till.hear(office.sync(till.request(None, None, want)))
    for _ in range(5):
        till.write(en.PinTry(route=ROUTE), MEI)
        till.write(en.PinTried(route=ROUTE, ok=False, where="here"), MEI)
    again = sync.Want(id="x", member=MEI, asset=acc.TRIES, amount=1)
    refused = office.sync(till.request(None, None, again)).refused
    assert [refusal.why for refusal in refused] == ["tries"]
    office.pins.unlock(MEI)
    once_more = sync.Want(id="y", member=MEI, asset=acc.TRIES, amount=1)
    assert office.sync(till.request(None, None, once_more)).refused == ()


def test_the_verbs_of_head_offices_machine(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/hub.db"\ngeneration_file = "{tmp_path}/generation"\n'
        f'[enrolment]\ncard_key_file = "{tmp_path}/card.key"\n[pin]\nargon2_time = 1\nargon2_kib = 8\n'
    )

    def typed(*words: str) -> Result:
        return CliRunner().invoke(main, ["staff", *words, "--config", str(file)])

    assert typed("assign", "mei", "--store", "0001", "--pin", PIN).exit_code == 1
    assert typed("add", "mei", "--name", "陈梅", "--role", "manager", "--pin", CONSOLE).exit_code == 0
    for words in (
        ("assign", "mei", "--store", "all", "--pin", PIN),
        ("add-card", "mei", "6600000801"),
        ("add-card", "mei", "04A1B2C1", "--family", "mifare-classic"),
        ("block-card", "6600000801"),
        ("unblock-card", "6600000801"),
    ):
        told = typed(*words)
        assert told.exit_code == 0, told.output
    assert "no UID" in typed("add-card", "mei", "card", "--family", "mifare-classic").output
    assert "nobody's" in typed("block-card", "6600000802").output
    lines = CliRunner().invoke(main, ["audit", "--config", str(file)]).output
    assert "staff-card-block 0801" in lines
    assert "6600000801" not in lines
    assert PIN not in lines
