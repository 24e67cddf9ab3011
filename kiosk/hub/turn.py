"""One sync while its transaction is open."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.batches import Link, chain
from kiosk.hub.books import Books, Key
from kiosk.hub.catching_up import CatchingUp
from kiosk.hub.claims import Asker, Claims, presented
from kiosk.hub.declined import Declined
from kiosk.hub.entitlements import Entitlements
from kiosk.hub.intake import Capable, Intake
from kiosk.hub.looks import Looks
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import OpenBook
from kiosk.hub.pins import Refill
from kiosk.hub.purses import Purses
from kiosk.hub.rebooking import Rebooking, voucher_in
from kiosk.hub.recovery import Era
from kiosk.hub.rights import Downlink, Ids, Policy, Rights, Sources, unacknowledged
from kiosk.hub.seals import Seals
from kiosk.hub.second_branch import SecondBranch, hashes_at, keep
from kiosk.hub.serials import Lending, Numbering, Where
from kiosk.hub.settings import Stable
from kiosk.hub.shelves import Need, Reader
from kiosk.hub.tables import devices, entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire

_WHY_MAX = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A request whose entries were read and whose signature holds; they are not chained yet."""

    request: wire.SyncRequest
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a turn needs to know of the head office it is at."""

    era: Era
    policy: Policy
    ids: Ids
    now: Callable[[], int]
    seals: Seals
    stable: Stable = "two-backups"

    @property
    def generation(self) -> int:
        """The restore counter."""
        return self.era.gen


@dataclass(frozen=True, slots=True)
class Common:
    """What the turns of one transaction share."""

    connection: sa.Connection
    lookups: Lookups
    book: OpenBook
    desk: Desk


@dataclass(frozen=True, slots=True)
class Told:
    """What every answer of one transaction says about the shop."""

    deny_epoch: int
    pack: int
    catalogue: int
    on_standby: bool = False
    """Whether COMMIT returns only once a second database has it on its disk."""


class Turn:
    """One sync while its transaction is open: `read`, `locks`, `apply`, the rows to store, `answer`."""

    def __init__(self, common: Common, upload: Upload, device: sa.Row[tuple[object, ...]]) -> None:
        self._connection = common.connection
        self._lookups = common.lookups
        self._desk = desk = common.desk
        self._request = upload.request
        self._links = upload.links
        self.device: str = device.device
        self.declined: Declined | None = None
        self._held = device
        # A restored head office lost what it knew of a second log; the device did not.
        self._frozen: str = device.frozen or _said(upload.request.frozen)
        current = device.down_gen == desk.generation
        self._acknowledged: int = device.down_ack if current else 0
        self._last_d: int = device.down_d if current else 0
        self._forked: tuple[Link, ...] = ()
        self._second: SecondBranch | None = None
        self._verdicts: tuple[wire.EntryVerdict, ...] = ()
        self._refused: tuple[wire.Refusal, ...] = ()
        self._rights: Rights | None = None
        self._numbering: Numbering | None = None
        self._looks: Looks | None = None
        self._retired = device.retired_at is not None
        self._rebooking = Rebooking(
            self.device, desk.era, desk.seals, device.log_gen or 0, is_retired=self._retired
        )
        self._past = CatchingUp(device, upload.request, desk.era, self._rebooking)
        asker = Asker(self.device, device.store, desk.policy.grants.claims_per_hour)
        self._claims = Claims(common.lookups, common.book, asker, desk.now)
        self._place = f"{device.store}{device.kiosk}"
        self._intake = Intake(
            common.book,
            common.lookups,
            self.device,
            self._rebooking,
            Capable(self._place, merges=desk.policy.merges),
        )
        self._refill = Refill(common.lookups, self.device, desk.policy.pin, desk.policy.grants)

    def read(self, mark: wire.Mark) -> Reader:
        """Find out what is new, and look up what it speaks of. `declined` says why nothing will be done."""
        self._mark = mark
        self._lookups.hashes.put((self.device, mark.n), mark.hash)
        try:
            fresh = yield from self._fresh(mark)
        except Declined as declined:
            self.declined = declined
            return
        if fresh:
            self._mark = wire.Mark(n=fresh[-1].n, hash=fresh[-1].hash)
        if not self._forked and not self._frozen and not self._retired:
            self._past.look_for_restore(self._mark)
        yield from self._intake.read(fresh, presented(self._request.wants))
        yield from self._refill.read(self._intake.posted())
        if self._may_grant():
            downlink = Downlink(self.device, self._desk.generation, self._last_d)
            self._rights = Rights(self._lookups, self._sources(), downlink, self._desk.policy, self._desk.ids)
            yield from self._rights.read(self._request.wants, self._intake.moved())
        if not self._forked:
            self._past.read(self._connection, self._mark)

    def _sources(self) -> Sources:
        desk, people = self._desk, self._lookups.people
        entitlements = Entitlements(people, desk.now, desk.policy.zone)
        where = Where(self.device, self._place, self._request.tail <= self._mark.n)
        lending = Lending(desk.policy.grants.serial_par, desk.policy.grants.serial_ranges_per_day, desk.now())
        serials, limits = self._lookups.serials, self._lookups.limits
        self._numbering = Numbering(serials, limits, where, lending, desk.generation)
        self._looks = Looks(self._lookups.looks, self.device, desk.policy.phones, desk.now())
        purses = Purses(people, self._intake.merges, entitlements)
        return Sources(self._claims, purses, self._numbering, self._looks)

    def locks(self) -> Sequence[Key]:
        """Every balance that this sync may touch."""
        rights = self._rights.keys() if self._rights else ()
        second = self._second.keys() if self._second else ()
        return [*self._intake.keys(), *self._refill.keys(), *self._past.keys(), *second, *rights]

    def apply(self, books: Books) -> None:
        """Move what is to be moved, and grant."""
        self._verdicts = self._intake.apply(books)
        self._refill.apply(books)
        self._past.apply(books)
        if self._second is not None:
            self._second.apply(books)
        if self._rights is not None:
            self._refused = self._rights.grant(books)
            self._last_d = self._rights.last_d
        elif self._frozen or self._retired or self._past.recovering:
            self._refused = tuple(wire.Refusal(want=want.id, why="later") for want in self._request.wants)

    def entry_rows(self) -> Sequence[tuple[object, ...]]:
        """Rows of `tables.entries`."""
        return list(self._intake.rows())

    def waiting_rows(self) -> Sequence[tuple[object, ...]]:
        """Rows of `recovery_tables.waiting`."""
        return list(self._rebooking.waiting_rows())

    def grant_rows(self) -> Sequence[tuple[object, ...]]:
        """Rows of `tables.grants`."""
        return [*self._rebooking.grant_rows(), *(self._rights.made if self._rights else ())]

    def want_rows(self) -> Sequence[tuple[object, ...]]:
        """Rows of `tables.wants`."""
        return [*self._rebooking.want_rows(), *(self._rights.booked if self._rights else ())]

    def write_rest(self) -> None:
        """Remember which rights to claim were asked for, what was lent, and who was merged."""
        self._claims.write(self._connection)
        if self._numbering is not None:
            self._numbering.write(self._connection)
        if self._looks is not None:
            self._looks.write(self._connection)
        self._intake.write(self._connection)

    def stock_moved(self) -> bool:
        """Whether the stock of any gift may differ now."""
        return self._intake.stock_moved()

    def moved_vouchers(self) -> Sequence[str]:
        """The vouchers whose right to claim this batch moved: others' entries may have waited for that."""
        return [voucher for _, body in self._intake.posted() if (voucher := voucher_in(body))]

    def joined(self) -> bool:
        """Whether somebody joined in this batch."""
        return any(isinstance(body, en.Joined) for _, body in self._intake.posted())

    def let_go(self) -> bool:
        """Whether this batch ended a right to claim, or sent it home."""
        ends = (en.Release, en.Claim, en.Expire, en.Cancel, en.Void, en.Post)
        posted = (body for _, body in self._intake.posted())
        return any(isinstance(body, ends) or _is_claim_back(body) for body in posted)

    def _may_grant(self) -> bool:
        """Only a kiosk that serves, knows this generation, and whose whole log was in for it."""
        return self._serves() and self._request.gen_seen == self._desk.generation

    def _serves(self) -> bool:
        return not self._frozen and not self._retired and not self._past.recovering

    def _fresh(self, mark: wire.Mark) -> Generator[Need, None, Sequence[Link]]:
        """The entries beyond the mark; none if there is a gap or the batch contradicts what is stored."""
        request, links = self._request, self._links
        if not links or request.first > mark.n + 1:
            self._go_on_with_second(mark)
            return ()
        seen, before = request.mark_seen, request.first - 1
        again = range(request.first, min(request.first + len(links) - 1, mark.n) + 1)
        known = {before, *again, *((seen.n,) if seen.n <= mark.n else ())} - {0}
        yield self._lookups.hashes.need((self.device, n) for n in known)
        linked = chain(links, self._hash_at(before), request.head)
        if linked[-1].hash != request.head and self._go_on_with_second(mark):
            return ()
        differs = any(link.hash != self._hash_at(link.n) for link in linked if link.n in again)
        if not differs and seen.n <= mark.n:
            differs = seen.hash != self._hash_at(seen.n)
        if differs:
            self._freeze(linked, mark)
            return ()
        if linked[-1].hash != request.head:
            raise Declined(400, "head", "the entries do not lead to the signed head")
        return tuple(link for link in linked if link.n > mark.n)

    def _hash_at(self, n: int) -> bytes:
        return (n and self._lookups.hashes.get((self.device, n))) or en.GENESIS

    def _go_on_with_second(self, mark: wire.Mark) -> bool:
        """A log that contradicted the first one goes on where we have it; False if this batch does not."""
        for previous in hashes_at(self._connection, self.device, self._request.first - 1):
            linked = chain(self._links, previous, self._request.head)
            if linked and linked[-1].hash == self._request.head:
                self._freeze(linked, mark)
                return True
        return False

    def _freeze(self, linked: Sequence[Link], mark: wire.Mark) -> None:
        """Two logs of one device: it serves nobody any more, and both are kept."""
        connection = self._connection
        self._forked = tuple(link for link in linked if link.n > mark.n or self._hash_at(link.n) != link.hash)
        self._frozen = self._frozen or f"fork at {self._forked[0].n if self._forked else 'mark'}"
        keep(connection, self.device, self._forked, self._desk.now())
        self._second = SecondBranch(connection, self.device, self._forked)
        mine = sa.update(devices).where(devices.c.device == self.device)
        connection.execute(mine.values(frozen=self._frozen))

    def acknowledge(self) -> None:
        """`down_ack` only rises, and never beyond what was granted: an old request may arrive late."""
        request, held, gen = self._request, self._held, self._desk.generation
        if request.gen_seen == gen:
            before = held.down_d if held.down_gen == gen else 0
            self._acknowledged = max(self._acknowledged, min(request.down_ack, before))
        news = {"gen_seen": max(held.gen_seen, request.gen_seen), "down_ack": self._acknowledged}
        if self._rights is not None and self._rights.made:
            news |= {"down_gen": gen, "down_d": self._last_d}
        if self._frozen != held.frozen:
            news["frozen"] = self._frozen
        if any(getattr(held, name) != value for name, value in news.items()):
            mine = sa.update(devices).where(devices.c.device == self.device)
            self._connection.execute(mine.values(**news))
        self._past.write(self._connection)

    def _all_verdicts(self) -> tuple[wire.EntryVerdict, ...]:
        """What became of every entry sent, now or when it first came."""
        told = {verdict.n: verdict for verdict in self._stored_verdicts()}
        told |= {verdict.n: verdict for verdict in self._verdicts}
        for link in self._forked:
            told.pop(link.n, None)
        forks = (wire.EntryVerdict(n=link.n, verdict="disputed", reason="fork") for link in self._forked)
        return (*(told[n] for n in sorted(told)), *forks)

    def _stored_verdicts(self) -> Sequence[wire.EntryVerdict]:
        last = self._request.first + len(self._links) - 1
        if len(self._verdicts) == len(self._links):
            return ()
        e = entries.c
        asked = sa.select(e.n, e.verdict, e.reason).where(
            e.device == self.device, e.n.between(self._request.first, last)
        )
        rows = self._connection.execute(asked)
        return [wire.EntryVerdict(n=n, verdict=verdict, reason=reason) for n, verdict, reason in rows]

    def answer(
        self, told: Told, asked: tuple[wire.Instruction, ...], drawn: tuple[wire.DrawResult, ...] = ()
    ) -> wire.SyncAnswer:
        """What to send back once COMMIT has returned; all of it is read before."""
        pending: tuple[wire.Grant, ...] = ()
        if self._serves() and self._last_d > self._acknowledged:
            most, gen = self._desk.policy.grants.per_sync, self._desk.generation
            bare = unacknowledged(self._connection, self.device, gen, self._acknowledged, most)
            pending = tuple(self._desk.seals.sealed(self.device, grant) for grant in bare)
        return wire.SyncAnswer(
            gen=self._desk.generation,
            recovering=self._past.recovering,
            mark=self._mark,
            stable=self._stable(told),
            verdicts=self._all_verdicts(),
            grants=pending,
            refused=self._refused,
            instructions=() if self._frozen or self._past.recovering else asked,
            draws=drawn,
            state=wire.DeviceState(
                frozen=bool(self._frozen) or self._retired,
                deny_epoch=told.deny_epoch,
                pack=told.pack,
                catalogue=told.catalogue,
                now=self._desk.now(),
            ),
        )

    def _stable(self, told: Told) -> int:
        """How far the kiosk may forget."""
        if self._desk.stable == "standby":
            return self._mark.n if told.on_standby else 0
        return min(self._held.stable or 0, self._mark.n) if self._desk.stable == "two-backups" else 0


def _is_claim_back(body: en.Body) -> bool:
    return isinstance(body, en.Returned) and bool(acc.voucher_of(body.asset))


def _said(frozen: str) -> str:
    plain = "".join(one for one in frozen[:_WHY_MAX] if one.isprintable())
    return f"it says itself: {plain}"[:_WHY_MAX] if frozen else ""
