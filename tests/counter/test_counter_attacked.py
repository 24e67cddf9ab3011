"""The counter's page on a real socket: others hold it up as well as they can, and staff are served."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from desk_at_counter import Store, opened

from kiosk.commands.counter import LOOKED_S, lately
from kiosk.counter import serving
from kiosk.counter.page import State
from kiosk.counter.serving import BACKLOG, HEADERS_MAX, MOST, PER_ADDRESS, configured
from kiosk.counter.site import BODY_MAX
from kiosk.ledger import entries as en

SOON_S = 0.3
PATIENCE_S = 20.0
HALF_A_LINE = b"GET / HT"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
FORM = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
HALF_A_FORM = FORM + b"Content-Length: 100\r\n\r\nstaff="

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = opened(tmp_path_factory.mktemp("store"))
    yield made
    made.counter.crash()
    made.kiosk.crash()


@dataclass
class Door:
    """The page, served; `server` knows its connections."""

    port: int
    server: uvicorn.Server

    async def knock(self, said: bytes, source: str = "127.0.0.1") -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        writer.write(said)
        return reader, writer

    @property
    def open(self) -> int:
        return len(self.server.server_state.connections)


@asynccontextmanager
async def door(store: Store) -> AsyncIterator[Door]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    server = uvicorn.Server(configured(store.counter.page))
    serves = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0)
    try:
        yield Door(listener.getsockname()[1], server)
    finally:
        server.should_exit = True
        await serves
        listener.close()


def at_the_door(store: Store, act: Callable[[Door], Awaitable[None]]) -> None:
    async def play() -> None:
        async with door(store) as found, asyncio.timeout(PATIENCE_S):
            await act(found)

    asyncio.run(play())


async def staff_are_served(found: Door, store: Store) -> None:
    """Sign in, claim, and see the answer, as a browser does."""
    own = f"http://127.0.0.1:{found.port}"
    paper = store.printed()
    async with httpx.AsyncClient(base_url=own, headers={"origin": own}, follow_redirects=True) as browser:
        page = await browser.post("/sign-in", data={"staff": "mei", "pin": "135790"})
        assert "id=code" in page.text
        session = list(store.counter.sessions._open.values())[-1]
        await browser.post("/claim", data={"form": session.form, "code": paper["QR"]})
        assert session.waiting is not None or session.answers


async def ends(client: Client) -> bytes:
    """What the server still says before it ends the connection."""
    try:
        return await client[0].read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("said", [b"", HALF_A_FORM])
def test_two_hundred_who_never_finish_keep_nobody_out(store: Store, said: bytes) -> None:
    async def act(found: Door) -> None:
        slow = [await found.knock(said) for _ in range(200)]
        assert found.open <= PER_ADDRESS
        await staff_are_served(found, store)
        for _, writer in slow:
            writer.close()

    at_the_door(store, act)


def test_many_addresses_together_keep_nobody_out(store: Store) -> None:
    async def act(found: Door) -> None:
        sources = [f"127.0.0.{2 + place % 20}" for place in range(200)]
        slow = [await found.knock(HALF_A_FORM, source) for source in sources]
        assert found.open <= MOST
        await staff_are_served(found, store)
        assert found.open <= MOST
        for _, writer in slow:
            writer.close()

    at_the_door(store, act)


@pytest.mark.parametrize("said", [b"", HALF_A_LINE, HALF_A_HEAD, HALF_A_FORM])
def test_whoever_takes_too_long_is_cut_off(
    store: Store, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also whoever sends a byte now and then: the clock does not start anew."""
    monkeypatch.setattr(serving, "REQUEST_S", SOON_S)

    async def act(found: Door) -> None:
        client = await found.knock(said)
        ended = asyncio.create_task(ends(client))
        while not ended.done():
            client[1].write(b"x" if said else b"")
            await asyncio.sleep(SOON_S / 10)
        assert not ended.result().startswith(b"HTTP/1.1 200")
        assert found.open == 0

    at_the_door(store, act)


def test_whoever_does_not_fetch_the_answer_is_cut_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "ANSWER_S", SOON_S)
    picture = b"GET /gifts/gift_01.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    async def act(found: Door) -> None:
        loop, line = asyncio.get_running_loop(), socket.socket()
        with line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.setblocking(False)
            await loop.sock_connect(line, ("127.0.0.1", found.port))
            await loop.sock_sendall(line, picture * 20)  # far more than the buffers between us hold
            while not found.open:
                await asyncio.sleep(0)
            while found.open:
                await asyncio.sleep(SOON_S / 10)

    at_the_door(store, act)


def test_a_browser_keeps_its_connection_between_two_requests(store: Store) -> None:
    async def act(found: Door) -> None:
        reader, writer = await found.knock(b"")
        for _ in range(3):
            writer.write(b"GET /static/counter.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
        assert found.open == 1
        writer.close()

    at_the_door(store, act)


@pytest.mark.parametrize("framing", [b"Content-Length: 100000000", b"Transfer-Encoding: chunked"])
def test_a_body_that_is_too_long_is_not_heard_to_its_end(store: Store, framing: bytes) -> None:
    async def act(found: Door) -> None:
        client = await found.knock(FORM + framing + b"\r\n\r\n")
        ended = asyncio.create_task(ends(client))
        piece = b"y" * BODY_MAX
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece) if b"chunked" in framing else piece
        sent = 0
        while not ended.done() and sent < 1000:
            client[1].write(chunk)
            sent += 1
            await asyncio.sleep(0)
        assert (await ended).startswith(b"HTTP/1.1 413") or ended.result() == b""
        assert found.open == 0

    at_the_door(store, act)


def test_a_head_that_is_too_long_is_refused(store: Store) -> None:
    async def act(found: Door) -> None:
        client = await found.knock(HALF_A_HEAD + b"x" * 2 * HEADERS_MAX)
        assert (await ends(client)).startswith(b"HTTP/1.1 400")
        assert found.open == 0

    at_the_door(store, act)


def test_a_form_that_breaks_off_is_nobodys_try(store: Store) -> None:
    async def act(found: Door) -> None:
        whole = HALF_A_FORM + b"mei&pin=135790"
        _, writer = await found.knock(whole)
        while not found.open:
            await asyncio.sleep(0)
        writer.close()
        while found.open:
            await asyncio.sleep(0)

    before = len(store.counter.entries(en.PinTry))
    at_the_door(store, act)
    assert len(store.counter.entries(en.PinTry)) == before


def test_a_flood_of_pages_asks_the_device_once() -> None:
    asked, at = [], [0.0]

    def look() -> State:
        asked.append(at[0])
        return State({}, 9, True, len(asked))

    state = lately(look, lambda: at[0])
    assert [state().waiting for _ in range(100)] == [1] * 100
    at[0] += LOOKED_S
    assert state().waiting == 2
