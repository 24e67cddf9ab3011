"""The journal as other threads see it: every call is carried to the journal's thread and waits there."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from kiosk.ledger.drawer import Till
from kiosk.ledger.entries import Entry
from kiosk.ledger.serials import Serial
from kiosk.ledger.sync import Grant, Instruction, Mark
from kiosk.offline.batches import Batch
from kiosk.offline.journal import DurableJournal
from kiosk.ports import CardMove, Draft, Newcomer, Operation

T = TypeVar("T")


class Ask(Protocol):
    """Carries a question to the journal and brings its answer."""

    def __call__(self, question: Callable[[DurableJournal], T]) -> T:
        """The answer; what the question raised is raised again."""


class JournalPort:
    """Implements ports.Journal, and what the uploader needs, from any thread. DurableJournal says what."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def append(self, *drafts: Draft) -> tuple[Entry, ...]:
        """Write, all or nothing, and return when it is durable."""
        return self._ask(lambda journal: journal.append(*drafts))

    def rights(self, asset: str, member: str | None = None) -> int:
        """Units this device may spend now."""
        return self._ask(lambda journal: journal.rights(asset, member))

    def till(self) -> Till:
        """The drawer of this device, and what its open shift did."""
        return self._ask(lambda journal: journal.till())

    def effect_beyond(self, member: str, n: int) -> int:
        """What own entries after n did to this member's points."""
        return self._ask(lambda journal: journal.effect_beyond(member, n))

    def operation(self, op: str) -> Operation | None:
        """A redemption by its id."""
        return self._ask(lambda journal: journal.operation(op))

    def by_voucher(self, number: str) -> Operation | None:
        """A redemption by its voucher number."""
        return self._ask(lambda journal: journal.by_voucher(number))

    def unresolved(self, member: str | None = None) -> tuple[Operation, ...]:
        """Redemptions without a final state, oldest first."""
        return self._ask(lambda journal: journal.unresolved(member))

    def open_moves(self, card: bytes | None = None) -> tuple[CardMove, ...]:
        """Moves of value on cards that have not ended."""
        return self._ask(lambda journal: journal.open_moves(card))

    def next_voucher_serial(self) -> Serial | None:
        """The next of the leased voucher serials; None: none is left."""
        return self._ask(lambda journal: journal.next_voucher_serial())

    def own_lines(self, member: str, n: int) -> tuple[Operation, ...]:
        """This member's redemptions after entry n, newest first."""
        return self._ask(lambda journal: journal.own_lines(member, n))

    def vouchers(self, member: str) -> tuple[Operation, ...]:
        """This member's vouchers that nobody claimed, newest first."""
        return self._ask(lambda journal: journal.vouchers(member))

    def expired(self, before: int, after: tuple[int, int], most: int) -> tuple[Operation, ...]:
        """Vouchers of ours that nobody claimed in time."""
        return self._ask(lambda journal: journal.expired(before, after, most))

    def tail(self) -> Mark:
        """The last entry."""
        return self._ask(lambda journal: journal.tail())

    def hash_at(self, n: int) -> bytes | None:
        """Our chain hash at n; None beyond our tail, and below `floor`."""
        return self._ask(lambda journal: journal.hash_at(n))

    def floor(self) -> Mark:
        """The last entry that was pruned."""
        return self._ask(lambda journal: journal.floor())

    def prune(self, stable: int) -> bool:
        """Grow old by one bounded step."""
        return self._ask(lambda journal: journal.prune(stable))

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, bounded."""
        return self._ask(lambda journal: journal.batch(after, entries, size))

    def poison(self, n: int) -> Batch:
        """Entry n alone, wrapped."""
        return self._ask(lambda journal: journal.poison(n))

    def mark_seen(self) -> Mark:
        """The highest entry that head office ever acknowledged to us."""
        return self._ask(lambda journal: journal.mark_seen())

    def move_mark(self, mark: Mark) -> None:
        """Remember an acknowledgement."""
        self._ask(lambda journal: journal.move_mark(mark))

    def obey(self, instruction: Instruction) -> tuple[Entry, ...]:
        """Journal what head office asks of a voucher's issuer, if it still can be."""
        return self._ask(lambda journal: journal.obey(instruction))

    def downlink(self) -> tuple[int, int]:
        """(generation, d): how far grants were taken."""
        return self._ask(lambda journal: journal.downlink())

    def take_grants(
        self, gen: int, grants: Iterable[Grant], wanted: Callable[[str], bool]
    ) -> tuple[Entry, ...]:
        """Journal the grants that are next in line. `wanted` is called on the journal's thread."""
        return self._ask(lambda journal: journal.take_grants(gen, grants, wanted))

    def keys_waiting(self, most: int) -> tuple[Newcomer, ...]:
        """The keys that head office has not said to hold."""
        return self._ask(lambda journal: journal.keys_waiting(most))

    def key_held(self, member: str) -> None:
        """Head office holds this member's key."""
        self._ask(lambda journal: journal.key_held(member))

    def forget_keys(self, stable: int) -> None:
        """Drop the keys that head office has safely twice."""
        self._ask(lambda journal: journal.forget_keys(stable))

    def freeze(self, why: str) -> None:
        """Spend nothing any more."""
        self._ask(lambda journal: journal.freeze(why))

    def frozen(self) -> str:
        """Why this device serves nobody, or ''."""
        return self._ask(lambda journal: journal.frozen())
