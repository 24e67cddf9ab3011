"""Accounts that begin at a kiosk, as its log tells of them."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.bulk import insert_all
from kiosk.hub.changes import place
from kiosk.hub.joining_tables import WAITING, newcomers
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import Conflict
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import members
from kiosk.ledger import entries as en

_SEALED_MAX = 4096
_CONSENTS_MAX = 12
_NAME_MAX = 64
_TERMS_MAX = 2**31
Posted = Iterable[tuple[en.Entry, en.Body]]


class Joins:
    """Those who join in one batch: `read`, then `contradicted` for each in its order, then `write`."""

    def __init__(self, lookups: Lookups, device: str, store: str) -> None:
        self._lookups = lookups
        self._device = device
        self._store = store

    def read(self, entries: Posted) -> Reader:
        """Look up who exists."""
        named = [entry.member for entry, body in entries if isinstance(body, en.Joined) and entry.member]
        yield self._lookups.homes.need(name for name in named if name.isprintable())

    def contradicted(self, entry: en.Entry, body: en.Joined) -> Conflict | None:
        """What speaks against it; if nothing does, later entries of the batch know the member."""
        member = entry.member or ""
        if not _is_uuid(member) or not _fits(body):
            return Conflict("quarantined", "amount-or-name")
        if self._lookups.homes.get(member) is not None:
            return Conflict("quarantined", "member-known")
        self._lookups.homes.put(member, self._device)
        self._lookups.people.locked.put(member, value=True)
        return None

    def write(self, connection: sa.Connection, posted: Posted) -> None:
        """Open their accounts, at home where they joined; what they told stays sealed for now."""
        joined = [(entry, body) for entry, body in posted if isinstance(body, en.Joined)]
        for entry, _ in joined:
            member = entry.member or ""
            account = {"id": member, "name": "", "lifetime": 0, "home": self._device, "verifier": ""}
            connection.execute(sa.insert(members).values(**account))
            if self._store:
                place(connection, member, self._store)
        rows = [
            (
                entry.member,
                self._device,
                entry.at,
                body.what,
                body.terms,
                " ".join(body.consents),
                body.sealed,
                body.proof,
                body.referrer,
                WAITING,
            )
            for entry, body in joined
        ]
        insert_all(connection, newcomers, rows)


def _is_uuid(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _fits(body: en.Joined) -> bool:
    names = (*body.consents, *filter(None, (body.proof, body.referrer)))
    plain = all(0 < len(name) <= _NAME_MAX and name.isprintable() for name in names)
    small = len(body.consents) <= _CONSENTS_MAX and len(body.sealed) <= _SEALED_MAX
    return plain and small and 0 <= body.terms < _TERMS_MAX
