"""Colours: the light, the dark and the high-contrast palette, and how readable a colour is on another."""

from collections.abc import Iterator
from dataclasses import dataclass, field

Colour = tuple[float, float, float, float]


def colour(text: str, alpha: float = 1.0) -> Colour:
    """'#17211E' as four floats from 0 to 1."""
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two opaque colours as WCAG 2 counts it, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(of: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier card's colours: face, ring around the moon, moon, ledge, and the ink on all of them."""

    face: Colour
    ring: Colour
    moon: Colour
    ledge: Colour
    ink: Colour


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict's colours: face, ink on it, disc, mark on the disc. Their greys differ as well."""

    face: Colour
    ink: Colour
    disc: Colour
    mark: Colour


CARDS = {
    "member": Tier(*map(colour, ("#D3E0D8", "#C3D5CA", "#F1F5F1", "#AFC6B9", "#12231E"))),
    "silver": Tier(*map(colour, ("#DDE2E3", "#CED6D8", "#F2F4F4", "#B7C2C5", "#17211E"))),
    "gold": Tier(*map(colour, ("#EAD9AD", "#E3CE98", "#F3E8C9", "#CFB473", "#2A2008"))),
    "diamond": Tier(*map(colour, ("#DCE5EF", "#CBD8E7", "#F1F5FA", "#A9BCD4", "#182A40"))),
}
ANSWERS = {
    "go": Answer(*map(colour, ("#C9D8CF", "#17211E", "#17211E", "#FFFFFF"))),
    "stop": Answer(*map(colour, ("#17211E", "#FFFFFF", "#FFFFFF", "#17211E"))),
    "wait": Answer(*map(colour, ("#F2E8D5", "#3B2A08", "#3B2A08", "#F2E8D5"))),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of a page. `edge` outlines what can be pressed; `hair` only divides."""

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
    tiers: dict[str, Tier] = field(default_factory=lambda: CARDS)
    answers: dict[str, Answer] = field(default_factory=lambda: ANSWERS)


WHITE, BLACK = colour("#FFFFFF"), colour("#000000")
CLEAR = colour("#FFFFFF", 0.0)

LIGHT = Palette(
    canvas=colour("#F4F5F1"),
    surface=WHITE,
    mist=colour("#E5ECE7"),
    glaze=colour("#C9D8CF"),
    ink=colour("#17211E"),
    ink2=colour("#3F4A46"),
    on_ink=WHITE,
    accent=colour("#0B4F46"),
    accent_pressed=colour("#073A33"),
    accent_edge=CLEAR,
    on_accent=WHITE,
    sand=colour("#F2E8D5"),
    sand_pressed=colour("#E8DAC0"),
    on_sand=colour("#3B2A08"),
    edge=colour("#6E7C76"),
    hair=colour("#D5DCD7"),
    lip=colour("#8FA79A"),
    key_edge=CLEAR,
    scrim=colour("#17211E", 0.72),
    picture_tint=WHITE,
    on_picture=colour("#17211E"),
)

DARK = Palette(
    canvas=colour("#111815"),
    surface=colour("#1B2522"),
    mist=colour("#24312C"),
    glaze=colour("#31423B"),
    ink=colour("#F3F5F0"),
    ink2=colour("#C6D0CA"),
    on_ink=colour("#111815"),
    accent=colour("#0B4F46"),
    accent_pressed=colour("#073A33"),
    accent_edge=colour("#7FA797"),
    on_accent=WHITE,
    sand=colour("#3A2F17"),
    sand_pressed=colour("#4A3D20"),
    on_sand=colour("#F6E9CC"),
    edge=colour("#8FA098"),
    hair=colour("#36433E"),
    lip=colour("#0A0F0D"),
    key_edge=CLEAR,
    scrim=colour("#050807", 0.78),
    picture_tint=colour("#D8DCD9"),
    on_picture=colour("#17211E"),
)
"""For shops with little light. The tier cards stay as bright as the card in the visitor's hand."""

_PLAIN = Tier(WHITE, colour("#E6E6E6"), WHITE, WHITE, BLACK)
STARK = Palette(
    canvas=WHITE,
    surface=WHITE,
    mist=WHITE,
    glaze=colour("#E6E6E6"),
    ink=BLACK,
    ink2=BLACK,
    on_ink=WHITE,
    accent=BLACK,
    accent_pressed=colour("#333333"),
    accent_edge=BLACK,
    on_accent=WHITE,
    sand=WHITE,
    sand_pressed=colour("#E6E6E6"),
    on_sand=BLACK,
    edge=BLACK,
    hair=colour("#595959"),
    lip=BLACK,
    key_edge=BLACK,
    scrim=(*BLACK[:3], 0.86),
    picture_tint=WHITE,
    on_picture=BLACK,
    tiers=dict.fromkeys(CARDS, _PLAIN),
    answers={
        "go": Answer(WHITE, BLACK, BLACK, WHITE),
        "stop": Answer(BLACK, WHITE, WHITE, BLACK),
        "wait": Answer(colour("#E6E6E6"), BLACK, BLACK, WHITE),
    },
)
"""The visitor's high contrast: black on white, outlines of ink, no tint that carries a meaning."""

READ = (
    *(("ink", ground) for ground in ("canvas", "surface", "mist", "glaze")),
    *(("ink2", ground) for ground in ("canvas", "surface", "mist")),
    ("on_accent", "accent"),
    ("on_accent", "accent_pressed"),
    ("on_ink", "ink"),
    ("on_sand", "sand"),
    ("on_sand", "sand_pressed"),
)
"""Which inks stand on which grounds."""

READABLE, VISIBLE = 7.0, 3.0
"""Contrast of text (WCAG 2.2, 1.4.6), and of the outline of a control (1.4.11)."""


def unreadable(palette: Palette) -> Iterator[str]:
    """Every pair of colours that a visitor could not read, in words."""
    for ink, ground in READ:
        yield from _short(f"{ink} on {ground}", getattr(palette, ink), getattr(palette, ground), READABLE)
    for ground in ("canvas", "surface"):
        yield from _short(f"edge on {ground}", palette.edge, getattr(palette, ground), VISIBLE)
    outline = palette.accent_edge if palette.accent_edge[3] else palette.accent
    yield from _short("the primary button on canvas", outline, palette.canvas, VISIBLE)
    for name, tier in palette.tiers.items():
        for part in ("face", "ring", "moon", "ledge"):
            yield from _short(f"ink on {name} {part}", tier.ink, getattr(tier, part), READABLE)
    for name, answer in palette.answers.items():
        yield from _short(f"ink on the answer {name}", answer.ink, answer.face, READABLE)


def _short(what: str, one: Colour, other: Colour, least: float) -> Iterator[str]:
    if (found := contrast(one, other)) < least:
        yield f"{what}: {found:.1f}:1, but at least {least:g}:1 is needed"
