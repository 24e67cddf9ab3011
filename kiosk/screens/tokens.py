"""Every design token as the present window has it: colours, type, sizes, motion. No literal elsewhere."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

from kiosk.screens.palettes import CLEAR, LIGHT, STARK, WHITE, Answer, Colour, Palette, Tier, colour
from kiosk.screens.sizes import (
    BASE,
    CAP_DEGREES,
    CAP_SHARE,
    EYE_MM,
    INCHES,
    KEY_MM,
    LARGE_PARTS,
    LARGE_TYPE,
    LOW_PARTS,
    OWN_PARTS,
    PARTS,
    STYLES,
    TARGET_MM,
    TYPE,
    UNITS,
    Layout,
    Style,
)

__all__ = ["STYLES", "Colour", "Layout", "Look", "Modes", "Style", "colour", "look"]

MM_PER_INCH = 25.4
SMALL_HEIGHT = 600
"""A lying window that is lower gets the layout for small panels."""


@dataclass(frozen=True, slots=True)
class Modes:
    """What makes the pages easier to use. Low reach: every control in the lower half of an upright panel."""

    large_text: bool = False
    low_reach: bool = False
    high_contrast: bool = False
    less_motion: bool = False


class Look:
    """The tokens in pixels of the present window. One instance, `look`, fitted when the window is known."""

    canvas: Colour
    surface: Colour
    mist: Colour
    glaze: Colour
    ink: Colour
    ink2: Colour
    on_ink: Colour
    accent: Colour
    accent_pressed: Colour
    accent_edge: Colour
    on_accent: Colour
    sand: Colour
    sand_pressed: Colour
    on_sand: Colour
    edge: Colour
    hair: Colour
    lip: Colour
    key_edge: Colour
    scrim: Colour
    picture_tint: Colour
    on_picture: Colour
    tiers: dict[str, Tier]
    answers: dict[str, Answer]
    white = WHITE
    clear = CLEAR

    press_s = 0.08
    page_s = 0.2
    dialog_s = 0.16
    touched_every_s = 1.0
    forget_s = 60.0
    """So long a visitor's modes stay on the invitation without a touch."""

    below_picture = 0.35
    """Share of a picture's spare height that goes under its ledge."""

    def __init__(self) -> None:
        self.regular = ""
        self.bold = ""
        self.headline = ""
        self.heads: Callable[[str], bool] = lambda _text: False
        """Whether the headline face has every character of a text."""
        self.radius = 1.0
        """A brand's corners as a share of the shipped ones."""
        self.brand = LIGHT
        self.own_modes = self.modes = Modes()
        self.inches = 0.0
        self.fit(1080, 1920)

    def fit(self, width: int, height: int, inches: float | None = None) -> None:
        """Choose the nearest layout and scale everything to this window.

        `inches` is the panel's diagonal; 0: the one the layout was drawn for; None: as before.
        """
        self.inches = self.inches if inches is None else inches
        upright = height >= width
        self.layout: Layout = "portrait" if upright else "small" if height < SMALL_HEIGHT else "landscape"
        base_width, base_height = BASE[self.layout]
        self.zoom = min(width / base_width, height / base_height)
        self.unit = self.zoom * UNITS[self.layout]
        self.window = (width, height)
        diagonal = (self.inches or INCHES[self.layout]) * MM_PER_INCH
        self.px_per_mm = math.hypot(width, height) / diagonal
        self.use(self.modes)

    def use(self, modes: Modes) -> None:
        """Take these modes, as far as this layout offers them."""
        self.modes = modes
        self._sizes = (
            LARGE_TYPE.get(self.layout, TYPE[self.layout]) if modes.large_text else TYPE[self.layout]
        )
        self._parts = PARTS | OWN_PARTS[self.layout]
        self._parts |= (LOW_PARTS if self.low else {}) | (LARGE_PARTS if self.large else {})
        self.wear(self.brand)

    def wear(self, palette: Palette) -> None:
        """Take a brand's colours; the visitor's high contrast goes before them."""
        self.brand = palette
        worn = STARK if self.modes.high_contrast else palette
        for one in fields(Palette):
            setattr(self, one.name, getattr(worn, one.name))

    def offers(self) -> tuple[str, ...]:
        """The modes that change anything here: a low panel is all within reach, a small one has no room."""
        offered = {
            "large_text": self.layout in LARGE_TYPE,
            "low_reach": self.portrait,
            "high_contrast": True,
            "less_motion": not self.own_modes.less_motion,
        }
        return tuple(name for name, here in offered.items() if here)

    @property
    def reduced_motion(self) -> bool:
        """Whether pages change at once."""
        return self.modes.less_motion

    @property
    def portrait(self) -> bool:
        """Whether the window stands upright."""
        return self.layout == "portrait"

    @property
    def small(self) -> bool:
        """Whether this is a small panel: the foot is a rail at the right."""
        return self.layout == "small"

    @property
    def low(self) -> bool:
        """Whether every control must be in the lower half."""
        return self.modes.low_reach and self.portrait

    @property
    def large(self) -> bool:
        """Whether text is large."""
        return self.modes.large_text and self.layout in LARGE_TYPE

    @property
    def target(self) -> float:
        """The least side of a target, in pixels of this panel."""
        return TARGET_MM * self.px_per_mm

    @property
    def key_target(self) -> float:
        """The least side of a pad's key, in pixels of this panel."""
        return KEY_MM * self.px_per_mm

    @property
    def large_size(self) -> float:
        """The least size of large text, in pixels of this panel."""
        return EYE_MM * math.tan(math.radians(CAP_DEGREES)) * self.px_per_mm / CAP_SHARE

    def size_of(self, style: str) -> float:
        """Font size in pixels."""
        return self._sizes[style][0] * self.zoom  # type: ignore[index]

    def line_of(self, style: str) -> float:
        """Line height in pixels."""
        return self._sizes[style][1] * self.zoom  # type: ignore[index]

    def px(self, units: float) -> float:
        """Base units in whole pixels, so that edges stay sharp."""
        return float(round(units * self.unit))

    def __getattr__(self, name: str) -> float:
        """Any part's size, in pixels of this window."""
        try:
            size = self.__dict__["_parts"][name]
        except KeyError:
            raise AttributeError(name) from None
        return self.px(size * self.radius if name.startswith("r_") else size)


look = Look()
