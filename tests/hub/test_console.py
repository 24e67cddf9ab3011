"""Staff at the console: signing in, lock-out, pairs, and the line that every act leaves behind."""

import itertools
from collections.abc import Iterator

import msgspec
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from till import NOW, Till

from kiosk.hub.acts import acts_of
from kiosk.hub.api import create_app
from kiosk.hub.console import ACTIONS, Console
from kiosk.hub.console_tables import sessions, staff
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.staff import Pair, Person, Proof
from kiosk.hub.tables import pin_routes
from kiosk.hub.verbs import VERBS
from kiosk.ledger import sync
from kiosk.ledger.ids import FreshIds

PIN = "135790"
HERE = "192.0.2.1"
MINUTE = 60_000_000
PEOPLE = (
    Person("anna", "Anna", "manager"),
    Person("ben", "Ben", "technician", member="M2"),
    Person("chen", "Chen", "cashier"),
    Person("dora", "Dora", "assistant"),
    Person("emil", "Emil", "technician"),
)


@pytest.fixture
def console(office: HeadOffice) -> Console:
    ticks = itertools.count(NOW)
    office.now = lambda: next(ticks)  # the tests move it on

    def now() -> int:
        return office.now()

    console = Console(office.engine, now, FreshIds(now), office.settings)
    for person in PEOPLE:
        console.staff.add(person, PIN)
    return console


def told(console: Console, proof: Proof, source: str = HERE) -> str:
    with pytest.raises(Declined) as declined:
        console.sign_in(proof, source)
    return declined.value.code


def unpaired(console: Console, first: Proof, second: Proof, action: str, subject: str = "K1") -> str:
    with pytest.raises(Declined) as declined:
        console.pair(first, second, action, subject, HERE)
    return declined.value.code


def proof(who: str, pin: str = PIN) -> Proof:
    return Proof(who, pin)


def test_a_token_is_good_while_it_is_used(console: Console, office: HeadOffice) -> None:
    began = office.now()
    token, person = console.sign_in(proof("anna"), HERE)
    assert (person.id, person.role) == ("anna", "manager")
    idle = office.settings.console.idle_minutes
    for minutes in (idle - 1, 2 * idle - 2):
        office.now = lambda minutes=minutes: began + minutes * MINUTE  # type: ignore[misc]
        assert console.who(token).id == "anna"
    office.now = lambda: began + (3 * idle - 1) * MINUTE
    with pytest.raises(Declined) as declined:
        console.who(token)
    assert declined.value.code == "signed-out"


def test_nobody_stays_signed_in_for_days(console: Console, office: HeadOffice) -> None:
    began = office.now()
    token, _ = console.sign_in(proof("anna"), HERE)
    good = 0
    for minutes in range(0, 24 * 60, 10):
        office.now = lambda minutes=minutes: began + minutes * MINUTE  # type: ignore[misc]
        try:
            console.who(token)
        except Declined:
            break
        good = minutes
    assert good == 12 * 60


def test_signing_out_and_being_blocked_end_a_session(console: Console) -> None:
    first, second = (console.sign_in(proof("anna"), HERE)[0] for _ in range(2))
    console.sign_out(first)
    assert console.who(second).id == "anna"
    console.staff.block("anna")
    for token in (first, second, "", "nonsense"):
        with pytest.raises(Declined):
            console.who(token)
    assert told(console, proof("anna")) == "not-you"


def test_a_role_may_or_may_not(console: Console) -> None:
    token, _ = console.sign_in(proof("dora"), HERE)
    with pytest.raises(Declined) as declined:
        console.who(token, frozenset({"manager"}))
    assert (declined.value.status, declined.value.code) == (403, "role")


def test_tokens_and_pins_are_not_stored(console: Console, office: HeadOffice) -> None:
    token, _ = console.sign_in(proof("anna"), HERE)
    with office.engine.begin() as connection:
        stored = [*connection.execute(sa.select(sessions)), *connection.execute(sa.select(staff))]
    assert token.encode().hex() not in repr(stored)
    assert token not in repr(stored)
    assert PIN not in repr(stored)
    assert PIN not in repr(proof("anna"))


def test_after_five_wrong_pins_the_right_one_is_too_late(console: Console, office: HeadOffice) -> None:
    most = office.settings.console.wrong_pins
    assert {told(console, proof("anna", "000000")) for _ in range(most)} == {"not-you"}
    assert told(console, proof("anna")) == "not-you"
    again = Console(office.engine, office.now, FreshIds(office.now), office.settings)
    assert told(again, proof("anna")) == "not-you", "a restart forgets nothing"
    assert [person.locked for person in again.staff.everybody()] == [True, False, False, False, False]
    again.staff.add(PEOPLE[0], PIN)
    assert again.sign_in(proof("anna"), HERE)[1].id == "anna"


def test_a_right_pin_gives_the_tries_back(console: Console, office: HeadOffice) -> None:
    for _ in range(3):
        for _ in range(office.settings.console.wrong_pins - 1):
            told(console, proof("anna", "000000"))
        console.sign_in(proof("anna"), HERE)


def test_unknown_wrong_and_blocked_are_answered_alike(console: Console) -> None:
    console.staff.block("ben")
    said = set()
    for someone in (proof("nobody"), proof("anna", "000000"), proof("ben"), proof("chen", "x" * 10_000)):
        with pytest.raises(Declined) as declined:
            console.sign_in(someone, HERE)
        said.add((declined.value.status, str(declined.value)))
    assert len(said) == 1


def test_one_address_cannot_try_everybody(console: Console, office: HeadOffice) -> None:
    for n in range(office.settings.console.wrong_per_source):
        assert told(console, proof(f"x{n}", "000000")) == "not-you"
    assert told(console, proof("anna")) == "too-often"
    assert console.sign_in(proof("anna"), "192.0.2.9")[1].id == "anna"


@pytest.mark.parametrize(
    ("action", "first", "second"),
    [
        ("retire", "anna", "ben"),
        ("retire", "emil", "anna"),
        ("set-aside", "anna", "emil"),
        ("unlock", "chen", "anna"),
    ],
)
def test_two_people_who_may_are_a_pair(
    console: Console, office: HeadOffice, action: str, first: str, second: str
) -> None:
    pair = console.pair(proof(first), proof(second), action, "M1", HERE)
    assert pair == Pair(first, second, action, "M1", pair.at)
    assert NOW < pair.at < office.now()


@pytest.mark.parametrize(
    ("first", "second", "action", "subject", "code"),
    [
        (proof("anna"), proof("anna"), "retire", "K1", "same-person"),
        (proof("anna"), proof("ben"), "demolish", "K1", "action-unknown"),
        (proof("anna"), proof("ben", "000000"), "retire", "K1", "not-you"),
        (proof("anna", "000000"), proof("ben"), "retire", "K1", "not-you"),
        (proof("anna"), proof("nobody"), "retire", "K1", "not-you"),
        (proof("anna"), proof("chen"), "retire", "K1", "role"),
        (proof("ben"), proof("emil"), "retire", "K1", "role"),
        (proof("anna"), proof("dora"), "unlock", "M1", "role"),
        (proof("anna"), proof("emil"), "set-aside", "anna", "own-account"),
        (proof("ben"), proof("anna"), "retire", "M2", "own-account"),
    ],
)
def test_anybody_else_is_no_pair_and_it_is_written_down(  # noqa: PLR0917
    console: Console, first: Proof, second: Proof, action: str, subject: str, code: str
) -> None:
    assert unpaired(console, first, second, action, subject) == code
    line = console.lines()[0]
    assert (line["who"], line["second"], line["action"]) == (first.staff, second.staff, action)
    assert (line["subject"], line["source"], line["outcome"]) == (subject, HERE, code)


def test_an_act_is_written_down_before_and_after(console: Console) -> None:
    pair = console.pair(proof("anna"), proof("ben"), "retire", "K1", HERE)
    seen: list[str] = []
    console.carry_out(pair, lambda _pair: seen.append(console.lines()[0]["outcome"]), HERE)
    assert [*seen, console.lines()[0]["outcome"]] == ["", "done"]

    def decline(_pair: Pair) -> None:
        raise Declined(409, "already-retired", "it is")

    with pytest.raises(Declined):
        console.carry_out(pair, decline, HERE)
    assert console.lines()[0]["outcome"] == "already-retired"
    with pytest.raises(ZeroDivisionError):
        console.carry_out(pair, lambda _pair: 1 // 0, HERE)
    assert console.lines()[0]["outcome"] == "failed"


@pytest.mark.parametrize(
    ("person", "pin", "code"),
    [
        (Person("", "x", "manager"), PIN, "staff-id"),
        (Person("a b", "x", "manager"), PIN, "staff-id"),
        (Person("x", "x", "owner"), PIN, "role"),  # type: ignore[arg-type]
        (Person("x", "x", "manager"), "12345", "pin-length"),
        (Person("x", "x", "manager"), "1" * 129, "pin-length"),
    ],
)
def test_who_cannot_be_staff(console: Console, person: Person, pin: str, code: str) -> None:
    with pytest.raises(Declined) as declined:
        console.staff.add(person, pin)
    assert declined.value.code == code
    with pytest.raises(Declined) as unknown:
        console.staff.block("nobody")
    assert unknown.value.code == "staff-unknown"


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def browser(console: Console, office: HeadOffice) -> Iterator[TestClient]:
    with TestClient(create_app(office), base_url="https://hub.test", raise_server_exceptions=False) as client:
        yield client


def signed_in(browser: TestClient, who: str) -> dict[str, str]:
    answer = browser.post("/v1/console/sign-in", json={"staff": who, "pin": PIN})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_two_people_unlock_a_member(browser: TestClient, console: Console, office: HeadOffice) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(pin_routes).values(member="M1", route="card", wrong=5))
    asked = {"subject": "M1", "pin": PIN, "second": "anna", "second_pin": PIN}
    assert browser.post("/v1/console/unlock", json=asked).json()["code"] == "signed-out"
    token = signed_in(browser, "chen")
    alone = browser.post("/v1/console/unlock", json=asked | {"second": "chen"}, headers=token)
    assert (alone.status_code, alone.json()["code"]) == (403, "same-person")
    wrong = browser.post("/v1/console/unlock", json=asked | {"pin": "000000"}, headers=token)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not-you"), "a token alone does not do"
    done = browser.post("/v1/console/unlock", json=asked, headers=token)
    assert (done.status_code, done.json()["done"]) == (200, "unlock")
    with office.engine.begin() as connection:
        assert connection.execute(sa.select(pin_routes)).all() == []
    lines = browser.get("/v1/console/audit", headers=signed_in(browser, "anna")).json()["lines"]
    assert [(line["who"], line["second"], line["action"], line["outcome"]) for line in lines[1:4]] == [
        ("chen", "anna", "unlock", "done"),
        ("chen", "anna", "unlock", "not-you"),
        ("chen", "chen", "unlock", "same-person"),
    ]
    assert browser.get("/v1/console/audit", headers=token).status_code == 403


def test_every_action_is_an_act_and_a_verb(office: HeadOffice) -> None:
    assert set(acts_of(office)) == set(ACTIONS)
    assert set(ACTIONS) <= {verb.name for verb in VERBS}


def test_two_people_retire_a_kiosk(browser: TestClient, till: Till, office: HeadOffice) -> None:
    asked = {"subject": till.device, "pin": PIN, "second": "ben", "second_pin": PIN}
    token = signed_in(browser, "anna")
    done = browser.post("/v1/console/retire", json=asked, headers=token)
    assert (done.status_code, done.json()["subject"]) == (200, till.device)
    with pytest.raises(Declined) as declined:
        office.account(sync.AccountRequest(device=till.device, card=b"M1".ljust(32, b".")))
    assert declined.value.status == 403
    again = browser.post("/v1/console/retire", json=asked, headers=token)
    assert again.status_code == 409
    unknown = browser.post("/v1/console/retire", json=asked | {"subject": "K99"}, headers=token)
    assert unknown.status_code == 404
    assert browser.post("/v1/console/close-retired", json=asked, headers=token).status_code == 200
    aside = asked | {"missing": {"G1": 1}}
    assert browser.post("/v1/console/set-aside", json=aside, headers=token).json()["code"] == "not-awaited"
    aside = asked | {"missing": {"G1": -1}}
    assert browser.post("/v1/console/set-aside", json=aside, headers=token).json()["code"] == "malformed"
    outcomes = [line["outcome"] for line in browser.get("/v1/console/audit", headers=token).json()["lines"]]
    assert outcomes == ["not-awaited", "done", "device-unknown", again.json()["code"], "done", "done"]


def test_nobody_settles_their_own_redemption(console: Console, till: Till, office: HeadOffice) -> None:
    want = sync.Want(id="w", member="M2", asset="points", amount=300)
    till.hear(office.sync(till.request(None, None, want)))
    till.redeem("op", "M2")
    office.sync(till.request())
    anna, emil = Person("anna", "Anna", "manager", member="M2"), Person("emil", "Emil", "manager")
    for person in (anna, emil):
        console.staff.add(person, PIN)
    for action, subject in (("settle-void", "op"), ("move-claim", "V-op")):
        assert unpaired(console, proof("emil"), proof("anna"), action, subject) == "own-account"
    assert console.pair(proof("emil"), proof("chen"), "settle-void", "op", HERE).subject == "op"


def test_every_action_has_a_door(browser: TestClient, till: Till) -> None:
    token = signed_in(browser, "anna")
    asked = {"subject": till.device, "pin": PIN, "second": "nobody", "second_pin": PIN}
    for action in ACTIONS:
        answer = browser.post(f"/v1/console/{action}", json=asked, headers=token)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-you")
    answer = browser.post("/v1/console/demolish", json=asked, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (404, "action-unknown")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"staff": 1, "pin": "x"}', b"\xff", b'{"staff": "a"}'])
def test_what_is_no_message_is_told(browser: TestClient, body: bytes) -> None:
    answer = browser.post("/v1/console/sign-in", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_flood_is_not_read(browser: TestClient) -> None:
    answer = browser.post("/v1/console/sign-in", content=bytes(5000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-much")


def test_pins_do_not_travel_in_the_clear(console: Console, office: HeadOffice) -> None:
    with TestClient(create_app(office), base_url="http://hub.test", client=("192.0.2.1", 1)) as far:
        answer = far.post("/v1/console/sign-in", json={"staff": "anna", "pin": PIN})
        assert (answer.status_code, answer.json()["code"]) == (403, "tls-needed")
    with TestClient(create_app(office), base_url="http://hub.test", client=("127.0.0.1", 1)) as near:
        assert near.post("/v1/console/sign-in", json={"staff": "anna", "pin": PIN}).status_code == 200


def test_who_knocks_too_often_is_told_when_to_come_back(console: Console, office: HeadOffice) -> None:
    few = msgspec.structs.replace(office.settings.console, wrong_per_source=1)
    office.settings = msgspec.structs.replace(office.settings, console=few)
    with TestClient(create_app(office), base_url="https://hub.test") as client:
        wrong = {"staff": "anna", "pin": "000000"}
        assert client.post("/v1/console/sign-in", json=wrong).status_code == 401
        answer = client.post("/v1/console/sign-in", json=wrong)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
