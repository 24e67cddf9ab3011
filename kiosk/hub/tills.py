"""The shops' tills: which there are, and how each shows which one it is."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.declined import Declined
from kiosk.hub.tables import upsert
from kiosk.hub.till_tables import tills

TOKEN_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_STORE = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class ShopTill:
    """A till of a store."""

    id: str
    store: str
    blocked: bool = False


def add_till(
    connection: sa.Connection, till: str, store: str, fresh: Callable[[int], bytes] = secrets.token_bytes
) -> str:
    """A token for this till, told once and kept as its hash; an earlier one is void.

    Declined: 400 malformed, 409 till-known when it is another store's.

    Receipts bear the till's name for ever, so a name never moves to another store.
    """
    if not _NAME.fullmatch(till) or not _STORE.fullmatch(store):
        raise Declined(
            400, "malformed", "a till is letters, digits and dashes, at most 40; a store four digits"
        )
    known = connection.execute(sa.select(tills).where(tills.c.till == till).with_for_update()).one_or_none()
    if known is not None and known.store != store:
        raise Declined(409, "till-known", f"{till} is a till of store {known.store}")
    token = fresh(TOKEN_BYTES).hex()
    told = {"store": store, "token": _hash(token), "blocked": False}
    insert = upsert(connection, tills).values(till=till, **told)
    connection.execute(insert.on_conflict_do_update(index_elements=["till"], set_=told))
    return token


def block_till(connection: sa.Connection, till: str) -> None:
    """Believe nothing more of this till; what it told stays."""
    blocked = sa.update(tills).where(tills.c.till == till).values(blocked=True)
    if not connection.execute(blocked).rowcount:
        raise Declined(404, "till-unknown", f"no till is called {till}")


def every_till(connection: sa.Connection) -> tuple[ShopTill, ...]:
    """All of them, by name."""
    asked = sa.select(tills.c.till, tills.c.store, tills.c.blocked).order_by(tills.c.till)
    return tuple(ShopTill(*row) for row in connection.execute(asked))


def till_of(connection: sa.Connection, token: str) -> ShopTill:
    """Whose token this is; Declined (401). Its row stays locked: a till tells one thing after the other."""
    asked = sa.select(tills.c.till, tills.c.store, tills.c.blocked).where(tills.c.token == _hash(token))
    row = connection.execute(asked.with_for_update()).one_or_none()
    if row is None or row.blocked:
        raise Declined(401, "till-unknown", "no till of ours has this token")
    return ShopTill(*row)


def _hash(token: str) -> bytes:
    # 32 drawn bytes need no slow hash: nobody tries them all.
    return hashlib.sha256(token.encode()).digest()
