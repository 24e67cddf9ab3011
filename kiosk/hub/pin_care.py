"""PINs that members set themselves: with the old one, or with a one-time code that reached their phone.

Every change was journalled before it is asked for, by an entry whose id names it here: once, for ever. Who
they are was proven by a try that turned out right, at the same kiosk, a moment ago; it is used up by it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.hub.changes import touch
from kiosk.hub.declined import Declined
from kiosk.hub.joining_tables import unproven_phones
from kiosk.hub.member_tables import code_requests, phones, pin_changes, pin_codes, pin_proofs
from kiosk.hub.messages import CODE_TEXTS, JOIN_AGAIN_TEXTS, JOIN_TEXTS, Message, put
from kiosk.hub.newcomers import prove
from kiosk.hub.phone_owners import is_theirs, owner
from kiosk.hub.phones import TAIL
from kiosk.hub.pins import PinDesk, short_name, verifier_maker
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import members, pin_routes, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync
from kiosk.membership.pins import is_weak

PROVEN_US = 10 * 60_000_000
"""How long a right try lets its member set a PIN."""
_DAY_US, _HOUR_US, _MINUTE_US = 24 * 3_600_000_000, 3_600_000_000, 60_000_000
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Code:
    digits: str
    verifier: str
    at: int


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Whom a code goes to: a member, '' for nobody yet, and the phone's digits."""

    member: str
    number: str = field(repr=False)


class PinCare:
    """Sends one-time codes, and sets PINs. `chance(n)` is a random number below n nobody can foresee."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], int],
        settings: HubSettings,
        pins: PinDesk,
        chance: Callable[[int], int] = secrets.randbelow,
        *,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._engine = engine
        self._now = now
        self._settings = settings
        self._pins = pins
        self._chance = chance
        self._hasher = hasher or verifier_maker(settings.pin)

    def send_code(self, request: sync.CodeRequest, number: str = "") -> sync.CodeAnswer:
        """Send a code to the phone of this name. Alike, and as fast, for a phone that nobody has.

        `number`: somebody joins with it, so the code goes there also where nobody has it yet.
        """
        _must_be_names(request.name, request.entry)
        policy, now = self._settings.phones, self._now()
        told = f"{self._chance(10**_DIGITS):0{_DIGITS}d}"
        verifier = self._hasher.hash(told)  # before the transaction, and also for nobody
        sent = sync.CodeAnswer(result="sent", minutes=policy.code_minutes)
        with self._engine.begin() as connection:
            phone = connection.execute(_phone_of(request.name)).one_or_none()
            by_phone = request.name.startswith(acc.PHONE)
            if phone is None and not by_phone:
                return sync.CodeAnswer(result="no-phone")
            if phone is not None and not by_phone:
                sent = sync.CodeAnswer(result="sent", tail=phone.tail, minutes=policy.code_minutes)
            if self._asked_before(connection, request):
                return sent
            if self._is_limited(connection, request, now):
                return sync.CodeAnswer(result="limited")
            row = {"entry": request.entry, "device": request.device, "name": request.name, "at": now}
            connection.execute(sa.insert(code_requests).values(**row))
            if phone is not None or number:
                to = _Addressee(phone.member if phone else "", phone.number if phone else number)
                texts = (JOIN_AGAIN_TEXTS if phone else JOIN_TEXTS) if number else CODE_TEXTS
                self._keep(connection, request, to, _Code(told, verifier, now), texts)
            mine = pin_routes.c.member == acc.code(request.name)
            connection.execute(sa.delete(pin_routes).where(mine))  # a new code has tries of its own
        return sent

    def set_pin(self, request: sync.NewPinRequest) -> sync.NewPinAnswer:
        """Set a PIN for whoever proved themselves. The same `entry` again is the same change."""
        _must_be_names(request.name, request.entry, request.proof)
        pin, now = request.pin, self._now()
        if not pin.isascii() or not pin.isdecimal() or len(pin) != _DIGITS:
            raise Declined(400, "malformed", f"a PIN has {_DIGITS} digits")
        with self._engine.begin() as connection:
            member = connection.scalar(sa.select(owner(request.name)))
            asked = sa.select(members).where(members.c.id == (member or ""))
            person = connection.execute(asked).one_or_none()
            if self._was_done(connection, request, member):
                return sync.NewPinAnswer(result="done")
            proof = connection.execute(_proof(request, now)).one_or_none()
        if person is None or proof is None:
            return sync.NewPinAnswer(result="unproven")
        if is_weak(pin):
            return sync.NewPinAnswer(result="weak")
        if self._is_same(person.verifier, pin):
            return sync.NewPinAnswer(result="same")
        verifier = self._hasher.hash(pin)  # outside the transaction: slow on purpose
        with self._engine.begin() as connection:
            used = sa.delete(pin_proofs).where(pin_proofs.c.entry == proof.entry)
            if not connection.execute(used).rowcount:
                # Used up in the meantime: maybe by this very change, which was asked for twice.
                done = self._was_done(connection, request, member)
                return sync.NewPinAnswer(result="done" if done else "unproven")
            what = (
                "change" if not proof.member.startswith(acc.CODE) else "code" if person.verifier else "first"
            )
            self._write(connection, request, person.id, verifier, what)
            if proof.member == acc.code(person.id):
                prove(connection, person.id, proof.entry)
            self._pins.unlock_within(connection, person.id)
        return sync.NewPinAnswer(result="done")

    def _keep(
        self,
        connection: sa.Connection,
        request: sync.CodeRequest,
        to: _Addressee,
        code: _Code,
        texts: Mapping[str, str],
    ) -> None:
        settings = self._settings
        ends_at = code.at + settings.phones.code_minutes * _MINUTE_US
        news = {"member": to.member, "verifier": code.verifier, "ends_at": ends_at}
        insert = upsert(connection, pin_codes).values(name=acc.code(request.name), **news)
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=news))
        shop = settings.shop
        text = texts.get(shop.language, texts["en"])
        said = text.format(shop=shop.name, code=code.digits, minutes=settings.phones.code_minutes)
        put(connection, Message(request.entry, to.number, said, code.at, ends_at))

    def _asked_before(self, connection: sa.Connection, request: sync.CodeRequest) -> bool:
        asked = sa.select(code_requests).where(code_requests.c.entry == request.entry)
        found = connection.execute(asked).one_or_none()
        if found is not None and (found.device, found.name) != (request.device, request.name):
            raise Declined(409, "entry-used-before", "this request was somebody else's")
        return found is not None

    def _is_limited(self, connection: sa.Connection, request: sync.CodeRequest, now: int) -> bool:
        """For one name within a day, or from one kiosk within an hour."""
        c, policy = code_requests.c, self._settings.phones
        connection.execute(sa.delete(code_requests).where(c.at <= now - _DAY_US))
        count = sa.select(sa.func.count()).select_from(code_requests)
        by_name = connection.scalar(count.where(c.name == request.name)) or 0
        here = connection.scalar(count.where(c.device == request.device, c.at > now - _HOUR_US)) or 0
        return by_name >= policy.codes_per_day or here >= policy.looks_per_hour

    def _was_done(self, connection: sa.Connection, request: sync.NewPinRequest, member: str | None) -> bool:
        found = connection.execute(
            sa.select(pin_changes).where(pin_changes.c.entry == request.entry)
        ).one_or_none()
        if found is not None and (found.device, found.member) != (request.device, member):
            raise Declined(409, "entry-used-before", "this change was somebody else's")
        return found is not None

    def _write(
        self, connection: sa.Connection, request: sync.NewPinRequest, member: str, verifier: str, what: str
    ) -> None:
        connection.execute(sa.update(members).where(members.c.id == member).values(verifier=verifier))
        row = {"entry": request.entry, "device": request.device, "member": member, "what": what}
        connection.execute(sa.insert(pin_changes).values(**row, at=self._now()))
        touch(connection, [member])

    def _is_same(self, verifier: str, pin: str) -> bool:
        try:
            return bool(verifier) and self._hasher.verify(verifier, pin)
        except (Argon2Error, InvalidHashError):
            return False


def _must_be_names(*names: str) -> None:
    if not all(map(short_name, names)):
        raise Declined(400, "malformed", "name, entry or proof is no name")


def _phone_of(name: str) -> sa.Select[tuple[str, str, str]] | sa.CompoundSelect[tuple[str, str, str]]:
    p = phones.c
    if name.startswith(acc.PHONE):
        return sa.select(p.member, p.tail, p.number).where(p.name == name)
    # Whoever joined without the network has a phone that waits for its first code.
    # Of several phones of somebody who was several accounts, the account's own.
    theirs, own_first = is_theirs(sa.literal(name)), (p.member != name, p.name)
    one = sa.select(p.name).where(theirs).order_by(*own_first).limit(1).scalar_subquery()
    filed, u = sa.select(p.member, p.tail, p.number).where(p.name == one), unproven_phones.c
    none_filed = ~sa.exists().where(theirs)
    tail = sa.func.substr(u.number, sa.func.length(u.number) - TAIL + 1)
    return filed.union_all(sa.select(u.member, tail, u.number).where(u.member == name, none_filed))


def _proof(request: sync.NewPinRequest, now: int) -> sa.Select[tuple[str, str]]:
    """The try that turned out right: of this name, its phone, or the code that was sent for it."""
    p, member = pin_proofs.c, owner(request.name)
    theirs = sa.select(phones.c.name).where(is_theirs(member))
    fits = p.member.in_((request.name, acc.code(request.name))) | (p.member == member) | p.member.in_(theirs)
    asked = sa.select(p.entry, p.member).where(p.entry == request.proof, p.device == request.device, fits)
    return asked.where(p.at > now - PROVEN_US)
