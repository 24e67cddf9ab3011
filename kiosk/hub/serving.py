"""The server in front of head office: which socket, which certificate, how it stops."""

import socket
from pathlib import Path

import click
import uvicorn
from fastapi import FastAPI

from kiosk.hub.api import create_app
from kiosk.hub.authority import server_context, server_file
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_desk, open_signer
from kiosk.hub.people import People

STOP_S = 3
"""Who is being answered has so long; kiosks that only hold a connection open must not delay a stop for half a
minute, which is what closing TLS in good order takes. What is cut off is asked again."""


def serve(office: HeadOffice, ready_file: Path | None) -> None:
    """Take requests until SIGTERM or SIGINT."""
    listen = office.settings.listen
    server = uvicorn.Server(configured(office))
    door = socket.create_server((listen.host, listen.port), backlog=128)
    port = door.getsockname()[1]
    click.echo(f"head office listens on {'https' if listen.tls else 'http'}://{listen.host}:{port}")
    if ready_file is not None:
        # The socket listens already: whoever connects from now on is answered.
        unfinished = ready_file.with_suffix(".part")
        unfinished.write_text(f"{port}\n", encoding="ascii")
        unfinished.replace(ready_file)
    server.run(sockets=[door])


def configured(office: HeadOffice) -> uvicorn.Config:
    """The server's own settings: TLS 1.3 under our authority, or plain HTTP where the settings say so."""
    listen = office.settings.listen
    if not listen.tls:
        return _options(_app(office, None))
    desk = open_desk(office)
    certificate = server_file(Path(listen.authority), desk.authority, listen.names, office.now())
    config = _options(_app(office, desk), certificate)
    config.load()
    config.ssl = server_context(certificate)  # TLS 1.3 and nothing older, which no option says
    return config


def _app(office: HeadOffice, desk: EnrolmentDesk | None) -> FastAPI:
    """Codes on phones only where members are known by them, and on receipts where purchases earn points."""
    by_phone = office.settings.phones.looks > 0
    signer = open_signer(office) if by_phone or _purchases_earn(office) else None
    return create_app(office, desk, signer if by_phone else None, signer)


def _purchases_earn(office: HeadOffice) -> bool:
    with office.engine.begin() as connection:
        return People(connection).rules().sales is not None


def _options(app: FastAPI, certificate: Path | None = None) -> uvicorn.Config:
    # No proxy headers: the address that guessing is counted by must not be the guesser's own word.
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=certificate,
    )
