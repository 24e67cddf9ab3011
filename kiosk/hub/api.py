"""The door kiosks come through: HTTP in front of HeadOffice. Bodies are MessagePack, errors are Trouble."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import balance_of, health, record_of
from kiosk.hub.signed_requests import Doorman
from kiosk.ledger import sync

MESSAGEPACK = "application/msgpack"
M = TypeVar("M", sync.SyncRequest, sync.AccountRequest, sync.PinRequest)


def create_app(office: HeadOffice) -> FastAPI:
    """The application. The technician's pages exist only in a demo."""
    app = FastAPI(title="Head office", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Declined, _declined)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(Exception, _failed)
    _add_kiosk_routes(app, office, Doorman(office.public_key))
    if office.settings.demo:
        _add_demo_routes(app, office)
    return app


def _add_kiosk_routes(app: FastAPI, office: HeadOffice, doorman: Doorman) -> None:
    limit = office.settings.listen.body_bytes

    async def answer(request: Request, kind: type[M], ask: Callable[[M], msgspec.Struct]) -> Response:
        body = await _read_body(request, limit)
        return await run_in_threadpool(_answer, doorman, request, body, kind, ask)

    @app.post("/v1/sync")
    async def take_sync(request: Request) -> Response:
        return await answer(request, sync.SyncRequest, office.sync)

    @app.post("/v1/account")
    async def take_account(request: Request) -> Response:
        return await answer(request, sync.AccountRequest, office.account)

    @app.post("/v1/pin")
    async def take_pin(request: Request) -> Response:
        return await answer(request, sync.PinRequest, office.pin)

    @app.get("/v1/replica")
    async def give_replica(request: Request) -> Response:
        body = await _read_body(request, limit)

        def give() -> Response:
            return _packed(office.replica(_admit(doorman, request, body)))

        return await run_in_threadpool(give)

    @app.get("/v1/health")
    def give_health() -> Response:
        return JSONResponse(health(office))


def _add_demo_routes(app: FastAPI, office: HeadOffice) -> None:
    @app.get("/v1/record/{voucher}")
    def give_record(voucher: str) -> Response:
        return JSONResponse(record_of(office, voucher))

    @app.get("/v1/devices/{device}/balance")
    def give_balance(device: str) -> Response:
        return JSONResponse(balance_of(office, device))


async def _read_body(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Declined(413, "too-much", f"a body has at most {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _admit(doorman: Doorman, request: Request, body: bytes) -> str:
    if request.url.query:
        raise Declined(400, "malformed", "a query is not signed, so there must be none")
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return doorman.admit(request.method, raw.decode("ascii", "replace"), request.headers, body)


def _answer(
    doorman: Doorman, request: Request, body: bytes, kind: type[M], ask: Callable[[M], msgspec.Struct]
) -> Response:
    device = _admit(doorman, request, body)
    try:
        message = sync.unpack(kind, body)
    except sync.MalformedMessage as wrong:
        raise Declined(400, "malformed", str(wrong)) from wrong
    if message.device != device:
        raise Declined(403, "device-differs", "the signature is another device's")
    return _packed(ask(message))


def _packed(message: msgspec.Struct, status: int = 200) -> Response:
    return Response(sync.pack(message), status, media_type=MESSAGEPACK)


async def _declined(_request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, Declined)
    return _packed(sync.Trouble(code=trouble.code, detail=trouble.detail), trouble.status)


async def _no_such_page(_request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    return _packed(sync.Trouble(code="no-such-page", detail=trouble.detail), trouble.status_code)


async def _failed(_request: Request, _trouble: Exception) -> Response:
    # What broke stands in our log, not in the answer.
    return _packed(sync.Trouble(code="failed", detail="head office failed; ask again"), 500)
