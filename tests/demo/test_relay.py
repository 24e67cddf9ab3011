"""A cut network refuses, breaks what is open, and comes back at the same address."""

import asyncio
from pathlib import Path

import pytest

from kiosk.control import NoAnswer, ask
from kiosk.demo.lines import serve
from kiosk.demo.relay import Relay


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(1000):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def _said(port: int, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    writer.write_eof()
    heard = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return heard


async def _story(control: Path) -> None:
    behind = await asyncio.start_server(_echo, "127.0.0.1", 0)
    relay = Relay("127.0.0.1", behind.sockets[0].getsockname()[1])
    await relay.heal()
    async with await serve(control, relay.answer):
        big = b"x" * 300_000
        assert await _said(relay.port, big) == big

        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(b"hello")
        assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
        assert (await asyncio.to_thread(ask, control, {"do": "cut"}))["cut"] is True
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 5)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", relay.port)
        writer.close()

        assert (await asyncio.to_thread(ask, control, {"do": "heal"}))["cut"] is False
        assert await _said(relay.port, b"again") == b"again"
        with pytest.raises(NoAnswer, match="cut, heal or state"):
            await asyncio.to_thread(ask, control, {"do": "dance"})
        await relay.cut()
    behind.close()


def test_cut_and_heal(tmp_path: Path) -> None:
    asyncio.run(_story(tmp_path / "relay.sock"))


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="nowhere"):
        ask(tmp_path / "nowhere", {"do": "cut"})
