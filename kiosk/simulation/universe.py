"""One seed's story: shops, people, weather, and in the end clear skies, so that everything can be judged."""

import heapq
import itertools
import random
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk import events as ev
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ports import Draft
from kiosk.simulation.clocks import NOON, TrueTime
from kiosk.simulation.faults import HOUR_US, Faults
from kiosk.simulation.head import CARD_KEY
from kiosk.simulation.judge import branches, judge
from kiosk.simulation.machine import EVERY_S, ZONE, Machine, Surroundings
from kiosk.simulation.people import (
    Case,
    Counter,
    Member,
    Mood,
    Script,
    check_in,
    look_for_paper,
    present,
    visit,
)
from kiosk.simulation.printer import FAIR, FATES, Fate, Slip
from kiosk.simulation.purses import ON_CARD, Wallets
from kiosk.simulation.seams import Seams
from kiosk.simulation.story import Story, Weather, of_its_kind

DRAIN_ROUNDS = 80


class Universe:
    """Everything there is, under one seed."""

    def __init__(
        self, seed: int, folder: Path, seams: Seams | None = None, weather: Weather | None = None
    ) -> None:
        self.seams = seams or Seams()
        self.chance = random.Random(seed)
        self.weather = weather or of_its_kind(Weather.of(self.chance), seed)
        self.story = Story(seed, self.weather)
        self.true = TrueTime()
        self.head = self.seams.head(seed, self.true, self.seams.office)
        self.clear = False
        purses = self.weather.purses
        early = self.weather.early
        self.wallets = Wallets(seed, folder / "cards", CARD_KEY, purses, early) if purses else None
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.counter = Counter(trusts_paper=self.seams.trusts_paper)
        self.slips: list[tuple[Slip, int, bool]] = []
        self.around = Surroundings(
            true=self.true, head=self.head, chance=self.chance, tell=self.tell, fate=self._fate,
            printed=self._printed, later=self.later, journal=self.seams.journal,
            uploader=self.seams.uploader, cable=self.seams.cable, ids=self.seams.ids,
            printer=self.seams.printer, clock=self.seams.clock, wallets=self.wallets, purse=self.seams.purse,
        )  # fmt: skip
        self.machines = [
            Machine(self.around, place, folder / f"kiosk-{place:02}") for place in range(self.weather.kiosks)
        ]
        self.members = [Member(place) for place in range(self.weather.members)]
        by_chance, given = self.chance.choice((300, 800, 2000)), self.weather.opening_points
        self.opening_points = by_chance if given is None else given
        self._requests = itertools.count()
        self.forked: set[str] = set()
        """Devices with two logs: what they did is judged by what became of it, not by the books."""
        self.folder = folder
        self.joined: dict[str, str] = {}
        """Accounts that staff joined: alias -> into, now or once."""
        self.benefits: list[tuple[str, str]] = []
        """(member, asset) of each once-only benefit that was handed out."""

    def add(self, machine: Machine) -> None:
        """One more kiosk in the world."""
        self.machines.append(machine)
        machine.power_on()
        self._turn(machine)

    def retire(self, machine: Machine) -> None:
        """Two people give a kiosk up for good."""
        self.tell(machine.name, "is retired")
        self.head.retire(machine.device)

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
        self._open()
        end = self.true.at + int(self.weather.days * 24 * HOUR_US)
        span = (end - self.true.at) / 1e6
        for _ in range(self.weather.visits):
            self.later(self.chance.uniform(0, span), self._somebody_comes)
        Faults(self).plan(span)
        self._run_until(end)
        self._clear_skies()
        self.story.violations += judge(self)
        self.story.branches.update(branches(self))
        return self.story

    def _open(self) -> None:
        for machine in self.machines:
            self.head.enrol(machine.enrolment())
        homes = dict.fromkeys(range(0, len(self.members), 2), self.machines[0].device)
        self.head.open_shop(len(self.members), self.opening_points, homes)
        for member in self.members if self.wallets else ():
            if member.place % 4 != 1 and self.wallets:
                self.head.put_on_card(self.wallets.issue(member.card), ON_CARD)
        for machine in self.machines:
            machine.power_on()
            machine.sync()
            machine.sync()
            self._turn(machine)

    def _turn(self, machine: Machine) -> None:
        if machine.gone:
            return
        machine.sync()
        if not machine.busy:
            machine.tick()
        every_s = EVERY_S * max(1.0, self.weather.days) * self.chance.uniform(0.7, 1.3)
        self.later(every_s, lambda: self._turn(machine))

    def _free(self) -> Machine | None:
        free = [one for one in self.machines if one.on and not one.busy and not one.resting]
        return self.chance.choice(free) if free else None

    def _somebody_comes(self) -> None:
        machine = self._free()
        if machine is None:
            self.later(300, self._somebody_comes)
            return
        self.story.visits += 1
        if not self.clear and self.chance.random() < self.weather.power:
            machine.fuse.arm(self.chance.randrange(1, 30))
        member = self._who_comes(machine)
        if member.papers and self.chance.random() < 0.6:
            slip = self.chance.choice(member.papers)
            if self.chance.random() < 0.6:
                member.papers.remove(slip)  # else it was copied first
            case = self._case(machine)
            self.play(self._counting(machine, present(slip, case, self.counter, self.chance)))
        elif self.chance.random() < 0.1:
            asset = acc.entitlement("checkin", self._today())
            self.play(self._counting(machine, check_in(member, self._case(machine), asset, self.benefits)))
        elif self.chance.random() < 0.06:
            self._join(member, machine)
        elif self.chance.random() < 0.15:
            self.play(self._counting(machine, look_for_paper(self._case(machine), self.chance)))
        else:
            mood = Mood(self.weather.services, giving=self.weather.giving, drawing=self.weather.drawing)
            self.play(self._counting(machine, visit(member, machine, self.chance, mood)))

    def _who_comes(self, machine: Machine) -> Member:
        """Anybody; now and then somebody who was told to come again."""
        open_ones = machine.on.journal.unresolved() if machine.on else ()
        told = {one.member for one in open_ones if one.state == "unknown"}
        told |= {one.member for one in machine.on.journal.open_moves()} if machine.on else set()
        waiting = [member for member in self.members if member.id in told]
        remembers = waiting and self.chance.random() < self.weather.remembers
        return self.chance.choice(waiting if remembers else self.members)

    def _today(self) -> str:
        return datetime.fromtimestamp(self.true.at / 1e6, ZONE).date().isoformat()

    def people(self) -> list[set[str]]:
        """Member ids, those of one person together."""
        found = [{member.id} for member in self.members]
        for pair in self.joined.items():
            one = set().union(*(people for people in found if people & set(pair)))
            found = [people for people in found if not people & set(pair)] + [one]
        return found

    def _join(self, member: Member, machine: Machine) -> None:
        """Staff find that two accounts are one person's, or that they are not after all."""
        other = self.chance.choice(self.members)
        taken = {*self.joined, *self.joined.values()}
        if member.id == other.id or {member.id, other.id} & taken:
            return
        self.joined[member.id] = other.id
        merge = Draft(en.Merge(alias=member.id, into=other.id, proof="both cards"), operator="staff-1")
        undo = Draft(en.Unmerge(alias=member.id, into=other.id), operator="staff-1")
        if self._is_written(machine, merge) and self.chance.random() < 0.5:
            self.later(self.chance.uniform(600, 90_000), lambda: machine.write(undo))

    def _is_written(self, machine: Machine, draft: Draft) -> bool:
        """Whether this became an entry, as far as staff can tell: nobody undoes what the power cut off."""
        before = machine.on.journal.tail().n if machine.on else 0
        machine.write(draft)
        return machine.on is not None and machine.on.journal.tail().n > before

    def _counting(self, machine: Machine, script: Script) -> Script:
        """One at a time; whatever goes dark is switched on again a while later."""
        machine.busy = True
        yield from script
        machine.busy = False

    def _case(self, machine: Machine) -> Case:
        return Case(machine, f"request-{next(self._requests)}", self._second)

    def _second(self) -> None:
        """A second at a counter: whoever waits for a right asks again, the others now and then."""
        for machine in list(self.machines):
            if machine.on and (machine.on.wants.live() or self.chance.random() < 0.1):
                machine.sync()

    # --- what comes out of printers ---------------------------------------------------------------

    def _fate(self, machine: Machine) -> Fate:
        if self.clear or self.chance.random() >= self.weather.paper:
            return FAIR
        if self.chance.random() < self.weather.power / 2:
            machine.fuse.arm(1)  # between the paper and the word: the moment that matters most
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
        self.head.stay_up()
        for machine in self.machines:
            machine.cable.cut, machine.cable.loss = False, 0.0
            machine.fuse.left = None
            machine.clock.skew, machine.clock.good = 0, True
        self._run_until(self.true.at + HOUR_US)
        for machine in self.machines:
            self._settle_cards(machine)
        for _ in range(DRAIN_ROUNDS):
            for machine in self.machines:
                if machine.on is None and not machine.gone:
                    machine.power_on()
                machine.sync()
            if all(map(self.drained, self.machines)):
                return
            self._run_until(self.true.at + 60_000_000)
        self.story.violations.append("I9 not everything drained")

    def _settle_cards(self, machine: Machine) -> None:
        """Whoever was told to put their card down again does so."""
        if self.wallets is None or machine.gone:
            return
        self.wallets.share = 0.0
        self.story.faults.update(self.wallets.mishaps)
        self.wallets.mishaps.clear()
        if machine.on is None:
            machine.power_on()
        open_ones = machine.on.journal.open_moves() if machine.on else ()
        for card, purse in self.wallets.names.items():
            if any(one.begun.card == purse for one in open_ones):
                machine.do(ev.CardTapped("reader", card))
                machine.do(ev.Left())

    def drained(self, machine: Machine) -> bool:
        """Whether head office has its whole log, and it has whatever head office sent."""
        if machine.gone:
            return True
        if machine.on is None:
            return False
        if machine.resting and machine.device in self.forked:
            return machine.on.uploader.backlog.now.waiting == 0
        journal = machine.on.journal
        return journal.tail() == journal.mark_seen()


def tell(seed: int, seams: Seams | None = None, weather: Weather | None = None) -> Story:
    """One seed's story, told in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        universe = Universe(seed, Path(folder), seams, weather)
        try:
            return universe.run()
        finally:
            for machine in universe.machines:
                machine.go_dark("the end")
