"""The desk's port to purses: each verb is a work for the reader on which the card lies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.events import CardTapped
from kiosk.hardware.cards.apdu import CardMute, Channel
from kiosk.hardware.cards.families import CPU, PURSE
from kiosk.hardware.cards.purse import OtherCard, Purse
from kiosk.ledger.entries import Carding
from kiosk.membership.cards import Card
from kiosk.membership.purses import Intent, Outcome
from kiosk.ports import CardChannel, CardDesk, CardKey, Clock, PurseSeen

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def moment_of(now: int, zone: ZoneInfo) -> bytes:
    """Seven bytes of BCD, YYYYMMDDhhmmss in the shop's zone; `now` is UTC microseconds."""
    local = (_EPOCH + timedelta(microseconds=now)).astimezone(zone)
    return bytes.fromhex(local.strftime("%Y%m%d%H%M%S"))


class _Line:
    """A Channel that outlives one work: what a card has in mind between two works goes on over the next."""

    def __init__(self, channel: CardChannel) -> None:
        self.channel: CardChannel | None = channel

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange over the work's own channel; CardMute between works."""
        if self.channel is None:
            raise CardMute("no work is under way")
        return self.channel.send(command)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A debit that was begun on a reader and not carried out yet."""

    line: _Line
    purse: Purse
    intent: Intent


class PurseDesk:
    """Implements ports.Purses. `purse` opens the purse of a card that lies on a reader."""

    families = frozenset({CPU, PURSE})

    def __init__(
        self, cards: CardDesk, purse: Callable[[Channel], Purse], key: CardKey, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._cards, self._purse, self._key = cards, purse, key
        self._clock, self._zone = clock, zone
        self._begun: dict[str, _Begun] = {}
        """By reader; only the works of that reader look at it."""

    def look(self, request: str, tap: CardTapped) -> None:
        """PurseSeen."""

        def work(channel: CardChannel) -> PurseSeen:
            purse = self._purse(channel)
            return PurseSeen(self._name(purse.serial), purse.balance())

        self._cards.ask(request, tap.reader, tap.card, work)

    def begin(self, request: str, tap: CardTapped, move: str, points: int) -> None:
        """The intent of a debit; CardTrouble ends the work when the card will not."""
        moment = moment_of(self._clock.now(), self._zone)

        def work(channel: CardChannel) -> Carding:
            self._begun.pop(tap.reader, None)
            line = _Line(channel)
            purse = self._purse(line)
            intent = purse.prepare_debit(move, points, moment)
            line.channel = None
            self._begun[tap.reader] = _Begun(line, purse, intent)
            return self._as_entry(intent)

        self._cards.ask(request, tap.reader, tap.card, work)

    def debit(self, request: str, tap: CardTapped, intent: Carding) -> None:
        """An Outcome; what was not begun last on this reader is only resolved."""

        def work(channel: CardChannel) -> Outcome:
            begun = self._begun.pop(tap.reader, None)
            if begun is None or self._as_entry(begun.intent) != intent:
                return self._resolved(channel, intent)
            begun.line.channel = channel
            return begun.purse.debit(begun.intent)

        self._cards.ask(request, tap.reader, tap.card, work)

    def resolve(self, request: str, tap: CardTapped, intent: Carding) -> None:
        """An Outcome; OtherCard and other CardTrouble end the work."""
        self._cards.ask(request, tap.reader, tap.card, lambda channel: self._resolved(channel, intent))

    def _resolved(self, channel: CardChannel, intent: Carding) -> Outcome:
        purse = self._purse(channel)
        if self._name(purse.serial) != intent.card:
            raise OtherCard("another purse than the move was begun with")
        return purse.resolve(_as_intent(intent, purse.serial))

    def _name(self, serial: bytes) -> bytes:
        """The keyed hash under which everybody else knows this purse."""
        return self._key.hash(Card(PURSE, serial))

    def _as_entry(self, intent: Intent) -> Carding:
        return Carding(
            move=intent.op, what=intent.kind, card=self._name(intent.card), amount=intent.amount,
            before=intent.before, counter=intent.counter, random=intent.random, terminal=intent.terminal,
            number=intent.number, moment=intent.moment, claim=intent.claim,
        )  # fmt: skip


def _as_intent(body: Carding, serial: bytes) -> Intent:
    return Intent(
        body.move, body.what, serial, body.amount, body.before, body.counter, body.random, body.terminal,
        body.number, body.moment, body.claim,
    )  # fmt: skip
