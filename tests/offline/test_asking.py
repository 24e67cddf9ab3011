"""Questions over real HTTP to a real head office on loopback, the replica, PINs and keys."""

import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.events import AccountAnswered, Event, PinAnswered
from kiosk.hub.api import create_app
from kiosk.hub.office import HeadOffice
from kiosk.ledger import sync
from kiosk.ledger.feed import ReplicaRequest
from kiosk.membership.cards import Card
from kiosk.offline.identity import IdentityUnusable, load_or_create
from kiosk.offline.pin import NoPin, SoftwarePin
from kiosk.offline.questions import QUESTIONS_MAX, HubDesk
from kiosk.offline.replica import StoredReplica
from kiosk.offline.transport import HttpHub, HubRefused, HubUnreachable
from kiosk.offline.wants import Wants
from tests.offline.bench import DEVICE, HandClock, open_journal
from tests.offline.shop import KEY, PIN, Kiosk, Line, card_of, open_office

ASKED = ReplicaRequest(device=DEVICE)


@pytest.fixture
def office() -> HeadOffice:
    return open_office()


@pytest.fixture
def address(office: HeadOffice) -> Iterator[str]:
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(office), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def hub(address: str) -> Iterator[HttpHub]:
    hub = HttpHub(address, DEVICE, KEY)
    yield hub
    hub.close()


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[StoredReplica]:
    replica = StoredReplica(tmp_path / "replica.db")
    yield replica
    replica.close()


def test_every_question_is_signed_and_answered(hub: HttpHub) -> None:
    answer = hub.account(card_of("m1"))
    assert answer.account is not None
    assert answer.account.points == 1000
    assert hub.account(card_of("nobody")).standing == "unknown"
    assert hub.pin("m1", "card", "try-1", PIN).result == "right"
    assert hub.pin("m1", "card", "try-2", "000000").result == "wrong"
    shop = hub.replica(ASKED).shop
    assert shop is not None
    assert shop.gifts[0].id == "tea"


def test_the_uploader_works_over_http(hub: HttpHub, tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, hub, open_journal)  # type: ignore[arg-type]
    kiosk.drain()
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()
    kiosk.close()


def test_a_strangers_key_is_refused(address: str) -> None:
    with pytest.raises(HubRefused) as refused:
        HttpHub(address, DEVICE, Ed25519PrivateKey.generate()).account(card_of("m1"))
    assert refused.value.status == 401


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = f"http://127.0.0.1:{door.getsockname()[1]}"
    with pytest.raises(HubUnreachable):
        HttpHub(closed, DEVICE, KEY).replica(ASKED)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"HTTP/1.1 302 x\r\n\r\n", b""]
)
def test_whoever_is_not_head_office_is_unreachable(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            caller, _ = door.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(HubUnreachable):
            HttpHub(f"http://127.0.0.1:{door.getsockname()[1]}", DEVICE, KEY).replica(ASKED)
        thread.join(10)


def test_an_answer_that_trickles_is_given_up() -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            caller, _ = door.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                try:
                    while not done.wait(0.05):
                        caller.sendall(b"1\r\nx\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        began = time.monotonic()
        with pytest.raises(HubUnreachable):
            HttpHub(f"http://127.0.0.1:{door.getsockname()[1]}", DEVICE, KEY, timeout_s=0.5).replica(ASKED)
        assert time.monotonic() - began < 5
        done.set()
        thread.join(10)


def test_the_desk_hears_answers_as_events(office: HeadOffice, replica: StoredReplica) -> None:
    heard: queue.Queue[Event] = queue.Queue()
    line, clock = Line(office), HandClock()
    desk = HubDesk(line, replica, Wants(), heard.put, clock)
    runner = threading.Thread(target=desk.run)
    runner.start()
    desk.ask_account("r1", card_of("home"))
    answered = heard.get(timeout=10)
    assert isinstance(answered, AccountAnswered)
    assert answered.answer is not None
    assert replica.account(card_of("home")) == answered.answer.account
    desk.ask_account("r2", card_of("m1"))
    assert isinstance(heard.get(timeout=10), AccountAnswered)
    assert replica.account(card_of("m1")) is None  # not of this store, nor at home here: not kept
    line.weather = lambda: "cut"
    desk.ask_pin("r3", "m1", "card", "try-1", PIN)
    assert heard.get(timeout=10) == PinAnswered("r3", None)
    desk.stop()
    runner.join(10)


def test_too_many_or_too_old_questions_are_not_asked(office: HeadOffice, replica: StoredReplica) -> None:
    heard: list[Event] = []
    clock = HandClock()
    desk = HubDesk(Line(office), replica, Wants(), heard.append, clock)
    for number in range(QUESTIONS_MAX + 3):
        desk.ask_account(f"{number}", card_of("m1"))
    assert len(heard) == 3
    clock.seconds = 6
    runner = threading.Thread(target=desk.run)
    runner.start()
    deadline = time.monotonic() + 10
    while len(heard) < QUESTIONS_MAX + 3 and time.monotonic() < deadline:
        runner.join(0.01)
    desk.stop()
    runner.join(10)
    assert [event.answer for event in heard if isinstance(event, AccountAnswered)] == [None] * (
        QUESTIONS_MAX + 3
    )


def test_a_pin_is_checked_against_the_home_members_verifier(office: HeadOffice) -> None:
    account = office.account(sync.AccountRequest(device=DEVICE, card=card_of("home"))).account
    assert account is not None
    assert SoftwarePin().matches(account, PIN)
    assert not SoftwarePin().matches(account, "000000")
    assert not SoftwarePin().matches(account, PIN * 3)
    assert not NoPin().matches(account, PIN)
    for verifier in ("", "nonsense", "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"):
        assert not SoftwarePin().matches(msgspec.structs.replace(account, verifier=verifier), PIN)


def test_keys_are_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    made = load_or_create(path, card_key=b"k" * 32, voucher_key_id=7)
    again = load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.device_public == again.device_public
    assert again.voucher.key_id == 7
    assert made.cards.hash(Card("mifare", b"1")) == again.cards.hash(Card("mifare", b"1"))
    Ed25519PublicKey.from_public_bytes(again.voucher_public).verify(again.voucher.sign(b"paper"), b"paper")
    assert "6b6b" not in repr(again)
    path.chmod(0o644)
    with pytest.raises(IdentityUnusable):
        load_or_create(path)
    path.chmod(0o600)
    path.write_bytes(b"\x80")
    with pytest.raises(IdentityUnusable):
        load_or_create(path)
