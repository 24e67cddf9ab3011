"""What goes wrong, and when: planned at dawn from the weather, at times the seed chooses."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from kiosk.ledger import entries as en
from kiosk.ports import Draft
from kiosk.simulation.machine import Machine

if TYPE_CHECKING:
    from kiosk.simulation.universe import Universe

HOUR_US = 3_600_000_000


class Novelty(en.Body, frozen=True, kw_only=True):
    """A kind of entry that no head office knows yet; it moves nothing."""

    KIND: ClassVar[str] = "novelty"
    note: str


class Faults:
    """Plans and commits one story's faults; none once the skies are clear."""

    def __init__(self, universe: "Universe") -> None:
        self._universe = universe
        self._chance = universe.chance
        self._weather = universe.weather
        self._backups: list[Path] = []

    def plan(self, span: float) -> None:
        """Put everything on the agenda of the next `span` seconds."""
        weather, universe = self._weather, self._universe
        for machine in universe.machines:
            self._plan_outages(machine, span)
            machine.cable.loss = weather.loss
            universe.later(600, lambda machine=machine: self._watch_power(machine))  # type: ignore[misc]
        for share, what in (
            (weather.hub_crash * 20, self._hub_crashes),
            (weather.loss * 40, self._old_request),
            (weather.poison * 20, self._entry_nobody_reads),
            (weather.clock * 10, self._clock_jumps),
        ):
            for _ in range(int(share)):
                self._once(self._chance.uniform(0, span), what)
        for _ in range(3):
            self._once(self._chance.uniform(0, span), self._back_up)
        if weather.disaster == "restored":
            self._once(self._chance.uniform(span * 0.2, span), self._restore)
        elif weather.disaster:
            struck = self._chance.choice(universe.machines)
            self._once(self._chance.uniform(0, span * 0.7), lambda: self._strike(struck, span))

    def _once(self, seconds: float, what: Callable[[], None]) -> None:
        self._universe.later(seconds, lambda: None if self._universe.clear else what())

    def _count(self, fault: str, who: str = "all") -> None:
        self._universe.story.faults[fault] += 1
        self._universe.tell(who, fault)

    # --- network and power -----------------------------------------------------------------------

    def _plan_outages(self, machine: Machine, span: float) -> None:
        at = self._chance.uniform(0, span / 3)
        while self._weather.outage and at < span:
            length = self._chance.expovariate(3 / (span * self._weather.outage))
            self._once(at, lambda: self._cut(machine, True))
            self._once(at + length, lambda: self._cut(machine, False))
            at += length + self._chance.expovariate(4 / span)

    def _cut(self, machine: Machine, cut: bool) -> None:
        machine.cable.cut = cut
        self._count("network cut" if cut else "network back", machine.name)

    def _watch_power(self, machine: Machine) -> None:
        """Somebody looks every ten minutes, and puts the plug back in."""
        if machine.gone:
            return
        if machine.on is None:
            self._count("power cut", machine.name)
            machine.power_on()
        self._universe.later(600, lambda: self._watch_power(machine))

    # --- head office -----------------------------------------------------------------------------

    def _hub_crashes(self) -> None:
        if self._chance.random() < 0.3:
            self._universe.head.crash_before_next_commit()
            self._count("hub crash before commit")
        else:
            self._universe.head.restart()
            self._count("hub restart")

    def _old_request(self) -> None:
        machine = self._chance.choice(self._universe.machines)
        if machine.cable.deliver_again():
            self._count("old request again", machine.name)

    def _back_up(self) -> None:
        place = self._universe.folder / f"backup-{len(self._backups)}.db"
        self._universe.head.back_up(place)
        self._backups.append(place)
        self._universe.tell("all", "head office is backed up")

    def _restore(self) -> None:
        """From the newest backup or the one before: kiosks forget only what is in both."""
        if not self._backups:
            self._back_up()
            self._once(self._chance.uniform(600, 40_000), self._restore)
            return
        self._universe.head.restore(self._chance.choice(self._backups[-2:]))
        self._count("head office restored")

    # --- kiosks ----------------------------------------------------------------------------------

    def _entry_nobody_reads(self) -> None:
        """A newer kiosk writes a kind that head office does not know; its door may not even read it."""
        machine = self._chance.choice(self._universe.machines)
        if machine.on is None or machine.resting:
            return
        if self._chance.random() < 0.6:
            machine.cable.unreadable.add(machine.on.journal.tail().n + 1)
        machine.write(Draft(Novelty(note="from a later version")))
        self._count("unreadable entry", machine.name)

    def _clock_jumps(self) -> None:
        machine = self._chance.choice(self._universe.machines)
        machine.clock.skew = int(self._chance.choice((0, -30 * 24, 0.4, 400 * 24)) * HOUR_US)
        machine.clock.good = 0 <= machine.clock.skew < HOUR_US
        self._count("clock jump", machine.name)

    def _strike(self, machine: Machine, span: float) -> None:
        """A disk is copied: now two kiosks are one device; an old state is put back; all is destroyed."""
        if machine.busy or machine.on is None:
            self._once(60, lambda: self._strike(machine, span))
            return
        disaster, universe = self._weather.disaster, self._universe
        self._count(f"disk {disaster}", machine.name)
        machine.go_dark("its disk is taken out")
        image = universe.folder / f"image-{machine.device}"
        if disaster == "destroyed":
            machine.gone = True
            self._once(self._chance.uniform(60, span / 3), lambda: universe.retire(machine))
            return
        if disaster == "copied":
            universe.forked.add(machine.device)
            universe.add(machine.copy(image, f"{machine.device}-copy"))
        else:
            shutil.copytree(machine.folder, image)
            self._once(self._chance.uniform(600, span / 4), lambda: self._set_back(machine, image))
        machine.power_on()

    def _set_back(self, machine: Machine, image: Path) -> None:
        if machine.busy:
            self._once(60, lambda: self._set_back(machine, image))
            return
        machine.go_dark("its disk is set back")
        shutil.rmtree(machine.folder)
        shutil.copytree(image, machine.folder)
        self._universe.forked.add(machine.device)
        machine.forget_beyond(self._universe.head.mark(machine.device))
        machine.power_on()
