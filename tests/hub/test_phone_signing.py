"""Who may have codes signed for a phone, and what the demo's bench hears."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from member_desk import KEY, NUMBER, Moment, knowing_phones

from kiosk.hub.api import create_app
from kiosk.hub.console_tables import audit
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner, believed
from kiosk.hub.staff import Person, Staff
from kiosk.ledger import sync
from kiosk.membership.phone_codes import parse

KEYS = CodeKeys(b"s" * 32, KEY)


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    yield from knowing_phones(database, Moment())


@pytest.fixture
def door(office: HeadOffice) -> TestClient:
    signer = PhoneSigner(office.engine, office.now, KEYS)
    Staff(office.engine, office.settings).add(Person("dora", "Dora", "assistant"), "135790135790")
    return TestClient(create_app(office, signer=signer), client=("127.0.0.1", 1))


def test_staff_sign_and_are_on_record(office: HeadOffice, door: TestClient) -> None:
    asked = {"number": NUMBER}
    assert door.post("/v1/console/phone-code", json=asked).status_code == 401
    signed_in = door.post("/v1/console/sign-in", json={"staff": "dora", "pin": "135790135790"}).json()
    bearer = {"Authorization": f"Bearer {signed_in['token']}"}
    text = door.post("/v1/console/phone-code", json=asked, headers=bearer).json()["text"]
    code, _, _ = parse(text)
    assert code.signed_at // 10**6 == office.now() // 10**6
    with office.engine.begin() as connection:
        lines = connection.execute(
            sa.select(audit.c.who, audit.c.subject).where(audit.c.action == "phone-code")
        )
        assert [tuple(line) for line in lines] == [("dora", "M1")]


def test_a_number_that_nobody_has_is_signed_for_nobody(office: HeadOffice, door: TestClient) -> None:
    assert door.get("/v1/demo/phones/13999999999").status_code == 404
    with pytest.raises(Declined, match="phone-unknown"):
        PhoneSigner(office.engine, office.now, KEYS).sign("M2")


def test_kiosks_believe_every_key_that_ever_signed(office: HeadOffice) -> None:
    first = PhoneSigner(office.engine, office.now, KEYS)
    again = PhoneSigner(office.engine, office.now, KEYS)
    other = PhoneSigner(office.engine, office.now, CodeKeys(b"t" * 32, KEY))
    with office.engine.begin() as connection:
        assert believed(connection).keys() == {first.key_id, other.key_id}
    assert first.key_id == again.key_id != other.key_id


def test_the_bench_is_the_demos_gateway(office: HeadOffice, door: TestClient) -> None:
    from till import Till

    office.enrol(Till("K1").enrolment())
    office.send_code(sync.CodeRequest(device="K1", name="M1", entry="a"))
    (message,) = door.get("/v1/demo/messages").json()["messages"]
    assert message["number"] == NUMBER
    assert door.get("/v1/demo/messages").json()["messages"] == []
