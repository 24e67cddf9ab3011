"""A picture of every screen: `python -m kiosk.screens.gallery --out DIR [--size 1080x1920] ...`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from kiosk.screens.faces import ensure_faces
from kiosk.screens.prepare import prepare
from kiosk.views import View

SIZES = ("1080x1920", "1280x800")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the pictures go.")
@click.option("--size", "sizes", multiple=True, default=SIZES, help="Width x height; may be repeated.")
@click.option("--language", "languages", multiple=True, default=("zh_CN", "zh_TW", "en"))
@click.option("--only", multiple=True, help="Names of samples; all without it.")
@click.option("--faces", type=click.Path(path_type=Path), help="Where the font faces are kept.")
def main(
    out: Path, sizes: tuple[str, ...], languages: tuple[str, ...], only: tuple[str, ...], faces: Path | None
) -> None:
    """Write every sample view in every size and language."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    if len(sizes) > 1:
        # An offscreen window cannot truly grow: each size gets a process of its own.
        for size in sizes:
            _again(size)
        return
    width, height = (int(side) for side in sizes[0].split("x"))
    with tempfile.TemporaryDirectory() as home:
        prepare(Path(home) / "kivy", (width, height), fps=0)
        shoot_all(out, (width, height), languages, only, faces or Path(home) / "faces")


def _again(size: str) -> None:
    skipped, words = False, []
    for word in sys.argv[1:]:
        if not skipped and word != "--size":
            words.append(word)
        skipped = word == "--size"
    subprocess.run([sys.executable, "-m", "kiosk.screens.gallery", *words, "--size", size], check=True)  # noqa: S603


def shoot_all(
    out: Path,
    size: tuple[int, int],
    languages: tuple[str, ...],
    only: tuple[str, ...],
    faces: Path,
    *,
    pages: Callable[[str], Mapping[str, View]] | None = None,
) -> None:
    """The samples, or the `pages` of a language by name. Needs a prepared Kivy."""
    from kiosk.screens.curtain import raised
    from kiosk.screens.samples import Samples

    pilot = raised(size, ensure_faces(faces))
    for language in languages:
        folder = out / "{}x{}".format(*size) / language
        folder.mkdir(parents=True, exist_ok=True)
        for name, view in (pages(language) if pages else Samples(language).every()).items():
            if not only or name in only:
                pilot.show(view)
                pilot.shoot(folder / f"{name}.png")


if __name__ == "__main__":
    main()
