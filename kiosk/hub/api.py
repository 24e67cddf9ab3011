"""The door kiosks come through: HTTP in front of HeadOffice. Bodies are MessagePack, errors are Trouble.

Staff's own door (JSON) is in `console_routes.py`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from kiosk.hub.acts import acts_of
from kiosk.hub.bodies import inflate, read_body
from kiosk.hub.console import Console
from kiosk.hub.console_exceptions import add_exception_routes
from kiosk.hub.console_members import add_doubt_routes, add_phone_routes
from kiosk.hub.console_routes import PREFIX, add_console_routes, json_trouble
from kiosk.hub.declined import Declined
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.gate import Gate
from kiosk.hub.messages import Tray, carry
from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import PhoneSigner
from kiosk.hub.records import balance_of, health, record_of
from kiosk.hub.signed_requests import Doorman
from kiosk.hub.till_routes import TILLS, add_till_routes
from kiosk.ledger import sync
from kiosk.ledger.enrolment import EnrolRequest
from kiosk.ledger.feed import ReplicaRequest
from kiosk.ledger.ids import FreshIds

MESSAGEPACK = "application/msgpack"
ENROL_BYTES = 1024
M = TypeVar(
    "M",
    sync.SyncRequest,
    sync.AccountRequest,
    sync.PinRequest,
    sync.PhoneRequest,
    sync.CodeRequest,
    sync.NewPinRequest,
    sync.JoinCodeRequest,
    sync.JoinRequest,
    ReplicaRequest,
)
S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class _Door:
    """What every signed request goes through, however large its body claims to be."""

    doorman: Doorman
    limit: int

    def admit(self, request: Request, body: bytes) -> str:
        """The device that signed these bytes."""
        if request.url.query:
            raise Declined(400, "malformed", "a query is not signed, so there must be none")
        raw = request.scope.get("raw_path") or request.url.path.encode()
        return self.doorman.admit(request.method, raw.decode("ascii", "replace"), request.headers, body)

    def message(self, request: Request, body: bytes, kind: type[M]) -> M:
        """The message in a body, by the device that signed it."""
        device = self.admit(request, body)
        # Only now, for a kiosk of ours: what strangers send is never inflated.
        encoding = request.headers.get("content-encoding", "")
        message = _message(kind, inflate(body, encoding, self.limit))
        if message.device != device:
            raise Declined(403, "device-differs", "the signature is another device's")
        return message

    async def answer(
        self,
        request: Request,
        kind: type[M],
        ask: Callable[[M], msgspec.Struct],
        place: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Response:
        """What `ask` says to the message in a request."""
        body = await read_body(request, self.limit)
        # A place is taken only once the body is here: whoever trickles it holds up nobody.
        with place():
            return await run_in_threadpool(lambda: _packed(ask(self.message(request, body, kind))))


def create_app(
    office: HeadOffice,
    desk: EnrolmentDesk | None = None,
    signer: PhoneSigner | None = None,
    receipts: PhoneSigner | None = None,
) -> FastAPI:
    """The application. The technician's pages exist only in a demo, enrolment only with a desk for it.

    `signer` signs codes on phones; `receipts` those of the tills, whether members are known by phones or not.
    """
    app = FastAPI(title="Head office", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Declined, _declined)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(Exception, _failed)
    door = _Door(Doorman(office.public_key), office.settings.listen.body_bytes)
    _add_kiosk_routes(app, office, door)
    _add_member_routes(app, office, door)
    add_till_routes(app, office, receipts or signer)
    if desk is not None:
        _add_enrolment(app, desk)
    console = Console(office.engine, office.now, FreshIds(office.now), office.settings)
    if signer is not None:
        add_phone_routes(app, console, signer)
    add_doubt_routes(app, console, office.engine)
    add_exception_routes(app, console, office.engine)
    add_console_routes(app, console, acts_of(office), desk)
    if office.settings.demo:
        _add_demo_routes(app, office, signer)
    return app


def _add_kiosk_routes(app: FastAPI, office: HeadOffice, door: _Door) -> None:
    gate = Gate(office.settings.listen.syncs_at_once)

    def sync_within(asked: sync.SyncRequest) -> sync.SyncAnswer:
        answered, pause_s = office.sync(asked), gate.pause_s()
        return msgspec.structs.replace(answered, retry_after_s=pause_s) if pause_s else answered

    @app.post("/v1/sync")
    async def take_sync(request: Request) -> Response:
        return await door.answer(request, sync.SyncRequest, sync_within, gate.enter)

    @app.post("/v1/account")
    async def take_account(request: Request) -> Response:
        return await door.answer(request, sync.AccountRequest, office.account)

    @app.post("/v1/pin")
    async def take_pin(request: Request) -> Response:
        return await door.answer(request, sync.PinRequest, office.pin)

    @app.post("/v1/replica")
    async def take_replica(request: Request) -> Response:
        return await door.answer(request, ReplicaRequest, office.replica)

    @app.get("/v1/health")
    def give_health() -> Response:
        return JSONResponse(health(office))


def _add_member_routes(app: FastAPI, office: HeadOffice, door: _Door) -> None:
    """Members who are known without a card, and their PINs."""

    @app.post("/v1/phone")
    async def take_phone(request: Request) -> Response:
        return await door.answer(request, sync.PhoneRequest, office.phone)

    @app.post("/v1/code")
    async def take_code(request: Request) -> Response:
        return await door.answer(request, sync.CodeRequest, office.send_code)

    @app.post("/v1/new-pin")
    async def take_new_pin(request: Request) -> Response:
        return await door.answer(request, sync.NewPinRequest, office.set_pin)

    @app.post("/v1/join-code")
    async def take_join_code(request: Request) -> Response:
        return await door.answer(request, sync.JoinCodeRequest, office.send_join_code)

    @app.post("/v1/join")
    async def take_join(request: Request) -> Response:
        return await door.answer(request, sync.JoinRequest, office.take_key)


def _add_enrolment(app: FastAPI, desk: EnrolmentDesk) -> None:
    @app.get("/v1/authority")
    def give_authority() -> Response:
        """Whom to trust: believed only by whoever holds its fingerprint."""
        return Response(desk.authority.pem, media_type="application/x-pem-file")

    @app.post("/v1/enrol")
    async def take_in(request: Request) -> Response:
        if request.url.scheme != "https":
            raise Declined(403, "tls-needed", "kiosks are taken in over TLS only: the answer holds a secret")
        body = await read_body(request, ENROL_BYTES)
        source = request.client.host if request.client else ""
        return await run_in_threadpool(lambda: _packed(desk.enrol(_message(EnrolRequest, body), source)))


def _add_demo_routes(app: FastAPI, office: HeadOffice, signer: PhoneSigner | None) -> None:
    @app.get("/v1/record/{voucher}")
    def give_record(voucher: str) -> Response:
        return JSONResponse(record_of(office, voucher))

    @app.get("/v1/devices/{device}/balance")
    def give_balance(device: str) -> Response:
        return JSONResponse(balance_of(office, device))

    @app.get("/v1/demo/messages")
    def give_messages() -> Response:
        """What would have reached members' phones: the bench is the gateway."""
        tray = Tray()
        carry(office.engine, tray, office.now())
        return JSONResponse({"messages": tray.lines})

    if signer is not None:
        _add_demo_phone(app, signer)


def _add_demo_phone(app: FastAPI, signer: PhoneSigner) -> None:
    @app.get("/v1/demo/phones/{number}")
    def show_code(number: str) -> Response:
        """What this phone shows now."""
        return JSONResponse({"text": signer.sign(signer.owner(number))})


def _message(kind: type[S], body: bytes) -> S:
    try:
        return sync.unpack(kind, body)
    except sync.MalformedMessage as wrong:
        raise Declined(400, "malformed", str(wrong)) from wrong


def _packed(message: msgspec.Struct, status: int = 200) -> Response:
    return Response(sync.pack(message), status, media_type=MESSAGEPACK)


async def _declined(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, Declined)
    plain = request.url.path.startswith((PREFIX, TILLS))
    told = sync.Trouble(code=trouble.code, detail=trouble.detail)
    answer = json_trouble(trouble) if plain else _packed(told, trouble.status)
    if trouble.retry_after_s:
        answer.headers["Retry-After"] = str(trouble.retry_after_s)
    return answer


async def _no_such_page(_request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    return _packed(sync.Trouble(code="no-such-page", detail=trouble.detail), trouble.status_code)


async def _failed(request: Request, _trouble: Exception) -> Response:
    # What broke stands in our log, not in the answer.
    if request.url.path.startswith(TILLS):
        return json_trouble(Declined(500, "failed", "head office failed; ask again"))
    return _packed(sync.Trouble(code="failed", detail="head office failed; ask again"), 500)
