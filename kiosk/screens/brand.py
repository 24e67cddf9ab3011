"""A brand's theme: a folder with brand.toml, pictures and perhaps a headline face, checked before it is worn.

A brand may choose ground, accent pair, corners, pictures, mark and headline face. Sizes, targets, inks and
the order of the foot stay as they are. A folder that fails a check is refused with every reason, and the
shipped look is worn.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.screens.faces import characters_of
from kiosk.screens.palettes import DARK, LIGHT, Palette, colour, unreadable

FILE, PICTURES = "brand.toml", "pictures"
SHIPPED_RADIUS = 24
BIGGEST = 16 * 1024

_Hex = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]


class BadBrand(ValueError):
    """The folder cannot be worn; `problems` says everything that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    ground: Literal["light", "dark"] = "light"
    accent: _Hex = "#0B4F46"
    accent_pressed: _Hex = "#073A33"
    radius: Annotated[int, Meta(ge=0, le=32)] = SHIPPED_RADIUS
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """What is worn. `radius` is a share of the shipped corners, `heads` what the headline face can draw."""

    name: str
    palette: Palette = LIGHT
    radius: float = 1.0
    pictures: Path | None = None
    headline: str = ""
    heads: frozenset[int] = frozenset()

    def can_head(self, text: str) -> bool:
        """Whether the headline face has every character."""
        return bool(self.heads) and all(ord(ch) in self.heads or ch.isspace() for ch in text)


SHIPPED = Brand("Moon Ledge")


def read(folder: Path) -> Brand:
    """The brand in a folder; BadBrand says everything that is wrong."""
    asked = _asked(folder / FILE)
    palette = replace(
        DARK if asked.ground == "dark" else LIGHT,
        accent=colour(asked.accent),
        accent_pressed=colour(asked.accent_pressed),
    )
    problems = [*(f"{folder / FILE}: {what}" for what in unreadable(palette)), *_outside(folder, asked)]
    if problems:
        raise BadBrand(tuple(problems))
    headline = folder / asked.headline if asked.headline else None
    return Brand(
        name=asked.name,
        palette=palette,
        radius=asked.radius / SHIPPED_RADIUS,
        pictures=folder / PICTURES if (folder / PICTURES).is_dir() else None,
        headline=str(headline or ""),
        heads=_characters(headline) if headline else frozenset(),
    )


def chosen(folder: str, ground: str = "light") -> tuple[Brand, tuple[str, ...]]:
    """The brand to wear, and why the one in the folder was refused. Without a folder the shipped one."""
    shipped = replace(SHIPPED, palette=DARK if ground == "dark" else LIGHT)
    if not folder:
        return shipped, ()
    try:
        return read(Path(folder)), ()
    except BadBrand as bad:
        return shipped, bad.problems


def _asked(path: Path) -> _File:
    try:
        text = path.read_bytes()[: BIGGEST + 1]
        if len(text) > BIGGEST:
            raise BadBrand((f"{path}: longer than {BIGGEST} bytes",))
        return msgspec.convert(tomllib.loads(text.decode()), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise BadBrand((f"{path}: {trouble}",)) from trouble


def _outside(folder: Path, asked: _File) -> Iterator[str]:
    if asked.headline and Path(asked.headline).name != asked.headline:
        yield f"{folder / FILE}: the headline face must lie in the same folder"
    elif asked.headline and not _characters(folder / asked.headline):
        yield f"{folder / asked.headline}: is no font face"


def _characters(face: Path) -> frozenset[int]:
    try:
        return characters_of(face)
    except Exception:  # fontTools raises what it likes on a spoilt face
        return frozenset()
