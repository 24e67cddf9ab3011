"""The judge: what must hold once the skies are clear, seen from the physical world first."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from kiosk.hub.inspection import inspect
from kiosk.hub.member_tables import doubts
from kiosk.hub.records import chain_holds
from kiosk.hub.tables import balances, cards, devices, entries, redemptions, transfers
from kiosk.hub.tables import branches as kept_branches
from kiosk.hub.told import told
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import DRAWER
from kiosk.offline.fold import is_own
from kiosk.simulation import lots
from kiosk.simulation.faults import Novelty
from kiosk.simulation.head import AT_RISK, GIFTS
from kiosk.simulation.machine import Machine
from kiosk.simulation.people import GIVEN, price_of
from kiosk.simulation.printer import Slip
from kiosk.simulation.purses import ON_CARD

if TYPE_CHECKING:
    from kiosk.simulation.universe import Universe

REPORTS = (en.Lost.KIND, en.Bound.KIND, en.Doubt.KIND)
Books = dict[tuple[str, str], int]


def judge(universe: "Universe") -> list[str]:
    """Every invariant that does not hold, in words; empty when all is well."""
    with universe.head.office.engine.begin() as connection:
        court = Court(universe, connection)
        return [f"{name} {wrong}" for name, check in court.checks() for wrong in check]


class Court:
    """The evidence: the books, the logs, the papers, the gifts."""

    def __init__(self, universe: "Universe", connection: sa.Connection) -> None:
        self._universe = universe
        self._connection = connection
        self._books: Books = {
            (account, asset): amount for account, asset, amount in connection.execute(sa.select(balances))
        }
        self._movers = dict(self._begun_moves())
        """Move of value on a card -> the device that began it."""
        self._operations = {row.op: row for row in connection.execute(sa.select(redemptions))}
        self._live = [machine for machine in universe.machines if machine.on is not None]

    def checks(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Each invariant's name and its violations."""
        yield "I1", self.acknowledged_is_kept()
        yield "I2", self.books_are_the_fold_of_transfers()
        yield "I2", self.people_paid_for_what_was_posted()
        yield "I2", self.benefits_were_given_once()
        yield "I2", self.rights_to_gifts_were_used_once()
        yield "I2", self.what_members_told_is_kept()
        yield "I2", self.gifts_of_points_arrived()
        yield "I2", lots.every_draw_is_what_it_had_to_be(self._connection)
        yield "I3", self.sums_are_zero()
        yield "I3", self.stock_adds_up()
        yield "I4", self.gifts_were_there()
        yield "I4", self.one_gift_a_voucher()
        yield "I5", self.nobody_is_below_zero()
        yield "I5", self.risk_was_bounded()
        yield "I6", self.logs_are_prefixes()
        yield "I7", self.papers_were_journalled()
        yield "I8", self.each_intent_ended_once()
        yield "I8", self.moves_on_cards_ended()
        yield "I9", self.both_sides_agree()
        yield "I10", self.cards_hold_what_the_books_say()
        yield "I12", self.members_read_what_they_wrote()
        yield "I11", self.only_copies_are_frozen()
        yield "I8", self.vouchers_lived_their_days()
        yield "I13", self.nothing_is_set_aside_without_cause()
        yield "I1", self.reports_were_heard()
        yield "check", map(str, inspect(self._connection))

    def acknowledged_is_kept(self) -> Iterator[str]:
        """What a journal told its callers is durable is at head office, byte for byte, once."""
        for machine in self._universe.machines:
            if machine.gone:
                continue
            kept = self._log(machine)
            for n, stored in machine.witness.acknowledged.items():
                if stored not in kept.get(n, ()):
                    what = "another" if n in kept else "gone"
                    yield f"{machine.name}: entry {n} was acknowledged and is {what}"

    def books_are_the_fold_of_transfers(self) -> Iterator[str]:
        """Balances are the sum of transfers; no transfer is there twice, since ids are unique."""
        folded: Counter[tuple[str, str]] = Counter()
        for row in self._connection.execute(sa.select(transfers)):
            folded[row.source, row.asset] -= row.amount
            folded[row.target, row.asset] += row.amount
        for key in folded.keys() | self._books.keys():
            if folded[key] != self._books.get(key, 0):
                yield f"{key}: balance {self._books.get(key, 0)}, transfers say {folded[key]}"

    def people_paid_for_what_was_posted(self) -> Iterator[str]:
        """A person is poorer by exactly the price of what was posted for them or is still open.

        Accounts that were ever joined are one person's. What a kiosk stood in for is not paid yet while it is
        open, or owed.
        """
        earned, gifts = self._earned(), self._gifts_of_points()
        drew = lots.drawn_by(self._connection)
        for people in self._universe.people():
            paid = sum(self._paid(row) for row in self._operations.values() if row.member in people)
            left = sum(
                amount
                for (account, asset), amount in self._books.items()
                if asset == acc.POINTS and self._owner(account) in people
            )
            owed = sum(self._books.get((acc.debt(member), acc.RISK), 0) for member in people)
            on_cards = [name for name in map(self._purse, people) if name]
            left += sum(self._books.get((acc.card(name.hex()), acc.POINTS), 0) for name in on_cards)
            expected = self._universe.opening_points * len(people) - paid + owed + ON_CARD * len(on_cards)
            expected += sum(gifts[member] for member in people)
            expected += GIVEN * sum(earned[member] for member in people)
            expected -= lots.DRAW_POINTS * sum(drew[member] for member in people)
            if left != expected:
                yield f"{'+'.join(sorted(people))} has {left} points, not {expected}"

    def what_members_told_is_kept(self) -> Iterator[str]:
        """The newest answer of each member to each question, and every answer without a name."""
        posted = entries.c.verdict == "posted"
        asked = sa.select(entries.c.stored).where(entries.c.kind == en.Told.KIND, posted)
        newest: dict[tuple[str, str, str], tuple[int, str, str]] = {}
        for entry in map(en.decode, self._connection.scalars(asked)):
            body = en.body_of(entry)
            assert isinstance(body, en.Told)
            key = (entry.member or entry.id, body.what, body.topic)
            newest[key] = max(newest.get(key, (0, "", "")), (entry.at, entry.id, " ".join(body.answers)))
        kept = {
            (row.member or row.entry, row.what, row.topic): (row.at, row.entry, row.answer)
            for row in self._connection.execute(sa.select(told))
        }
        every: set[tuple[str, str, str]] = {*newest, *kept}
        for fact in sorted(every):
            if newest.get(fact) != kept.get(fact):
                yield f"{' '.join(fact)}: the logs say {newest.get(fact)}, kept is {kept.get(fact)}"

    def gifts_of_points_arrived(self) -> Iterator[str]:
        """Points that left for a friend are the friend's: nothing lies in between."""
        for (account, asset), amount in self._books.items():
            if account.startswith(acc.GIVING) and amount:
                yield f"{account} still holds {amount} {asset}"

    def _gifts_of_points(self) -> Counter[str]:
        """What each member received of others less what they gave, by the logs."""
        kinds = (en.Gave.KIND, en.Received.KIND)
        asked = sa.select(entries.c.stored).where(entries.c.kind.in_(kinds), entries.c.verdict == "posted")
        net: Counter[str] = Counter()
        for entry in map(en.decode, self._connection.scalars(asked)):
            body = en.body_of(entry)
            assert isinstance(body, en.Gave | en.Received)
            net[entry.member or ""] += body.points if isinstance(body, en.Received) else -body.points
        return net

    def _earned(self) -> Counter[str]:
        """How often each member was given the points of a benefit, by the logs."""
        asked = sa.select(entries.c.stored).where(
            entries.c.kind == en.Earned.KIND, entries.c.verdict == "posted"
        )
        return Counter(en.decode(stored).member or "" for stored in self._connection.scalars(asked))

    def _purse(self, member: str) -> bytes:
        """The purse on this member's card, b'' if it has none."""
        wallets = self._universe.wallets
        cards = [one.card for one in self._universe.members if one.id == member]
        return wallets.names.get(cards[0], b"") if wallets and cards else b""

    def moves_on_cards_ended(self) -> Iterator[str]:
        """Every card was put down again where it had left: it has told, or people have to decide."""
        for machine in self._live:
            for one in machine.on.journal.open_moves() if machine.on and not machine.resting else ():
                if not one.disputed:
                    yield f"{machine.name}: move {one.begun.move} of {one.member} never ended"

    def cards_hold_what_the_books_say(self) -> Iterator[str]:
        """A card holds what head office believes, but for moves on a lost disk or disputed ones."""
        wallets = self._universe.wallets
        if wallets is None:
            return
        held_open = (key for key, units in self._books.items() if units and key[0].startswith(acc.moving("")))
        open_ = {acc.moved_card(asset) for _, asset in held_open}
        for card, purse in wallets.names.items():
            held = wallets.chips[card].eeprom.read().balance
            booked = self._books.get((acc.card(purse.hex()), acc.POINTS), 0)
            lost = any(map(self._lost, wallets.used.get(purse, ())))
            if held != booked and not lost and purse.hex() not in open_:
                yield f"card {purse.hex()[:8]} holds {held}, head office believes {booked}"

    def _paid(self, row: Any) -> int:
        if row.state == "voided" or (row.disputed and self._forked(row.device)):
            return 0
        redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
        if redeem.benefit and not redeem.points:
            return 0
        return price_of(row.gift) - (0 if row.state == "posted" else redeem.risk)

    def _owner(self, account: str) -> str:
        """The member whose points lie in this account, '' if nobody's."""
        kind, _, name = account.rpartition(":")
        return name if kind and not account.startswith((acc.held(""), acc.debt(""))) else ""

    def benefits_were_given_once(self) -> Iterator[str]:
        """Nobody, under whichever name, got a once-only benefit twice in its period."""
        given = Counter(self._universe.benefits)
        for people in self._universe.people():
            for asset in {asset for _, asset in given}:
                times = sum(given[member, asset] for member in people)
                if times > len(people):
                    yield f"{'+'.join(sorted(people))} got {asset} {times} times"

    def rights_to_gifts_were_used_once(self) -> Iterator[str]:
        """No right gave two gifts; only what was posted spends it: a void gives it back."""
        used: Counter[str] = Counter()
        gifts: Counter[tuple[str, str]] = Counter()
        for row in self._operations.values():
            redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
            if redeem.benefit and row.state != "voided" and not self._forked(row.device):
                gifts[row.member, redeem.benefit] += 1
                used[redeem.benefit] += redeem.benefit_units * (row.state == "posted")
        for people in self._universe.people():
            for asset in {asset for member, asset in gifts if member in people and acc.is_entitlement(asset)}:
                times = sum(gifts[member, asset] for member in people)
                if times > len(people):
                    yield f"{'+'.join(sorted(people))} got {times} gifts for {asset}"
        rights = {asset for _, asset in self._books if acc.is_right_to_gift(asset)}
        given = {asset for _, asset in self._universe.benefits} | self._used_otherwise()
        given |= lots.right_to_draw(self._connection)
        for asset in sorted(rights - given) if not self._universe.forked else ():
            spent = self._books.get((acc.SPENT, asset), 0)
            if spent != used[asset]:
                yield f"{spent} of {asset} are spent, {used[asset]} were posted"

    def _used_otherwise(self) -> set[str]:
        """Benefits that were given in points, or let somebody give points."""
        kinds = (en.Earned.KIND, en.Gave.KIND)
        asked = sa.select(entries.c.stored).where(entries.c.kind.in_(kinds))
        bodies = (en.body_of(en.decode(stored)) for stored in self._connection.scalars(asked))
        return {body.asset for body in bodies if isinstance(body, en.Earned | en.Gave)}

    def risk_was_bounded(self) -> Iterator[str]:
        """What members owe never exceeds what head office put at risk."""
        owed = sum(amount for (account, _), amount in self._books.items() if account.startswith(acc.debt("")))
        if owed > AT_RISK:
            yield f"{owed} points are owed, {AT_RISK} were at risk"

    def sums_are_zero(self) -> Iterator[str]:
        """Nothing was made and nothing vanished."""
        sums: Counter[str] = Counter()
        for (_, asset), amount in self._books.items():
            sums[asset] += amount
        yield from (f"{asset} sums to {total}" for asset, total in sums.items() if total)

    def stock_adds_up(self) -> Iterator[str]:
        """Pool, leases and issued pieces are what lies in the store room, but for claims nobody heard of."""
        handed = Counter(slip.gift for slip in self._handed_over())
        claimed = Counter(row.gift for row in self._operations.values() if row.claimed)
        for gift, _, pieces in GIFTS:
            booked = sum(
                amount
                for (account, asset), amount in self._books.items()
                if asset == acc.gift(gift) and account != acc.WORLD
            )
            if booked != pieces - claimed[gift]:
                yield f"{gift}: {booked} pieces in the books, {pieces - claimed[gift]} were not claimed"
            if handed[gift] > claimed[gift]:
                yield f"{gift}: {handed[gift]} handed over, {claimed[gift]} claimed"

    def gifts_were_there(self) -> Iterator[str]:
        """At no moment were more pieces handed over than there were."""
        handed = Counter(slip.gift for slip in self._handed_over())
        yield from (
            f"{gift}: {handed[gift]} handed over of {pieces}"
            for gift, _, pieces in GIFTS
            if handed[gift] > pieces
        )

    def one_gift_a_voucher(self) -> Iterator[str]:
        """A voucher, however often copied and wherever shown, gave one gift."""
        given = Counter(slip.number for slip in self._handed_over())
        yield from (f"voucher {number} gave {times} gifts" for number, times in given.items() if times > 1)
        void = {row.voucher for row in self._operations.values() if row.state == "voided"}
        yield from (f"void voucher {number} gave a gift" for number in given if number in void)

    def nobody_is_below_zero(self) -> Iterator[str]:
        """Only the world may be."""
        for (account, asset), amount in self._books.items():
            if amount < 0 and account != acc.WORLD:
                yield f"{account} holds {amount} {asset}"

    def logs_are_prefixes(self) -> Iterator[str]:
        """Head office's log of a device is chained, and nothing but what the device wrote."""
        for device in self._connection.scalars(sa.select(devices.c.device)):
            if not chain_holds(self._connection, device):
                yield f"{device}: the chain does not hold"
        for machine in self._live:
            ours = machine.on.journal.hash_at(machine.on.journal.tail().n) if machine.on else None
            if ours is None:
                yield f"{machine.name}: no tail"

    def papers_were_journalled(self) -> Iterator[str]:
        """No paper without an earlier durable entry, here and at head office."""
        numbers = {row.voucher for row in self._operations.values()}
        for slip, attempt, known in self._universe.slips:
            if not known:
                yield f"paper {slip.number} attempt {attempt} came out before its entry"
            if slip.number not in numbers and not self._lost(slip.printed_by):
                yield f"paper {slip.number} is in nobody's books"

    def each_intent_ended_once(self) -> Iterator[str]:
        """What was posted was printed at least once; one valid paper number an operation."""
        printed = {slip.op for slip, _, _ in self._universe.slips}
        for op, row in self._operations.items():
            if row.state == "posted" and op not in printed and not self._forked(row.device):
                yield f"{op} was posted, and no paper ever came out"
        numbers: dict[str, set[str]] = {}
        for slip, _, _ in self._universe.slips:
            numbers.setdefault(slip.op, set()).add(slip.number)
        yield from (f"{op} has papers {found}" for op, found in numbers.items() if len(found) > 1)

    def vouchers_lived_their_days(self) -> Iterator[str]:
        """No voucher was ended by a clock that ran ahead."""
        for machine in self._universe.machines:
            for when, last in machine.witness.expiries:
                if when < last:
                    yield f"{machine.name} ended a voucher {(last - when) / 3.6e9:.0f} hours too early"

    def both_sides_agree(self) -> Iterator[str]:
        """Each kiosk's own fold is what head office holds for it."""
        for machine in self._live:
            assert machine.on is not None
            if self._forked(machine.device):
                continue
            held = machine.on.journal.balances()
            ours = {key: amount for key, amount in held.items() if key[0] != DRAWER}
            theirs = {
                key: amount
                for key, amount in self._books.items()
                if amount and self._belongs(machine, key[0])
            }
            for key in sorted(ours.keys() | theirs.keys()):
                if ours.get(key, 0) != theirs.get(key, 0):
                    yield f"{machine.name} {key}: kiosk {ours.get(key, 0)}, head office {theirs.get(key, 0)}"

    def _begun_moves(self) -> Iterator[tuple[str, str]]:
        asked = sa.select(entries.c.device, entries.c.stored).where(entries.c.kind == en.Carding.KIND)
        for device, stored in self._connection.execute(asked):
            body = en.body_of(en.decode(stored))
            assert isinstance(body, en.Carding)
            yield body.move, device

    def _belongs(self, machine: Machine, account: str) -> bool:
        if account.startswith(acc.held("")):
            row = self._operations.get(account.removeprefix(acc.held("")))
            return row is not None and row.device == machine.device
        if account.startswith(acc.moving("")):
            # A device that was copied leaves its open moves to people: they are no other kiosk's.
            return self._movers.get(account.removeprefix(acc.moving(""))) == machine.device
        return is_own(machine.device, account)

    def members_read_what_they_wrote(self) -> Iterator[str]:
        """Whoever spent points sees, back on the first page, that they are spent."""
        for member in self._universe.members:
            yield from (f"{member.id} {surprise}" for surprise in member.surprises)

    def only_copies_are_frozen(self) -> Iterator[str]:
        """A copied device is found out and serves nobody; an honest kiosk with one disk is never frozen."""
        copied = self._universe.weather.disaster == "copied"
        for machine in self._live:
            if machine.resting and not self._forked(machine.device):
                yield f"{machine.name} was frozen without cause"
            if copied and self._forked(machine.device) and not machine.resting:
                yield f"{machine.name} was copied, and serves on"

    def nothing_is_set_aside_without_cause(self) -> Iterator[str]:
        """Honest kiosks are never disputed; only what nobody could read is quarantined."""
        poisoned = any(machine.cable.unreadable for machine in self._universe.machines)
        for row in self._connection.execute(sa.select(entries).where(entries.c.verdict != "posted")):
            expected = row.kind == Novelty.KIND or (poisoned and row.reason == "poison")
            if not expected and not self._forked(row.device):
                yield f"{row.device} entry {row.n} ({row.kind}) is {row.verdict}: {row.reason}"

    def reports_were_heard(self) -> Iterator[str]:
        """A card that was reported lost is served nowhere, a bound one is theirs, a doubt is told once."""
        whose = {bytes(row.hash): row for row in self._connection.execute(sa.select(cards))}
        told = Counter(self._connection.scalars(sa.select(doubts.c.entry)))
        asked = sa.select(entries).where(entries.c.kind.in_(REPORTS), entries.c.verdict == "posted")
        for row in self._connection.execute(asked):
            entry = en.decode(row.stored)
            body = en.body_of(entry)
            if isinstance(body, en.Doubt) and told[entry.id] != 1:
                yield f"{row.device} entry {row.n}: a doubt is told {told[entry.id]} times"
            elif isinstance(body, en.Bound) and body.card not in whose:
                yield f"{row.device} entry {row.n}: a card was bound, and is nobody's"
            elif isinstance(body, en.Lost):
                yield from self._served(row.device, body.card, whose[body.card].why)

    def _served(self, device: str, card: bytes, why: str) -> Iterator[str]:
        if why != "lost":
            yield f"a card that {device} reported lost is '{why}' at head office"
        for machine in self._live:
            if machine.on is not None and not machine.resting and not machine.on.replica.denied(card):
                yield f"{machine.name} serves a card that {device} reported lost"

    def _log(self, machine: Machine) -> dict[int, list[bytes]]:
        """n -> what is kept there: one entry, or two where a device had two logs."""
        kept: dict[int, list[bytes]] = {}
        for table in (entries, kept_branches):
            asked = sa.select(table.c.n, table.c.stored).where(table.c.device == machine.device)
            for n, stored in self._connection.execute(asked):
                kept.setdefault(n, []).append(bytes(stored))
        return kept

    def _forked(self, device: str) -> bool:
        return device in self._universe.forked

    def _lost(self, device: str) -> bool:
        """Whether some of what it wrote went with its disk."""
        destroyed = {machine.device for machine in self._universe.machines if machine.gone}
        return self._forked(device) or device in destroyed

    def _handed_over(self) -> Iterator[Slip]:
        """Gifts that honest kiosks gave; what a copied one gave twice is its owner's loss."""
        for slip, counter in self._universe.counter.handed_over:
            if not (self._lost(slip.printed_by) or self._lost(counter)):
                yield slip


def branches(universe: "Universe") -> Counter[str]:
    """How often each way of settling something was taken."""
    seen: Counter[str] = Counter()
    with universe.head.office.engine.begin() as connection:
        for row in connection.execute(sa.select(entries)):
            seen[_branch(row)] += 1
    for answer in universe.counter.answers:
        seen[f"counter {answer.value}"] += 1
    return seen


def _branch(row: Any) -> str:
    if row.verdict != "posted":
        return f"{row.verdict} {row.reason}"
    entry = en.decode(row.stored)
    body = en.body_of(entry)
    told = getattr(body, "reason", "") or getattr(body, "where", "")
    if isinstance(body, en.Granted):
        told = body.asset.split(":")[0] + (" wanted" if body.want else " ahead")
    elif isinstance(body, en.Returned):
        told = body.asset.split(":")[0]
    elif isinstance(body, en.Carded):
        told = body.end
    elif isinstance(body, en.Printing):
        told = "again" if body.attempt > 1 else "first"
    return f"{entry.kind} {told}".strip()
