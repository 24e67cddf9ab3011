"""The demo shop and the program that serves it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import requests
from till import NOW, CountedIds, Till

from kiosk.hub import demo_shop
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.hub.settings import BadSettings, HubSettings, Pin, read_settings, settings_from
from kiosk.hub.tables import open_database
from kiosk.ledger import feed, sync
from kiosk.membership.cards import Card, keyed_hash
from kiosk.membership.rules import read_rules

KEY = b"k" * 32
RULES = Path("config/rules/demo.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shop() -> Iterator[HeadOffice]:
    pin = Pin(argon2_time=1, argon2_kib=8, argon2_lanes=1, offline_pin="software")
    office = HeadOffice(open_database("sqlite://"), lambda: NOW, CountedIds("g"), HubSettings(pin=pin))
    office.enrol(Till("K1").enrolment())
    demo_shop.seed(office, KEY, RULES, "K1")
    yield office
    office.engine.dispose()


def account_of(shop: HeadOffice, number: bytes, family: str = demo_shop.FAMILY) -> sync.AccountAnswer:
    return shop.account(sync.AccountRequest(device="K1", card=keyed_hash(KEY, Card(family, number))))


def test_the_first_member_is_who_the_manual_says(shop: HeadOffice) -> None:
    account = account_of(shop, b"6600000001").account
    assert account is not None
    told = (account.name, account.tier, account.points + account.escrow, account.cash, account.card_tail)
    assert told == ("张*伟", "gold", 12_480, 18_600, "0001")
    assert account.home
    assert account.verifier
    assert 3 <= len(account.history) <= 12
    assert all(line.at < NOW for line in account.history)


def test_the_other_cards_are_what_the_manual_says(shop: HeadOffice) -> None:
    poor, visitor = account_of(shop, b"6600000002").account, account_of(shop, b"6600000021").account
    assert poor is not None
    assert visitor is not None
    assert (poor.points, poor.name) == (50, "欧阳*修")
    assert (visitor.home, visitor.verifier) == (False, "")
    assert account_of(shop, demo_shop.LOST).why == "lost"
    assert account_of(shop, demo_shop.FROZEN).why == "frozen"
    assert account_of(shop, demo_shop.NOBODYS).standing == "unknown"
    assert account_of(shop, demo_shop.UIDS[0], "mifare-classic").standing == "known"
    assert account_of(shop, demo_shop.TAG, "mifare-ultralight").standing == "known"


def test_every_name_is_masked_and_every_gift_is_named(shop: HeadOffice) -> None:
    answer = shop.replica(feed.ReplicaRequest(device="K1"))
    replica = answer.shop
    assert replica is not None
    assert answer.members is not None
    rules = read_rules(replica.rules)
    rows = feed.unpack_rows(feed.MemberRow, answer.members.rows)
    assert len([row for row in rows if row.home]) == 20
    assert all("*" in feed.unpack_facts(row.facts).name for row in rows)
    assert {gift.category for gift in replica.gifts} == set(rules.categories)
    assert [gift.picture for gift in replica.gifts] == [f"gift_{place:02}" for place in range(1, 25)]
    assert all(set(gift.name) == {"zh_CN", "zh_TW", "en"} for gift in replica.gifts)
    assert sorted(gift.stock for gift in replica.gifts)[:2] == [0, 1]
    denied = feed.unpack_rows(feed.DeniedRow, answer.denied.rows)
    assert sorted(row.why for row in denied) == ["frozen", "lost"]


def test_the_first_sync_places_rights_ahead(shop: HeadOffice) -> None:
    till = Till("K1")
    answer = shop.sync(till.request())
    ahead = {(grant.member, grant.asset): grant.amount for grant in answer.grants}
    assert ahead[demo_shop.member_id(b"6600000001"), "points"] == 5000
    assert ahead[demo_shop.member_id(b"6600000001"), "tries"] == 5
    assert ahead[None, "gift:G19"] == 1
    assert (None, "gift:G13") not in ahead
    account = account_of(shop, b"6600000001").account
    assert account is not None
    assert (account.points, account.escrow) == (7480, 5000)
    with shop.engine.begin() as connection:
        assert sums_to_zero(connection)


def test_the_settings_file_tells_the_defaults() -> None:
    assert read_settings(Path("config/hub.toml")) == HubSettings()


def test_a_setting_that_does_not_exist_is_named_with_the_nearest_one() -> None:
    with pytest.raises(BadSettings, match=r"'grants.lease_parr'. Did you mean 'grants.lease_par'\?"):
        settings_from({"grants": {"lease_parr": 3}})
    with pytest.raises(BadSettings, match=r"'demmo'. Did you mean 'demo'\?"):
        settings_from({"demmo": True})
    with pytest.raises(BadSettings, match="Expected `int`"):
        settings_from({"listen": {"port": "8700"}})


def test_the_settings_are_never_half_read() -> None:
    fields = {field.name for field in msgspec.structs.fields(HubSettings)}
    assert fields == {
        "listen", "database", "grants", "merges", "pin", "enrolment", "console", "risk", "backup", "shop",
        "replica", "phones", "tills", "demo",
    }  # fmt: skip


def test_the_program_serves_the_demo_and_keeps_it(tmp_path: Path) -> None:
    till = Till("K1").enrolment()
    told = {"device": "K1", "store": "0001", "kiosk": "03", "voucher_key_id": 1}
    told |= {"public_key": till.public_key.hex(), "voucher_public": till.voucher_public.hex()}
    (tmp_path / "device.json").write_text(json.dumps(told))
    (tmp_path / "clock").write_bytes((3_600_000_000).to_bytes(8, "little", signed=True))
    first = run_once(tmp_path, "first")
    assert first["now"] - time.time_ns() / 1000 > 3_000_000_000
    assert run_once(tmp_path, "second")["ok"]


def run_once(tmp_path: Path, name: str) -> dict[str, float]:
    ready = tmp_path / name
    command = [sys.executable, "-m", "kiosk.hub", "--config", "config/hub.toml", "--demo", "--port", "0"]
    places = {"state": tmp_path / "hub", "ready-file": ready, "clock": tmp_path / "clock"}
    places["enrol-demo-device"] = tmp_path / "device.json"
    command += [f"--{option}={place}" for option, place in places.items()]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        port = int(ready.read_text())
        health: dict[str, float] = requests.get(f"http://127.0.0.1:{port}/v1/health", timeout=10).json()
        return health
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(10)
