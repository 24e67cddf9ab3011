"""The network between kiosk and hub, with a switch: cut, nobody gets through and nothing stays open."""

import asyncio
import socket
import struct
from argparse import ArgumentParser
from pathlib import Path

from kiosk.demo.lines import Answer, serve

_MOST = 64
_CHUNK = 64 * 1024


class Relay:
    """One TCP port of loopback that leads to one other."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.StreamWriter] = set()
        self._place = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        # Bound but never listening: it keeps the port ours while the network is cut.
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._place.bind(("127.0.0.1", 0))
        self.port: int = self._place.getsockname()[1]

    @property
    def cut_off(self) -> bool:
        """Whether the network is cut."""
        return self._server is None

    async def heal(self) -> None:
        """Let connections through again."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._carry, "127.0.0.1", self.port, reuse_port=True, backlog=_MOST
            )

    async def cut(self) -> None:
        """Refuse new connections and break the live ones, as a pulled cable and a reset would."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._live):
            _reset(writer)

    async def answer(self, message: Answer) -> Answer:
        """One control line: cut | heal | state."""
        match message.get("do"):
            case "cut":
                await self.cut()
            case "heal":
                await self.heal()
            case "state":
                pass
            case other:
                return {"ok": False, "why": f"cut, heal or state, not {other!r}"}
        return {"ok": True, "cut": self.cut_off}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._live) >= 2 * _MOST:
            writer.transport.abort()
            return
        self._live.add(writer)
        try:
            onward_reader, onward = await asyncio.open_connection(*self._target)
        except OSError:
            self._live.discard(writer)
            writer.transport.abort()
            return
        self._live.add(onward)
        try:
            if self.cut_off:  # it was cut while we were connecting
                return
            await asyncio.gather(_pour(reader, onward), _pour(onward_reader, writer))
        except OSError:
            pass  # one side broke: both are aborted below
        finally:
            self._live -= {writer, onward}
            onward.transport.abort()
            writer.transport.abort()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection so that its other end sees a reset, not an orderly end."""
    inner = writer.get_extra_info("socket")
    if inner is not None and inner.fileno() >= 0:
        inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        target.write(chunk)
        await target.drain()
    if target.can_write_eof() and not target.is_closing():
        target.write_eof()


async def run(host: str, port: int, control: Path, ready: Path) -> None:
    """Relay until ended; writes the port to `ready` once connections get through."""
    relay = Relay(host, port)
    await relay.heal()
    async with await serve(control, relay.answer):
        announce(ready, str(relay.port))
        await asyncio.Event().wait()


def announce(ready: Path, text: str) -> None:
    """Write a ready file whole, or not at all."""
    beginning = ready.with_suffix(".part")
    beginning.write_text(text)
    beginning.replace(ready)


def main() -> None:
    """The relay's own process."""
    parser = ArgumentParser(prog="kiosk.demo.relay", description=__doc__)
    parser.add_argument("--target", required=True, metavar="HOST:PORT")
    parser.add_argument("--control", required=True, type=Path)
    parser.add_argument("--ready-file", required=True, type=Path)
    asked = parser.parse_args()
    host, _, port = asked.target.rpartition(":")
    asyncio.run(run(host, int(port), asked.control, asked.ready_file))


if __name__ == "__main__":
    main()
