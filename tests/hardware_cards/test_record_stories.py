"""Long stories of one storage card: issued, written, torn anywhere, scribbled on, played back."""

import os
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.issue import CannotIssue
from kiosk.hardware.cards.record import Record, Standing
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.storage import read_uid, storage_name
from kiosk.hardware.simulated.card_field import KINDS, Kind, Mishap
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.tag_chip import TagChip

from .storage_shop import KEEPING, OPERATION, POINTS, SAM, blank, family, issue, put_down, records

mishaps = st.none() | st.builds(
    Mishap,
    st.sampled_from([kind for kind in KINDS if kind != "swap"]),
    st.integers(0, 110),
    st.integers(0, 17),
)


class CardLife(RuleBasedStateMachine):
    """What the card says is what was written to it last, or before that, or nothing; never anything else."""

    card: ClassicChip | TagChip

    @initialize(kind=st.sampled_from(KEEPING), half=st.integers(0, 255))
    def begin(self, kind: Kind, half: int) -> None:
        made = blank(kind)
        assert isinstance(made, ClassicChip | TagChip)
        self.card = made
        self.card.eeprom.half = half
        self.last: Record | None = None
        """What stands on the card for certain, as long as no thief had it."""
        self.tried: set[tuple[int, bytes]] = set()
        """Points and operation of all that was ever written, whether it went in or not."""
        self.stolen = self.dead = False
        self.seen = SeenHere()
        self.highest = 0
        self.dumps: list[bytes] = []

    @rule(mishap=mishaps)
    def is_issued(self, mishap: Mishap | None) -> None:
        with suppress(CardTrouble):
            made = issue(self.card, put_down(self.card, mishap)).record
            assert self.stolen or self.last in (None, made)
        try:
            self.last = issue(self.card).record
        except CannotIssue:
            self.dead = True
        except CardTrouble:
            assert self.stolen
        self.tried.add((POINTS, OPERATION))

    @precondition(lambda self: self.last is not None and not self.dead)
    @rule(mishap=mishaps, points=st.integers(0, 9))
    def is_written(self, mishap: Mishap | None, points: int) -> None:
        assert self.last is not None
        operation = len(self.tried).to_bytes(16, "big")
        meant = Record(self.last.seq + 1, points, operation, self.card.uid)
        self.tried.add((points, operation))
        with suppress(CardTrouble):
            records(self.card, put_down(self.card, mishap)).write(points, operation)
        with suppress(CardTrouble):
            now = records(self.card).read()
            assert self.stolen or (now.standing is Standing.GOOD and now.record in (self.last, meant))
            self.last = now.record or self.last

    @rule()
    def is_copied_by_a_thief(self) -> None:
        self.dumps = [*self.dumps, bytes(self.card.eeprom.data)][-4:]

    @precondition(lambda self: self.dumps)
    @rule(which=st.integers(0, 3))
    def is_played_back(self, which: int) -> None:
        self.card.eeprom.data[:] = self.dumps[which % len(self.dumps)]
        self.stolen = True

    @rule(at=st.integers(64, 250), byte=st.integers(0, 255))
    def is_scribbled_on(self, at: int, byte: int) -> None:
        start = at if at < len(self.card.eeprom.data) else 64
        self.card.eeprom.data[start] = byte
        self.stolen = True

    @rule()
    def is_looked_at(self) -> None:
        """A kiosk that takes the card has seen no later record of it."""
        field = put_down(self.card)
        check = RecordCheck(SAM, self.seen, required=True)
        with suppress(CardTrouble):
            check(field, family(self.card), storage_name(self.card.atr) or 0, read_uid(field))
            reading = records(self.card).read()
            assert reading.record is not None
            assert reading.record.seq >= self.highest
            self.highest = reading.record.seq

    @invariant()
    def only_what_was_written_is_believed(self) -> None:
        with suppress(CardTrouble):
            reading = records(self.card).read()
            if reading.standing is Standing.GOOD:
                assert reading.record is not None
                assert (reading.record.points, reading.record.operation) in self.tried
            elif self.last is not None and not self.stolen:
                raise AssertionError(f"a card that nobody stole is {reading.standing.value}")


TestCardLife = CardLife.TestCase
TestCardLife.settings = settings(
    max_examples=int(os.environ.get("RECORD_STORIES", "6")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
