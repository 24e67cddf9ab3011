"""Columns and rows that measure first and place once, so that no page is ever seen half arranged."""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty
from kivy.uix.widget import Widget

from kiosk.events import Event
from kiosk.screens.tokens import look
from kiosk.screens.widgets.sharing import grown, shares


class Part(Widget):
    """Anything a page is built of. Sizes in pixels; `grow` is its share of what is left over."""

    grow = NumericProperty(0)
    least = NumericProperty(0)
    most = NumericProperty(0)
    wide = NumericProperty(0)
    high = NumericProperty(0)
    shown = BooleanProperty(True)
    align = OptionProperty("stretch", options=("stretch", "start", "center", "end"))

    def wants_width(self) -> float:
        """Natural width."""
        return float(self.wide)

    def wants_height(self, width: float) -> float:  # noqa: ARG002
        """Natural height at this width."""
        return float(self.high)

    def tight(self, width: float) -> float:
        """What it really uses of this width."""
        return width

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Take this rectangle (y from below)."""
        self.pos = (round(x), round(y))
        self.size = (round(width), round(height))

    def on_shown(self, *_: Any) -> None:
        """Hidden parts neither draw nor listen."""
        self.opacity = 1 if self.shown else 0
        self.disabled = not self.shown
        self.ask()

    def ask(self, *_: Any) -> None:
        """Arrange the page again before the next frame."""
        above = self.parent
        while above is not None and above is not above.parent:
            if isinstance(above, Sheet):
                above.arrange_soon()
                return
            above = above.parent


def visible(parts: Sequence[Any]) -> list[Any]:
    """The shown ones, first added first."""
    return [part for part in reversed(parts) if part.shown]


class Padded(Part):
    """A part with parts inside."""

    gap = NumericProperty(0)
    pad_x = NumericProperty(0)
    pad_y = NumericProperty(0)
    pad_top = NumericProperty(-1)
    pad_bottom = NumericProperty(-1)

    items = ObjectProperty(None, allownone=True)

    @property
    def above(self) -> float:
        """Padding at the top."""
        return float(self.pad_top if self.pad_top >= 0 else self.pad_y)

    @property
    def below(self) -> float:
        """Padding at the bottom."""
        return float(self.pad_bottom if self.pad_bottom >= 0 else self.pad_y)

    def fill(self, items: Sequence[Any], make: Callable[[Any], Widget]) -> None:
        """One part per item; nothing happens while the items stay the same."""
        if self.items == (look.regular, tuple(items)):
            return
        self.items = (look.regular, tuple(items))
        self.clear_widgets()
        for item in items:
            self.add_widget(make(item))
        self.ask()


class Column(Padded):
    """Parts from top to bottom. When they are too many the gaps give way first."""

    pack = OptionProperty("start", options=("start", "center", "end"))
    lacking = 0.0
    """Pixels that were missing when it was last placed: its parts then stand on one another's toes."""

    def inside(self) -> list[Any]:
        """The parts that stand in it, from the top."""
        return visible(self.children)

    def wants_width(self) -> float:
        """As wide as the widest."""
        if self.wide:
            return float(self.wide)
        return max((part.wants_width() for part in self.inside()), default=0) + 2 * self.pad_x

    def tight(self, width: float) -> float:
        """As wide as the widest is in this width."""
        inner = width - 2 * self.pad_x
        return max((part.tight(inner) for part in self.inside()), default=0) + 2 * self.pad_x

    def wants_height(self, width: float) -> float:
        """Everything below one another."""
        if self.high:
            return float(self.high)
        parts, inner = self.inside(), width - 2 * self.pad_x
        tall = sum(max(part.least, part.wants_height(inner)) for part in parts)
        return float(tall + self.gap * max(0, len(parts) - 1) + self.above + self.below)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place everything inside as well."""
        super().place(x, y, width, height)
        parts, inner = self.inside(), width - 2 * self.pad_x
        if not parts:
            return
        room = height - self.above - self.below
        wanted = [part.wants_height(inner) for part in parts]
        gaps = len(parts) - 1
        given = grown(wanted, parts, room - self.gap * gaps)
        over = sum(given) + self.gap * gaps - room
        gap = max(self.gap / 3, self.gap - over / gaps) if over > 0 and gaps else self.gap
        slack = max(0.0, room - sum(given) - gap * gaps)
        self.lacking = max(0.0, sum(given) + gap * gaps - room)
        top = y + height - self.above - {"start": 0.0, "center": slack / 2, "end": slack}[self.pack]
        for part, tall in zip(parts, given, strict=True):
            left, across = _across(part, x + self.pad_x, inner)
            part.place(left, top - tall, across, tall)
            top -= tall + gap


def _across(part: Any, start: float, room: float) -> tuple[float, float]:
    if part.align == "stretch":
        return start, room
    size = min(room, part.wants_width())
    return start + {"start": 0.0, "center": (room - size) / 2, "end": room - size}[part.align], size


class Row(Padded):
    """Parts from left to right. With `baseline` words stand on one line; `even` makes all equally wide."""

    baseline = BooleanProperty(False)
    even = BooleanProperty(False)
    pack = OptionProperty("start", options=("start", "center", "end", "fill"))

    def wants_width(self) -> float:
        """Everything beside one another."""
        if self.wide:
            return float(self.wide)
        parts = visible(self.children)
        widths = [part.wants_width() for part in parts]
        total = max(widths, default=0) * len(parts) if self.even else sum(widths)
        return total + self.gap * max(0, len(parts) - 1) + 2 * self.pad_x

    def widths(self, width: float) -> list[float]:
        """What each shown part gets of this width."""
        parts = visible(self.children)
        room = width - 2 * self.pad_x - self.gap * max(0, len(parts) - 1)
        if self.even:
            return [room / len(parts)] * len(parts)
        wanted = [part.wants_width() for part in parts]
        given = shares(wanted, parts, room)
        over = sum(given) - room
        if over > 0 and parts:
            longest = max(range(len(parts)), key=lambda i: given[i])
            given[longest] = parts[longest].tight(max(given[longest] / 3, given[longest] - over))
        elif self.pack == "fill" and parts:
            given = [size - over / len(parts) for size in given]
        return given

    def wants_height(self, width: float) -> float:
        """As high as the highest."""
        if self.high:
            return float(self.high)
        parts = visible(self.children)
        tall = max(
            (part.wants_height(given) for part, given in zip(parts, self.widths(width), strict=True)),
            default=0,
        )
        return float(max(self.least, tall + self.above + self.below))

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place everything inside as well."""
        super().place(x, y, width, height)
        parts = visible(self.children)
        given = self.widths(width)
        slack = width - 2 * self.pad_x - sum(given) - self.gap * max(0, len(parts) - 1)
        left = x + self.pad_x + {"center": slack / 2, "end": slack}.get(self.pack, 0.0)
        room, floor = height - self.above - self.below, y + self.below
        for part, across in zip(parts, given, strict=True):
            on_line = self.baseline and hasattr(part, "drop")
            tall = room if part.align == "stretch" and not on_line else min(room, part.wants_height(across))
            bottom = floor + {"start": room - tall, "end": 0.0}.get(part.align, (room - tall) / 2)
            if on_line:
                bottom = floor + self._lift(parts, given) - part.drop(across)
            part.place(left, bottom, across, tall)
            left += across + self.gap

    def _lift(self, parts: list[Any], given: list[float]) -> float:
        drops = [part.drop(w) for part, w in zip(parts, given, strict=True) if hasattr(part, "drop")]
        return max(drops, default=0.0)


class Sheet(Column):
    """The outermost part of a page: arranges itself once per change, and passes on what was pressed."""

    tell: Callable[[Event], None] | None = None
    ease: Callable[[], None] = staticmethod(lambda: None)
    """Opens the switches for easier use."""

    def __init__(self, **kwargs: Any) -> None:
        self._soon = Clock.create_trigger(self.arrange, -1)
        super().__init__(**kwargs)

    def arrange_soon(self) -> None:
        """Arrange before the next frame."""
        self._soon()

    def arrange(self, *_: Any) -> None:
        """Arrange now."""
        self.place(self.x, self.y, self.width, self.height)


def sheet_of(part: Widget) -> Any:
    """The page that a part stands on; None while it stands on none."""
    above = part
    while above is not None and above is not above.parent:
        if isinstance(above, Sheet):
            return above
        above = above.parent
    return None


def told(part: Widget, event: Event) -> None:
    """Hand an event to the page a part stands on."""
    sheet = sheet_of(part)
    if sheet is not None and sheet.tell is not None:
        sheet.tell(event)
