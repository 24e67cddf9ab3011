"""Bodies on the wire: compressed ones are signed as they travel, bombs are refused, too many at once wait."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate

import msgspec
import pytest
import requests
import uvicorn
import zstandard
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st
from till import Till

from kiosk.hub.api import create_app
from kiosk.hub.bodies import inflate
from kiosk.hub.declined import Declined
from kiosk.hub.gate import Gate
from kiosk.hub.office import HeadOffice
from kiosk.hub.signed_requests import ALSO, COVERED
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.offline.transport import COMPRESS_FROM, RETRY_AFTER_MAX_S, HttpHub, HubRefused, HubUnreachable

LIMIT = 1024 * 1024
BOTH = (*COVERED, *ALSO)


@pytest.fixture
def database() -> str:
    """Nothing here knows one engine from another."""
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


def sent(till: Till, address: str, body: bytes, encoding: str, covered: tuple[str, ...]) -> requests.Response:
    headers = {"Content-Type": "application/msgpack"} | ({"Content-Encoding": encoding} if encoding else {})
    return send(signed(till, f"{address}/v1/sync", body, headers, covered))


def signed(
    till: Till, url: str, body: bytes, headers: dict[str, str], covered: tuple[str, ...]
) -> requests.PreparedRequest:
    prepared = requests.Request("POST", url, data=body, headers=headers).prepare()
    keys = MappingKeyResolver(public_keys={}, private_keys={till.device: till.key})
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
        prepared, key_id=till.device, label="kiosk", covered_component_ids=covered, body=body
    )
    return prepared


def send(prepared: requests.PreparedRequest) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.send(prepared, timeout=10)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, sync.unpack(sync.Trouble, answer.content).code


def filled(till: Till, count: int) -> bytes:
    for n in range(count):
        till.write(en.Boot(nonce=n.to_bytes(16, "big"), software="1"))
    return sync.pack(till.request())


def test_a_compressed_batch_is_taken_in(address: str, till: Till) -> None:
    body = zstandard.compress(filled(till, 50))
    answer = sent(till, address, body, "zstd", BOTH)
    assert sync.unpack(sync.SyncAnswer, answer.content).mark.n == 50


def test_what_a_body_is_compressed_with_must_be_signed(address: str, till: Till) -> None:
    body = zstandard.compress(filled(till, 50))
    assert code(sent(till, address, body, "zstd", COVERED)) == (401, "signature")


def test_an_encoding_that_was_added_or_taken_away_is_noticed(address: str, till: Till) -> None:
    plain, kind = filled(till, 1), {"Content-Type": "application/msgpack"}
    added = signed(till, f"{address}/v1/sync", plain, kind, COVERED)
    added.headers["Content-Encoding"] = "zstd"
    assert code(send(added)) == (401, "signature")
    packed = kind | {"Content-Encoding": "zstd"}
    removed = signed(till, f"{address}/v1/sync", zstandard.compress(plain), packed, BOTH)
    del removed.headers["Content-Encoding"]
    assert code(send(removed)) == (401, "signature")


def test_a_bomb_is_refused_before_it_is_inflated(address: str, till: Till) -> None:
    bomb = zstandard.compress(bytes(1 << 28))
    assert len(bomb) < 10_000
    assert code(sent(till, address, bomb, "zstd", BOTH)) == (413, "too-much")


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd, zstd"])
def test_only_one_encoding_is_known(address: str, till: Till, encoding: str) -> None:
    body = zstandard.compress(filled(till, 1))
    assert code(sent(till, address, body, encoding, BOTH)) == (415, "encoding")


def refusal(body: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(Declined) as declined:
        inflate(body, "zstd", limit)
    return declined.value.code


def test_a_frame_that_lies_or_is_torn_is_malformed() -> None:
    whole = zstandard.compress(bytes(range(256)) * 8)
    silent = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)
    for spoilt in (whole[:-1], whole[:5], whole + b"x", whole + whole, silent, b"", b"nonsense"):
        assert refusal(spoilt) == "malformed"
    assert refusal(whole, limit=2047) == "too-much"
    assert inflate(whole, "zstd", 2048) == bytes(range(256)) * 8


@given(st.binary(max_size=64), st.integers(0, 200), st.integers(0, 255))
def test_no_bytes_at_all_inflate_beyond_the_limit(tail: bytes, at: int, value: int) -> None:
    frame = bytearray(zstandard.compress(bytes(5000)) + tail)
    frame[at % len(frame)] = value
    try:
        message = inflate(bytes(frame), "zstd", 6000)
    except Declined:
        return
    assert len(message) <= 6000


# --- as the kiosk does it ------------------------------------------------------------------------


class Listener:
    """A head office that only writes down what came, and says what it was told to say."""

    def __init__(self, status: int = 503, retry_after: str = "") -> None:
        self.heard: list[tuple[dict[str, str], int]] = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self.rfile.read(length)
                listener.heard.append(({k.lower(): v for k, v in self.headers.items()}, length))
                body = sync.pack(sync.Trouble(code="busy", detail="-"))
                self.send_response(status)
                if retry_after:
                    self.send_header("Retry-After", retry_after)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                return

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "Listener":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()

    def refuse(self, till: Till) -> HubRefused:
        hub = HttpHub(f"http://127.0.0.1:{self.server.server_port}", till.device, till.key)
        with pytest.raises(HubRefused) as refused:
            hub.sync(till.request())
        return refused.value


def test_large_bodies_are_compressed_and_small_ones_are_not(till: Till) -> None:
    with Listener() as listener:
        listener.refuse(till)
        whole = filled(till, 300)
        listener.refuse(till)
    (small, _), (large, length) = listener.heard
    assert "content-encoding" not in small
    assert large["content-encoding"] == "zstd"
    assert "content-encoding" in large["signature-input"]
    assert len(whole) > COMPRESS_FROM
    assert length < len(whole) / 2


def test_a_kiosk_and_head_office_agree_on_compression(address: str, till: Till) -> None:
    filled(till, 300)
    assert HttpHub(address, till.device, till.key).sync(till.request()).mark.n == 300


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("", 0, 0),
        ("7", 7, 7),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("999999999", RETRY_AFTER_MAX_S, RETRY_AFTER_MAX_S),
        ("later", 0, 0),
    ],
)
def test_retry_after_is_bounded_seconds(till: Till, header: str, least: float, most: float) -> None:
    with Listener(retry_after=header) as listener:
        assert least <= listener.refuse(till).retry_after_s <= most


def test_retry_after_may_be_a_date(till: Till) -> None:
    with Listener(retry_after=formatdate(time.time() + 60, usegmt=True)) as listener:
        assert 50 < listener.refuse(till).retry_after_s <= 60
    with Listener(retry_after=formatdate(time.time() - 60, usegmt=True)) as listener:
        assert listener.refuse(till).retry_after_s == 0


# --- too many at once ----------------------------------------------------------------------------


def test_a_gate_has_so_many_places() -> None:
    gate = Gate(4)
    inside = [gate.enter() for _ in range(4)]
    told = [gate.pause_s()]
    for place in inside:
        place.__enter__()
        told.append(gate.pause_s())
    assert [pause > 0 for pause in told] == [False, False, False, False, True]
    with pytest.raises(Declined) as declined, gate.enter():
        pass
    assert (declined.value.status, declined.value.code) == (503, "busy")
    assert declined.value.retry_after_s > 0
    inside.pop().__exit__(None, None, None)
    with gate.enter():
        assert gate.pause_s() > 0


def test_beyond_the_bound_kiosks_are_asked_to_come_back(office: HeadOffice, till: Till) -> None:
    """Two syncs are held inside head office; the third is told when to come, and is taken in then."""
    settings = msgspec.structs.replace(office.settings.listen, syncs_at_once=2)
    office.settings = msgspec.structs.replace(office.settings, listen=settings)
    inside, go_on = threading.Semaphore(0), threading.Event()
    take_in = office.sync

    def slow(request: sync.SyncRequest) -> sync.SyncAnswer:
        inside.release()
        assert go_on.wait(20)
        return take_in(request)

    office.sync = slow  # type: ignore[method-assign]
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(office), log_level="error", lifespan="off"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    serving.start()
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    marks: list[int] = []

    def upload() -> None:
        marks.append(HttpHub(url, till.device, till.key, timeout_s=20).sync(till.request()).mark.n)

    filled(till, 3)
    crowd = [threading.Thread(target=upload) for _ in range(2)]
    for one in crowd:
        one.start()
    for _ in crowd:
        assert inside.acquire(timeout=20)
    with pytest.raises(HubRefused) as refused:
        HttpHub(url, till.device, till.key).sync(till.request())
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert refused.value.retry_after_s > 0
    card = HttpHub(url, till.device, till.key).account(b"M1".ljust(32, b"."))
    assert card.standing == "known", "a visitor's question still gets through"
    go_on.set()
    for one in crowd:
        one.join(20)
    upload()
    assert marks == [3, 3, 3]
    server.should_exit = True
    serving.join(10)


def test_a_request_that_is_cut_in_the_middle_is_simply_sent_again(address: str, till: Till) -> None:
    """The line breaks at every tenth; nothing is half taken in, and the whole request counts once."""
    filled(till, 40)
    host, port = address.removeprefix("http://").split(":")
    for tenth in range(1, 10):
        with Cut(host, int(port), tenth / 10) as line, pytest.raises(HubUnreachable):
            HttpHub(line.url, till.device, till.key).sync(till.request())
    assert HttpHub(address, till.device, till.key).sync(till.request()).mark.n == 40


class Cut:
    """Hands on a part of one request, then hangs up on both sides."""

    def __init__(self, host: str, port: int, part: float) -> None:
        self._there = (host, port)
        self._part = part
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._carry)

    def _carry(self) -> None:
        caller, _ = self._door.accept()
        with caller, socket.create_connection(self._there) as hub:
            told = b""
            while b"\r\n\r\n" not in told:
                told += caller.recv(65536)
            head, _, rest = told.partition(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            )
            while len(rest) < length:
                rest += caller.recv(65536)
            whole = head + b"\r\n\r\n" + rest
            hub.sendall(whole[: int(len(whole) * self._part)])

    def __enter__(self) -> "Cut":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._door.close()
