"""The door staff come through: JSON in front of the console. PINs are taken over TLS, or on this machine."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from kiosk.hub.acts import Act
from kiosk.hub.bodies import read_body
from kiosk.hub.console import MAKES_CODES, READS_AUDIT, Console
from kiosk.hub.declined import Declined
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.staff import Proof

PREFIX = "/v1/console/"
_BODY_MAX = 4096


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff send."""


class SignIn(Asked, frozen=True, kw_only=True):
    """Who they are, and what proves it."""

    staff: str
    pin: str


class Together(Asked, frozen=True, kw_only=True):
    """An act of two people: the one who is signed in proves it again, and so does the second.

    `missing` is what a stock count did not find, gift -> pieces; only `set-aside` looks at it.
    """

    subject: str
    pin: str
    second: str
    second_pin: str
    missing: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}


class Place(Asked, frozen=True, kw_only=True):
    """Where a new kiosk will stand."""

    store: str
    kiosk: str


A = TypeVar("A", bound=Asked)


def add_console_routes(
    app: FastAPI, console: Console, acts: Mapping[str, Act], desk: EnrolmentDesk | None
) -> None:
    """Sign in and out, the audit, codes for new kiosks (where there is a desk), and what two people do."""
    _add_sign_in(app, console)
    if desk is not None:
        _add_codes(app, console, desk)
    _add_acts(app, console, acts)


def _add_sign_in(app: FastAPI, console: Console) -> None:
    @app.post(PREFIX + "sign-in")
    async def sign_in(request: Request) -> Response:
        def do(asked: SignIn, source: str) -> object:
            token, person = console.sign_in(Proof(asked.staff, asked.pin), source)
            return {"token": token, "name": person.name, "role": person.role}

        return await told(request, SignIn, do)

    @app.post(PREFIX + "sign-out")
    def sign_out(request: Request) -> Response:
        console.sign_out(token_of(request))
        return JSONResponse({})

    @app.get(PREFIX + "audit")
    def give_audit(request: Request) -> Response:
        check_private(request)
        console.who(token_of(request), READS_AUDIT)
        return JSONResponse({"lines": console.lines()})


def _add_codes(app: FastAPI, console: Console, desk: EnrolmentDesk) -> None:
    @app.post(PREFIX + "codes")
    async def make_code(request: Request) -> Response:
        def do(asked: Place, source: str) -> object:
            person = console.who(token_of(request), MAKES_CODES)
            issued = desk.issue(asked.store, asked.kiosk)
            console.note(person.id, "code", "done", source, subject=f"{asked.store}/{asked.kiosk}")
            return {"code": issued.code.text(), "qr": issued.code.qr(), "expires_at": issued.expires_at}

        return await told(request, Place, do)


def _add_acts(app: FastAPI, console: Console, acts: Mapping[str, Act]) -> None:
    @app.post(PREFIX + "{action}")
    async def act_together(request: Request, action: str) -> Response:
        def do(asked: Together, source: str) -> object:
            first = Proof(console.who(token_of(request)).id, asked.pin)
            second = Proof(asked.second, asked.second_pin)
            pair = console.pair(first, second, action, asked.subject, source)
            console.carry_out(pair, lambda pair: acts[action](pair, asked.missing), source)
            return {"done": action, "subject": asked.subject, "at": pair.at}

        return await told(request, Together, do)


async def told(request: Request, kind: type[A], do: Callable[[A, str], object]) -> Response:
    """What `do` makes of what was sent, told (body, source)."""
    body = await read_body(request, _BODY_MAX)
    source = check_private(request)
    return JSONResponse(await run_in_threadpool(lambda: do(_read(kind, body), source)))


def json_trouble(declined: Declined) -> Response:
    """An error as the console tells it."""
    content: dict[str, Any] = {"code": declined.code, "detail": declined.detail}
    return JSONResponse(content, declined.status)


def _read(kind: type[A], body: bytes) -> A:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Declined(400, "malformed", str(wrong)) from wrong


def check_private(request: Request) -> str:
    """The caller's address; Declined when a PIN would travel in the clear."""
    source = request.client.host if request.client else "here"
    if request.url.scheme != "https" and not _loopback(source):
        raise Declined(403, "tls-needed", "PINs are taken over TLS only")
    return source


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "here"


def token_of(request: Request) -> str:
    """The token that a request bears. Declined (401) if none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Declined(401, "signed-out", "sign in first: Authorization: Bearer TOKEN")
    return token
