"""Every design token: colours, the six type sizes, spacing, sizes of parts, motion. No literal elsewhere."""

from dataclasses import dataclass
from typing import Literal

Layout = Literal["portrait", "landscape"]
Style = Literal["note", "body", "button", "title", "outcome", "huge"]
Colour = tuple[float, float, float, float]


def colour(text: str, alpha: float = 1.0) -> Colour:
    """'#17211E' as four floats from 0 to 1."""
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier card's colours: face, ring around the moon, moon, ledge, and the ink on all of them."""

    face: Colour
    ring: Colour
    moon: Colour
    ledge: Colour
    ink: Colour


TIERS = {
    "member": Tier(*map(colour, ("#D3E0D8", "#C3D5CA", "#F1F5F1", "#AFC6B9", "#12231E"))),
    "silver": Tier(*map(colour, ("#DDE2E3", "#CED6D8", "#F2F4F4", "#B7C2C5", "#17211E"))),
    "gold": Tier(*map(colour, ("#EAD9AD", "#E3CE98", "#F3E8C9", "#CFB473", "#2A2008"))),
    "diamond": Tier(*map(colour, ("#DCE5EF", "#CBD8E7", "#F1F5FA", "#A9BCD4", "#182A40"))),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict's colours: face, ink on it, disc, mark on the disc. Their greys differ as well."""

    face: Colour
    ink: Colour
    disc: Colour
    mark: Colour


ANSWERS = {
    "go": Answer(*map(colour, ("#C9D8CF", "#17211E", "#17211E", "#FFFFFF"))),
    "stop": Answer(*map(colour, ("#17211E", "#FFFFFF", "#FFFFFF", "#17211E"))),
    "wait": Answer(*map(colour, ("#F2E8D5", "#3B2A08", "#3B2A08", "#F2E8D5"))),
}

SIZES: dict[Layout, dict[Style, tuple[int, int]]] = {
    "portrait": {
        "note": (30, 44),
        "body": (36, 52),
        "button": (44, 60),
        "title": (60, 80),
        "outcome": (88, 108),
        "huge": (132, 152),
    },
    "landscape": {
        "note": (24, 34),
        "body": (28, 40),
        "button": (34, 46),
        "title": (46, 62),
        "outcome": (68, 84),
        "huge": (84, 100),
    },
}
"""Size and line height in base pixels (1080 x 1920, 1280 x 800)."""

STYLES: tuple[Style, ...] = ("note", "body", "button", "title", "outcome", "huge")

BASE: dict[Layout, tuple[int, int]] = {"portrait": (1080, 1920), "landscape": (1280, 800)}
LANDSCAPE_UNIT = 0.78
"""A landscape panel is nearer to the eye and smaller: spaces and parts shrink with the type."""

TARGET = 81
"""20 mm on the 1080 base: no target is smaller."""


class Look:
    """The tokens in pixels of the present window. One instance, `look`, fitted when the window is known."""

    canvas = colour("#F4F5F1")
    surface = colour("#FFFFFF")
    mist = colour("#E5ECE7")
    glaze = colour("#C9D8CF")
    ink = colour("#17211E")
    ink2 = colour("#3F4A46")
    accent = colour("#0B4F46")
    accent_pressed = colour("#073A33")
    sand = colour("#F2E8D5")
    sand_pressed = colour("#E8DAC0")
    on_sand = colour("#3B2A08")
    edge = colour("#6E7C76")
    hair = colour("#D5DCD7")
    lip = colour("#8FA79A")
    faint = colour("#EDEFEB")
    wall = colour("#DCE6DF")
    scene_sand = colour("#EFE6D6")
    pine = colour("#23483F")
    white = colour("#FFFFFF")
    scrim = colour("#17211E", 0.72)
    clear = colour("#FFFFFF", 0.0)

    press_s = 0.08
    page_s = 0.2
    dialog_s = 0.16
    touched_every_s = 1.0

    below_picture = 0.35
    """Share of a picture's spare height that goes under its ledge."""

    def __init__(self) -> None:
        self.reduced_motion = False
        self.regular = ""
        self.bold = ""
        self.fit(1080, 1920)

    def fit(self, width: int, height: int) -> None:
        """Choose the nearest layout and scale everything to this window."""
        self.layout: Layout = "portrait" if height >= width else "landscape"
        base_width, base_height = BASE[self.layout]
        self.zoom = min(width / base_width, height / base_height)
        self.unit = self.zoom * (1.0 if self.portrait else LANDSCAPE_UNIT)
        self.window = (width, height)

    @property
    def portrait(self) -> bool:
        """Whether the window stands upright."""
        return self.layout == "portrait"

    def size_of(self, style: str) -> float:
        """Font size in pixels."""
        return SIZES[self.layout][style][0] * self.zoom  # type: ignore[index]

    def line_of(self, style: str) -> float:
        """Line height in pixels."""
        return SIZES[self.layout][style][1] * self.zoom  # type: ignore[index]

    def px(self, units: float) -> float:
        """Base units in whole pixels, so that edges stay sharp."""
        return float(round(units * self.unit))

    def __getattr__(self, name: str) -> float:
        """Any part's size below, in pixels of this window."""
        try:
            own = {} if self.portrait else LANDSCAPE_PARTS
            return self.px(own.get(name, PARTS[name]))
        except KeyError:
            raise AttributeError(name) from None


PARTS: dict[str, float] = {
    # space
    "s4": 4, "s8": 8, "s16": 16, "s24": 24, "s32": 32, "s40": 40, "s72": 72,
    "margin": 72, "gutter": 24, "wide_gutter": 41,
    # lines and corners
    "line": 3, "thin": 2, "r_key": 16, "r_card": 24, "r_dialog": 40, "shadow": 24, "shadow_fall": 6,
    # parts
    "strip": 120, "foot": 144, "icon": 48, "icon_small": 36, "mark": 44,
    "primary": 144, "secondary": 136, "quiet": 104, "choice": 160, "chip": 96, "pager": 112, "reader": 152,
    "language": 112, "key": 120, "key_gap": 20, "pin_box": 84, "pin_gap": 16, "pin_dot": 28, "lip_fall": 4,
    "row": 112, "disc": 72, "ring": 132, "ring_large": 204, "ring_line": 8, "ring_line_large": 12,
    "bar": 24, "switch_w": 112, "switch_h": 64, "switch_dot": 44, "banner": 96, "reach": 96,
    "picture": 296, "picture_least": 120, "confirm_picture": 360, "confirm_figures": 172, "tall_picture": 170,
    "scene_least": 240, "scene_attract": 1000, "scene_voucher": 700, "scene_notice": 560,
    "tier": 372, "tier_least": 300, "tier_ledge": 48, "moon": 308, "ring_moon": 416, "progress_least": 120,
    "dialog": 936, "dialog_pad": 56, "column_left": 728, "pad_w": 749, "pager_button": 280, "cancel": 300,
    "wide_pager_button": 230, "lock_disc": 72, "bar_text": 150, "code_least": 184, "outcome_disc": 88,
    "group_box": 120, "verdict_disc": 176, "verdict_icon": 104, "staff_tile": 208, "letter_gap": 14,
    "letter_key": 84,
    "column_scene": 600, "column_attract": 700, "wide_attract": 640, "mask": 28,
}  # fmt: skip
"""Sizes of parts in base units (1080 wide; landscape shrinks them with its type)."""

LANDSCAPE_PARTS: dict[str, float] = {
    "strip": 99, "foot": 123, "secondary": 108, "primary": 136, "choice": 120, "reader": 128, "language": 104,
    "pin_box": 64, "pin_gap": 12, "pin_dot": 24, "ring": 108, "row": 98, "code_least": 150, "s72": 56,
    "pager": 104, "pager_button": 230, "group_box": 104, "verdict_disc": 140, "verdict_icon": 84,
    "staff_tile": 168, "letter_gap": 10,
}  # fmt: skip
"""What differs in landscape, where height is short."""

look = Look()
