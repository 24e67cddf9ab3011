"""What the exceptions desk lists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remedy:
    """An action of the console, or one of ours ('at-the-kiosk'), and what it is done to."""

    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something to look into. `at`: UTC microseconds, 0 if its record cannot be read. `member`: an id or ''.

    `what` is record | print | doubt | card | kiosk, `kiosk` the number in its store; `name` is masked.
    """

    key: str
    what: str
    at: int
    device: str
    kiosk: str
    member: str
    reason: str
    told: str
    means: str
    remedies: tuple[Remedy, ...] = ()
    name: str = ""
    seen_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A device of the store: its number there, why it is frozen ('' if it is not), whether it is retired."""

    number: str
    frozen: str
    retired: bool
