"""Printer profiles: what one model can do, as data. The shipped ones lie beside this module, in `profiles/`.

A shop's own profile is a TOML file of the same form, named by its absolute path.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.hardware.printers.escpos import Cut

SHIPPED = Path(__file__).parent / "profiles"
_BIGGEST = 16 * 1024


class BadProfile(ValueError):
    """The profile cannot be used; the message says which, where and why."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model, or many that behave alike.

    `fence`: process-id (GS ( H), status (GS r, weaker), or auto: tried once while nothing is printed.
    `text`: papers as a picture, or in the printer's own letters of `encoding` where the line is slow (auto).
    `rows_per_s`: rows of dots it prints in a second, at least; the weaker fence waits that long.
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    fence: Literal["auto", "process-id", "status"] = "auto"
    cut: Cut = "partial"
    text: Literal["picture", "native", "auto"] = "picture"
    encoding: Literal["", "gb18030", "big5"] = ""
    rows_per_s: Annotated[int, Meta(ge=100, le=4000)] = 400


def load_profile(name: str) -> Profile:
    """A shipped profile by its name, or one at an absolute path. BadProfile tells file, place and reason."""
    path = Path(name) if name.startswith("/") else SHIPPED / f"{name}.toml"
    if not name.startswith("/") and (path.parent != SHIPPED or not path.is_file()):
        raise BadProfile(f"no printer profile {name!r}; shipped: {', '.join(shipped())}")
    try:
        with path.open("rb") as opened:
            text = opened.read(_BIGGEST).decode()
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise BadProfile(f"{path}: {trouble}") from trouble
    if profile.text != "picture" and not profile.encoding:
        raise BadProfile(f"{path}: text = {profile.text!r} needs an encoding")
    return profile


def shipped() -> tuple[str, ...]:
    """The names of the profiles that come with the kiosk."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))
