"""Answering JSON lines on a UNIX socket, without a thread; kiosk.control asks."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

LONGEST = 256 * 1024

Answer = dict[str, Any]
Handler = Callable[[Answer], Awaitable[Answer]]


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
