"""A picture of every screen: `python -m kiosk.screens.gallery --out DIR [--size 1080x1920] ...`."""

import os
import tempfile
from pathlib import Path

import click

from kiosk.screens.faces import ensure_faces
from kiosk.screens.prepare import prepare

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
    wanted = [(int(width), int(height)) for width, height in (size.split("x") for size in sizes)]
    with tempfile.TemporaryDirectory() as home:
        prepare(Path(home) / "kivy", wanted[0], fps=0)
        shoot_all(out, wanted, languages, only, faces or Path(home) / "faces")


def shoot_all(
    out: Path, sizes: list[tuple[int, int]], languages: tuple[str, ...], only: tuple[str, ...], faces: Path
) -> None:
    """Needs a prepared Kivy."""
    from kiosk.screens.curtain import raised
    from kiosk.screens.samples import Samples

    pilot = raised(sizes[0], ensure_faces(faces))
    for size in sizes:
        pilot.resize(size)
        for language in languages:
            folder = out / "{}x{}".format(*size) / language
            folder.mkdir(parents=True, exist_ok=True)
            for name, view in Samples(language).every().items():
                if not only or name in only:
                    pilot.show(view)
                    pilot.shoot(folder / f"{name}.png")


if __name__ == "__main__":
    main()
