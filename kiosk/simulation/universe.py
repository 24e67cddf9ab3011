"""One seed's story: shops, people, weather, and in the end clear skies, so that everything can be judged."""

import heapq
import itertools
import random
import tempfile
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from kiosk.hub.office import HeadOffice
from kiosk.ledger import entries as en
from kiosk.ledger.ids import FreshIds
from kiosk.offline.uploader import Uploader
from kiosk.ports import Draft
from kiosk.simulation.cable import Cable
from kiosk.simulation.clocks import NOON, TrueTime
from kiosk.simulation.head import Head
from kiosk.simulation.machine import EVERY_S, Machine, Surroundings
from kiosk.simulation.people import Counter, Member, Mood, Script, look_for_paper, present, visit
from kiosk.simulation.printer import FAIR, FATES, Fate, SimPrinter, Slip
from kiosk.simulation.witness import WitnessedJournal

HOUR_US = 3_600_000_000
DRAIN_ROUNDS = 80


class Novelty(en.Body, frozen=True, kw_only=True):
    """A kind of entry that no head office knows yet; it moves nothing."""

    KIND: ClassVar[str] = "novelty"
    note: str


@dataclass(frozen=True)
class Seams:
    """Where a planted fault replaces a part; the defaults are the real ones."""

    journal: type[WitnessedJournal] = WitnessedJournal
    office: type[HeadOffice] = HeadOffice
    head: type[Head] = Head
    uploader: type[Uploader] = Uploader
    cable: type[Cable] = Cable
    printer: type[SimPrinter] = SimPrinter
    ids: Callable[[Callable[[], int], random.Random], FreshIds] = FreshIds
    trusts_paper: bool = False


@dataclass(frozen=True)
class Weather:
    """What goes wrong in one story, and how often."""

    kiosks: int
    members: int
    visits: int
    days: float
    outage: float = 0.0
    loss: float = 0.0
    power: float = 0.0
    paper: float = 0.0
    hub_crash: float = 0.0
    poison: float = 0.0
    clock: float = 0.0

    @classmethod
    def of(cls, chance: random.Random) -> "Weather":
        """The weather of a seed: some stories are calm, some are not."""

        def sometimes(share: float, most: float) -> float:
            return chance.uniform(0, most) if chance.random() < share else 0.0

        return cls(
            kiosks=chance.choice((1, 2, 2, 3)),
            members=chance.choice((2, 4, 6)),
            visits=chance.randrange(15, 40),
            days=chance.choice((0.5, 2.0, 6.0)),
            outage=sometimes(0.7, 0.7),
            loss=sometimes(0.6, 0.3),
            power=sometimes(0.7, 0.5),
            paper=sometimes(0.7, 1.0),
            hub_crash=sometimes(0.5, 0.3),
            poison=sometimes(0.2, 0.1),
            clock=sometimes(0.3, 0.3),
        )


@dataclass
class Story:
    """What happened in one seed."""

    seed: int
    weather: Weather
    visits: int = 0
    faults: Tally[str] = field(default_factory=Tally)
    branches: Tally[str] = field(default_factory=Tally)
    violations: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class Universe:
    """Everything there is, under one seed."""

    def __init__(
        self, seed: int, folder: Path, seams: Seams | None = None, weather: Weather | None = None
    ) -> None:
        self.seams = seams or Seams()
        self.chance = random.Random(seed)
        self.weather = weather or Weather.of(self.chance)
        self.story = Story(seed, self.weather)
        self.true = TrueTime()
        self.head = self.seams.head(seed, self.true, self.seams.office)
        self.clear = False
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.counter = Counter(trusts_paper=self.seams.trusts_paper)
        self.slips: list[tuple[Slip, int, bool]] = []
        self.around = Surroundings(
            true=self.true, head=self.head, chance=self.chance, tell=self.tell, fate=self._fate,
            printed=self._printed, later=self.later, journal=self.seams.journal,
            uploader=self.seams.uploader, cable=self.seams.cable, ids=self.seams.ids,
            printer=self.seams.printer,
        )  # fmt: skip
        self.machines = [
            Machine(self.around, place, folder / f"kiosk-{place:02}") for place in range(self.weather.kiosks)
        ]
        self.members = [Member(place) for place in range(self.weather.members)]
        self.opening_points = self.chance.choice((300, 800, 2000))
        self._requests = itertools.count()

    # --- time ------------------------------------------------------------------------------------

    def tell(self, who: str, line: str) -> None:
        """A line of the trace."""
        self.story.lines.append(f"{(self.true.at - NOON) / 1e6:12.1f} {who} {line}")

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something after so many seconds."""
        heapq.heappush(self._agenda, (self.true.at + int(seconds * 1e6), next(self._order), what))

    def _run_until(self, at: int) -> None:
        while self._agenda and self._agenda[0][0] <= at:
            moment, _, what = heapq.heappop(self._agenda)
            self.true.at = max(self.true.at, moment)
            what()
        self.true.at = max(self.true.at, at)

    def play(self, script: Script) -> None:
        """Follow a script from now on."""
        try:
            wait = next(script)
        except StopIteration:
            return
        self.later(wait, lambda: self.play(script))

    # --- the story -------------------------------------------------------------------------------

    def run(self) -> Story:
        """Tell the whole story, and judge it."""
        from kiosk.simulation.judge import judge

        self._open()
        end = self.true.at + int(self.weather.days * 24 * HOUR_US)
        span = (end - self.true.at) / 1e6
        for _ in range(self.weather.visits):
            self.later(self.chance.uniform(0, span), self._somebody_comes)
        self._plan_faults(span)
        self._run_until(end)
        self._clear_skies()
        self.story.violations += judge(self)
        self._count_branches()
        return self.story

    def _open(self) -> None:
        for machine in self.machines:
            self.head.enrol(machine.enrolment())
        homes = dict.fromkeys(range(0, len(self.members), 2), self.machines[0].device)
        self.head.open_shop(len(self.members), self.opening_points, homes)
        for machine in self.machines:
            machine.power_on()
            machine.sync()
            machine.sync()
            self._turn(machine)

    def _turn(self, machine: Machine) -> None:
        if machine.gone:
            return
        machine.sync()
        every_s = EVERY_S * max(1.0, self.weather.days) * self.chance.uniform(0.7, 1.3)
        self.later(every_s, lambda: self._turn(machine))

    def _free(self) -> Machine | None:
        free = [machine for machine in self.machines if machine.on and not machine.busy]
        return self.chance.choice(free) if free else None

    def _somebody_comes(self) -> None:
        machine = self._free()
        if machine is None:
            self.later(300, self._somebody_comes)
            return
        self.story.visits += 1
        if not self.clear and self.chance.random() < self.weather.power:
            machine.fuse.arm(self.chance.randrange(1, 60))
        member = self.chance.choice(self.members)
        if member.papers and self.chance.random() < 0.5:
            slip = self.chance.choice(member.papers)
            if self.chance.random() < 0.7:
                member.papers.remove(slip)  # else it was copied first
            self.play(
                self._counting(machine, present(slip, machine, self.counter, self.chance, self._request()))
            )
        elif self.chance.random() < 0.12:
            self.play(self._counting(machine, look_for_paper(machine, self.chance, self._request())))
        else:
            self.play(self._counting(machine, visit(member, machine, self.chance, Mood())))

    def _counting(self, machine: Machine, script: Script) -> Script:
        """One at a time; whatever goes dark is switched on again a while later."""
        machine.busy = True
        yield from script
        machine.busy = False

    def _request(self) -> str:
        return f"request-{next(self._requests)}"

    # --- faults ----------------------------------------------------------------------------------

    def _plan_faults(self, span: float) -> None:
        weather = self.weather
        for machine in self.machines:
            self._plan_outages(machine, span)
            self.later(600, lambda machine=machine: self._watch_power(machine))  # type: ignore[misc]
        for share, what in (
            (weather.hub_crash * 20, self._hub_crashes),
            (weather.loss * 40, self._old_request),
            (weather.poison * 20, self._entry_nobody_reads),
            (weather.clock * 10, self._clock_jumps),
        ):
            for _ in range(int(share)):
                self.later(self.chance.uniform(0, span), what)
        for machine in self.machines:
            machine.cable.loss = weather.loss

    def _plan_outages(self, machine: Machine, span: float) -> None:
        at = self.chance.uniform(0, span / 3)
        while self.weather.outage and at < span:
            length = self.chance.expovariate(1 / (span * self.weather.outage / 3))
            self.later(at, lambda: self._cut(machine, True))
            self.later(at + length, lambda: self._cut(machine, False))
            at += length + self.chance.expovariate(1 / (span / 4))

    def _cut(self, machine: Machine, cut: bool) -> None:
        if self.clear:
            return
        machine.cable.cut = cut
        self.story.faults["network cut"] += cut
        machine.tell("network cut" if cut else "network back")

    def _watch_power(self, machine: Machine) -> None:
        if machine.gone:
            return
        if machine.on is None:
            self.story.faults["power cut"] += 1
            machine.power_on()
        self.later(600, lambda: self._watch_power(machine))

    def _hub_crashes(self) -> None:
        if self.clear:
            return
        if self.chance.random() < 0.3:
            self.head.crash_before_next_commit()
            self.story.faults["hub crash before commit"] += 1
        else:
            self.head.restart()
            self.story.faults["hub restart"] += 1
        self.tell("head office", "crashes")

    def _old_request(self) -> None:
        machine = self.chance.choice(self.machines)
        if not self.clear and machine.cable.deliver_again():
            self.story.faults["old request again"] += 1
            machine.tell("an old request arrives again")

    def _entry_nobody_reads(self) -> None:
        """A newer kiosk writes a kind that head office does not know; its door may not even read it."""
        machine = self.chance.choice(self.machines)
        if machine.on is None or self.clear:
            return
        if self.chance.random() < 0.7:
            machine.cable.unreadable.add(machine.on.journal.tail().n + 1)
        machine.write(Draft(Novelty(note="from a later version")))
        self.story.faults["unreadable entry"] += 1

    def _clock_jumps(self) -> None:
        machine = self.chance.choice(self.machines)
        if self.clear:
            return
        machine.clock.skew = self.chance.choice((0, -30 * 24, 5, 400 * 24)) * HOUR_US
        machine.clock.good = machine.clock.skew == 0 or self.chance.random() < 0.3
        self.story.faults["clock jump"] += 1

    def _fate(self) -> Fate:
        if self.clear or self.chance.random() >= self.weather.paper:
            return FAIR
        fates = [fate for _, fate in FATES]
        fate = self.chance.choices(fates, weights=[weight for weight, _ in FATES])[0]
        self.story.faults[f"print {fate.name}"] += fate is not FAIR
        return fate

    def _printed(self, machine: Machine, slip: Slip, attempt: int) -> None:
        """Paper came out: was it journalled before?"""
        operation = machine.on.journal.operation(slip.op) if machine.on else None
        known = operation is not None and operation.attempt >= attempt
        self.slips.append((slip, attempt, known))
        machine.tray.append(slip)
        machine.tell(f"paper {slip.number} attempt {attempt}")

    # --- the end ---------------------------------------------------------------------------------

    def _clear_skies(self) -> None:
        """Faults stop; whoever is in the middle of something finishes; then everything drains."""
        self.clear = True
        self.tell("all", "clear skies")
        for machine in self.machines:
            machine.cable.cut, machine.cable.loss = False, 0.0
            machine.fuse.left = None
            machine.clock.skew, machine.clock.good = 0, True
        self._run_until(self.true.at + HOUR_US)
        for _ in range(DRAIN_ROUNDS):
            for machine in self.machines:
                if machine.on is None and not machine.gone:
                    machine.power_on()
                machine.sync()
            if all(map(self.drained, self.machines)):
                return
            self._run_until(self.true.at + 60_000_000)
        self.story.violations.append("I9 not everything drained")

    def drained(self, machine: Machine) -> bool:
        """Whether head office has its whole log, and it has whatever head office sent."""
        if machine.gone:
            return True
        if machine.on is None:
            return False
        journal = machine.on.journal
        return journal.tail() == journal.mark_seen()

    def _count_branches(self) -> None:
        from kiosk.simulation.judge import branches

        self.story.branches.update(branches(self))


def tell(seed: int, seams: Seams | None = None, weather: Weather | None = None) -> Story:
    """One seed's story, told in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        universe = Universe(seed, Path(folder), seams, weather)
        try:
            return universe.run()
        finally:
            for machine in universe.machines:
                machine.go_dark("the end")
