"""Tills tell of sales and refunds: points come once, go once, and no till can make more of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hub_shop import books_of
from till import NOW, Till

from kiosk.hub.api import create_app
from kiosk.hub.inspection import inspect
from kiosk.hub.member_care import export
from kiosk.hub.merges import OWED
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_office
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.phones import bind, name_of
from kiosk.hub.sales import SalesDesk
from kiosk.hub.serving import configured
from kiosk.hub.settings import Database, Enrolment, HubSettings, Phones
from kiosk.hub.tables import cards, members, packs
from kiosk.hub.till_messages import Sale
from kiosk.hub.till_tables import sales
from kiosk.hub.tills import add_till, block_till
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.membership.cards import Card, keyed_hash
from kiosk.membership.receipts import Receipt, parse
from kiosk.membership.rules import read_rules
from kiosk.membership.sales import points_for

RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[sales]
points = 1
cents = 100
excluded = ["gift-card"]
"""
KEY = bytes(range(32))
CARD = {"family": "virtual-cpu", "number": "1000200030004001"}
PHONE = "13800001111"
AT = datetime.fromtimestamp(NOW / 1e6, UTC)
Json = dict[str, Any]


class Shop:
    """A till as its maker would write it: JSON over HTTP."""

    def __init__(self, office: HeadOffice, browser: TestClient, name: str, store: str = "0001") -> None:
        with office.engine.begin() as connection:
            self.token = add_till(connection, name, store)
        self._browser = browser

    def sell(self, receipt: str, cents: int, member: object = None, **more: object) -> Json:
        body = {"receipt": receipt, "at": AT.isoformat(), "cents": cents, **more}
        return self.ask("sales", body | ({"member": member} if member else {}))

    def refund(self, refund: str, receipt: str, cents: int, **more: object) -> Json:
        body = {"refund": refund, "receipt": receipt, "at": AT.isoformat(), "cents": cents, **more}
        return self.ask("refunds", body)

    def ask(self, what: str, body: object) -> Json:
        head = {"Authorization": f"Bearer {self.token}"}
        answer = self._browser.post(f"/v1/tills/{what}", json=body, headers=head)
        told: Json = answer.json()
        return told | {"status": answer.status_code}


@pytest.fixture
def browser(office: HeadOffice) -> Iterator[TestClient]:
    office.joining._read_key = lambda: KEY
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
        hashed = keyed_hash(KEY, Card(CARD["family"], CARD["number"].encode()))
        connection.execute(sa.insert(cards).values(hash=hashed, member="M1", tail="4001", why=""))
        bind(connection, name_of(KEY, PHONE), "M2", PHONE)
    with TestClient(create_app(office), base_url="https://hub.test", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def shop(office: HeadOffice, browser: TestClient) -> Iterator[Shop]:
    yield Shop(office, browser, "T1")
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == [], "whatever was told, the books hold"


def points_of(office: HeadOffice, member: str) -> int:
    return books_of(office).get((acc.member(member), acc.POINTS), 0)


def earned(cents: int) -> int:
    return points_for(read_rules(RULES), 0, cents)


def test_a_sale_earns_once_however_often_it_is_told(shop: Shop, office: HeadOffice) -> None:
    before = points_of(office, "M1")
    first = shop.sell("R1", 12_345, {"card": CARD})
    assert first["points"] == earned(12_345) > 0
    assert first["balance"] == points_of(office, "M1") == before + first["points"]
    assert first["name"] == "张*伟"
    again = shop.sell("R1", 12_345, {"card": CARD})
    assert again == first | {"repeated": True}
    assert points_of(office, "M1") == before + first["points"]
    with office.engine.begin() as connection:
        lifetime = connection.scalar(sa.select(members.c.lifetime).where(members.c.id == "M1"))
    assert lifetime == first["points"]


def test_a_kiosk_sees_it_with_its_next_question(shop: Shop, office: HeadOffice, till: Till) -> None:
    told = shop.sell("R1", 5_000, {"id": "M2"})
    answer = office.account(sync.AccountRequest(device=till.device, card=b"M2".ljust(32, b".")))
    assert answer.account is not None
    assert answer.account.points == told["balance"]
    line = answer.account.history[0]
    assert (line.points, line.at, line.what) == (told["points"], NOW, "购物")


def test_by_phone_points_come_and_nothing_of_the_account_is_told(shop: Shop, office: HeadOffice) -> None:
    before = points_of(office, "M2")
    told = shop.sell("R1", 5_000, {"phone": PHONE})
    assert points_of(office, "M2") == before + told["points"]
    assert {"name", "balance"}.isdisjoint(told)


def test_nobody_bought_it(shop: Shop, office: HeadOffice) -> None:
    before = books_of(office)
    assert shop.sell("R1", 5_000)["points"] == 0
    assert shop.refund("B1", "R1", 5_000)["points"] == 0
    assert books_of(office) == before


def test_the_same_receipt_with_other_contents_is_refused(shop: Shop, office: HeadOffice) -> None:
    shop.sell("R1", 5_000, {"id": "M1"})
    before = books_of(office)
    for other in (shop.sell("R1", 5_001, {"id": "M1"}), shop.sell("R1", 5_000, {"id": "M2"})):
        assert (other["status"], other["code"]) == (409, "receipt-differs")
    shop.refund("B1", "R1", 100)
    other = shop.refund("B1", "R1", 200)
    assert (other["status"], other["code"]) == (409, "refund-differs")
    assert books_of(office) != before


def test_each_till_counts_its_own_receipts(shop: Shop, office: HeadOffice, browser: TestClient) -> None:
    before = points_of(office, "M1")
    both = [one.sell("R1", 1_000, {"id": "M1"}) for one in (shop, Shop(office, browser, "T2"))]
    assert points_of(office, "M1") == before + sum(told["points"] for told in both)


def test_told_at_the_same_time_it_counts_once(shop: Shop, office: HeadOffice) -> None:
    before = points_of(office, "M1")
    with ThreadPoolExecutor(4) as crowd:
        told = list(crowd.map(lambda _: shop.sell("R1", 9_900, {"id": "M1"}), range(8)))
    assert sorted(one.get("repeated", False) for one in told) == [False] + [True] * 7
    sold = points_of(office, "M1")
    assert sold == before + earned(9_900)
    with ThreadPoolExecutor(4) as crowd:
        given = list(crowd.map(lambda n: shop.refund(f"B{n}", "R1", 3_300), range(6)))
    assert sorted(one["status"] for one in given) == [200] * 3 + [409] * 3
    assert points_of(office, "M1") == before


def test_goods_that_earn_nothing(shop: Shop) -> None:
    lines = [{"cents": 1_000}, {"cents": 50_000, "kind": "gift-card"}, {"cents": -500}]
    assert shop.sell("R1", 50_500, {"id": "M1"}, lines=lines)["points"] == earned(500)
    card = [{"cents": 50_000, "kind": "gift-card"}]
    assert shop.refund("B1", "R1", 50_000, lines=card)["points"] == 0, "it earned nothing"
    assert shop.refund("B2", "R1", 500)["points"] == earned(500)


def test_parts_take_back_no_more_than_was_earned(shop: Shop, office: HeadOffice) -> None:
    before = points_of(office, "M1")
    shop.sell("R1", 1_000, {"id": "M1"})
    taken = [shop.refund(f"B{n}", "R1", 333)["points"] for n in range(3)]
    assert shop.refund("B3", "R1", 2)["code"] == "more-than-sold"
    taken.append(shop.refund("B4", "R1", 1)["points"])
    assert sum(taken) == earned(1_000)
    assert points_of(office, "M1") == before
    assert shop.refund("B4", "R1", 1)["repeated"]
    assert shop.refund("B5", "R1", 1)["code"] == "more-than-sold"


def test_what_was_spent_is_owed_and_paid_first(shop: Shop, office: HeadOffice, till: Till) -> None:
    shop.sell("R1", 50_000, {"id": "M1"})
    everything = points_of(office, "M1")
    want = sync.Want(id="w", member="M1", asset=acc.POINTS, amount=everything)
    till.hear(office.sync(till.request(None, None, want)))
    assert points_of(office, "M1") == 0
    told = shop.refund("B1", "R1", 50_000)
    assert told["owed"] == told["points"] == earned(50_000)
    held = books_of(office)[acc.escrow(till.device, "M1"), acc.POINTS]
    assert held == everything, "a kiosk's rights are never taken from it"
    shop.sell("R2", 10_000, {"id": "M1"})
    assert points_of(office, "M1") == 0, "the debt is paid first"
    assert books_of(office)[acc.debt("M1"), acc.TAKEN_BACK] == told["owed"] - earned(10_000)
    till.write(en.Returned(asset=acc.POINTS, amount=held, member="M1"), member="M1")
    till.hear(office.sync(till.request()))
    assert (acc.debt("M1"), acc.TAKEN_BACK) not in books_of(office)
    assert points_of(office, "M1") == everything + earned(10_000) - told["points"]


def test_a_debt_goes_with_an_account_that_is_joined(shop: Shop, office: HeadOffice, till: Till) -> None:
    shop.sell("R1", 50_000, {"id": "M1"})
    have = points_of(office, "M1")
    want = sync.Want(id="w", member="M1", asset=acc.POINTS, amount=have)
    till.hear(office.sync(till.request(None, None, want)))
    owed = shop.refund("B1", "R1", 50_000)["owed"]
    before = points_of(office, "M2")
    till.write(en.Merge(alias="M1", into="M2", proof="card"))
    till.hear(office.sync(till.request()))
    assert points_of(office, "M2") == before - owed
    assert not [key for key in books_of(office) if key[1] == acc.TAKEN_BACK or key[1].startswith(OWED)]
    told = shop.sell("R2", 700, {"id": "M1"})
    assert points_of(office, "M2") == before - owed + told["points"], "who bought it is the survivor"
    assert shop.refund("B2", "R2", 700)["points"] == told["points"]


def test_who_is_not_known_or_not_served(shop: Shop, office: HeadOffice) -> None:
    before = books_of(office)
    nobody = ({"id": "M9"}, {"card": CARD | {"number": "1"}}, {"phone": "13999999999"})
    for member in nobody:
        told = shop.sell("R1", 100, member)
        assert (told["status"], told["code"]) == (404, "member-unknown")
    with office.engine.begin() as connection:
        connection.execute(sa.update(cards).where(cards.c.tail == "4001").values(why="lost"))
    assert shop.sell("R1", 100, {"card": CARD})["code"] == "card-denied"
    assert shop.sell("R1", 100)["status"] == 200, "the receipt is still free"
    assert shop.refund("B1", "R0", 100)["code"] == "receipt-unknown"
    assert books_of(office) == before


def test_a_till_tries_no_numbers_out(shop: Shop, office: HeadOffice) -> None:
    most = office.settings.tills.unknown_per_hour
    for n in range(most):
        assert shop.sell("R1", 100, {"phone": f"1390000{n:04}"})["status"] == 404
    told = shop.sell("R1", 100, {"phone": PHONE})
    assert (told["status"], told["code"]) == (429, "too-often")
    assert shop.sell("R1", 100)["status"] == 200, "without a member it sells on"


def test_a_stolen_token_makes_so_many_points_a_day(shop: Shop, office: HeadOffice) -> None:
    policy = office.settings.tills
    most = policy.points_per_day * 100
    assert shop.sell("R1", most, {"id": "M1"})["points"] == policy.points_per_day
    assert shop.sell("R2", 100, {"id": "M1"})["code"] == "too-many"
    assert shop.sell("R1", most, {"id": "M1"})["repeated"]
    yesterday = (AT - timedelta(days=1)).isoformat()
    assert shop.sell("R3", 100, {"id": "M1"}, at=yesterday)["points"] == earned(100)


NO_SALES: tuple[Json, ...] = (
    {"cents": -1},
    {"cents": 10**9 + 1},
    {"cents": 10**30},
    {"cents": 1.5},
    {"cents": "100"},
    {"cents": None},
    {"receipt": ""},
    {"receipt": "a" * 41},
    {"receipt": "R1\n"},
    {"receipt": "R:1"},
    {"receipt": "R1\0"},
    {"at": "2026-06-01T10:00:00"},
    {"at": "yesterday"},
    {"at": (AT + timedelta(days=1)).isoformat()},
    {"at": (AT - timedelta(days=400)).isoformat()},
    {"member": {}},
    {"member": {"id": "M1", "phone": PHONE}},
    {"member": {"id": "M1\0"}},
    {"member": {"phone": "12'; drop"}},
    {"member": {"card": {"family": "mifare-classic", "number": "no hex"}}},
    {"lines": [{"cents": 99}]},
    {"lines": [{"cents": 10**30}]},
    {"points": 1_000_000},
)


def test_what_is_no_sale_changes_nothing(shop: Shop, office: HeadOffice) -> None:
    before = books_of(office)
    for change in NO_SALES:
        body = {"receipt": "R1", "at": AT.isoformat(), "cents": 100, "member": {"id": "M1"}} | change
        told = shop.ask("sales", body)
        assert (told["status"], told["code"] in {"malformed", "clock", "lines-differ"}) == (400, True), change
    assert books_of(office) == before
    with office.engine.begin() as connection:
        assert connection.execute(sa.select(sales)).all() == []


def test_another_stores_receipt_is_not_there(shop: Shop, office: HeadOffice, browser: TestClient) -> None:
    shop.sell("R1", 1_000, {"id": "M1"})
    far, near = Shop(office, browser, "T9", "0002"), Shop(office, browser, "T2")
    told = far.refund("B1", "R1", 1_000, till="T1")
    assert (told["status"], told["code"]) == (404, "receipt-unknown")
    assert near.refund("B1", "R1", 1_000)["code"] == "receipt-unknown"
    assert near.refund("B1", "R1", 1_000, till="T1")["points"] == earned(1_000)


def test_only_our_tills_are_heard(shop: Shop, office: HeadOffice, browser: TestClient) -> None:
    body = {"receipt": "R1", "at": AT.isoformat(), "cents": 100}
    assert browser.post("/v1/tills/sales", json=body).status_code == 401
    was, shop.token = shop.token, "0" * 64
    assert shop.ask("sales", body)["code"] == "till-unknown"
    shop.token = was
    with office.engine.begin() as connection:
        renewed = add_till(connection, "T1", "0001")
    assert shop.ask("sales", body)["status"] == 401, "the earlier token is void"
    shop.token = renewed
    assert shop.ask("sales", body)["status"] == 200
    with office.engine.begin() as connection:
        block_till(connection, "T1")
    assert shop.ask("sales", body)["status"] == 401


def test_a_token_travels_over_tls_only(office: HeadOffice, shop: Shop) -> None:
    with TestClient(create_app(office), base_url="http://hub.test", client=("192.0.2.1", 1)) as plain:
        head = {"Authorization": f"Bearer {shop.token}"}
        told = plain.post("/v1/tills/sales", json={}, headers=head)
    assert (told.status_code, told.json()["code"]) == (403, "tls-needed")


def test_a_person_is_told_what_is_kept_of_their_purchases(shop: Shop, office: HeadOffice) -> None:
    told = shop.sell("R1", 1_000, {"id": "M1"})
    with office.engine.begin() as connection:
        bought = export(connection, "M1")["purchases"]
    assert bought == [
        {"at": AT.isoformat(), "receipt": "R1", "store": "0001", "cents": 1_000, "points": told["points"]}
    ]


def receipt_of(office: HeadOffice, shop: Shop, number: str) -> Receipt:
    """A receipt that named nobody, as its code says it."""
    signer = PhoneSigner(office.engine, office.now, CodeKeys(b"s" * 32, KEY))
    desk, sale = SalesDesk(office, signer), Sale(receipt=number, at=AT, cents=5_000)
    first, again = desk.sell(shop.token, sale), desk.sell(shop.token, sale)
    assert first.qr == again.qr, "a receipt that is printed again is the same receipt"
    return parse(first.qr)[0]


def test_two_kiosks_ask_for_one_receipt_at_the_same_time(shop: Shop, office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    receipts = [receipt_of(office, shop, f"R{n}") for n in range(6)]
    for kiosk in (till, other):
        kiosk.hear(office.sync(kiosk.request()))

    def ask(kiosk: Till, member: str) -> sync.SyncAnswer:
        wants = [sync.Want(id=one.number, member=member, asset=one.asset, amount=1) for one in receipts]
        return office.sync(kiosk.request(None, None, *wants))

    with ThreadPoolExecutor(2) as crowd:
        answers = list(crowd.map(ask, (till, other), ("M1", "M2")))
    given = [[one.asset for one in answer.grants if acc.is_entitlement(one.asset)] for answer in answers]
    assert sorted(given[0] + given[1]) == sorted(one.asset for one in receipts)
    assert [len(answer.refused) + len(mine) for answer, mine in zip(answers, given, strict=True)] == [6, 6]


@pytest.mark.parametrize("rules", [RULES, RULES.partition("[sales]")[0]])
def test_a_head_office_that_is_served_signs_receipts(rules: str, tmp_path: Path) -> None:
    place = Database(url=f"sqlite:///{tmp_path / 'hub.db'}", generation_file=str(tmp_path / "generation"))
    phones = Phones(code_key_file=str(tmp_path / "codes.key"))
    desk = Enrolment(card_key_file=str(tmp_path / "card.key"))
    office = open_office(HubSettings(database=place, phones=phones, enrolment=desk), lambda: NOW)
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=rules))
    app = configured(office).app
    with TestClient(app, client=("127.0.0.1", 1)) as client:
        told = Shop(office, client, "T1").sell("R1", 5_000)
    office.engine.dispose()
    assert bool(told.get("qr")) == ("[sales]" in rules)
