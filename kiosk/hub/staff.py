"""Staff of head office: who they are, and how they prove it. A PIN is looked at once per counted try."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import sqlalchemy as sa
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.hub.console_tables import sessions, staff
from kiosk.hub.declined import Declined
from kiosk.hub.pins import verifier_maker
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import step_counter

Role = Literal["assistant", "cashier", "manager", "technician"]
ROLES: tuple[Role, ...] = get_args(Role)
PIN_MIN, PIN_MAX = 6, 128


@dataclass(frozen=True, slots=True)
class Pair:
    """Two different people who proved themselves for this one act; only `Console.pair` makes one.

    `first` and `second` are staff ids, `action` a verb of the console (`console.ACTIONS`), `subject` what it
    is done to (a device, an operation, a voucher or a member), `at` UTC microseconds.
    """

    first: str
    second: str
    action: str
    subject: str
    at: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody says to be somebody: a staff id and the PIN (or password) that goes with it."""

    staff: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff; `member` is who they are as a customer, '' if nobody."""

    id: str
    name: str
    role: Role
    member: str = ""
    blocked: bool = False
    locked: bool = False


class Staff:
    """The people of head office, in its database."""

    def __init__(self, engine: sa.Engine, settings: HubSettings) -> None:
        self._engine = engine
        self._most = settings.console.wrong_pins
        self._hasher = verifier_maker(settings.pin)
        self._nobody = self._hasher.hash("no PIN of anybody")

    def add(self, person: Person, pin: str) -> None:
        """Somebody new, or somebody known with a new name, role and PIN; their lock-out ends."""
        if not 0 < len(person.id) <= 40 or not person.id.replace("-", "").replace(".", "").isalnum():
            raise Declined(400, "staff-id", "letters, digits, dots and dashes, at most 40")
        if person.role not in ROLES:
            raise Declined(400, "role", f"known: {', '.join(ROLES)}")
        if not PIN_MIN <= len(pin) <= PIN_MAX:
            raise Declined(400, "pin-length", f"a PIN or password has {PIN_MIN} to {PIN_MAX} characters")
        told = {
            "name": person.name,
            "role": person.role,
            "member": person.member or None,
            "verifier": self._hasher.hash(pin),
            "blocked": False,
            "wrong": 0,
        }
        mine = staff.c.id == person.id
        with self._engine.begin() as connection:
            if not connection.execute(sa.update(staff).where(mine).values(**told)).rowcount:
                connection.execute(sa.insert(staff).values(id=person.id, **told))
            _sign_out(connection, person.id)
            step_counter(connection, "catalogue")  # kiosks download again who their staff are

    def block(self, staff_id: str) -> None:
        """They may do nothing any more, from this moment on; what they did stays in the audit."""
        with self._engine.begin() as connection:
            blocked = sa.update(staff).where(staff.c.id == staff_id).values(blocked=True)
            if not connection.execute(blocked).rowcount:
                raise Declined(404, "staff-unknown", f"nobody is called {staff_id}")
            _sign_out(connection, staff_id)
            step_counter(connection, "catalogue")

    def everybody(self) -> tuple[Person, ...]:
        """Everybody, by id."""
        with self._engine.begin() as connection:
            return tuple(map(self._person, connection.execute(sa.select(staff).order_by(staff.c.id))))

    def prove(self, proof: Proof, allowed: Callable[[sa.Connection], Declined | None]) -> Person:
        """Who this is; Declined (401 not-you) alike for unknown, wrong, blocked and locked, and as slowly.

        `allowed` may refuse first, in the transaction that counts the try.
        """
        with self._engine.begin() as connection:
            refused = allowed(connection)
            row = None if refused else self._count(connection, proof.staff)
        if refused is not None:
            raise refused
        # Outside the transaction: argon2 is slow on purpose, and a crash here leaves the try counted.
        right = self._matches(row.verifier if row is not None else self._nobody, proof.pin)
        if row is None or not right or row.blocked or row.wrong >= self._most:
            raise Declined(401, "not-you", "unknown, the wrong PIN, or locked out")
        with self._engine.begin() as connection:
            connection.execute(sa.update(staff).where(staff.c.id == row.id).values(wrong=0))
        return self._person(row)

    def _count(self, connection: sa.Connection, staff_id: str) -> sa.Row[Any] | None:
        """The row as it was; one more wrong PIN stands in it now, as long as there are tries left."""
        asked = sa.select(staff).where(staff.c.id == staff_id).with_for_update()
        row = connection.execute(asked).one_or_none()
        if row is not None and row.wrong < self._most:
            more = sa.update(staff).where(staff.c.id == row.id).values(wrong=row.wrong + 1)
            connection.execute(more)
        return row

    def _matches(self, verifier: str, pin: str) -> bool:
        try:
            return self._hasher.verify(verifier, pin[: PIN_MAX + 1])
        except (Argon2Error, InvalidHashError):
            return False

    def _person(self, row: sa.Row[Any]) -> Person:
        return Person(row.id, row.name, row.role, row.member or "", row.blocked, row.wrong >= self._most)


def _sign_out(connection: sa.Connection, staff_id: str) -> None:
    connection.execute(sa.delete(sessions).where(sessions.c.staff == staff_id))
