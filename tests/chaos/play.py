"""One run of the play: `python -m tests.chaos.play --seed S --seconds N --database sqlite|postgresql`."""

import contextlib
import random
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import stage
from tests.chaos.books import Judgement, acknowledged
from tests.chaos.furnishing import furnish
from tests.chaos.stage import Actor, Office, Postgres
from tests.chaos.wire import Wire

KIOSKS = ("kiosk-1", "kiosk-2", "kiosk-3")


@dataclass
class Play:
    """Everybody on the stage, and the chance that rules them."""

    chance: random.Random
    office: Office
    database: Postgres | None
    wire: Wire
    kiosks: list[Actor]

    def begin(self) -> None:
        """Everybody starts, and has served somebody before the first fault."""
        self.office.start()
        self.office.ready()
        for kiosk in self.kiosks:
            kiosk.start()
        for kiosk in self.kiosks:
            kiosk.has_said("ack")

    def suffer(self, seconds: float) -> Counter[str]:
        """Faults until the time is over, each kind once at least; how many of each."""
        done: Counter[str] = Counter()
        deck: list[tuple[str, Callable[[], None]]] = []
        kinds: list[tuple[str, Callable[[], None]]] = [
            ("kiosk killed", self._kill_kiosk),
            ("kiosk killed", self._kill_kiosk),
            ("head office killed", self._kill_office),
            ("network cut", self._cut),
            ("weather", self._weather),
        ]
        if self.database is not None:
            kinds.append(("PostgreSQL killed", self._kill_database))
        self.wire.mischief = 0.2
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline or {name for name, _ in kinds} - done.keys():
            deck = deck or self.chance.sample(kinds, len(kinds))
            time.sleep(self.chance.uniform(0.2, 1.2))  # undisturbed work between two faults
            name, fault = deck.pop()
            fault()
            done[name] += 1
        self.wire.settle()
        return done

    def calm(self) -> None:
        """Faults are over: everything drains, and everybody goes home."""
        self.office.ready()
        for kiosk in self.kiosks:
            kiosk.serves()
        for kiosk in self.kiosks:
            assert kiosk.process is not None
            kiosk.process.terminate()  # all at once: they drain side by side
        for kiosk in self.kiosks:
            kiosk.end(how=None)  # a second signal may find a Python that is already going
        self.office.end()

    def _kill_kiosk(self) -> None:
        kiosk = self.chance.choice(self.kiosks)
        kiosk.kill()
        kiosk.start()

    def _kill_office(self) -> None:
        with contextlib.suppress(stage.Died):  # it may have died of its database just now
            self.office.kill()
        time.sleep(self.chance.uniform(0, 0.5))
        self.office.start()
        self.office.ready()

    def _kill_database(self) -> None:
        assert self.database is not None
        self.database.kill()
        self.database.start()
        self.database.ready()
        self.office.ready()

    def _cut(self) -> None:
        self.wire.cut = True
        time.sleep(self.chance.uniform(0.2, 1.5))
        self.wire.cut = False

    def _weather(self) -> None:
        self.wire.mischief = self.chance.choice((0.05, 0.2, 0.5))


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[Postgres | None, str]]:
    """The database's process, if it has one, and its address."""
    if kind == "sqlite":
        yield None, f"sqlite:///{folder / 'hub.db'}"
    else:
        with stage.postgres(folder) as running:
            yield running


def perform(seed: str, seconds: float, kind: str, folder: Path) -> tuple[list[str], Counter[str]]:
    """A whole run: the promises that were broken, and what happened."""
    with database(kind, folder) as (server, url):
        office, settings = stage.head_office(folder, url)
        homes = {device: folder / device for device in KIOSKS}
        furnish(settings, homes)
        wire = Wire(("127.0.0.1", office.port), seed)
        address = f"http://127.0.0.1:{wire.port}"
        kiosks = [stage.kiosk(folder, device, address, f"{seed} {device}") for device in KIOSKS]
        play = Play(random.Random(seed), office, server, wire, kiosks)
        try:
            play.begin()
            counts = play.suffer(seconds)
            play.calm()
            acks = {kiosk.name: acknowledged(kiosk.said) for kiosk in kiosks}
            judgement = Judgement(url, homes, acks)
            faults = list(judgement.faults())
        finally:
            wire.close()
            for actor in (*kiosks, office):
                stage.finish(actor)
    return faults, counts + judgement.counts + Counter({"mischief on the wire": wire.suffered})


def main() -> int:
    """0 when every promise was kept."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        faults, counts = perform(asked.seed, asked.seconds, asked.database, Path(folder))
    for fault in faults[:20]:
        print(fault)
    print(f"{asked.database}:", *(f"{count} {what}" for what, count in counts.items()), sep=", ")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
