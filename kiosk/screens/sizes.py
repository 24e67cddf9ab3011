"""Sizes: the six type sizes and every part, for each layout; and the panels they were drawn for."""

from typing import Literal

Layout = Literal["portrait", "landscape", "small"]
Style = Literal["note", "body", "button", "title", "outcome", "huge"]
Sizes = dict[Style, tuple[int, int]]

STYLES: tuple[Style, ...] = ("note", "body", "button", "title", "outcome", "huge")

BASE: dict[Layout, tuple[int, int]] = {
    "portrait": (1080, 1920),
    "landscape": (1280, 800),
    "small": (800, 480),
}
"""Pixels that a layout was drawn for; other windows scale it."""

INCHES: dict[Layout, float] = {"portrait": 21.5, "landscape": 15.6, "small": 10.1}
"""Diagonal of the panel that a layout was drawn for. A panel's own stands in its settings."""

UNITS: dict[Layout, float] = {"portrait": 1.0, "landscape": 0.78, "small": 0.56}
"""Pixels a base unit: smaller panels are nearer to the eye; spaces and parts shrink with the type."""

TARGET_MM, KEY_MM = 20.0, 18.0
"""No target is smaller, no key of a pad."""

CAP_DEGREES, EYE_MM, CAP_SHARE = 0.7, 600.0, 0.733
"""Large text: capitals as high as this angle, seen from here; Noto's capitals as a share of its size."""

TYPE: dict[Layout, Sizes] = {
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
    "small": {
        "note": (20, 27),
        "body": (22, 30),
        "button": (25, 33),
        "title": (31, 41),
        "outcome": (40, 50),
        "huge": (52, 62),
    },
}
"""Size and line height in base pixels."""

LARGE_TYPE: dict[Layout, Sizes] = {
    "portrait": {
        "note": (41, 54),
        "body": (44, 58),
        "button": (50, 66),
        "title": (64, 84),
        "outcome": (88, 108),
        "huge": (132, 152),
    },
}
"""The same for visitors who asked for large text. A lying panel is too low for pages in such letters."""

PARTS: dict[str, float] = {
    # space
    "s4": 4, "s8": 8, "s16": 16, "s24": 24, "s32": 32, "s40": 40, "s72": 72,
    "margin": 72, "gutter": 24, "wide_gutter": 41,
    # lines and corners
    "line": 3, "thin": 2, "r_key": 16, "r_card": 24, "r_dialog": 40, "shadow": 24, "shadow_fall": 6,
    # typing
    "field": 136, "caret": 80, "bar_key": 112, "board_key": 128, "name_card": 660, "name_card_high": 340,
    # parts
    "strip": 120, "strip_least": 400, "foot": 144, "icon": 48, "icon_small": 36, "mark": 44,
    "primary": 144, "secondary": 136, "quiet": 104, "choice": 160, "tile_high": 160,
    "chip": 96, "pager": 112, "reader": 152,
    "language": 112, "key": 120, "key_least": 88, "key_gap": 20, "pin_box": 84, "pin_gap": 16,
    "pin_dot": 28,
    "lip_fall": 4,
    "row": 112, "disc": 72, "ring": 132, "ring_large": 204, "ring_line": 8, "ring_line_large": 12,
    "bar": 24, "switch_w": 112, "switch_h": 64, "switch_dot": 44, "banner": 96, "reach": 96,
    "picture": 296, "picture_least": 120, "confirm_picture": 360, "confirm_figures": 172,
    "tall_picture": 170,
    "scene_least": 240, "scene_attract": 1000, "scene_voucher": 700, "scene_notice": 560,
    "tier": 372, "tier_least": 300, "tier_ledge": 48, "moon": 308, "ring_moon": 416, "progress_least": 120,
    "dialog": 936, "dialog_pad": 56, "column_left": 728, "pad_w": 749, "pager_button": 280, "cancel": 300,
    "wide_pager_button": 230, "lock_disc": 72, "bar_text": 150, "code_least": 184, "outcome_disc": 88,
    "group_box": 120, "verdict_disc": 176, "verdict_icon": 104, "staff_tile": 208, "letter_gap": 14,
    "letter_key": 84, "paper_most": 620,
    "rail": 200, "column_scene": 600, "column_notice": 600, "column_attract": 700, "low_tiles": 520,
    "wide_attract": 640, "mask": 28,
}  # fmt: skip
"""Sizes of parts in base units (1080 wide; the other layouts shrink them with their type)."""

LANDSCAPE_PARTS: dict[str, float] = {
    "field": 112, "caret": 64, "bar_key": 98,
    "strip": 99, "foot": 123, "secondary": 108, "primary": 136, "choice": 136, "tile_high": 136,
    "reader": 128, "language": 116,
    "chip": 98, "reach": 98, "letter_key": 89, "key_least": 90,
    "pin_box": 64, "pin_gap": 12, "pin_dot": 24, "ring": 108, "row": 98, "code_least": 150, "s72": 56,
    "pager": 104, "pager_button": 230, "group_box": 104, "verdict_disc": 140, "verdict_icon": 84,
    "staff_tile": 168, "letter_gap": 10,
}  # fmt: skip
"""What differs in landscape, where height is short."""

SMALL_PARTS: dict[str, float] = {
    "field": 136, "caret": 56, "bar_key": 130,
    "s72": 40, "s40": 32, "s32": 24, "s24": 20, "margin": 36, "wide_gutter": 28,
    "strip": 96, "strip_least": 640, "rail": 176, "secondary": 132, "primary": 140, "quiet": 130,
    "choice": 140, "tile_high": 140, "chip": 130,
    "pager": 130, "language": 146, "reader": 124, "reach": 130, "key": 124, "key_least": 118, "key_gap": 10,
    "letter_key": 118, "letter_gap": 8, "pin_box": 54, "pin_gap": 8, "pin_dot": 24, "ring": 104,
    "ring_large": 168,
    "row": 96, "disc": 60, "icon": 46, "icon_small": 38, "banner": 84, "group_box": 96, "code_least": 120,
    "picture": 200, "picture_least": 56, "tier": 300, "tier_least": 240, "moon": 236, "ring_moon": 320,
    "verdict_disc": 104,
    "verdict_icon": 64, "outcome_disc": 72, "staff_tile": 132, "pager_button": 250,
    "wide_pager_button": 262,
    "cancel": 200, "dialog": 1080, "dialog_pad": 32, "column_left": 650, "column_scene": 380,
    "column_notice": 324,
    "column_attract": 480, "wide_attract": 420, "confirm_figures": 130, "shadow": 16,
}  # fmt: skip
"""What differs on a small panel, where a target takes a sixth of the height."""

LARGE_PARTS: dict[str, float] = {
    "strip": 128, "foot": 128, "tier_ledge": 60, "tier": 400, "key": 104, "key_least": 75,
    "pager_button": 286, "tile_high": 216, "confirm_picture": 240,
}  # fmt: skip
"""What differs under large text."""

LOW_PARTS: dict[str, float] = {
    "key": 96,
    "key_least": 84,
    "reach": 96,
    "picture_least": 150,
    "pager": 96,
    "chip": 84,
}
"""What differs where every control is in the lower half of an upright panel."""

OWN_PARTS: dict[Layout, dict[str, float]] = {
    "portrait": {},
    "landscape": LANDSCAPE_PARTS,
    "small": SMALL_PARTS,
}
