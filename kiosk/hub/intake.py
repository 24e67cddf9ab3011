"""What head office makes of a device's facts: every one is kept, a verdict says what it moved."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa

from kiosk.hub import counted, draws, handed, sold_by_hand, stocked, told
from kiosk.hub.batches import Link
from kiosk.hub.books import Books, Key, disputed
from kiosk.hub.honoured import Honoured
from kiosk.hub.joins import Joins
from kiosk.hub.lookups import Lookups
from kiosk.hub.merges import Merges
from kiosk.hub.operations import Conflict, OpenBook, Operations
from kiosk.hub.rebooking import WAITS, Rebooking
from kiosk.hub.reports import Report, Reports
from kiosk.hub.risk import Settlement
from kiosk.hub.shelves import Reader
from kiosk.hub.sold_by_hand import SoldByHand
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Balances, LooseEnd, Transfer, fold, moves_of
from kiosk.ledger.sync import EntryVerdict, Verdict
from kiosk.membership.rules import CASH_VOUCHER, DRAW, GIVE, GiftByRight, LotteryRule
from kiosk.membership.vouchers import is_valid_number

_AMOUNT_MAX = 10**12
_TEXT_MAX = 200
_NUMBER_DIGITS = 14
_NAME_MAX = 64
_QR_MAX = 1024
_TIME_MAX = 1 << 62
_GEN_MAX = 1 << 53
_ANSWERS_MAX = 12
_OPTION = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A name out of the rule pack or the catalogue: too short and too plain for anything somebody wrote."""
REBOOKED = "rebooked"
TOO_CHEAP = "price"
OTHER_STORE = "store"
TOO_MUCH = "benefit"
NOT_GIVEN = "credit"
BRINGS_NOTHING = frozenset(
    {TOO_MUCH, NOT_GIVEN, stocked.NOT_STOCKED, sold_by_hand.NOT_TAKEN, sold_by_hand.TAKEN}
)
"""Why an entry is disputed whatever its account holds: nobody has rights from it."""
_RIGHTS = ("escrow:", "member:", "pool:", "suspense:retired:", acc.GIVING)


class _Set(Exception):
    """The verdict is clear and the entry moves nothing."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict: Verdict = verdict
        self.reason = reason


@dataclass(slots=True)
class _Work:
    """One fresh entry on its way to a verdict. `id` is None if another entry has used it."""

    link: Link
    id: str | None
    body: en.Body | None = None
    op: str | None = None
    verdict: Verdict = "posted"
    reason: str = ""
    legs: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class Capable:
    """What a device may journal: vouchers whose numbers begin with its own `place`, and merges or not."""

    place: str = ""
    merges: bool = True


class Intake:
    """Takes in the fresh entries of one batch: `read`, then `keys` to open in the books, then `apply`."""

    def __init__(
        self,
        book: OpenBook,
        lookups: Lookups,
        device: str,
        rebooking: Rebooking,
        capable: Capable = Capable(),  # what was judged once and waited
    ) -> None:
        self._capable = capable
        self._lookups = lookups
        self._device = device
        self._rebooking = rebooking
        self._operations = Operations(book, lookups, device, rebooking.had)
        self._honoured = Honoured(lookups, capable.place[:4])
        self.merges = Merges(lookups)
        self._joins = Joins(lookups, device, capable.place[:4])
        self._reports = Reports(lookups, device)
        self._by_hand = SoldByHand(lookups, capable.place[:4])
        self._settlement = Settlement(lookups.people, book, recovering=rebooking.era.recovering)
        self._work: list[_Work] = []

    def read(self, fresh: Sequence[Link], presented: Collection[str] = (), *, again: bool = False) -> Reader:
        """Look up what the entries speak of, and derive what they would move.

        `presented` are vouchers that this device asks for: they are locked together with its operations.
        `again`: these entries are stored already, and waited.
        """
        self._work = [_Work(link, link.entry.id if link.entry else None) for link in fresh]
        for work in self._work:
            _look(work)
        bodies = [work.body for work in self._work]
        ops = {work.op for work in self._work if work.op}
        vouchers = {body.voucher for body in bodies if isinstance(body, en.Redeem)}
        travelling = {
            acc.voucher_of(body.asset) for body in bodies if isinstance(body, en.Granted | en.Returned)
        }
        lookups = self._lookups
        yield lookups.entry_ids.need(work.id for work in self._work if work.id)
        yield from self._operations.read(ops, vouchers, travelling.union(presented) - {""})
        claims = (self._operations.issuer(body.op) for body in bodies if isinstance(body, en.Claim))
        yield from self._honoured.read({issuer for issuer in claims if issuer} - {self._device})
        yield lookups.grants.need(body.gid for body in bodies if isinstance(body, en.Granted))
        yield lookups.told_prices.need(body.gift for body in bodies if isinstance(body, en.Redeem))
        yield lookups.devices.need(body.to for body in bodies if isinstance(body, en.Release))
        yield lookups.serials.leases.need([self._capable.place] if vouchers and self._capable.place else [])
        yield from self._by_hand.read(bodies)
        yield from self._rebooking.read(lookups, bodies)
        posted = ((work.link.entry, work.body) for work in self._work)
        friends = (one.member for one, body in posted if one and isinstance(body, en.Received))
        yield from self.merges.read(bodies, filter(None, friends))
        yield from self._joins.read(
            (work.link.entry, work.body) for work in self._work if work.link.entry and work.body
        )
        yield from self._reports.read(
            (work.link.entry, work.body) for work in self._work if work.link.entry and work.body
        )
        for work in self._work:
            if not again:
                self._name(work)
            try:
                self._derive(work)
                self._by_right(work)
                self._price(work)
                self._honour(work)
                self._measure(work)
                self._rebooking.see(work.body)
            except _Set as clear:
                self._set_aside(work, clear)
        yield from self._settlement.read(self.posted())

    def _set_aside(self, work: _Work, clear: _Set) -> None:
        work.verdict, work.reason, work.legs = clear.verdict, clear.reason, ()
        voucher = self._operations.voucher_of(work.op)
        if self._rebooking.waits(work.link.n, work.body, clear.reason, voucher):
            work.verdict, work.reason = "quarantined", WAITS
        elif clear.verdict == "quarantined" and work.op:
            self._operations.quarantine(work.op)

    def _name(self, work: _Work) -> None:
        """An id belongs to the first entry that has it, of whatever device."""
        if work.id is None or self._lookups.entry_ids.get(work.id):
            work.id = None
        else:
            self._lookups.entry_ids.put(work.id, value=True)

    def keys(self) -> Iterable[Key]:
        """Every balance that these entries may touch."""
        suspense = disputed(self._device)
        for work in self._work:
            for leg in work.legs:
                for account in (leg.source, leg.target, suspense):
                    yield (account, leg.asset)
        yield from self.merges.keys(self.posted())
        yield from self._settlement.keys()

    def moved(self) -> Balances | None:
        """What the entries change, if the books cover it; None if the device needs no more than before.

        It may need more at a start, when rights that it holds moved, and when it only asks how things are.
        """
        changes: Balances = {}
        started = not self._work
        for work in self._work:
            started |= isinstance(work.body, en.Boot | en.Gen)
            fold(changes, work.legs)
        rights = (account.startswith("escrow:") and not acc.voucher_of(asset) for account, asset in changes)
        return changes if started or any(rights) else None

    def apply(self, books: Books) -> tuple[EntryVerdict, ...]:
        """Move what is to be moved, and say what became of each entry."""
        for work in self._work:
            if work.verdict == "posted":
                self._settle(work, books)
            for leg in work.legs:
                books.move(leg)
        posted = self.posted()
        self.merges.apply(books, posted)
        self._settlement.apply(books, posted)
        return tuple(
            EntryVerdict(n=work.link.n, verdict=work.verdict, reason=work.reason) for work in self._work
        )

    def write(self, connection: sa.Connection) -> None:
        """Keep what is in no other row: who was merged with whom, what members told."""
        self._joins.write(connection, self.posted())  # first: whoever joined may be spoken of below
        self.merges.write(connection)
        self._reports.write(connection, self.posted())
        told.keep(connection, self.posted())
        draws.keep(connection, self._device, self.posted(), self._lookups.people)
        counted.keep(connection, self._device, self.posted())
        stocked.keep(connection, self._device, self.posted())
        self._by_hand.write(connection, self.posted())
        handed.keep(connection, self._device, self.posted(), self._lookups.people.rules)

    def stock_moved(self) -> bool:
        """Whether the stock of any gift may differ now."""
        return any(
            isinstance(work.body, en.Redeem | en.Void | en.Claim | en.Expire | en.Cancel | en.Stocked)
            for work in self._work
        )

    def posted(self) -> tuple[tuple[en.Entry, en.Body], ...]:
        """The entries that were posted, for those who act on them."""
        return tuple(
            (work.link.entry, work.body)
            for work in self._work
            if work.verdict == "posted" and work.link.entry and work.body
        )

    def _derive(self, work: _Work) -> None:
        entry = work.link.entry
        if work.verdict != "posted" or entry is None or work.body is None:
            raise _Set(work.verdict, work.reason)
        if work.id is None:
            raise _Set("quarantined", "id-used-before")
        if self._operations.is_quarantined(work.op):
            raise _Set("quarantined", "operation-quarantined")
        lost = self._check(work.body)
        if self._rebooking.is_waiting(work.body):
            raise _Set("quarantined", WAITS)
        conflict = self._follow(entry, work.body, rebooked=lost)
        if conflict:
            raise _Set(conflict.verdict, conflict.reason)
        try:
            moved = moves_of(self._device, entry, work.body, self._operations.known)
            work.legs = self._rebooking.placed(moved)
        except LooseEnd as loose:
            raise _Set("quarantined", "operation-unknown") from loose
        if isinstance(work.body, en.Granted) and not lost:
            work.legs = ()  # booked when it was made; the entry only says that it arrived
        if any(not _sane(leg) for leg in work.legs):
            self._operations.forget(work.body)
            raise _Set("quarantined", "amount-or-name")
        if lost and isinstance(work.body, en.Granted):
            self._rebooking.book(work.body)
            work.reason = REBOOKED

    def _follow(self, entry: en.Entry, body: en.Body, *, rebooked: bool) -> Conflict | None:
        if isinstance(body, en.Merge | en.Unmerge):
            return self.merges.contradicted(body)
        if isinstance(body, en.Joined):
            return self._joins.contradicted(entry, body)
        if isinstance(body, Report):
            return self._reports.contradicted(entry, body)
        return self._operations.follow(entry, body, rebooked=rebooked)

    def _settle(self, work: _Work, books: Books) -> None:
        """Posted if every leg is covered; else, or if its operation was, disputed: no rights come of it."""
        tainted = self._operations.is_disputed(work.op) or work.reason in BRINGS_NOTHING
        aside = disputed(self._device)
        shorts = [(leg, books.short(leg)) for leg in work.legs]
        covers = [
            Transfer(f"cover:{leg.id}", aside, leg.source, leg.asset, short) for leg, short in shorts if short
        ]
        if work.reason == REBOOKED:
            # A grant that we made is a fact. While logs are missing its source may be below zero.
            work.legs = work.legs if self._rebooking.era.recovering else (*covers, *work.legs)
            return
        if not covers and not tainted:
            return
        work.verdict = "disputed"
        work.reason = "overdrawn" if covers else work.reason or "operation-disputed"
        self._operations.dispute(work.op)
        kept = (replace(leg, target=aside) if gives_rights(leg) else leg for leg in work.legs)
        work.legs = (*covers, *kept)

    def _check(self, body: en.Body) -> bool:
        """Whether this is a grant that was lost with the database and is booked again."""
        if isinstance(body, en.Granted):
            return self._check_grant(body)
        if not (_fits(body) and counted.fits(body) and sold_by_hand.fits(body) and stocked.fits(body)):
            raise _Set("quarantined", "amount-or-name")
        if isinstance(body, en.Merge | en.Unmerge) and not self._capable.merges:
            raise _Set("quarantined", "not-capable")
        if isinstance(body, en.Redeem) and not self._is_own(body.voucher):
            raise _Set("quarantined", "voucher-not-its-own")
        if isinstance(body, en.Redeem) and not self._is_leased(body):
            raise _Set("quarantined", "serial-not-leased")
        if isinstance(body, en.Release) and body.to and not self._lookups.devices.get(body.to):
            raise _Set("quarantined", "unknown-device")
        if isinstance(body, en.Returned):
            _check_asset(body)
        return False

    def _is_own(self, number: str) -> bool:
        """Serials can be guessed: nobody takes a number that another kiosk will print."""
        if len(number) != _NUMBER_DIGITS:
            return True  # it never was a voucher's: nothing is printed under it
        return is_valid_number(number) and number.startswith(self._capable.place)

    def _is_leased(self, body: en.Redeem) -> bool:
        """Every number is one device's alone, also where several have followed each other at one place."""
        return not self._capable.place or self._lookups.serials.fits(self._device, body)

    def _by_right(self, work: _Work) -> None:
        """A right gives exactly the gift that a rule names for it, in the entry's own pack or in today's."""
        entry, body = work.link.entry, work.body
        if not isinstance(body, en.Redeem) or not body.benefit or _only_says_how_often(body) or entry is None:
            return
        packs = [self._lookups.people.rules(version) for version in (entry.pack, 0)]
        due = GiftByRight(body.gift, body.benefit_units)
        if due not in [pack.gift_by(body.benefit) for pack in packs] and not self._rebooking.era.recovering:
            work.reason = TOO_CHEAP
            self._operations.dispute(work.op)

    def _price(self, work: _Work) -> None:
        """Nobody gets anything for less than it ever cost, nor a voucher worth more than it ever was.

        A restored database may have lost a price.
        """
        if not isinstance(work.body, en.Redeem) or self._rebooking.era.recovering:
            return
        if work.body.benefit and not _only_says_how_often(work.body):
            return  # `_by_right` judges it
        told = self._lookups.told_prices.get(work.body.gift)
        if told and not any(price.covers(work.body) for price in told):
            work.reason = TOO_CHEAP
            self._operations.dispute(work.op)
        elif work.body.worth and not work.body.benefit and self._is_limited(work):
            work.reason = TOO_MUCH
            self._operations.dispute(work.op)

    def _is_limited(self, work: _Work) -> bool:
        """Whether a cash voucher takes a right, by the entry's own pack and by today's."""
        entry = work.link.entry
        packs = [self._lookups.people.rules(version) for version in (entry.pack if entry else 0, 0)]
        return all(CASH_VOUCHER in pack.entitlements for pack in packs)

    def _honour(self, work: _Work) -> None:
        """A claim where the voucher was not to be taken stands, for the gift is gone; people look at it."""
        entry, body = work.link.entry, work.body
        if not isinstance(body, en.Claim) or entry is None or self._rebooking.era.recovering:
            return
        issuer = self._operations.issuer(body.op)
        if issuer in {"", self._device} or not self._capable.place:
            return
        if not self._honoured.takes(issuer, entry.pack):
            work.reason = OTHER_STORE
            self._operations.dispute(body.op)

    def _measure(self, work: _Work) -> None:
        """No benefit gives more than its rule says, in the entry's own pack or in today's; no member does."""
        entry, body = work.link.entry, work.body
        if self._rebooking.era.recovering or entry is None:
            return
        if isinstance(body, en.Sold):
            work.reason = work.reason or self._by_hand.refused(entry, body)
        if not isinstance(body, en.Earned | en.Gave | en.Drew | en.Credited | en.Stocked):
            return
        packs = [self._lookups.people.rules(version) for version in (entry.pack, 0)]
        if isinstance(body, en.Stocked):
            booked = any(pack.stock and pack.stock.allows(body, entry.operator or "") for pack in packs)
            work.reason = work.reason if booked else stocked.NOT_STOCKED
            return
        if isinstance(body, en.Drew):
            work.reason = work.reason if any(_is_on(pack.lottery, body) for pack in packs) else TOO_MUCH
            return
        if isinstance(body, en.Credited):
            rules = [pack.credits[body.rule] for pack in packs if body.rule in pack.credits]
            allowed = any(rule.allows(body, entry.operator or "") for rule in rules)
            work.reason = work.reason if allowed else NOT_GIVEN
            return
        most = max(
            pack.most_of(body.asset) if isinstance(body, en.Earned) else pack.give.most for pack in packs
        )
        if isinstance(body, en.Earned):
            most = max(most, self._lookups.people.receipts.promises(body.asset))
        if body.points > most:
            work.reason = TOO_MUCH

    def _check_grant(self, body: en.Granted) -> bool:
        made = self._lookups.grants.get(body.gid)
        if made is None and self._rebooking.was_lost(body):
            return True
        if made is None:
            raise _Set("disputed", "grant-unknown")
        if made != (self._device, body.gen, body.d, body.asset, body.amount, body.member):
            raise _Set("disputed", "grant-differs")
        return False

    def rows(self) -> Iterable[tuple[object, ...]]:
        """Every entry as `tables.entries` keeps it, once `apply` has settled the verdicts."""
        for work in self._work:
            entry = work.link.entry
            yield (
                self._device,
                work.link.n,
                work.id,
                entry.kind if entry else en.Poison.KIND,
                work.op,
                work.link.hash,
                work.link.stored,
                work.verdict,
                work.reason,
            )


def _look(work: _Work) -> None:
    """Read the body; what cannot be read is set aside, but the operation it names is remembered."""
    entry = work.link.entry
    if entry is None:
        work.verdict, work.reason = "quarantined", "poison"
        return
    try:
        work.body = en.body_of(entry)
    except en.MalformedEntry:
        work.verdict, work.reason = "quarantined", "body-unreadable"
    work.op = _named_op(entry, work.body)
    if work.verdict != "posted":
        return
    if work.body is None:
        work.verdict, work.reason = "quarantined", "kind-unknown"
    elif isinstance(work.body, en.Poison):
        work.verdict, work.reason = "quarantined", "poison"
    elif entry.member and not _is_name(entry.member):
        work.verdict, work.reason = "quarantined", "amount-or-name"


def _named_op(entry: en.Entry, body: en.Body | None) -> str | None:
    op = getattr(body, "op", None)
    if body is None:
        try:
            found = msgspec.msgpack.decode(entry.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        op = found.get("op") if isinstance(found, dict) else None
    return op if isinstance(op, str) and _is_name(op) else None


def _check_asset(body: en.Returned) -> None:
    personal = acc.is_personal(body.asset)
    ours = body.asset == acc.RISK or body.asset.startswith(("gift:", acc.claim("")))
    if personal != bool(body.member) or not (personal or ours):
        raise _Set("quarantined", "asset")


def _fits(body: en.Body) -> bool:
    """Whether its numbers and names are such as other journals and our columns can hold."""
    match body:
        case en.Redeem():
            names = all(0 < len(name) <= _NAME_MAX for name in (body.op, body.gift, body.voucher))
            names = names and len(body.lease) <= _NAME_MAX
            sums = 0 <= body.risk <= body.points <= _AMOUNT_MAX
            sums = sums and 0 <= body.cash <= _AMOUNT_MAX and 0 <= body.worth <= _AMOUNT_MAX
            sums = sums and (not body.benefit or acc.is_right_to_gift(body.benefit))
            sums = sums and 1 <= body.benefit_units <= _AMOUNT_MAX
            return names and sums and 0 <= body.expires < _TIME_MAX and len(body.qr) <= _QR_MAX
        case en.Gen():
            return 0 <= body.gen < _GEN_MAX
        case en.Merge():
            return not body.proof or _is_name(body.proof)
        case en.Returned():
            return body.amount >= 1
        case en.Told() | en.Earned() | en.Gave() | en.Received() | en.Drew() | en.Drawn() | en.Credited():
            return _is_plain(body)
    return True


def _is_on(lottery: LotteryRule | None, drew: en.Drew) -> bool:
    """Whether this is the lottery of the rule pack, and its price was paid."""
    return lottery is not None and lottery.id == drew.lottery and drew.points >= lottery.points


def _only_says_how_often(body: en.Redeem) -> bool:
    """Whether the right gives no gift, but limits cash vouchers, which cost their points all the same."""
    return body.worth > 0 and acc.entitled(body.benefit)[0] == CASH_VOUCHER and body.benefit_units == 1


def _is_plain(
    body: en.Told | en.Earned | en.Gave | en.Received | en.Drew | en.Drawn | en.Credited,
) -> bool:
    """Whether something is given, by the right it takes, and what somebody told is names of options."""
    if isinstance(body, en.Credited):
        return _is_a_credit(body)
    if isinstance(body, en.Drawn):
        return _is_name(body.draw) and (not body.prize or bool(_OPTION.fullmatch(body.prize)))
    if isinstance(body, en.Drew):
        named = _OPTION.fullmatch(body.lottery) and acc.entitled(body.asset)[0] == DRAW
        return bool(named) and 0 <= body.points <= _AMOUNT_MAX
    if isinstance(body, en.Told):
        names = (body.topic, *body.answers)
        return len(body.answers) <= _ANSWERS_MAX and all(map(_OPTION.fullmatch, names))
    if isinstance(body, en.Gave):
        right = acc.entitled(body.asset)[0] == GIVE and len(body.to) <= _NAME_MAX
        return right and body.points >= 1 and 0 < len(body.giving) <= _NAME_MAX
    return body.points >= 1 and (isinstance(body, en.Received) or acc.is_entitlement(body.asset))


def _is_a_credit(body: en.Credited) -> bool:
    """Whether it names a member's asset by the rule, reason and colleague of a credit."""
    known = body.asset in {acc.POINTS, acc.CASH} or bool(acc.counted_on(body.asset))
    sums = 1 <= body.units <= _AMOUNT_MAX and 0 <= body.price <= _AMOUNT_MAX
    named = bool(_OPTION.fullmatch(body.rule)) and (not body.reason or bool(_OPTION.fullmatch(body.reason)))
    return known and sums and named and len(body.second) <= _NAME_MAX


def gives_rights(leg: Transfer) -> bool:
    """Whether somebody could spend or hand out what this transfer brings."""
    return leg.target.startswith(_RIGHTS) or leg.target == acc.RISK


def _sane(leg: Transfer) -> bool:
    return 0 <= leg.amount <= _AMOUNT_MAX and all(map(_is_name, (leg.source, leg.target, leg.asset)))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _TEXT_MAX and text.isprintable()
