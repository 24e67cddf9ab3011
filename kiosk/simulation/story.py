"""What a story is made of: its weather, and what is told of it afterwards."""

import random
from collections import Counter
from dataclasses import dataclass, field

DISASTERS = ("copied", "set back", "destroyed", "restored", "restored", "restored")


@dataclass(frozen=True)
class Weather:
    """What goes wrong in one story, and how often. Shares are chances or parts of the whole time."""

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
    disaster: str = ""
    """Once in a story: a kiosk's disk is copied, set back or destroyed; head office is restored."""

    @classmethod
    def of(cls, chance: random.Random) -> "Weather":
        """The weather of a seed: some stories are calm, some are not."""

        def sometimes(share: float, most: float) -> float:
            return chance.uniform(0, most) if chance.random() < share else 0.0

        return cls(
            kiosks=chance.choice((1, 2, 2, 3)),
            members=chance.choice((2, 4, 4)),
            visits=chance.randrange(30, 60),
            days=chance.choice((1.0, 3.0, 4.0)),
            outage=sometimes(0.7, 0.7),
            loss=sometimes(0.6, 0.3),
            power=sometimes(0.7, 0.5),
            paper=sometimes(0.9, 1.5),
            hub_crash=sometimes(0.5, 0.3),
            poison=sometimes(0.4, 0.3),
            clock=sometimes(0.3, 0.5),
            disaster=chance.choice(DISASTERS) if chance.random() < 0.6 else "",
        )


@dataclass
class Story:
    """What happened in one seed."""

    seed: int
    weather: Weather
    visits: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
