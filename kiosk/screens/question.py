"""One question, answered by tiles; the quiet way past it stands beside the answer."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens import listing
from kiosk.screens.tokens import look
from kiosk.screens.widgets import layers
from kiosk.screens.widgets.buttons import Push
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.layout import Part
from kiosk.views import Choice, Option

__all__ = ["QuestionUpright", "QuestionWide", "layers", "listing"]

ONE_COLUMN = 4
"""Answers that stand under one another; more stand side by side."""
SMALL_COLUMN = 3
"""The same on a small panel, where nothing fits beside another."""
TWO_COLUMNS = 8
"""Answers that stand in two columns; more stand in three."""


MANY_ROWS = 4
"""So many rows of answers are lower where all must be within low reach."""


class QuestionPage(Page):
    """Draws views.Question."""

    def drawn(self) -> None:
        """The answers, and the way past them."""
        options, tiles = self.view.options, self.ids.options
        tiles.columns = columns(len(options))
        tiles.rows = max(1, -(-len(options) // tiles.columns))
        least = look.quiet if look.low and tiles.rows >= MANY_ROWS else look.choice
        tiles.fill(options, lambda option: _option(option, least))
        self.ids.ends.fill([one for one in (self.view.later, self.view.submit) if one], _end)
        self.ids.ends.shown = bool(self.view.later or self.view.submit)


def columns(count: int) -> int:
    """In how many columns so many answers stand."""
    alone = ONE_COLUMN if look.portrait and not look.low else SMALL_COLUMN if look.small else 1
    return 1 if count <= alone else 2 if count <= (ONE_COLUMN if look.low else TWO_COLUMNS) else 3


def _option(option: Option, least: float) -> Push:
    return Push(
        label=option.label,
        note=option.note,
        icon="check" if option.chosen else "" if look.small else option.icon,
        tells=option.tells,
        kind="chosen" if option.chosen else "card",
        style="button" if look.portrait else "body",
        least=least,
        lines=3 if look.large or look.small else 2,
        pad_x=look.s8 if look.small else look.s24,
        gap=look.s8 if look.small else look.s16,
    )


def _end(choice: Choice) -> Part:
    kind = "primary" if choice.primary else "quiet"
    return Push(
        label=choice.label,
        note=choice.note,
        icon=choice.icon,
        tells=choice.tells,
        kind=kind,
        least=look.secondary,
        grow=3 if choice.primary else 2,
    )


class QuestionUpright(QuestionPage):
    """Portrait: the answers stand low, where a seated visitor reaches them."""


class QuestionWide(QuestionPage):
    """Landscape: the question at the left, the answers at the right."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
