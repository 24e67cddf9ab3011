"""The console's part about members: codes for phones, what was not them, two accounts of one person."""

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from kiosk.hub.console import Console
from kiosk.hub.console_routes import PREFIX, Asked, check_private, token_of, told
from kiosk.hub.doubts import open_doubts, see
from kiosk.hub.joining_people import open_proposals
from kiosk.hub.phone_signing import PhoneSigner
from kiosk.hub.staff import Role

LOOKS_INTO: frozenset[Role] = frozenset({"manager", "cashier"})


class Number(Asked, frozen=True, kw_only=True):
    """A member's phone."""

    number: str


def add_phone_routes(app: FastAPI, console: Console, signer: PhoneSigner) -> None:
    """Sign a code for a member's phone. It stands in the audit under whoever asked."""

    @app.post(PREFIX + "phone-code")
    async def sign(request: Request) -> Response:
        def do(asked: Number, source: str) -> object:
            person = console.who(token_of(request))
            member = signer.owner(asked.number)
            console.note(person.id, "phone-code", "done", source, subject=member)
            return {"text": signer.sign(member)}

        return await told(request, Number, do)


class Seen(Asked, frozen=True, kw_only=True):
    """Somebody looked into a doubt, by the id of its entry."""

    entry: str


def add_doubt_routes(app: FastAPI, console: Console, engine: sa.Engine) -> None:
    """The lines that members said were not them; who looked into one stands beside it and in the audit."""

    @app.get(PREFIX + "doubts")
    def give_doubts(request: Request) -> Response:
        check_private(request)
        console.who(token_of(request), LOOKS_INTO)
        return JSONResponse({"doubts": open_doubts(engine)})

    @app.get(PREFIX + "proposals")
    def give_proposals(request: Request) -> Response:
        check_private(request)
        console.who(token_of(request), LOOKS_INTO)
        return JSONResponse({"proposals": open_proposals(engine)})

    @app.post(PREFIX + "doubt-seen")
    async def note_seen(request: Request) -> Response:
        def do(asked: Seen, source: str) -> object:
            person = console.who(token_of(request), LOOKS_INTO)
            see(engine, asked.entry, person.id)
            console.note(person.id, "doubt-seen", "done", source, subject=asked.entry)
            return {"entry": asked.entry, "seen_by": person.id}

        return await told(request, Seen, do)
