"""Keeps what the screens said."""

from dataclasses import dataclass, field

from kiosk.events import Event


@dataclass
class Told:
    """What the screens told, in order; and whether the first frame was announced."""

    events: list[Event] = field(default_factory=list)
    first_frames: int = 0

    def but(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if not isinstance(event, kinds)]

    def drew(self) -> None:
        self.first_frames += 1
