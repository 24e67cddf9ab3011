"""The console's exceptions desk: what a store has to look into, and who did. Every look is in the audit."""

from dataclasses import asdict

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from kiosk.hub.console import Console
from kiosk.hub.console_members import LOOKS_INTO
from kiosk.hub.console_routes import PREFIX, Asked, check_private, token_of, told
from kiosk.hub.console_tables import shop_staff
from kiosk.hub.declined import Declined
from kiosk.hub.exceptions import Look, exceptions, look_into
from kiosk.hub.staff import Person


class LookedInto(Asked, frozen=True, kw_only=True):
    """Somebody looked into an exception of a store, by its key, and says what they found."""

    store: str
    key: str
    note: str


def add_exception_routes(app: FastAPI, console: Console, engine: sa.Engine) -> None:
    """The list of a store, and the mark that somebody looked."""

    @app.get(PREFIX + "exceptions")
    def give_exceptions(request: Request, store: str, seen: bool = False) -> Response:
        source = check_private(request)
        person = console.who(token_of(request), LOOKS_INTO)
        with engine.begin() as connection:
            _check_store(connection, person, store)
            found = exceptions(connection, store, seen=seen)
        console.note(person.id, "exceptions", "done", source, subject=store)
        return JSONResponse({"exceptions": [asdict(item) for item in found]})

    @app.post(PREFIX + "exception-seen")
    async def note_seen(request: Request) -> Response:
        def do(asked: LookedInto, source: str) -> object:
            person = console.who(token_of(request), LOOKS_INTO)
            with engine.begin() as connection:
                _check_store(connection, person, asked.store)
                look = Look(asked.key, person.id, asked.note, person.member)
                look_into(connection, asked.store, look, console.now())
            console.note(person.id, "exception-seen", "done", source, subject=asked.key)
            return {"key": asked.key, "seen_by": person.id}

        return await told(request, LookedInto, do)


def _check_store(connection: sa.Connection, person: Person, store: str) -> None:
    """Declined (403): who works at one store sees no other's. Who is of no shop is of head office."""
    s = shop_staff.c
    theirs = connection.scalar(sa.select(s.store).where(s.staff == person.id))
    if theirs and theirs != store:
        raise Declined(403, "store", f"{person.id} works at store {theirs}")
