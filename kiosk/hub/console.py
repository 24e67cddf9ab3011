"""The console: staff sign in, two people act together, and every act leaves a line behind."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.hub.console_tables import audit, sessions, staff
from kiosk.hub.declined import Declined
from kiosk.hub.joining_people import into_of
from kiosk.hub.knocks import Door
from kiosk.hub.rights import Ids
from kiosk.hub.settings import HubSettings
from kiosk.hub.staff import Pair, Person, Proof, Role, Staff
from kiosk.hub.tables import redemptions
from kiosk.ledger import accounts as acc

_MINUTE_US = 60_000_000
_LONGEST_US = 12 * 60 * _MINUTE_US
"""Nobody stays signed in longer than a shift, however busy."""
_AUDIT_LINES = 200
TOO_OFTEN = 429
"""Whoever only knocks on and on writes no more lines into the audit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something together: both have one of the roles `may`, at least one has one of `must`."""

    may: frozenset[Role]
    must: frozenset[Role] = frozenset({"manager"})


ACTIONS: Mapping[str, Rule] = {
    "retire": Rule(frozenset({"manager", "technician"})),
    "close-retired": Rule(frozenset({"manager", "technician"})),
    "set-aside": Rule(frozenset({"manager", "technician"})),
    "settle-post": Rule(frozenset({"manager", "cashier"})),
    "settle-void": Rule(frozenset({"manager", "cashier"})),
    "move-claim": Rule(frozenset({"manager", "cashier"})),
    "revoke-voucher": Rule(frozenset({"manager", "cashier"})),
    "refund-voucher": Rule(frozenset({"manager", "cashier"})),
    "revoke-key": Rule(frozenset({"manager", "technician"})),
    "join-accounts": Rule(frozenset({"manager", "cashier"})),
    "thaw-card": Rule(frozenset({"manager", "cashier"})),
    "cancel-card": Rule(frozenset({"manager", "cashier"})),
    "unlock": Rule(frozenset({"manager", "cashier"})),
}
"""What takes two people."""
MAKES_CODES: frozenset[Role] = frozenset({"manager", "technician"})
READS_AUDIT: frozenset[Role] = frozenset({"manager"})


class Console:
    """Signing in, pairs and the audit, over head office's database."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        ids: Ids,
        settings: HubSettings,
        fresh: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.staff = Staff(engine, settings)
        self._engine = engine
        self._now = now
        self._ids = ids
        self._fresh = fresh
        self._idle_us = settings.console.idle_minutes * _MINUTE_US
        self._door = Door("console", settings.console.wrong_per_source, 60 * _MINUTE_US)

    # --- one person ------------------------------------------------------------------------------

    def sign_in(self, proof: Proof, source: str) -> tuple[str, Person]:
        """A token for the console, good while it is used; only its hash is kept."""
        person = self._prove(proof, "sign-in", source)
        token, now = self._fresh(32).hex(), self._now()
        with self._engine.begin() as connection:
            stale = (sessions.c.seen_at < now - self._idle_us) | (sessions.c.made_at < now - _LONGEST_US)
            connection.execute(sa.delete(sessions).where(stale))
            row = {"token": _hash(token), "staff": person.id, "made_at": now, "seen_at": now}
            connection.execute(sa.insert(sessions).values(**row))
        self.note(person.id, "sign-in", "done", source)
        return token, person

    def who(self, token: str, may: frozenset[Role] | None = None) -> Person:
        """Whose token this is; Declined (401) if nobody's or idle too long, 403 if their role may not."""
        now, s = self._now(), sessions.c
        good = (
            (s.token == _hash(token)) & (s.seen_at >= now - self._idle_us) & (s.made_at >= now - _LONGEST_US)
        )
        asked = sa.select(staff).join(sessions, s.staff == staff.c.id).where(good, staff.c.blocked.is_(False))
        with self._engine.begin() as connection:
            row = connection.execute(asked).one_or_none()
            if row is not None:
                connection.execute(sa.update(sessions).where(good).values(seen_at=now))
        if row is None:
            raise Declined(401, "signed-out", "sign in again")
        if may is not None and row.role not in may:
            raise Declined(403, "role", f"a {row.role} may not do this")
        return Person(row.id, row.name, row.role, row.member or "")

    def sign_out(self, token: str) -> None:
        """The token is nobody's from now on."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.token == _hash(token)))

    # --- two people ------------------------------------------------------------------------------

    def pair(self, first: Proof, second: Proof, action: str, subject: str, source: str) -> Pair:
        """Two different people who may do this together and prove it now, each with their own PIN.

        Declined: 404 action-unknown, 403 same-person | role | own-account, 401 not-you, 429 too-often.
        Every refusal is in the audit.
        """
        try:
            rule = ACTIONS.get(action)
            if rule is None:
                raise Declined(404, "action-unknown", f"known: {', '.join(ACTIONS)}")
            if first.staff == second.staff:
                raise Declined(403, "same-person", "the second person is another person")
            people = [self._prove(proof, action, source) for proof in (first, second)]
            _check(rule, people, {subject, *self._members_behind(subject)})
        except Declined as declined:
            if declined.status != TOO_OFTEN:
                self.note(first.staff, action, declined.code, source, second=second.staff, subject=subject)
            raise
        return Pair(first.staff, second.staff, action, subject, self._now())

    def carry_out(self, pair: Pair, act: Callable[[Pair], object], source: str) -> None:
        """Do what the pair came for. Its line is written before, and says afterwards how it ended."""
        line = self.note(pair.first, pair.action, "", source, second=pair.second, subject=pair.subject)
        outcome = "failed"
        try:
            act(pair)
            outcome = "done"
        except Declined as declined:
            outcome = declined.code
            raise
        finally:
            with self._engine.begin() as connection:
                connection.execute(sa.update(audit).where(audit.c.id == line).values(outcome=outcome))

    def now(self) -> int:
        """UTC microseconds, as the console's lines tell it."""
        return self._now()

    # --- what is left behind ---------------------------------------------------------------------

    def note(
        self, who: str, action: str, outcome: str, source: str, *, second: str = "", subject: str = ""
    ) -> str:
        """Write a line; its id. `source` is an address, or the name of a machine's account."""
        line = self._ids.uuid7()
        told = {"who": who, "second": second, "action": action, "subject": subject, "source": source}
        row = {name: text[:100] for name, text in told.items()}
        with self._engine.begin() as connection:
            connection.execute(sa.insert(audit).values(id=line, at=self._now(), **row, outcome=outcome))
        return line

    def lines(self, most: int = _AUDIT_LINES) -> list[dict[str, Any]]:
        """The latest lines, newest first."""
        asked = sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(most)
        with self._engine.begin() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def _members_behind(self, subject: str) -> tuple[str, ...]:
        """Whose redemption an operation or a voucher is; whom an account would be joined with."""
        r = redemptions.c
        asked = sa.select(r.member).where((r.op == subject) | (r.voucher == subject))
        with self._engine.begin() as connection:
            into = into_of(connection, subject)
            return (*connection.scalars(asked), *((into,) if into else ()))

    def _prove(self, proof: Proof, action: str, source: str) -> Person:
        def knock(connection: sa.Connection) -> Declined | None:
            return self._door.knock(connection, source, self._now())

        try:
            person = self.staff.prove(proof, knock)
        except Declined as declined:
            if action == "sign-in" and declined.status != TOO_OFTEN:
                self.note(proof.staff, action, declined.code, source)
            raise
        with self._engine.begin() as connection:
            self._door.welcome(connection, source)
        return person


def _check(rule: Rule, people: list[Person], subjects: set[str]) -> None:
    strangers = [person.role for person in people if person.role not in rule.may]
    if strangers:
        raise Declined(403, "role", f"a {strangers[0]} may not do this")
    if not any(person.role in rule.must for person in people):
        raise Declined(403, "role", f"one of the two must be a {' or '.join(sorted(rule.must))}")
    if any(subjects & {person.id, acc.staff(person.id), person.member} for person in people):
        raise Declined(403, "own-account", "nobody acts on their own account")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
