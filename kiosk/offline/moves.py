"""Moves of value on cards that have not ended: what the balances hold open, and what began them."""

from sqlite_utils import Database

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Balances
from kiosk.ports import CardMove

_OF_KIND = "SELECT stored FROM entries WHERE kind = ? ORDER BY n"


def open_moves(database: Database, balances: Balances, card: bytes | None = None) -> tuple[CardMove, ...]:
    """Those of one card, or all, oldest first. Reads entries only when something is open, which is rare."""
    there = {account for account, asset in balances if asset.startswith(acc.MOVES)}
    if not there:
        return ()
    intents = (en.decode(stored) for (stored,) in database.execute(_OF_KIND, (en.Carding.KIND,)))
    ends = [en.body_of(en.decode(stored)) for (stored,) in database.execute(_OF_KIND, (en.Carded.KIND,))]
    disputed = {end.move for end in ends if isinstance(end, en.Carded) and end.end == "disputed"}
    found = (_told(entry, disputed) for entry in intents)
    return tuple(
        move for move in found if acc.moving(move.begun.move) in there and card in (None, move.begun.card)
    )


def _told(entry: en.Entry, disputed: set[str]) -> CardMove:
    body = en.body_of(entry)
    assert isinstance(body, en.Carding), f"entry {entry.n} is no intent"
    return CardMove(body, entry.member or "", entry.n, entry.at, body.move in disputed)
