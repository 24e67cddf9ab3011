"""Art from its sources: one SVG per object, icon and scene becomes the PNG files the kiosk ships.

`python -m kiosk.screens.art.render` rewrites `png/`. Needs resvg-py, which only developers install.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "svg"
PICTURES = HERE / "png"

ICON_PX = 96
VOUCHER_PX = 240

GREY = (
    '<filter id="grey" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
    '<feColorMatrix type="saturate" values="0"/><feComponentTransfer>'
    '<feFuncR type="linear" slope=".34" intercept=".62"/>'
    '<feFuncG type="linear" slope=".34" intercept=".625"/>'
    '<feFuncB type="linear" slope=".34" intercept=".62"/></feComponentTransfer></filter>'
)


@dataclass(frozen=True, slots=True)
class Tint:
    """The colours of a stage: wall, moon and ledge."""

    wall: str
    moon: str
    ledge: str


SAGE = Tint("#E1EAE4", "#F7F3E8", "#C9D8CF")
ROSE = Tint("#F1E7E0", "#FBF6EE", "#E3D2C8")
BONE = Tint("#E6EAE2", "#FBF8F0", "#CFD6C8")
SAND = Tint("#EFE6D6", "#FBF7EC", "#DDCFB4")

GIFTS: dict[str, tuple[str, Tint]] = {
    "gift_01": ("candle", SAGE),
    "gift_02": ("hand_cream", ROSE),
    "gift_03": ("tote", BONE),
    "gift_04": ("tumbler", SAGE),
    "gift_05": ("soap", BONE),
    "gift_06": ("mug", SAND),
    "gift_07": ("teapot", SAGE),
    "gift_08": ("umbrella", SAND),
    "gift_09": ("perfume", ROSE),
    "gift_10": ("notebook", SAND),
    "gift_11": ("socks", ROSE),
    "gift_12": ("towel", SAGE),
    "gift_13": ("lamp", BONE),
    "gift_14": ("plant", SAND),
    "gift_15": ("tea_tin", SAGE),
    "gift_16": ("chopsticks", ROSE),
    "gift_17": ("cushion", SAGE),
    "gift_18": ("mirror", BONE),
    "gift_19": ("comb", SAGE),
    "gift_20": ("diffuser", ROSE),
    "gift_21": ("lip_balm", BONE),
    "gift_22": ("keyring", SAND),
    "gift_23": ("coupon_20", SAGE),
    "gift_24": ("coupon_50", ROSE),
    "gift": ("gift_box", ROSE),
}
"""Picture name -> object and stage; `gift` stands in for a picture that is not here."""

NOTICES = (
    *("printer", "card", "lock", "shelf", "network", "bell", "gift", "clock"),
    *("paper_open", "paper_roll", "paper_pull", "paper_close"),
)


def drawing_of(name: str) -> str:
    """What is inside an object's SVG file."""
    found = re.search(r"<svg[^>]*>(.*)</svg>", (SOURCES / "objects" / f"{name}.svg").read_text(), re.S)
    if found is None:
        raise ValueError(f"{name}.svg is not one svg element")
    return found[1]


def staged(
    drawing: str, tint: Tint, size: tuple[int, int], ledge: int, moon: int, *, grey: bool = False
) -> str:
    """An SVG of one object on a ledge before a moon. `ledge` is its height, `moon` a radius, in pixels."""
    width, height = size
    middle, floor = width / 2, height - ledge
    centre = floor - moon * 0.9
    body = (
        f'<rect width="{width}" height="{height}" fill="{tint.wall}"/>'
        f'<circle cx="{middle}" cy="{centre}" r="{moon}" fill="{tint.moon}"/>'
        f'<rect y="{floor}" width="{width}" height="{ledge}" fill="{tint.ledge}"/>'
        f'<ellipse cx="{middle}" cy="{floor + 3}" rx="{moon * 0.8}" ry="{moon * 0.055}" '
        f'fill="#1E2C28" opacity=".12"/><g transform="translate({middle} {floor + 2})">{drawing}</g>'
    )
    if grey:
        body = f'{GREY}<g filter="url(#grey)">{body}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{body}</svg>'


def alone(drawing: str) -> str:
    """An SVG of the object only, square, for paper."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-170 -285 340 340">'
        f'<rect x="-170" y="-285" width="340" height="340" fill="#FFFFFF"/>{drawing}</svg>'
    )


def framed(name: str, left: int, top: int, width: int, height: int) -> str:
    """A scene seen through another window."""
    drawn = (SOURCES / "scenes" / f"{name}.svg").read_text()
    return re.sub(r'viewBox="[^"]*"', f'viewBox="{left} {top} {width} {height}"', drawn, count=1)


def write(svg: str, path: Path, width: int) -> None:
    """Render one SVG, `width` pixels wide."""
    import resvg_py

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True)))


def render_gifts(into: Path) -> None:
    """Each gift as a tile, as a grey tile, and alone for the voucher."""
    for name, (drawn, tint) in GIFTS.items():
        drawing = drawing_of(drawn)
        write(staged(drawing, tint, (456, 300), 46, 122), into / f"{name}.png", 456)
        write(staged(drawing, tint, (456, 300), 46, 122, grey=True), into / f"{name}_grey.png", 456)
        write(alone(drawing), into / "voucher" / f"{name}.png", VOUCHER_PX)


def render_scenes(into: Path) -> None:
    """The pictures at the top of a page (portrait) or at its left (landscape, `_tall`)."""
    for name in NOTICES:
        drawing = drawing_of(f"notice_{name}")
        write(staged(drawing, SAND, (1080, 560), 90, 226), into / f"notice_{name}.png", 1080)
        write(staged(drawing, SAND, (760, 960), 190, 290), into / f"notice_{name}_tall.png", 760)
    reading = drawing_of("notice_card")
    write(staged(reading, SAGE, (1080, 1000), 190, 330), into / "busy.png", 1080)
    write(staged(reading, SAGE, (760, 960), 190, 290), into / "busy_tall.png", 760)
    write(framed("attract", 0, 0, 1080, 1000), into / "attract.png", 1080)
    write(framed("attract", 120, -120, 900, 1180), into / "attract_tall.png", 800)
    write(framed("voucher", 0, 0, 1080, 700), into / "voucher_scene.png", 1080)
    write(framed("voucher", 150, -80, 780, 960), into / "voucher_scene_tall.png", 760)


def render_icons(into: Path) -> None:
    """Icons, white on nothing, to be tinted."""
    for source in sorted((SOURCES / "icons").glob("*.svg")):
        write(source.read_text(), into / "icons" / f"{source.stem}.png", ICON_PX)


def render_shadow(into: Path) -> None:
    """The one shadow: a nine-patch of 24 px spread, 6 px down."""
    write(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 144 144"><filter id="b" x="-.5" y="-.5" '
        'width="2" height="2"><feGaussianBlur stdDeviation="9"/></filter>'
        '<rect x="24" y="24" width="96" height="96" rx="24" fill="#17211E" opacity=".11" '
        'filter="url(#b)"/></svg>',
        into / "shadow.png",
        144,
    )


def main() -> None:
    """Render everything."""
    render_gifts(PICTURES)
    render_scenes(PICTURES)
    render_icons(PICTURES)
    render_shadow(PICTURES)


if __name__ == "__main__":
    main()
