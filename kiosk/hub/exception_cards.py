"""Moves of value on cards that have not ended, for the exceptions desk."""

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from kiosk.hub import exception_words as words
from kiosk.hub.bulk import among
from kiosk.hub.exception_items import Item, Kiosk, Remedy
from kiosk.hub.findings import pieces
from kiosk.hub.tables import balances, entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en


def open_cards(connection: sa.Connection, kiosks: dict[str, Kiosk]) -> Iterator[Item]:
    """Moves on cards that have not ended: what the books still hold, found again in the logs."""
    held = balances.c.account.startswith(acc.moving(""), autoescape=True) & (balances.c.amount > 0)
    names = connection.scalars(sa.select(balances.c.account).where(held))
    open_moves = {name.removeprefix(acc.moving("")) for name in names}
    if not open_moves:
        return
    e = entries.c
    asked = sa.select(e.device, e.stored).where(
        among(connection, e.device, sorted(kiosks)), e.kind.in_((en.Carding.KIND, en.Carded.KIND))
    )
    begun: dict[str, Item] = {}
    for rows in pieces(connection, asked.order_by(e.device, e.n)):
        for row in rows:
            entry = en.decode(row.stored)
            body = en.body_of(entry)
            match body:
                case en.Carding() if body.move in open_moves:
                    begun[body.move] = _card_item(row.device, kiosks[row.device], entry, body)
                case en.Carded(end="disputed") if body.move in begun:
                    begun[body.move] = replace(
                        begun[body.move], reason="disputed", means=words.CARD_DISPUTED, remedies=()
                    )
    yield from begun.values()


def _card_item(device: str, kiosk: Kiosk, entry: en.Entry, body: en.Carding) -> Item:
    return Item(
        key=f"card:{body.move}",
        what="card",
        at=entry.at,
        device=device,
        kiosk=kiosk.number,
        member=entry.member or "",
        reason="in-doubt",
        told=f"{body.what} of {body.amount} points",
        means=words.CARD_OPEN,
        remedies=(Remedy("at-the-kiosk", body.move),),
    )
