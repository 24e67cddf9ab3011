"""The door of the shops' tills: JSON, each with a token of its own, over TLS only."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from kiosk.hub.bodies import read_body
from kiosk.hub.console_routes import check_private, token_of
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import PhoneSigner
from kiosk.hub.sales import SalesDesk
from kiosk.hub.till_messages import Refund, Said, Sale

TILLS = "/v1/tills/"
_BODY_MAX = 64 * 1024
M = TypeVar("M", bound=Said)


def add_till_routes(app: FastAPI, office: HeadOffice, signer: PhoneSigner | None) -> None:
    """Sales and refunds. Receipts bear a code for kiosks where there is somebody who signs them."""
    desk = SalesDesk(office, signer)

    @app.post(TILLS + "sales")
    async def take_sale(request: Request) -> Response:
        return await _told(request, Sale, desk.sell)

    @app.post(TILLS + "refunds")
    async def take_refund(request: Request) -> Response:
        return await _told(request, Refund, desk.refund)


async def _told(request: Request, kind: type[M], take: Callable[[str, M], msgspec.Struct]) -> Response:
    check_private(request)
    token = token_of(request)
    body = await read_body(request, _BODY_MAX)
    answer = await run_in_threadpool(lambda: take(token, _read(kind, body)))
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _read(kind: type[M], body: bytes) -> M:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Declined(400, "malformed", str(wrong)) from wrong
