"""The counter's page over HTTP: who may see it, what it asks the desk, and how an answer comes back."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from kiosk.control import COUNTER_S, CounterDesk
from kiosk.counter.page import State, counter_page, sign_in_page
from kiosk.counter.sessions import Session, Sessions, Told, Waiting
from kiosk.counter.teller import SignIn, SignInAsked
from kiosk.counter.typed import Typed, read
from kiosk.desk.duties import may_claim
from kiosk.desk.world import World
from kiosk.events import ClaimAsked
from kiosk.ports import Post
from kiosk.words import DEFAULT, LANGUAGES, Words, _

ART = Path(__file__).parents[1] / "screens" / "art" / "png"
STATIC = Path(__file__).with_name("static")
BODY_MAX = 4096
YEAR_S = 31_536_000
HEARD_S = 0.3
SIGN_IN_S = 20.0
"""A PIN may wait for tries and twice for head office, 5 seconds each."""
BEAT_S = 1.0
"""Far longer than the writes that set a known staff number apart from one that nobody has."""
NO_ANSWER = _("There was no answer. Ask again: a voucher is claimed once, however often it is asked for.")

_LOCAL = {"127.0.0.1", "localhost", "[::1]"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer: a browser would then keep from us that a form is our own.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """What the page stands on. `state` may ask the device, and is called off the page's own thread.

    `secure`: it is served over TLS. `beat_s`: who may not come in hears it so many whole beats later.
    """

    world: World
    desk: CounterDesk
    sessions: Sessions
    post: Post
    state: Callable[[], State]
    secure: bool = False
    beat_s: float = BEAT_S

    @property
    def cookie(self) -> str:
        """The session's cookie; over TLS its name forbids any other origin to set it."""
        return "__Host-counter" if self.secure else "counter"


def site(counter: Counter) -> FastAPI:
    """The application."""
    app, pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), _Pages(counter)
    app.middleware("http")(_guarded(counter))
    app.get("/")(pages.show)
    app.post("/sign-in")(pages.sign_in)
    app.post("/claim")(pages.claim)
    app.post("/sign-out")(pages.sign_out)
    app.post("/language")(pages.language)
    app.get("/gifts/{name}")(_picture)
    app.get("/static/{name}")(_static)
    return app


class _Pages:
    """What each address answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def show(self, request: Request) -> Response:
        session = _session(self._counter, request, touched="x-look" not in request.headers)
        if session is not None:
            await _listen(self._counter, session)
        return await _page(self._counter, request, session)

    async def sign_in(self, request: Request) -> Response:
        counter, told = self._counter, await _form(request)
        staff, since = told.get("staff", "").strip()[:40], time.monotonic()
        tried = await _sign_in(counter, staff, told.get("pin", ""))
        if not tried.session:
            # How long it took must not tell what was done: a failure is answered at the next full beat.
            spent = time.monotonic() - since
            await asyncio.sleep(-spent % counter.beat_s if counter.beat_s else 0)
            say, state = _words(counter, request), await asyncio.to_thread(counter.state)
            return HTMLResponse(sign_in_page(say, state, tried, staff), 401)
        counter.sessions.close(request.cookies.get(counter.cookie, ""))
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            counter.cookie, tried.session, httponly=True, samesite="strict", secure=counter.secure
        )
        return answer

    async def claim(self, request: Request) -> Response:
        told = await _form(request)
        session = _session(self._counter, request, touched=True)
        ours = session is not None and told.get("form") == session.form
        if session is not None and ours and session.waiting is None:
            _ask(self._counter, session, read(told.get("code", "")))
        return RedirectResponse("/", 303)

    async def sign_out(self, request: Request) -> Response:
        told = await _form(request)
        session = _session(self._counter, request, touched=True)
        if session is not None and told.get("form") == session.form:
            self._counter.sessions.close(session.token)
        return RedirectResponse("/", 303)

    async def language(self, request: Request) -> Response:
        chosen = (await _form(request)).get("language", "")
        answer = RedirectResponse("/", 303)
        if chosen in LANGUAGES:
            answer.set_cookie(
                "language", chosen, max_age=YEAR_S, httponly=True, samesite="strict",
                secure=self._counter.secure,
            )  # fmt: skip
        return answer


async def _picture(name: str) -> Response:
    return _file(ART, name, r"[a-z0-9_]{1,40}\.png")


async def _static(name: str) -> Response:
    return _file(STATIC, name, r"counter\.(css|js)")


def _guarded(counter: Counter) -> Callable[..., Any]:
    """Only this page's own forms; over plain HTTP only from this machine, whatever a name resolves to."""
    scheme = "https" if counter.secure else "http"

    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        host = request.headers.get("host", "")
        local = re.sub(r":\d+$", "", host) in _LOCAL
        own = request.method == "GET" or request.headers.get("origin") == f"{scheme}://{host}"
        if not own or not (local or counter.secure):
            return PlainTextResponse("only from the counter's own page", 403)
        if int(request.headers.get("content-length") or 0) > BODY_MAX:
            return _too_long()
        try:
            said = await answer(request)
        except ClientDisconnect:  # whoever went in the middle of a form hears nothing
            return PlainTextResponse("gone", 400)
        said.headers.update(_HEADERS)
        said.headers.setdefault("Cache-Control", "no-store")
        return said

    return guard


def _too_long() -> Response:
    """Nobody hears the rest of it."""
    return PlainTextResponse("too long", 413, {"Connection": "close"})


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form. HTTPException (413) for one that is too long, whatever it said before."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX:
            raise HTTPException(413, "too long", {"Connection": "close"})
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}


def _session(counter: Counter, request: Request, *, touched: bool) -> Session | None:
    """Who asks; nobody once head office blocked or locked them, or took the duty from their role."""
    session = counter.sessions.of(request.cookies.get(counter.cookie, ""), touched=touched)
    if session is None:
        return None
    if not may_claim(counter.world.replica.colleague(session.colleague.id)):
        counter.sessions.close(session.token)
        request.state.kept_out = SignIn(why="over")
        return None
    return session


def _words(counter: Counter, request: Request) -> Words:
    chosen = request.cookies.get("language", DEFAULT)
    return Words(chosen if chosen in LANGUAGES else DEFAULT, counter.world.shop.zone)


async def _page(counter: Counter, request: Request, session: Session | None) -> Response:
    say, state = _words(counter, request), await asyncio.to_thread(counter.state)
    if session is None:
        return HTMLResponse(sign_in_page(say, state, getattr(request.state, "kept_out", None)))
    return HTMLResponse(counter_page(say, state, session, counter.world.replica.gifts()))


async def _sign_in(counter: Counter, staff: str, pin: str) -> SignIn:
    answer: Future[SignIn] = Future()
    counter.post(SignInAsked(staff, pin, answer))
    try:
        return await asyncio.wait_for(asyncio.wrap_future(answer), SIGN_IN_S)
    except TimeoutError:
        return SignIn(why="later")


def _ask(counter: Counter, session: Session, typed: Typed) -> None:
    session.hint = typed.hint
    if typed.hint:
        return
    operator = session.colleague.id

    def question(request: str) -> ClaimAsked:
        return ClaimAsked(request, typed.number, typed.check, operator, typed.code, signed_in=True)

    request = counter.desk.ask(question)
    session.waiting = Waiting(request, typed.number, time.monotonic() + COUNTER_S)


async def _listen(counter: Counter, session: Session) -> None:
    """Take the answer that waits, if it is there; whoever comes back in time is still waiting for it."""
    waiting = session.waiting
    if waiting is None:
        return
    try:
        said = await asyncio.to_thread(counter.desk.hear, waiting.request, HEARD_S)
        late = said is None and time.monotonic() >= waiting.until
    except KeyError:
        said, late = None, True
    if session.waiting is not waiting:  # another tab of the same person heard it
        return
    if said is not None:
        session.answers.append(Told(counter.world.clock.now(), waiting.number, said))
    elif late:
        session.hint = NO_ANSWER
    if said is not None or late:
        session.waiting = None


def _file(folder: Path, name: str, pattern: str) -> Response:
    if not re.fullmatch(pattern, name) or not (folder / name).is_file():
        return PlainTextResponse("not here", 404)
    return FileResponse(folder / name, headers={"Cache-Control": "max-age=3600"})
