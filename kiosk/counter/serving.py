"""The server in front of the counter's page: how long it waits for whom, and for how many at once.

uvicorn waits for ever for whoever connects and says nothing, or sends a body byte by byte, and its own limit
of connections turns away whoever comes last: that would be staff. Here whoever was waited for longest goes.
"""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S = 10.0
"""A request is here, with its body, so many seconds after it began, or after its connection did."""
ANSWER_S = 60.0
"""An answer is made and fetched in so many seconds. Signing in takes twenty at most."""
KEEP_S = 5
"""An idle browser's connection is kept for its next request."""
PER_ADDRESS = 16
"""Connections of one address. A browser has six."""
MOST = 64
"""Connections in all."""
HEADERS_MAX = 16 * 1024
BACKLOG = 128


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with a deadline for every step, among no more connections than there is room for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._asking = True
        """Somebody began to ask, or has only just come; False between two requests."""

    @property
    def is_waited_for(self) -> bool:
        """Whether it is the other side's turn."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, and end another one if there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._since = self.loop.time()
        self._end_after(REQUEST_S)
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Hear more. The first byte of a request sets the clock for all of it, the last one stops it."""
        if not self._asking:
            self._asking, self._since = True, self.loop.time()
            self._end_after(REQUEST_S)
        was_waited_for = self.is_waited_for
        super().data_received(data)
        if was_waited_for and not self.is_waited_for:
            self._end_after(ANSWER_S)

    def on_response_complete(self) -> None:
        """Whoever has not sent their whole body by now is not heard to its end."""
        cut_off = self.cycle.more_body
        super().on_response_complete()
        self._asking, self._since = not self.is_waited_for, self.loop.time()
        self._end_after(ANSWER_S if self._asking else KEEP_S + REQUEST_S)  # the next one may be here already
        if cut_off:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _end_after(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self.connections.discard(self)
        self.transport.abort()

    def _make_room(self) -> None:
        everybody = [one for one in self.connections if isinstance(one, BoundedProtocol)]
        mine = [one for one in everybody if _address(one) == _address(self)]
        crowd = mine if len(mine) > PER_ADDRESS else everybody if len(everybody) > MOST else []
        if crowd:
            waited_for = [one for one in crowd if one.is_waited_for and one is not self]
            min(waited_for, key=lambda one: one._since, default=self)._end()


def configured(app: Any, certificate: str = "", key: str = "") -> uvicorn.Config:
    """The server's own settings; a certificate and its key (PEM files) for TLS."""
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_S,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=HEADERS_MAX,
        ssl_certfile=certificate or None,
        ssl_keyfile=key or None,
    )


def _address(connection: H11Protocol) -> str:
    return connection.client[0] if connection.client else ""
