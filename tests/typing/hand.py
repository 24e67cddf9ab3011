"""A hand at the pad: it sees a view as a visitor does, and taps keys by what stands on them."""

from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey
from kiosk.desk.world import World
from kiosk.words import Words


class Hand:
    """Drives one journey. `taps` counts; `given` is what the journey returned, once it is over."""

    def __init__(self, world: World, journey: Journey[str | None], language: str = "zh_CN") -> None:
        self.world, self.journey = world, journey
        world.say = Words(language, world.shop.zone)
        self.taps = 0
        self.over = False
        self.given: str | None = None
        self.page = next(journey)
        self.told = 0
        self._seen: tuple[object, views.TextEntry] | None = None

    @property
    def sees(self) -> views.TextEntry:
        drawn_for = (self.told, self.world.say, self.world.shop)
        if self._seen is None or self._seen[0] != drawn_for:
            view = self.page.draw(self.world.say, 0)
            assert isinstance(view, views.TextEntry)
            self._seen = (drawn_for, view)
        return self._seen[1]

    def offered(self) -> list[views.Key]:
        view = self.sees
        more = [view.more] if view.more else []
        return [*view.bar, *more, view.clear, *(key for row in view.rows for key in row)]

    def tell(self, *events: ev.Event) -> None:
        for event in events:
            self.told += 1
            try:
                self.page = self.journey.send(event)
            except StopIteration as ended:
                self.over, self.given = True, ended.value

    def say(self, key: str) -> None:
        """One key by its name, whether it stands there or not."""
        self.taps += 1
        self.tell(ev.TextKeyed(self.sees.entry, key))

    def see(self, *keys: str) -> views.TextEntry:
        """What they see after these keys by name."""
        for key in keys:
            self.say(key)
        return self.sees

    def tap(self, *labels: str) -> None:
        """Keys by label (or by name); one that is not there or rests cannot be tapped."""
        for label in labels:
            key = next((one for one in self.offered() if label in (one.label, one.key)), None)
            assert key is not None, f"{label!r} is not among {[one.label for one in self.offered()]}"
            assert key.able, f"{label!r} rests"
            self.say(key.key)

    def pick(self, text: str) -> None:
        """The candidate, from the bar or from the pages behind it."""
        for page in range(1, 60):
            found = [key for key in self.offered() if key.key.startswith("choose:") and key.label == text]
            if found:
                self.say(found[0].key)
                return
            onward = next((key for key in self.offered() if key.key == f"leaf:{page}"), None)
            assert onward is not None, f"{text} is no candidate"
            assert onward.able, f"{text} is no candidate"
            self.say(onward.key)
        raise AssertionError(f"{text} is not within sixty pages")


def narrow(world: World, width_mm: int = 135) -> World:
    world.shop = replace(world.shop, panel_mm=width_mm)
    return world
