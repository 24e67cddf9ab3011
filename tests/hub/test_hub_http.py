"""The door: signed requests over real HTTP on loopback."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
import requests
import uvicorn
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from till import Till

from kiosk.hub import phones
from kiosk.hub.api import create_app
from kiosk.hub.office import HeadOffice
from kiosk.hub.signed_requests import COVERED
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync

TYPE = "application/msgpack"


@pytest.fixture
def database() -> str:
    """The door is the same in front of either database."""
    return "sqlite://"


@pytest.fixture
def address(office: HeadOffice) -> Iterator[str]:
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(office), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def signed(
    till: Till,
    method: str,
    url: str,
    body: bytes,
    *,
    covered: tuple[str, ...] = COVERED,
    label: str = "kiosk",
) -> requests.PreparedRequest:
    prepared = requests.Request(method, url, data=body or None, headers={"Content-Type": TYPE}).prepare()
    keys = MappingKeyResolver(public_keys={}, private_keys={till.device: till.key})
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys)
    signer.sign(prepared, key_id=till.device, label=label, covered_component_ids=covered, body=body)
    return prepared


def send(prepared: requests.PreparedRequest) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.send(prepared, timeout=10)


def trouble(answer: requests.Response) -> str:
    return sync.unpack(sync.Trouble, answer.content).code


def test_a_kiosk_syncs_asks_checks_and_loads(address: str, till: Till) -> None:
    till.write(en.Boot(nonce=bytes(16), software="1"))
    answer = send(signed(till, "POST", f"{address}/v1/sync", sync.pack(till.request())))
    assert answer.status_code == 200
    assert sync.unpack(sync.SyncAnswer, answer.content).mark.n == 1

    ask = sync.AccountRequest(device="K1", card=b"M3".ljust(32, b"."))
    told = sync.unpack(
        sync.AccountAnswer, send(signed(till, "POST", f"{address}/v1/account", sync.pack(ask))).content
    )
    assert told.account is not None
    account = told.account
    assert (account.name, account.points + account.escrow, account.mark_n) == ("张*伟", 1000, 1)
    assert account.home
    assert account.verifier.startswith("$argon2id$")

    pin = sync.PinRequest(device="K1", member="M3", route="card", entry="t1", pin="246810")
    right = send(signed(till, "POST", f"{address}/v1/pin", sync.pack(pin)))
    assert sync.unpack(sync.PinAnswer, right.content).result == "right"

    fill = sync.pack(feed.ReplicaRequest(device="K1"))
    replica = sync.unpack(
        feed.ReplicaAnswer, send(signed(till, "POST", f"{address}/v1/replica", fill)).content
    )
    assert replica.shop is not None
    assert replica.members is not None
    assert [(gift.id, gift.stock) for gift in replica.shop.gifts] == [("G1", 40), ("G2", 1)]
    assert [row.member for row in feed.unpack_rows(feed.MemberRow, replica.members.rows)] == ["M3"]
    assert replica.shop.claim_keys[7].public == till.enrolment().voucher_public


def test_phones_codes_and_new_pins_go_through_the_same_door(
    address: str, till: Till, office: HeadOffice
) -> None:
    def ask(path: str, message: msgspec.Struct, kind: type[msgspec.Struct]) -> msgspec.Struct:
        told = send(signed(till, "POST", f"{address}/v1/{path}", sync.pack(message)))
        assert told.status_code == 200
        return sync.unpack(kind, told.content)

    with office.engine.begin() as connection:
        phones.bind(connection, acc.phone(bytes(32)), "M1", "13800000001")
    look = sync.PhoneRequest(device="K1", phone=acc.phone(bytes(32)), entry="t", pin="246810")
    known = ask("phone", look, sync.PhoneAnswer)
    assert isinstance(known, sync.PhoneAnswer)
    assert known.account is not None
    assert known.account.member == "M1"
    code = sync.CodeRequest(device="K1", name="M1", entry="c")
    assert ask("code", code, sync.CodeAnswer) == sync.CodeAnswer(result="sent", tail="0001", minutes=5)
    change = sync.NewPinRequest(device="K1", name="M1", entry="n", proof="t", pin="713905")
    assert ask("new-pin", change, sync.NewPinAnswer) == sync.NewPinAnswer(result="done")
    unsigned = requests.post(
        f"{address}/v1/phone", data=sync.pack(look), headers={"Content-Type": TYPE}, timeout=10
    )
    assert unsigned.status_code in {401, 403}


def test_an_unknown_card_is_unknown(address: str, till: Till) -> None:
    ask = sync.AccountRequest(device="K1", card=bytes(32))
    answer = send(signed(till, "POST", f"{address}/v1/account", sync.pack(ask)))
    assert sync.unpack(sync.AccountAnswer, answer.content).standing == "unknown"


def change_body(request: requests.PreparedRequest) -> None:
    assert isinstance(request.body, bytes)
    request.body = request.body[:-1] + bytes([request.body[-1] ^ 1])


def change_body_and_digest(request: requests.PreparedRequest) -> None:
    change_body(request)
    signed_again = signed(Till("K1"), "POST", str(request.url), request.body or b"")  # type: ignore[arg-type]
    request.headers["Content-Digest"] = signed_again.headers["Content-Digest"]


def change_path(request: requests.PreparedRequest) -> None:
    assert request.url
    request.url = request.url.replace("/v1/sync", "/v1/account")


def drop_signature(request: requests.PreparedRequest) -> None:
    del request.headers["Signature"]


def drop_digest(request: requests.PreparedRequest) -> None:
    del request.headers["Content-Digest"]


def garble_signature(request: requests.PreparedRequest) -> None:
    request.headers["Signature-Input"] = "kiosk=(((;"


@pytest.mark.parametrize(
    "spoil",
    [change_body, change_body_and_digest, change_path, drop_signature, drop_digest, garble_signature],
)
def test_a_spoilt_request_is_not_let_in(
    address: str, till: Till, spoil: Callable[[requests.PreparedRequest], None]
) -> None:
    request = signed(till, "POST", f"{address}/v1/sync", sync.pack(till.request()))
    spoil(request)
    answer = send(request)
    assert (answer.status_code, trouble(answer)) == (401, "signature")


@pytest.mark.parametrize(
    ("covered", "label"),
    [
        (COVERED[1:], "kiosk"),
        (COVERED[:1] + COVERED[2:], "kiosk"),
        (COVERED[:3], "kiosk"),
        (COVERED, "pyhms"),
    ],
)
def test_too_little_covered_or_another_label_is_not_let_in(
    address: str, till: Till, covered: tuple[str, ...], label: str
) -> None:
    body = sync.pack(till.request())
    answer = send(signed(till, "POST", f"{address}/v1/sync", body, covered=covered, label=label))
    assert (answer.status_code, trouble(answer)) == (401, "signature")


def test_strangers_and_borrowed_names_are_not_let_in(address: str, till: Till, office: HeadOffice) -> None:
    stranger = Till("K9")
    answer = send(signed(stranger, "POST", f"{address}/v1/sync", sync.pack(stranger.request())))
    assert answer.status_code == 401
    office.enrol(stranger.enrolment())
    answer = send(signed(stranger, "POST", f"{address}/v1/sync", sync.pack(till.request())))
    assert (answer.status_code, trouble(answer)) == (403, "device-differs")


def test_a_body_that_is_too_large_is_not_read(address: str, till: Till) -> None:
    answer = send(signed(till, "POST", f"{address}/v1/sync", bytes(2 * 1024 * 1024)))
    assert (answer.status_code, trouble(answer)) == (413, "too-much")


def test_a_signed_body_that_is_no_message_is_named(address: str, till: Till) -> None:
    answer = send(signed(till, "POST", f"{address}/v1/sync", b"\xc1"))
    assert (answer.status_code, trouble(answer)) == (400, "malformed")


def test_a_query_is_refused_because_nothing_signs_it(address: str, till: Till) -> None:
    answer = send(signed(till, "POST", f"{address}/v1/replica?x=1", b""))
    assert (answer.status_code, trouble(answer)) == (400, "malformed")


def test_every_error_is_a_trouble(address: str, till: Till, office: HeadOffice) -> None:
    assert trouble(requests.get(f"{address}/v1/nothing", timeout=10)) == "no-such-page"
    assert requests.get(f"{address}/v1/sync", timeout=10).status_code == 405
    with office.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE cards")
    ask = sync.AccountRequest(device="K1", card=bytes(32))
    answer = send(signed(till, "POST", f"{address}/v1/account", sync.pack(ask)))
    assert (answer.status_code, trouble(answer)) == (500, "failed")


def test_the_technicians_pages_exist_only_in_a_demo(office: HeadOffice, till: Till) -> None:
    paths = {route.path for route in create_app(office).routes}  # type: ignore[attr-defined]
    assert "/v1/record/{voucher}" in paths
    office.settings = msgspec.structs.replace(office.settings, demo=False)
    paths = {route.path for route in create_app(office).routes}  # type: ignore[attr-defined]
    kiosks = {"/v1/sync", "/v1/account", "/v1/pin", "/v1/replica", "/v1/health"}
    kiosks |= {"/v1/phone", "/v1/code", "/v1/new-pin", "/v1/join", "/v1/join-code"}
    tills = {"/v1/tills/sales", "/v1/tills/refunds"}
    assert {path for path in paths if not path.startswith("/v1/console/")} == kiosks | tills


def test_a_technician_reads_a_record(address: str, till: Till, office: HeadOffice) -> None:
    want = sync.Want(id="w", member="M1", asset="points", amount=300)
    till.hear(office.sync(till.request(None, None, want)))
    till.redeem("op", "M1")
    till.post("op", "M1")
    office.sync(till.request())
    told = json.loads(requests.get(f"{address}/v1/record/V-op", timeout=10).content)
    assert (told["state"], told["member_points"], told["chain_ok"]) == ("posted", 700, True)
    held = requests.get(f"{address}/v1/devices/K1/balance", timeout=10).json()
    assert (held["entries"], held["sums_to_zero"], held["not_posted"]) == (len(till.log), True, 0)
    assert requests.get(f"{address}/v1/record/none", timeout=10).status_code == 404
    assert requests.get(f"{address}/v1/health", timeout=10).json()["ok"]


def test_many_at_once_are_taken_in_once(address: str, till: Till, office: HeadOffice) -> None:
    till.write(en.Boot(nonce=bytes(16), software="1"))
    request = signed(till, "POST", f"{address}/v1/sync", sync.pack(till.request()))
    codes: list[int] = []
    crowd = [threading.Thread(target=lambda: codes.append(send(request).status_code)) for _ in range(8)]
    for one in crowd:
        one.start()
    deadline = time.monotonic() + 20
    for one in crowd:
        one.join(max(0.0, deadline - time.monotonic()))
    assert codes == [200] * 8
    assert office.sync(till.request()).mark.n == 1
