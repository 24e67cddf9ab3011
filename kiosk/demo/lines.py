"""JSON lines over UNIX sockets: how the bench and the scripted visitor speak to every part of a demo."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

LONGEST = 256 * 1024

Answer = dict[str, Any]
Handler = Callable[[Answer], Awaitable[Answer]]


class NoAnswer(Exception):
    """A part of the demo did not answer, or answered that it could not do it."""


def ask(control: Path, message: Answer, patience: float = 10.0) -> Answer:
    """Send one line, read one line. NoAnswer: nobody there, too slow, no JSON, or `ok` is false."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(patience)
            line.connect(str(control))
            line.sendall(json.dumps(message).encode() + b"\n")
            with line.makefile("rb") as incoming:
                answer = json.loads(incoming.readline(LONGEST))
    except (OSError, ValueError) as trouble:
        raise NoAnswer(f"{control.name}: {message.get('do')}: {trouble}") from trouble
    if not isinstance(answer, dict) or answer.get("ok") is False:
        raise NoAnswer(f"{control.name}: {message}: {answer}")
    return answer


async def serve(control: Path, handler: Handler) -> asyncio.Server:
    """Answer lines at this path (made 0600) until the server is closed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await _answered(line, handler)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # they left, or sent a line beyond the limit: either way the talk is over
        finally:
            writer.close()

    control.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(talk, str(control), limit=LONGEST)
    finally:
        os.umask(before)


async def _answered(line: bytes, handler: Handler) -> Answer:
    try:
        message = json.loads(line)
    except ValueError as trouble:
        return {"ok": False, "why": f"no JSON: {trouble}"}
    if not isinstance(message, dict):
        return {"ok": False, "why": "a line is one object"}
    return await handler(message)
