"""Planted faults: what every tempting shortcut would cost. Each replaces one part through a seam.

A simulation that does not catch these proves nothing. tests/simulation holds the seeds that do.
"""

import contextlib
import dataclasses
import itertools
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.cards.purse_serial import read_serial
from kiosk.hub.books import Books
from kiosk.hub.draws import draws
from kiosk.hub.generation import MemoryGeneration
from kiosk.hub.office import HeadOffice
from kiosk.hub.told import told
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.legs import LooseEnd, Transfer, transfers
from kiosk.membership.paper import Paper
from kiosk.membership.purses import Intent, NotMoved, Outcome
from kiosk.membership.vouchers import check_code, damm
from kiosk.offline.transport import HubRefused
from kiosk.offline.uploader import Uploader
from kiosk.ports import Draft
from kiosk.simulation.cable import Cable
from kiosk.simulation.clocks import KioskClock
from kiosk.simulation.head import Head
from kiosk.simulation.printer import SimPrinter, Slip
from kiosk.simulation.seams import Seams
from kiosk.simulation.story import Weather
from kiosk.simulation.witness import WitnessedJournal


@dataclass(frozen=True)
class Plant:
    """A shortcut, and the parts that take it."""

    what: str
    seams: Seams
    weather: Weather
    """One in which it shows soon."""


class EagerJournal(WitnessedJournal):
    """Says OK before the medium has it: power off, and the last transaction was never there."""

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Write, and forget to wait."""
        self._keep_what_is_safe()
        return super().append(*drafts)

    def close(self) -> None:
        """Whatever the medium had not taken is gone."""
        super().close()
        folder = self._place.parent / "safe"
        if folder.exists():
            for name in ("journal.db", "journal.db-wal"):
                self._place.with_name(name).unlink(missing_ok=True)
            shutil.copytree(folder, self._place.parent, dirs_exist_ok=True)

    def __init__(self, path: Path, **named: Any) -> None:
        self._place = path
        super().__init__(path, **named)

    def _keep_what_is_safe(self) -> None:
        folder = self._place.parent / "safe"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("journal.db", "journal.db-wal"):
            if (found := self._place.with_name(name)).exists():
                shutil.copy(found, folder / name)


class CachedBalanceJournal(WitnessedJournal):
    """Spends what a cached balance says, and helps itself to the rights."""

    def rights(self, asset: str, member: str | None = None) -> int:
        """As much as anybody may want."""
        return 100_000 if asset == acc.POINTS else super().rights(asset, member)

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Take the points first, if they are not here."""
        for draft in drafts:
            if isinstance(draft.body, en.Redeem):
                lacking = draft.body.points - super().rights(acc.POINTS, draft.member)
                if lacking > 0:
                    super().append(self._own_grant(lacking, draft.member))
        return super().append(*drafts)

    def _own_grant(self, amount: int, member: str | None) -> Draft:
        gen, d = self.downlink()
        body = en.Granted(gid=self._ids.uuid7(), gen=gen, d=d, asset=acc.POINTS, amount=amount, member=member)
        return Draft(body, member=member)


class DoublingOffice(HeadOffice):
    """Books what comes again once more."""

    _seen: set[tuple[str, int]]
    _times = itertools.count()

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """As it should be, and then again."""
        if not hasattr(self, "_seen"):
            self._seen = set()
        places = [(request.device, request.first + place) for place in range(len(request.entries))]
        again = [stored for place, stored in zip(places, request.entries, strict=True) if place in self._seen]
        answer = super().sync(request)
        self._seen.update(places)
        for stored in again:
            self._book_again(request.device, stored)
        return answer

    def _book_again(self, device: str, stored: bytes) -> None:
        try:
            moved = transfers(device, en.decode(stored), {})
        except (LooseEnd, en.MalformedEntry):
            return
        with self.engine.begin() as connection:
            books = Books(connection)
            for leg in moved:
                name = f"again:{next(self._times)}:{leg.id}"
                books.move(Transfer(name, leg.source, leg.target, leg.asset, leg.amount))
            books.write()


class EagerHead(Head):
    """Answers before COMMIT, and remembers nothing outside of its database: a crash takes the last hours."""

    def restart(self) -> None:
        """What was not committed yet is gone; nobody can tell that it ever was."""
        if self._image is not None:
            with self._engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                self._image.backup(raw)
        self.keeper = MemoryGeneration()
        super().restart()
        self._image = self._copy()

    _image: sqlite3.Connection | None = None

    def _copy(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.backup(copy)
        return copy


class NoRing(MemoryGeneration):
    """Remembers of no grant that it was made."""

    def noted(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


class DeafOffice(HeadOffice):
    """Does not listen to what kiosks remember of it: never learns that it was restored."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """As if every kiosk were new."""
        nothing = wire.Mark(n=0, hash=en.GENESIS)
        return super().sync(msgspec.structs.replace(request, mark_seen=nothing, down_ack=0))


class FencelessHead(Head):
    """Restored, and goes on as if nothing had been."""

    keeper_kind = NoRing


class PruningCable(Cable):
    """Calls everything stable that was acknowledged once."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Forget it all."""
        answer = super().sync(request)
        return msgspec.structs.replace(answer, stable=answer.mark.n)


class LavishJournal(WitnessedJournal):
    """Gives a hundred times the points of a benefit."""

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Nobody counts them at the kiosk."""
        return super().append(*(self._lavish(draft) for draft in drafts))

    def _lavish(self, draft: Draft) -> Draft:
        body = draft.body
        if not isinstance(body, en.Earned):
            return draft
        return dataclasses.replace(draft, body=msgspec.structs.replace(body, points=100 * body.points))


class DeafEarOffice(HeadOffice):
    """Keeps the first answer of anybody, whatever they say later."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """As it should be; then nothing that was kept may change."""
        with self.engine.begin() as connection:
            before = connection.execute(sa.select(told)).all()
        answer = super().sync(request)
        with self.engine.begin() as connection:
            for row in before:
                connection.execute(sa.update(told).where(told.c.key == row.key).values(**row._mapping))
        return answer


class RedrawingOffice(HeadOffice):
    """Looks at what somebody drew, and lets them draw once more where it costs something."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Every other winner has won nothing, and a number that fits."""
        answer = super().sync(request)
        with self.engine.begin() as connection:
            dear = sa.update(draws).where(draws.c.prize != "", draws.c.place % 2 == 1)
            connection.execute(dear.values(number=9_999, meant="", prize=""))
        return answer


class MintingOffice(HeadOffice):
    """Makes a once-only benefit whenever somebody wants it."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Forget who had it."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE transfers SET id = 'old:' || hex(randomblob(8)) WHERE id LIKE 'entitle:%'"
            )
        return super().sync(request)


class ShelteredJournal(WitnessedJournal):
    """Helps itself to a right to claim that is elsewhere, as soon as it hears of the voucher."""

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Claims what was let go as if it were still here."""
        for draft in drafts:
            if isinstance(draft.body, en.Release):
                return super().append(*drafts, self._own_right(draft.body))
        return super().append(*drafts)

    def _own_right(self, body: en.Release) -> Draft:
        operation = self.operation(body.op)
        assert operation is not None
        gen, d = self.downlink()
        asset = acc.claim(body.voucher)
        return Draft(
            en.Granted(gid=self._ids.uuid7(), gen=gen, d=d, asset=asset, amount=1, voucher=operation.redeem)
        )


class GenerousJournal(WitnessedJournal):
    """Gives the points of a voucher back, and leaves the right to claim where it is: the paper stays good."""

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Points out of nothing, instead of those of the voucher; the right that it took stays used up."""
        given_back = any(isinstance(draft.body, en.Cancel) for draft in drafts)
        kept = (draft for draft in drafts if not (given_back and isinstance(draft.body, en.Returned)))
        return super().append(*(self._instead(draft) for draft in kept))

    def _instead(self, draft: Draft) -> Draft:
        operation = self.operation(draft.body.op) if isinstance(draft.body, en.Cancel) else None
        if operation is None or not operation.redeem.points:
            return draft
        gen, d = self.downlink()
        points, member = operation.redeem.points, operation.member
        body = en.Granted(gid=self._ids.uuid7(), gen=gen, d=d, asset=acc.POINTS, amount=points, member=member)
        return Draft(body, member=member)


class UngivingJournal(WitnessedJournal):
    """Lets a printer that fails cost members their right to a gift."""

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Whatever became void, the right is used up."""
        return super().append(*(one for draft in drafts for one in self._with_its_use(draft)))

    def _with_its_use(self, draft: Draft) -> list[Draft]:
        operation = self.operation(draft.body.op) if isinstance(draft.body, en.Void) else None
        if operation is None or not acc.is_entitlement(operation.redeem.benefit):
            return [draft]
        return [draft, Draft(en.Used(asset=operation.redeem.benefit), member=operation.member)]


class ForgetfulJournal(WitnessedJournal):
    """Takes points from the giver now, and remembers for the friend until they come themselves."""

    _promised: list[Draft]

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Half of a gift, and the other half with the friend's own next entry."""
        promised = getattr(self, "_promised", [])
        here = {draft.member for draft in drafts}
        now = [draft for draft in drafts if not isinstance(draft.body, en.Received)]
        due = [one for one in promised if one.member in here]
        later = [draft for draft in drafts if isinstance(draft.body, en.Received)]
        self._promised = [one for one in promised if one.member not in here] + later
        return super().append(*due, *now)


class DeafToReports(HeadOffice):
    """Takes in what members report, and does nothing about it."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """The card is served again, the doubt is forgotten."""
        answer = super().sync(request)
        with self.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE cards SET why = '' WHERE why = 'lost'")
            connection.exec_driver_sql("DELETE FROM doubts")
        return answer


class SendOnceOffice(HeadOffice):
    """Sends each grant once, and believes that it arrived."""

    _sent: set[str]

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Without what was sent before."""
        if not hasattr(self, "_sent"):
            self._sent = set()
        answer = super().sync(request)
        fresh = tuple(grant for grant in answer.grants if grant.gid not in self._sent)
        self._sent.update(grant.gid for grant in fresh)
        return msgspec.structs.replace(answer, grants=fresh)


class ReclaimingOffice(HeadOffice):
    """Takes back by itself what a silent kiosk holds of members."""

    _heard: dict[str, int]
    _times = itertools.count()
    AFTER_US = 4 * 3_600_000_000

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Whoever was silent for hours has lost its rights meanwhile."""
        if not hasattr(self, "_heard"):
            self._heard = {}
        for device, at in self._heard.items():
            if self.now() - at > self.AFTER_US:
                self._reclaim(device)
        self._heard[request.device] = self.now()
        return super().sync(request)

    def _reclaim(self, device: str) -> None:
        prefix = acc.escrow(device) + ":"
        with self.engine.begin() as connection:
            held = connection.exec_driver_sql(
                "SELECT account, amount FROM balances WHERE asset = 'points' AND amount > 0"
            ).all()
            books = Books(connection)
            for account, amount in held:
                if account.startswith(prefix):
                    name = f"reclaim:{next(self._times)}"
                    own = acc.member(account.removeprefix(prefix))
                    books.move(Transfer(name, account, own, acc.POINTS, amount))
            books.write()


class DeletingUploader(Uploader):
    """Throws away what head office answers with 4xx."""

    def _refused(self, now: float, refusal: HubRefused, size: int) -> float:
        if 400 <= refusal.status < 500:
            self._sent = (self._sent or 0) + size
            return now + 1
        return super()._refused(now, refusal, size)


class PatientUploader(Uploader):
    """Waits behind an entry that nobody can read."""

    def _refused(self, now: float, refusal: HubRefused, size: int) -> float:
        del size
        return self._failed(now, refusal)


class RenumberingPrinter(SimPrinter):
    """Gives a reprint a number of its own, properly signed."""

    def slip(self, op: str, attempt: int, paper: Paper) -> Slip:
        """The first one as it is."""
        slip = super().slip(op, attempt, paper)
        if attempt == 1:
            return slip
        stem = f"{slip.number[:6]}{int(slip.number[6:13]) + 500_000:07d}"
        number = stem + damm(stem)
        return Slip(number, slip.gift, check_code(self._key.sign(number.encode())), op, slip.printed_by)


class SequenceIds(FreshIds):
    """Ids from the clock and a sequence: fresh on one kiosk, and the same on the next."""

    _last: tuple[int, int]

    def uuid7(self) -> str:
        """Hours, and how many there were before in this hour."""
        hour = self._now() // 3_600_000_000
        last = getattr(self, "_last", (0, 0))
        self._last = (hour, last[1] + 1 if last[0] == hour else 0)
        return f"{hour}-{self._last[1]}"


def clock_ids(now: Callable[[], int], chance: random.Random) -> FreshIds:
    """Names that only the clock makes."""
    return SequenceIds(now, chance)


class BlindOffice(HeadOffice):
    """Looks at no chain: whatever a device sends is its log."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Nobody is ever frozen."""
        answer = super().sync(request)
        if not answer.state.frozen:
            return answer
        with self.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE devices SET frozen = ''")
        state = msgspec.structs.replace(answer.state, frozen=False)
        last = request.first + len(request.entries) - 1
        return msgspec.structs.replace(answer, state=state, mark=wire.Mark(n=last, hash=request.head))


class ProudClock(KioskClock):
    """Believes itself, always."""

    def trusted(self) -> bool:
        """Of course."""
        return True


class BlindRetryPurse(PbocPurse):
    """Begins once more when the card's answer was not what it should be."""

    def _settle_here(self, intent: Intent) -> Outcome:
        with contextlib.suppress(CardTrouble):
            self._serial = read_serial(self._channel)
            return self.debit(self.prepare_debit(intent.op, intent.amount, intent.moment))
        return super()._settle_here(intent)


class TrustingPurse(PbocPurse):
    """Holds whatever is not a good answer for "nothing happened"."""

    def _settle_here(self, intent: Intent) -> Outcome:
        return NotMoved(intent.before)


def _like(**rest: Any) -> Weather:
    """A short quiet story, but for this."""
    return dataclasses.replace(Weather(kiosks=2, members=2, visits=20, days=0.4), **rest)


_SHORT = _like(visits=14)
_LOSSY = _like(loss=0.5)
_POISONED = _like(poison=0.3)
_CARDS = _like(kiosks=1, members=1, visits=60, days=1.0, outage=0.5, purses=1.0)
_LOOKING = _like(kiosks=3, members=4, visits=40, days=1.0, services=0.9)
PLANTS: dict[str, Plant] = {
    "ok-before-fsync": Plant(
        "prints before the entry is durable", Seams(journal=EagerJournal), _like(power=0.5)
    ),
    "cached-balance": Plant("spends from a cached balance", Seams(journal=CachedBalanceJournal), _SHORT),
    "no-idempotency": Plant("books what is delivered twice twice", Seams(office=DoublingOffice), _LOSSY),
    "grants-sent-once": Plant("sends a grant once", Seams(office=SendOnceOffice), _LOSSY),
    "reclaim-by-timeout": Plant(
        "takes rights back by time", Seams(office=ReclaimingOffice), _like(outage=0.7, days=3.0)
    ),
    "delete-on-4xx": Plant("drops what is answered with 4xx", Seams(uploader=DeletingUploader), _POISONED),
    "head-of-line": Plant("waits behind a poisoned entry", Seams(uploader=PatientUploader), _POISONED),
    "new-number": Plant(
        "reprints under a new number",
        Seams(printer=RenumberingPrinter),
        _like(kiosks=1, paper=1.0, power=0.5),
    ),
    "ids-from-clock": Plant("makes ids from clock and sequence", Seams(ids=clock_ids), _SHORT),
    "acks-before-commit": Plant(
        "answers before COMMIT",
        Seams(head=EagerHead),
        _like(members=4, visits=40, days=3.0, loss=0.2, hub_crash=0.4),
    ),
    "no-fence": Plant(
        "goes on after a restore as if nothing had been",
        Seams(head=FencelessHead, office=DeafOffice),
        _like(kiosks=1, members=1, disaster="restored"),
    ),
    "prune-on-ack": Plant(
        "forgets what was acknowledged once",
        Seams(cable=PruningCable),
        _like(kiosks=1, members=1, days=1.0, disaster="restored"),
    ),
    "benefit-twice": Plant(
        "makes once-only benefits again", Seams(office=MintingOffice), _like(members=1, visits=30)
    ),
    "benefit-too-large": Plant("gives more than a benefit's rule says", Seams(journal=LavishJournal), _SHORT),
    "first-answer": Plant(
        "keeps the first thing that somebody told",
        Seams(office=DeafEarOffice),
        _LOOKING,
    ),
    "keeps-the-right": Plant(
        "claims what it has let go",
        Seams(journal=ShelteredJournal),
        _LOOKING,
    ),
    "paper-given-back": Plant(
        "gives points back for a voucher that stays good",
        Seams(journal=GenerousJournal),
        _LOOKING,
    ),
    "right-lost-with-the-paper": Plant(
        "lets a failed print cost a right to a gift",
        Seams(journal=UngivingJournal),
        _like(members=4, paper=1.0, services=0.9),
    ),
    "draws-again": Plant(
        "draws again for whoever won",
        Seams(office=RedrawingOffice),
        _like(members=4, services=0.9, drawing=0.9),
    ),
    "half-a-gift": Plant(
        "takes points from the giver, and keeps the friend's half in mind",
        Seams(journal=ForgetfulJournal),
        _like(kiosks=1, members=4, services=0.9, giving=0.9),
    ),
    "reports-ignored": Plant(
        "takes in what members report, and does nothing",
        Seams(office=DeafToReports),
        _like(kiosks=1, members=1, visits=24, days=1.0, services=0.9),
    ),
    "no-chain-check": Plant(
        "looks at no chain", Seams(office=BlindOffice), _like(kiosks=1, disaster="copied")
    ),
    "trusts-its-clock": Plant(
        "ends vouchers by a clock that nobody checked", Seams(clock=ProudClock), _like(clock=3.0)
    ),
    "card-retry": Plant(
        "debits a card again that did not answer well",
        Seams(purse=BlindRetryPurse),
        _CARDS,
    ),
    "card-believed": Plant(
        "takes a card's refusal or silence for an answer",
        Seams(purse=TrustingPurse),
        _CARDS,
    ),
    "paper-is-value": Plant("takes paper as value", Seams(trusts_paper=True), _SHORT),
}
