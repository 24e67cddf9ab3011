"""Whatever a sender spoils: a typed refusal that changes nothing, or a sound acceptance. Never a crash."""

import os
import random
from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hub_shop import books_of
from spoiling import Plain, signed_again, spoil_bytes, spoil_fields, spoil_log
from test_hub_http import signed
from till import Till

from kiosk.hub.api import create_app
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import balance_of
from kiosk.hub.tables import metadata
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync

ROUNDS = int(os.environ.get("SPOILT_ROUNDS", "14"))
SEED = int(os.environ.get("SPOILT_SEED", "0"))
PATHS = {
    "sync": sync.SyncRequest,
    "account": sync.AccountRequest,
    "pin": sync.PinRequest,
    "phone": sync.PhoneRequest,
    "code": sync.CodeRequest,
    "new-pin": sync.NewPinRequest,
    "replica": feed.ReplicaRequest,
}
ANSWERS = {
    "sync": sync.SyncAnswer,
    "account": sync.AccountAnswer,
    "pin": sync.PinAnswer,
    "phone": sync.PhoneAnswer,
    "code": sync.CodeAnswer,
    "new-pin": sync.NewPinAnswer,
    "replica": feed.ReplicaAnswer,
}


def everything(office: HeadOffice) -> dict[str, list[tuple[object, ...]]]:
    """The whole database."""
    with office.engine.begin() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def sound(office: HeadOffice, device: str) -> None:
    """What holds whatever was taken in."""
    told = balance_of(office, device)
    assert told["chain_ok"]
    assert told["sums_to_zero"]
    below = [key for key, amount in books_of(office).items() if amount < 0 and key[0] != acc.WORLD]
    assert all(account.startswith("suspense:disputed:") for account, _ in below), below


class Crowd:
    """Tills, each with a log that has something of everything; a new one when the last was believed."""

    def __init__(self, office: HeadOffice) -> None:
        self._office = office
        self._count = 1

    def till(self) -> Till:
        self._count += 1
        till = Till(f"K{self._count}")
        self._office.enrol(till.enrolment())
        want = sync.Want(id=f"w-{till.device}", member="M1", asset=acc.POINTS, amount=1)
        till.write(en.Boot(nonce=bytes(16), software="1"))
        till.hear(self._office.sync(till.request(None, None, want)))
        op = f"op-{till.device}"
        till.redeem(op, "M1", points=1)
        till.post(op, "M1")
        till.write(en.Claim(op=op, voucher=f"V-{op}"))
        till.write(en.Release(op=op, voucher=f"V-{op}", to="K2"))
        till.write(en.Returned(asset=acc.POINTS, amount=1, member="M1"), "M1")
        del till.log[chance_of(till, till.log) :], till.hashes[len(till.log) :]
        return till


def chance_of(till: Till, log: list[bytes]) -> int:
    """How much of a log there is: another length for each till."""
    return random.Random(till.device).randint(len(log) - 4, len(log))


def message(kind: str, till: Till, chance: random.Random) -> sync.M:
    """A good message of this till."""
    device = till.device
    want = sync.Want(id=f"x-{device}-{chance.random()}", member="M1", asset=acc.POINTS, amount=1)
    made = {
        "sync": lambda: till.request(None, None, want),
        "account": lambda: sync.AccountRequest(device=device, card=b"M1".ljust(32, b".")),
        "pin": lambda: sync.PinRequest(device=device, member="M1", route="card", entry="t", pin="246810"),
        "phone": lambda: sync.PhoneRequest(
            device=device, phone=acc.phone(bytes(32)), entry=f"p-{chance.random()}", pin="246810"
        ),
        "code": lambda: sync.CodeRequest(device=device, name="M1", entry=f"c-{chance.random()}"),
        "new-pin": lambda: sync.NewPinRequest(
            device=device, name="M1", entry=f"n-{chance.random()}", proof="t", pin="713905"
        ),
        "replica": lambda: feed.ReplicaRequest(device=device),
    }
    return made[kind]()  # type: ignore[return-value]


def plain(message: msgspec.Struct) -> Plain:
    return msgspec.msgpack.decode(sync.pack(message))


def by_bytes(kind: str, till: Till, chance: random.Random) -> bytes:
    return spoil_bytes(sync.pack(message(kind, till, chance)), chance)


def by_fields(kind: str, till: Till, chance: random.Random) -> bytes:
    return msgspec.msgpack.encode(spoil_fields(plain(message(kind, till, chance)), chance))


def by_fields_signed(kind: str, till: Till, chance: random.Random) -> bytes:
    spoilt = spoil_fields(plain(message(kind, till, chance)), chance)
    return msgspec.msgpack.encode(signed_again(spoilt, till))


def by_entry(kind: str, till: Till, chance: random.Random) -> bytes:
    spoil_log(till, chance)
    return sync.pack(message(kind, till, chance))


Spoil = Callable[[str, Till, random.Random], bytes]
WAYS = [
    ("sync", by_bytes), ("sync", by_fields), ("sync", by_fields_signed), ("sync", by_entry),
    ("account", by_bytes), ("account", by_fields), ("pin", by_bytes), ("pin", by_fields),
    ("phone", by_bytes), ("phone", by_fields), ("code", by_bytes), ("code", by_fields),
    ("new-pin", by_bytes), ("new-pin", by_fields),
    ("replica", by_bytes), ("replica", by_fields),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spoil"), WAYS)
def test_head_office_refuses_or_stays_sound(office: HeadOffice, kind: str, spoil: Spoil) -> None:
    ask = {
        "sync": office.sync, "account": office.account, "pin": office.pin, "replica": office.replica,
        "phone": office.phone, "code": office.send_code, "new-pin": office.set_pin,
    }[kind]  # fmt: skip
    crowd, refused = Crowd(office), 0
    till, before = crowd.till(), everything(office)
    for seed in range(SEED, SEED + ROUNDS):
        body = spoil(kind, till, random.Random(f"{kind} {spoil.__name__} {seed}"))
        before = before or everything(office)
        try:
            answer: object = ask(sync.unpack(PATHS[kind], body))  # type: ignore[operator]
        except (Declined, sync.MalformedMessage) as no:
            answer = no
        except Exception as crash:
            raise AssertionError(f"round {seed}: {body[:200]!r}") from crash
        if isinstance(answer, Exception):
            assert getattr(answer, "status", 400) < 500
            assert everything(office) == before, f"round {seed} was refused ({answer}) and changed something"
            refused += 1
        else:
            assert isinstance(answer, ANSWERS[kind])
            sound(office, till.device)
        if spoil is by_entry or not isinstance(answer, Exception):
            till, before = crowd.till(), {}
    assert refused


ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite://"])
"""The door is the same in front of either."""


@pytest.fixture
def door(office: HeadOffice) -> TestClient:
    return TestClient(create_app(office), raise_server_exceptions=False)


def knock(door: TestClient, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    answer = door.post(path, content=body, headers=headers)
    if answer.status_code != 200:
        assert sync.unpack(sync.Trouble, answer.content).code
    return answer.status_code, answer.content


@ONE_DATABASE
@pytest.mark.parametrize(("kind", "spoil"), WAYS)
def test_the_door_refuses_what_a_kiosk_of_ours_spoilt(
    office: HeadOffice, door: TestClient, kind: str, spoil: Spoil
) -> None:
    crowd = Crowd(office)
    till = crowd.till()
    for seed in range(SEED, SEED + ROUNDS // 2):
        body = spoil(kind, till, random.Random(f"door {kind} {spoil.__name__} {seed}"))
        headers = dict(signed(till, "POST", f"http://testserver/v1/{kind}", body).headers)
        before = everything(office)
        status, said = knock(door, f"/v1/{kind}", headers, body)
        assert status < 500, f"round {seed}: {said!r} to {body[:200]!r}"
        if status == 200:
            sync.unpack(ANSWERS[kind], said)
            sound(office, till.device)
        else:
            assert everything(office) == before
        if status == 200 or spoil is by_entry:
            till = crowd.till()


@ONE_DATABASE
@pytest.mark.parametrize("kind", PATHS)
def test_the_door_refuses_what_was_changed_on_the_way(
    office: HeadOffice, door: TestClient, kind: str
) -> None:
    till = Crowd(office).till()
    good = sync.pack(message(kind, till, random.Random(1)))
    for seed in range(SEED, SEED + ROUNDS):
        chance = random.Random(f"way {kind} {seed}")
        headers, body = dict(signed(till, "POST", f"http://testserver/v1/{kind}", good).headers), good
        if chance.random() < 0.4:
            body = spoil_bytes(good, chance)
        else:
            name = chance.choice([name for name in headers if name != "Content-Length"])
            headers[name] = spoil_bytes(headers[name].encode(), chance).decode("latin-1").translate(NO_LINES)
        before = everything(office)
        status, said = knock(door, f"/v1/{kind}", headers | {"Content-Length": str(len(body))}, body)
        # What a header's padding or spaces hide may still be the same signature.
        assert status == 401 or (status == 200 and body == good), f"round {seed}: {status} {said!r} {headers}"
        if status == 401:
            assert everything(office) == before


NO_LINES = {code: ord("?") for code in (*range(32), 127, *range(128, 256))}
