"""PINs: one look per journalled try, counted before it is taken, locked by member and route.

Somebody of the staff at a kiosk is `staff:ID` where members have their id; a phone is `phone:HASH`, and the
one-time code that was sent for either `code:NAME`.
"""

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.hub.books import Books, Key
from kiosk.hub.console_tables import shop_staff, staff
from kiosk.hub.declined import Declined
from kiosk.hub.lookups import Lookups
from kiosk.hub.member_tables import phones, pin_codes, pin_proofs
from kiosk.hub.phone_owners import is_theirs, owner
from kiosk.hub.rights import Ids
from kiosk.hub.settings import Grants, Pin
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import devices, members, pin_checks, pin_routes, step_counter, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer
from kiosk.ledger.sync import PinAnswer, PinRequest

_ABANDONED_US = 30_000_000
_PIN_MAX = 12


def verifier_maker(policy: Pin) -> PasswordHasher:
    """The argon2id hasher that new verifiers are made with."""
    return PasswordHasher(
        time_cost=policy.argon2_time, memory_cost=policy.argon2_kib, parallelism=policy.argon2_lanes
    )


class PinDesk:
    """Answers PIN requests. Two short transactions: the try is counted, then looked at, then forgiven."""

    def __init__(
        self, engine: sa.Engine, now: Callable[[], int], policy: Pin, ahead: Grants, ids: Ids
    ) -> None:
        self._engine = engine
        self._now = now
        self._policy = policy
        self._ahead = ahead
        self._ids = ids
        self._hasher = verifier_maker(policy)
        self._nobody = self._hasher.hash("no PIN of anybody")

    def check(self, request: PinRequest) -> PinAnswer:
        """right | wrong | locked. The same `entry` again gets the same answer, whatever the PIN says now."""
        if not all(map(short_name, (request.member, request.route, request.entry))):
            raise Declined(400, "malformed", "member, route or entry is no name")
        with self._engine.begin() as connection:
            # Locked, so that nobody guesses twice at the same moment.
            verifier = connection.scalar(_verifier(request, self._now()).with_for_update())
            earlier = self._earlier(connection, request)
            if earlier is not None:
                return earlier
            known = verifier is not None
            answer = self._count(connection, request, _counted_as(request, known=known))
        if answer.result == "locked":
            return answer
        # Outside the transaction: argon2 is slow on purpose, and a crash here leaves the try counted.
        if self._matches(verifier or self._nobody, request.pin) and verifier is not None:
            answer = PinAnswer(result="right", left=self._policy.tries)
        with self._engine.begin() as connection:
            if answer.result == "right" and not _prove(connection, request, self._now()):
                answer = PinAnswer(result="wrong", left=0)  # another kiosk was quicker with the same code
            self._remember(connection, request, answer, known=known)
        return answer

    def unlock(self, member: str) -> None:
        """Head office looked at the person's papers: every route is open again, the spent tries are back."""
        with self._engine.begin() as connection:
            self.unlock_within(connection, member)

    def unlock_within(self, connection: sa.Connection, member: str) -> None:
        """The same in a transaction that is open."""
        lookups = Lookups(connection)
        own, held = acc.member(member), lookups.try_holders.get(member) or ()
        budget = _budget(lookups, self._policy, self._ahead, member)
        if budget is None:
            return
        books = Books(connection)
        books.open([(acc.WORLD, acc.TRIES), *((account, acc.TRIES) for account in (own, *held))])
        _top_up(books, f"unlock:{self._ids.uuid7()}", own, held, budget)
        books.write()
        names = sa.select(phones.c.name).where(is_theirs(sa.literal(member)))
        mine = (pin_routes.c.member == member) | pin_routes.c.member.in_(names)
        connection.execute(sa.delete(pin_routes).where(mine))
        _tell_shops(connection, member)

    def _earlier(self, connection: sa.Connection, request: PinRequest) -> PinAnswer | None:
        asked = sa.select(pin_checks).where(pin_checks.c.entry == request.entry)
        found = connection.execute(asked.with_for_update()).one_or_none()
        if found is None:
            return None
        if (found.device, found.member) != (request.device, request.member):
            raise Declined(409, "entry-used-before", "this try belongs to somebody else")
        if found.result:
            return PinAnswer(result=found.result, left=found.left)
        if found.at + _ABANDONED_US > self._now():
            raise Declined(503, "pin-being-checked", "this try is being looked at; ask again")
        return PinAnswer(result="wrong", left=found.left)

    def _count(self, connection: sa.Connection, request: PinRequest, whose: str) -> PinAnswer:
        """Count the try as wrong beforehand, under this name (or none); locked if there was none left."""
        wrong, all_wrong = self._wrong(connection, whose, request.route)
        locked = wrong >= self._policy.tries or all_wrong >= self._policy.tries_all_routes
        left = 0 if locked else self._policy.tries - wrong - 1
        if whose and not locked:
            insert = upsert(connection, pin_routes).values(member=whose, route=request.route, wrong=1)
            more = {"wrong": pin_routes.c.wrong + 1}
            connection.execute(insert.on_conflict_do_update(index_elements=["member", "route"], set_=more))
        connection.execute(
            sa.insert(pin_checks).values(
                entry=request.entry,
                device=request.device,
                member=request.member,
                result="locked" if locked else "",
                left=left,
                at=self._now(),
            )
        )
        return PinAnswer(result="locked" if locked else "wrong", left=left)

    def _wrong(self, connection: sa.Connection, whose: str, route: str) -> tuple[int, int]:
        asked = sa.select(pin_routes.c.route, pin_routes.c.wrong).where(pin_routes.c.member == whose)
        rows = connection.execute(asked.with_for_update()).all()
        return sum(wrong for one, wrong in rows if one == route), sum(wrong for _, wrong in rows)

    def _remember(
        self, connection: sa.Connection, request: PinRequest, answer: PinAnswer, *, known: bool
    ) -> None:
        mine = sa.update(pin_checks).where(pin_checks.c.entry == request.entry)
        connection.execute(mine.values(result=answer.result, left=answer.left))
        if answer.result == "right":
            route = (pin_routes.c.member == request.member) & (pin_routes.c.route == request.route)
            connection.execute(sa.delete(pin_routes).where(route))
        elif known and not answer.left:
            _tell_shops(connection, request.member)

    def _matches(self, verifier: str, pin: str) -> bool:
        if len(pin) > _PIN_MAX:
            return False
        try:
            return self._hasher.verify(verifier, pin)
        except (Argon2Error, InvalidHashError):
            return False


def _counted_as(request: PinRequest, *, known: bool) -> str:
    """Whose wrong PINs these are. Of staff whom nobody knows there: what was typed at this device.

    So a staff number that was guessed is locked like any other, and no lock-out tells which of them exist. So
    is a phone, whoever has it or nobody.
    Nobody is locked out by it who works elsewhere, or comes to work here later.
    """
    if known or request.member.startswith((acc.PHONE, acc.CODE)):
        return request.member
    return f"nobody:{request.device}:{request.member}" if acc.staff_of(request.member) else ""


def _verifier(request: PinRequest, now: int) -> sa.Select[str]:
    """A member's, also by their phone; a code's that is not over; or that of somebody who works there."""
    if request.member.startswith(acc.PHONE):
        owned = sa.select(members.c.verifier).where(members.c.id == owner(request.member))
        return owned.where(members.c.verifier != "")
    if request.member.startswith(acc.CODE):
        c = pin_codes.c
        return sa.select(c.verifier).where(c.name == request.member, c.ends_at > now)
    staff_id = acc.staff_of(request.member)
    if not staff_id:
        return sa.select(members.c.verifier).where(members.c.id == request.member)
    here = sa.select(devices.c.store).where(devices.c.device == request.device).scalar_subquery()
    s, known = shop_staff.c, sa.exists().where(staff.c.id == shop_staff.c.staff, staff.c.blocked.is_(False))
    return sa.select(s.verifier).where(s.staff == staff_id, (s.store == here) | (s.store == ""), known)


def _prove(connection: sa.Connection, request: PinRequest, now: int) -> bool:
    """Keep that they proved themselves. A one-time code is used up by it: False if it was before."""
    if request.member.startswith(acc.CODE):
        used = sa.delete(pin_codes).where(pin_codes.c.name == request.member)
        if not connection.execute(used).rowcount:
            return False
    row = {"entry": request.entry, "device": request.device, "member": request.member}
    row |= {"route": request.route}
    insert = upsert(connection, pin_proofs).values(**row, at=now)
    connection.execute(insert.on_conflict_do_nothing())
    return True


def _tell_shops(connection: sa.Connection, name: str) -> None:
    """Kiosks leave out whoever of their staff is locked: let them download who is left."""
    if acc.staff_of(name):
        step_counter(connection, "catalogue")


def short_name(text: str) -> bool:
    """Whether this may name somebody or something: printable, 64 characters at most."""
    return 0 < len(text) <= 64 and text.isprintable()


class Refill:
    """Gives a member their tries back after a right PIN: up to the budget, never beyond it."""

    def __init__(self, lookups: Lookups, device: str, pin: Pin, ahead: Grants) -> None:
        self._lookups = lookups
        self._device = device
        self._pin = pin
        self._ahead = ahead
        self._due: list[tuple[str, str, int]] = []

    def read(self, posted: Iterable[tuple[en.Entry, en.Body]]) -> Reader:
        """Find the right tries among the posted entries, and what their members may have in all."""
        tried = [
            (entry.id, entry.member, body.where)
            for entry, body in posted
            if isinstance(body, en.PinTried) and body.ok and entry.member
        ]
        people = {member for _, member, _ in tried}
        yield self._lookups.homes.need(people)
        yield self._lookups.shop_staff.need(filter(acc.staff_of, people))
        yield self._lookups.try_holders.need(people)
        yield self._lookups.right_tries.need((self._device, member) for member in people)
        for entry, member, where in tried:
            budget = _budget(self._lookups, self._pin, self._ahead, member)
            if budget is not None and self._credible(member, where):
                self._due.append((entry, member, budget))

    def keys(self) -> Iterable[Key]:
        """Every balance that a refill looks at or touches."""
        for _, member, _ in self._due:
            yield (acc.WORLD, acc.TRIES)
            for account in (acc.member(member), *self._holders(member)):
                yield (account, acc.TRIES)

    def apply(self, books: Books) -> None:
        """Move what is missing."""
        for entry, member, budget in self._due:
            _top_up(books, f"refill:{entry}", acc.member(member), self._holders(member), budget)

    def _holders(self, member: str) -> tuple[str, ...]:
        return self._lookups.try_holders.get(member) or ()

    def _credible(self, member: str, where: str) -> bool:
        if where == "here":
            checks_here = bool(acc.staff_of(member)) or self._lookups.homes.get(member) == self._device
            return checks_here and self._pin.offline_pin != "none"
        return bool(self._lookups.right_tries.get((self._device, member)))


def _budget(lookups: Lookups, pin: Pin, ahead: Grants, name: str) -> int | None:
    """Tries that somebody has in all, at head office and at kiosks; None for nobody's name."""
    if acc.staff_of(name):
        holders = len(lookups.try_holders.get(name) or ())
        return None if lookups.shop_staff.get(name) is None else pin.tries + acc.STAFF_TRIES * holders
    home = lookups.homes.get(name)
    return None if home is None else pin.tries + (ahead.home_tries if home else 0)


def _top_up(books: Books, name: str, own: str, held: tuple[str, ...], budget: int) -> None:
    """Give the member what is missing of the budget, under this transfer's name."""
    there = sum(books.has(account, acc.TRIES) for account in (own, *held))
    if there < budget:
        books.move(Transfer(name, acc.WORLD, own, acc.TRIES, budget - there))
