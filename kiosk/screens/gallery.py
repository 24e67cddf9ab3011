"""Every screen in every language, layout and mode: one page of pictures, and what a careful eye finds.

`kioskctl gallery [DIR]`. Without DIR nothing is drawn, the pages are only arranged and judged.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kiosk.screens.album import Shot, write_album
from kiosk.screens.faces import ensure_faces
from kiosk.screens.prepare import prepare
from kiosk.views import View

SIZES = ("1080x1920", "1280x800", "800x480")
LANGUAGES = ("zh_CN", "zh_TW", "en")
WIDEST = "widest"
"""A language that nobody speaks: of each sentence the longest of all languages."""
WAYS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "dark": (),
    "large": ("large_text",),
    "low": ("low_reach",),
    "contrast": ("high_contrast",),
}
"""Ways to show a page: the modes that are on; `dark` wears the dark ground."""

LONG_ON_PURPOSE = ("listing", "question", "question_many")
SPARED: dict[str, tuple[str, ...]] = {
    "800x480": LONG_ON_PURPOSE,
    "low": ("listing", "listing_two", "question_many", "open_vouchers"),
}
"""Samples with more words or rows than a small panel, or the lower half of an upright one, has room for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to draw or judge; without a folder nothing is drawn."""

    folder: Path | None
    sizes: tuple[str, ...]
    inches: float
    languages: tuple[str, ...]
    ways: tuple[str, ...]
    only: tuple[str, ...]
    faces: Path | None

    @property
    def size(self) -> tuple[int, int]:
        """The one size, in pixels."""
        width, height = self.sizes[0].split("x")
        return int(width), int(height)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The same as DIR.")
@click.option("--size", "sizes", multiple=True, default=SIZES, help="Width x height; may be repeated.")
@click.option("--inches", type=float, default=0.0, help="The panel's diagonal; 0: the usual one.")
@click.option("--language", "languages", multiple=True, default=(*LANGUAGES, WIDEST))
@click.option("--way", "ways", multiple=True, type=click.Choice(tuple(WAYS)), default=tuple(WAYS))
@click.option("--only", multiple=True, help="Names of screens; all without it.")
@click.option("--faces", type=click.Path(path_type=Path), help="Where the font faces are kept.")
def main(**words: Any) -> None:
    """Draw and judge every screen; 1 when a page has a fault."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    out = words.pop("out")
    asked = Asked(**{**words, "folder": words["folder"] or out})
    with tempfile.TemporaryDirectory() as home:
        if len(asked.sizes) > 1:
            shots = [shot for size in asked.sizes for shot in _elsewhere(size, Path(home))]
        else:
            prepare(Path(home) / "kivy", asked.size, fps=0)
            shots = list(_shots(asked, asked.faces or Path(home) / "faces"))
    if told := os.environ.get(TOLD):
        Path(told).write_text(json.dumps([shot.told() for shot in shots]))
        return
    if asked.folder is not None:
        click.echo(write_album(asked.folder, shots))
    for shot in shots:
        for fault in shot.faults:
            click.echo(f"{shot.place}: {fault}")
    wrong = sum(bool(shot.faults) for shot in shots)
    click.echo(f"{len(shots)} pages, {wrong} with faults")
    sys.exit(bool(wrong))


TOLD = "KIOSK_GALLERY_TOLD"
"""Where a process of one size writes what it saw."""


def _elsewhere(size: str, home: Path) -> list[Shot]:
    """An offscreen window cannot truly grow: each size gets a process of its own."""
    skipped, words = False, []
    for word in sys.argv[1:]:
        if not skipped and word != "--size":
            words.append(word)
        skipped = word == "--size"
    told = home / f"{size}.json"
    command = [sys.executable, "-m", "kiosk.screens.gallery", *words, "--size", size]
    subprocess.run(command, check=True, env=os.environ | {TOLD: str(told)})  # noqa: S603  our own words
    return [Shot.of(one) for one in json.loads(told.read_text())]


def _shots(asked: Asked, faces: Path) -> Iterator[Shot]:
    from kiosk.screens.curtain import STILL, raised
    from kiosk.screens.judging import faults
    from kiosk.screens.palettes import DARK, LIGHT
    from kiosk.screens.samples import Samples
    from kiosk.screens.tokens import Modes, look
    from kiosk.screens.widest import widest

    pilot = raised(asked.size, ensure_faces(faces), inches=asked.inches)
    pages = {language: Samples(language).every() for language in LANGUAGES}
    pages[WIDEST] = {name: widest([pages[one][name] for one in LANGUAGES]) for name in pages["en"]}
    for way in (way for way in asked.ways if set(WAYS[way]) <= set(look.offers())):
        look.wear(DARK if way == "dark" else LIGHT)
        look.own_modes = Modes(less_motion=STILL.less_motion, **dict.fromkeys(WAYS[way], True))
        look.use(look.own_modes)
        for language in asked.languages:
            for name, view in pages[language].items():
                if asked.only and name not in asked.only:
                    continue
                shot = Shot(asked.sizes[0], way, language, name)
                if asked.folder is None:
                    pilot.lay(view)
                else:
                    pilot.show(view)
                    (asked.folder / shot.picture).parent.mkdir(parents=True, exist_ok=True)
                    pilot.shoot(asked.folder / shot.picture)
                spared = name in SPARED.get(shot.size, ()) or name in SPARED.get(way, ())
                yield shot if spared else shot.with_faults(faults(pilot))


def shoot_all(
    out: Path,
    size: tuple[int, int],
    languages: tuple[str, ...],
    only: tuple[str, ...],
    faces: Path,
    *,
    pages: Callable[[str], Mapping[str, View]],
) -> None:
    """A picture of each of the `pages` of a language, by name. Needs a prepared Kivy."""
    from kiosk.screens.curtain import raised

    pilot = raised(size, ensure_faces(faces))
    for language in languages:
        folder = out / "{}x{}".format(*size) / language
        folder.mkdir(parents=True, exist_ok=True)
        for name, view in pages(language).items():
            if not only or name in only:
                pilot.show(view)
                pilot.shoot(folder / f"{name}.png")


if __name__ == "__main__":
    main()
