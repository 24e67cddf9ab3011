"""What a story is made of: its weather, and what is told of it afterwards."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace

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
    purses: float = 0.0
    """How often a card with a purse is taken away in the middle, or worse; 0: no card has one."""
    early: float = 0.0
    """How often a card that is taken away is so at the moment before it pays, beside what chance does."""
    services: float = 0.3
    """How often somebody looks at what else there is beside the shelf."""
    giving: float = 0.0
    """How often somebody who does so gives points to a friend, beside what chance lets them choose."""
    opening_points: int | None = None
    """What every member has at first; None: 300, 800 or 2,000, by chance."""
    remembers: float = 0.3
    """How often the next visitor is somebody who was told to come again."""
    drawing: float = 0.0
    """How often somebody who looks around goes to the lottery first."""
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


PAID_BY_CARD = Weather(kiosks=1, members=3, visits=40, days=1.0, outage=0.5, purses=0.9)
"""The network is gone half the time, so cards pay, and most of the time something happens to them."""
TAKEN_EARLY = replace(PAID_BY_CARD, outage=0.9, early=0.6, opening_points=0)
"""There are no points but those on cards, and most cards are taken away before they paid: nothing moved."""
POISONED = Weather(
    kiosks=1, members=2, visits=30, days=1.0, outage=0.1, power=0.3, paper=1.5, poison=0.5, remembers=0.9
)
"""Head office meets records that it cannot read; prints fail, and visitors come again about them."""
NEVER_AGAIN = Weather(kiosks=2, members=8, visits=24, days=4.0, paper=1.5, remembers=0.0)
"""Printers fail, and hardly anybody comes again to hear what became of it."""
COME_AGAIN = Weather(
    kiosks=1, members=2, visits=40, days=1.0, outage=0.1, power=0.2, paper=0.9, remembers=0.95
)
"""Prints fail, and whoever was told to come again does so, for the same voucher once more."""
AT_THE_LOTTERY = Weather(
    kiosks=2, members=4, visits=50, days=4.0, outage=0.02, loss=0.05, power=0.3, services=0.9, drawing=0.9
)
"""Members come for the lottery; power and network go in the middle."""
_KINDS = {
    1: PAID_BY_CARD, 5: TAKEN_EARLY, 13: TAKEN_EARLY,
    2: NEVER_AGAIN, 10: NEVER_AGAIN,
    3: POISONED, 9: POISONED, 11: POISONED,
    4: COME_AGAIN, 12: COME_AGAIN,
    7: AT_THE_LOTTERY,
}  # fmt: skip
"""By the seed's remainder: what happens too rarely where everything may happen."""
_RECORDED = 1000
"""Seeds below this one are recorded with planted faults: their stories stay as they are."""


def is_of_a_kind(seed: int) -> bool:
    """Whether its story is about one of the kinds."""
    return seed >= _RECORDED and seed % 16 in _KINDS


def of_its_kind(weather: Weather, seed: int) -> Weather:
    """In a third of the stories cards have purses; most of them are about one of the kinds of `_KINDS`.

    Drawn apart, so that the others are told as before.
    """
    if is_of_a_kind(seed):
        return _KINDS[seed % 16]
    chance = random.Random(f"{seed} has purses")
    return replace(weather, purses=chance.uniform(0.1, 0.6)) if chance.random() < 1 / 3 else weather


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
