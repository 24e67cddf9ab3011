"""Two accounts of one person: their balances lie with the survivor, and it can be undone.

What moves is noted by alias and asset, so that undoing gives back as much. PIN tries are never joined: nobody
gets more of them by having two cards.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.books import Books, Key
from kiosk.hub.bulk import add_all, insert_all
from kiosk.hub.changes import touch
from kiosk.hub.entitlements import minting
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import Conflict
from kiosk.hub.phone_owners import forget_proofs
from kiosk.hub.recovery_tables import partings
from kiosk.hub.risk import Posted, repay, repayment_keys
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import aliases, cards, merge_moves, merged_cards
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

OWED = "owed:"
"""Notes of what somebody should have and nobody has any more: assets of their own, for people to settle."""
_Merging = en.Merge | en.Unmerge


class Merges:
    """The merges of one sync, and what comes back to accounts that are merged."""

    def __init__(self, lookups: Lookups) -> None:
        self._people = lookups.people
        self._done: list[_Merging] = []
        self._moves: dict[tuple[str, str], int] = {}
        self._partings: list[tuple[str, str, str, str, int]] = []

    def read(self, bodies: Iterable[en.Body | None], friends: Iterable[str] = ()) -> Reader:
        """Look up, and lock, everybody whom a merge names; and who comes back to a merged account.

        `friends` are those to whom points are given.
        """
        people, told = self._people, list(bodies)
        merging = [body for body in told if isinstance(body, en.Merge | en.Unmerge)]
        named = {name for body in merging for name in (body.alias, body.into) if name.isprintable()}
        returning = {body.member for body in told if isinstance(body, en.Returned) and body.member}
        yield people.locked.need(named)
        coming = filter(str.isprintable, returning.union(friends))
        yield people.survivors.need(named.union(coming))
        yield people.families.need(named)
        yield people.merged.need(named)
        yield people.assets.need(account for name in named for account in (acc.member(name), acc.debt(name)))
        yield people.minted.need(
            minting(one, asset)
            for body in merging
            for asset in self._assets(body.alias)
            if acc.is_entitlement(asset)
            for one in {*named, *(people.families.get(body.into) or ())}
        )

    def contradicted(self, body: _Merging) -> Conflict | None:
        """What speaks against a merge; None if it holds from now on."""
        people = self._people
        if not people.locked.get(body.alias) or not people.locked.get(body.into):
            return Conflict("quarantined", "unknown-member")
        family = people.families.get(body.into) or ()
        if isinstance(body, en.Unmerge):
            if people.survivors.get(body.alias) != body.into:
                return Conflict("disputed", "not-merged")
            people.survivors.put(body.alias, "")
            people.families.put(body.into, tuple(one for one in family if one != body.alias))
            return None
        if people.survivors.get(body.alias):
            return Conflict("disputed", "merged-before")
        if body.alias == body.into or people.survivors.get(body.into) or people.families.get(body.alias):
            return Conflict("disputed", "merge-chain")
        people.survivors.put(body.alias, body.into)
        people.joined.add((body.alias, body.into))
        people.families.put(body.into, (*family, body.alias))
        return None

    def keys(self, posted: Posted) -> Iterable[Key]:
        """Every balance that may move."""
        for entry, body in posted:
            member, asset = _comes_home(entry, body)
            if isinstance(body, en.Merge | en.Unmerge):
                yield from repayment_keys(body.into)
                yield (acc.debt(body.alias), acc.RISK)
                yield (acc.debt(body.alias), acc.TAKEN_BACK)
                for asset in {*self._assets(body.alias), *self._assets(body.into)}:
                    yield (acc.member(body.alias), asset)
                    yield (acc.member(body.into), asset)
            elif member and self._people.survivors.get(member):
                yield (acc.member(member), asset)
                yield (acc.member(self._people.survivor(member)), asset)

    def apply(self, books: Books, posted: Posted) -> None:
        """Move what the merges join or part, and what came back to an account that is merged."""
        for entry, body in posted:
            if isinstance(body, en.Merge):
                self._join(books, entry.id, body)
            elif isinstance(body, en.Unmerge):
                self._part(books, entry.id, body)
            else:
                self._sweep(books, entry.id, *_comes_home(entry, body))

    def gather(self, books: Books, member: str, asset: str, amount: int, name: str) -> None:
        """Bring what a want of this member needs from their other accounts to the one that it names."""
        own = acc.member(member)
        for place, one in enumerate(self._people.kin(member)):
            missing = amount - books.has(own, asset)
            units = min(missing, books.has(acc.member(one), asset))
            if one != member and units > 0:
                leg = Transfer(f"kin:{name}:{place}", acc.member(one), own, asset, units)
                self._carry(books, leg, *filter(self._people.survivors.get, (one, member)))

    def write(self, connection: sa.Connection) -> None:
        """Keep who is whose alias, whose card leads where, and what moved."""
        for body in self._done:
            if isinstance(body, en.Merge):
                _lead_cards_over(connection, body)
            else:
                _lead_cards_back(connection, body)
            forget_proofs(connection, [body.alias, body.into])
            touch(connection, [body.alias, body.into])
        rows = [(*key, amount) for key, amount in sorted(self._moves.items()) if amount]
        add_all(connection, merge_moves, rows)
        insert_all(connection, partings, self._partings)

    # --- inside ----------------------------------------------------------------------------------

    def _assets(self, member: str) -> tuple[str, ...]:
        return tuple(filter(_is_shared, self._people.assets.get(acc.member(member)) or ()))

    def _join(self, books: Books, name: str, body: en.Merge) -> None:
        self._done.append(body)
        for asset in self._assets(body.alias):
            kin = [one for one in self._people.kin(body.into) if one != body.alias]
            given = any(self._people.minted.get(minting(one, asset)) for one in kin)
            if acc.is_entitlement(asset) and given:  # nobody is given it twice for having been two people
                self._aside(books, f"{name}:{asset}", body.alias, asset)
            else:
                # In a recovery the alias may be below zero for now: that is its own until the end.
                units = max(0, books.has(acc.member(body.alias), asset))
                self._carry(books, Transfer(f"{name}:{asset}", *_between(body), asset, units), body.alias)
        owed = books.has(acc.debt(body.alias), acc.RISK)
        books.move(Transfer(f"{name}:debt", acc.debt(body.alias), acc.debt(body.into), acc.RISK, owed))
        taken = books.has(acc.debt(body.alias), acc.TAKEN_BACK)
        both = acc.debt(body.alias), acc.debt(body.into)
        books.move(Transfer(f"{name}:debt:{acc.TAKEN_BACK}", *both, acc.TAKEN_BACK, taken))
        repay(books, body.into, name)

    def _part(self, books: Books, name: str, body: en.Unmerge) -> None:
        """Give back as much as came, as far as it is there; what is not is noted for people to settle."""
        self._done.append(body)
        before = dict(self._people.merged.get(body.alias) or ())
        assets = {*before, *(asset for alias, asset in self._moves if alias == body.alias)}
        for asset in sorted(assets):
            due = before.get(asset, 0) + self._moves.get((body.alias, asset), 0)
            if self._people.recovering():
                self._partings.append((name, asset, body.alias, body.into, due))
            else:
                _give_back(books, name, asset, (body.alias, body.into), due)
            self._moves[body.alias, asset] = -before.get(asset, 0)

    def _aside(self, books: Books, name: str, alias: str, asset: str) -> None:
        units = max(0, books.has(acc.member(alias), asset))
        books.move(Transfer(name, acc.member(alias), f"suspense:merge:{alias}", asset, units))

    def _sweep(self, books: Books, name: str, alias: str, asset: str) -> None:
        """What comes to an alias is its survivor's."""
        into = self._people.survivors.get(alias)
        if into and _is_shared(asset):
            units = max(0, books.has(acc.member(alias), asset))
            leg = Transfer(f"sweep:{name}", acc.member(alias), acc.member(into), asset, units)
            self._carry(books, leg, alias)

    def _carry(self, books: Books, leg: Transfer, *noted: str) -> None:
        """Move, and note what these aliases brought or took."""
        books.move(leg)
        for alias in noted:
            units = leg.amount if leg.source == acc.member(alias) else -leg.amount
            self._moves[alias, leg.asset] = self._moves.get((alias, leg.asset), 0) + units


def part_late(connection: sa.Connection) -> None:
    """Give back what merges that were undone during a recovery are due, now that every log is in.

    Who was joined again meanwhile is one person: nothing goes back and forth.
    """
    joined = sa.exists().where(aliases.c.alias == partings.c.alias)
    books = Books(connection)
    for row in connection.execute(sa.select(partings).where(~joined).order_by(partings.c.entry)).all():
        _give_back(books, row.entry, row.asset, (row.alias, row.into), row.due)
    books.write()


def _give_back(books: Books, name: str, asset: str, pair: tuple[str, str], due: int) -> None:
    """Move what the second of a pair owes the first, as far as it is there; the rest is noted for people."""
    creditor, debtor = pair if due > 0 else pair[::-1]
    there = max(0, min(abs(due), books.has(acc.member(debtor), asset)))
    books.move(Transfer(f"{name}:{asset}", acc.member(debtor), acc.member(creditor), asset, there))
    note = (acc.WORLD, f"suspense:merge:{creditor}", OWED + asset, abs(due) - there)
    books.move(Transfer(f"{name}:{asset}:owed", *note))


def _lead_cards_over(connection: sa.Connection, body: en.Merge) -> None:
    row = {"alias": body.alias, "into": body.into, "proof": body.proof}
    connection.execute(sa.insert(aliases).values(**row))
    theirs = cards.c.member == body.alias
    before = merged_cards.c.hash.in_(sa.select(cards.c.hash).where(theirs))
    connection.execute(sa.delete(merged_cards).where(before))
    led = sa.select(cards.c.hash, sa.literal(body.alias), sa.literal(body.into)).where(theirs)
    connection.execute(sa.insert(merged_cards).from_select(["hash", "alias", "into"], led))
    connection.execute(sa.update(cards).where(cards.c.member == body.alias).values(member=body.into))


def _lead_cards_back(connection: sa.Connection, body: en.Unmerge) -> None:
    connection.execute(sa.delete(aliases).where(aliases.c.alias == body.alias))
    theirs = sa.select(merged_cards.c.hash).where(merged_cards.c.alias == body.alias)
    led = cards.c.hash.in_(theirs) & (cards.c.member == body.into)
    connection.execute(sa.update(cards).where(led).values(member=body.alias))


def _comes_home(entry: en.Entry, body: en.Body) -> tuple[str, str]:
    """The member to whose account this entry brings some of an asset, and the asset; ('', '') if to none."""
    match body:
        case en.Returned(member=str(member), asset=asset):
            return member, asset
        case en.Received():
            return entry.member or "", acc.POINTS
    return "", ""


def _between(body: _Merging) -> tuple[str, str]:
    return acc.member(body.alias), acc.member(body.into)


def _is_shared(asset: str) -> bool:
    return acc.is_personal(asset) and asset != acc.TRIES
