"""The exceptions desk: one list of all that a store has to look into, and nothing that falls out of it."""

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from fastapi.testclient import TestClient
from hub_shop import furnish
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.api import create_app
from kiosk.hub.console_tables import audit, shop_staff
from kiosk.hub.exception_items import Item
from kiosk.hub.exceptions import exceptions
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.staff import Pair, Person, Staff
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

STORE, PIN = "0001", "135790135790"
MOVE = en.Carding(
    move="m-1", what="debit", card=bytes(32), amount=40, before=100, counter=3, random=b"rand",
    terminal=b"t" * 6, number=1, moment=b"m" * 7,
)  # fmt: skip


def listed(office: HeadOffice, store: str = STORE, *, seen: bool = False) -> list[Item]:
    with office.engine.begin() as connection:
        return exceptions(connection, store, seen=seen)


def in_doubt(office: HeadOffice, till: Till, op: str = "op") -> None:
    """A voucher of M1 that nobody can vouch for."""
    want = sync.Want(id=f"w-{op}", member="M1", asset=acc.POINTS, amount=300)
    till.hear(office.sync(till.request(None, None, want)))
    till.redeem(op, "M1")
    till.write(en.Printing(op=op, attempt=1), "M1")
    till.write(en.Unknown(op=op, reason="K-PR-09"), "M1")
    till.hear(office.sync(till.request()))


def actions(item: Item) -> list[str]:
    return [remedy.action for remedy in item.remedies]


def test_a_shop_without_trouble_has_nothing_to_look_into(office: HeadOffice, till: Till) -> None:
    till.write(en.Boot(nonce=bytes(16), software="1"))
    till.hear(office.sync(till.request()))
    assert listed(office) == []


def test_a_print_is_listed_until_its_kiosk_tells_how_it_ended(office: HeadOffice, till: Till) -> None:
    in_doubt(office, till)
    (item,) = listed(office)
    assert (item.what, item.reason, item.kiosk, item.member, item.name) == (
        "print", "unknown", "01", "M1", "张*伟"
    )  # fmt: skip
    assert item.at > NOW
    assert actions(item) == ["at-the-kiosk", "refund-voucher"]
    till.write(en.Post(op="op", reason="presented"), "M1")
    till.hear(office.sync(till.request()))
    assert listed(office) == []


@pytest.mark.parametrize("how", ["post", "void"])
def test_what_a_retired_kiosk_left_open_is_ended_by_the_remedy_that_is_named(
    office: HeadOffice, till: Till, how: str
) -> None:
    in_doubt(office, till)
    office.retire("K1", Pair("anna", "ben", "retire", "K1", NOW))
    (item,) = listed(office)
    remedy = next(one for one in item.remedies if one.action == f"settle-{how}")
    office.settle(remedy.subject, how, Pair("anna", "chen", remedy.action, remedy.subject, NOW))  # type: ignore[arg-type]
    assert listed(office) == []


def test_a_frozen_kiosk_is_listed_with_what_waits_there(office: HeadOffice, till: Till) -> None:
    in_doubt(office, till)
    office.sync(msgspec.structs.replace(till.request(), frozen="copied"))
    kiosk, print_ = listed(office)
    assert (kiosk.what, actions(kiosk)) == ("kiosk", ["retire"])
    assert actions(print_) == ["settle-post", "settle-void", "move-claim"]


def test_disputed_and_quarantined_records_say_what_they_mean(office: HeadOffice, till: Till) -> None:
    till.redeem("greedy", "M1", points=400)
    till.write(en.Boot(nonce=bytes(16), software="1"), kind="from-tomorrow")
    till.hear(office.sync(till.request()))
    with office.engine.begin() as connection:
        stored = connection.exec_driver_sql("SELECT n FROM entries WHERE verdict <> 'posted'").scalars().all()
    items = listed(office)
    assert [item.key for item in items] == [f"record:K1:{n}" for n in sorted(stored)]
    assert "from-tomorrow" in items[-1].told
    assert items[-1].reason == "kind-unknown"
    assert all(item.means and item.at for item in items)


def test_a_move_on_a_card_is_listed_until_the_card_has_told(office: HeadOffice, till: Till) -> None:
    till.write(MOVE, "M1")
    till.hear(office.sync(till.request()))
    (item,) = listed(office)
    assert (item.what, item.reason, actions(item)) == ("card", "in-doubt", ["at-the-kiosk"])
    ended = {"move": "m-1", "what": "debit", "card": MOVE.card, "amount": MOVE.amount}
    till.write(en.Carded(**ended, end="disputed"), "M1")  # type: ignore[arg-type]
    till.hear(office.sync(till.request()))
    (item,) = listed(office)
    assert (item.reason, item.remedies) == ("disputed", ())
    till.write(en.Carded(**ended, end="not-moved"), "M1")  # type: ignore[arg-type]
    till.hear(office.sync(till.request()))
    assert [one for one in listed(office) if one.what == "card"] == []


def test_another_stores_exceptions_are_not_told(office: HeadOffice, till: Till) -> None:
    in_doubt(office, till)
    assert listed(office, "0002") == []


class Desk:
    """The console's door, for one person after the other."""

    def __init__(self, office: HeadOffice) -> None:
        self.door = TestClient(create_app(office), client=("127.0.0.1", 1))
        self.staff = Staff(office.engine, office.settings)

    def come(self, person: Person) -> dict[str, str]:
        self.staff.add(person, PIN)
        said = self.door.post("/v1/console/sign-in", json={"staff": person.id, "pin": PIN}).json()
        return {"Authorization": f"Bearer {said['token']}"}

    def look(self, who: dict[str, str], store: str = STORE, **query: str) -> tuple[int, list[dict[str, str]]]:
        told = self.door.get("/v1/console/exceptions", params={"store": store, **query}, headers=who)
        return told.status_code, told.json().get("exceptions", [])

    def seen(self, who: dict[str, str], key: str, note: str = "a till of 2019", store: str = STORE) -> int:
        body = {"store": store, "key": key, "note": note}
        return self.door.post("/v1/console/exception-seen", json=body, headers=who).status_code


def test_whoever_looked_stands_beside_it_for_ever(office: HeadOffice, till: Till) -> None:
    till.write(en.Boot(nonce=bytes(16), software="1"), kind="from-tomorrow")
    till.write(en.Doubt(at=5, what="tea", points=-300, where="0001"), "M1")
    till.hear(office.sync(till.request()))
    desk = Desk(office)
    anna = desk.come(Person("anna", "Anna", "manager"))
    _, items = desk.look(anna)
    assert {item["what"] for item in items} == {"record", "doubt"}
    for item in items:
        assert desk.seen(anna, item["key"], note=" ") == 422
        assert desk.seen(anna, item["key"]) == 200
        assert desk.seen(anna, item["key"]) == 404
    assert desk.look(anna) == (200, [])
    _, whole = desk.look(anna, seen="1")
    assert [(one["key"], one["seen_by"], one["note"]) for one in whole] == [
        (one["key"], "anna", "a till of 2019") for one in items
    ]
    assert desk.door.get("/v1/console/doubts", headers=anna).json()["doubts"] == []


def test_looking_settles_nothing_that_has_to_be_settled(office: HeadOffice, till: Till) -> None:
    in_doubt(office, till)
    desk = Desk(office)
    anna = desk.come(Person("anna", "Anna", "manager"))
    ((item),) = desk.look(anna)[1]
    assert desk.seen(anna, item["key"]) == 409
    assert len(listed(office)) == 1


def test_who_may_look(office: HeadOffice, till: Till) -> None:
    till.write(en.Doubt(at=5, what="tea", points=-300, where="0001"), "M1")
    till.hear(office.sync(till.request()))
    desk = Desk(office)
    dora, elsewhere, owner = (
        desk.come(Person("dora", "Dora", "assistant")),
        desk.come(Person("emil", "Emil", "manager")),
        desk.come(Person("fay", "Fay", "cashier", member="M1")),
    )
    with office.engine.begin() as connection:
        connection.execute(sa.insert(shop_staff).values(staff="emil", store="0002", verifier="-"))
    (item,) = listed(office)
    assert (desk.look(dora)[0], desk.look({})[0], desk.look(elsewhere)[0]) == (403, 401, 403)
    assert (desk.look(elsewhere, "0002")[0], desk.look(owner)[0]) == (200, 200)
    assert (desk.seen(dora, item.key), desk.seen(elsewhere, item.key)) == (403, 403)
    assert desk.seen(elsewhere, item.key, store="0002") == 404
    assert desk.seen(owner, item.key) == 403
    with office.engine.begin() as connection:
        looks = sa.select(audit.c.who, audit.c.subject).where(audit.c.action == "exceptions")
        assert {tuple(row) for row in connection.execute(looks)} == {("emil", "0002"), ("fay", STORE)}


def test_the_verb_tells_the_same(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office, till = open_office(read_settings(config), lambda: NOW), Till("K1")
    furnish(office)
    office.enrol(till.enrolment())
    till.write(en.Doubt(at=5, what="tea", points=-300, where="0001"), "M1")
    office.sync(till.request())
    (item,) = listed(office)
    office.engine.dispose()
    asked = ["exceptions", "--config", str(config), "--store"]
    told = CliRunner().invoke(main, [*asked, STORE], catch_exceptions=False).output
    assert item.key in told
    assert item.means in told
    nothing = CliRunner().invoke(main, [*asked, "0002"], catch_exceptions=False).output
    assert nothing == "Nothing to look into.\n"
