"""Golden pictures: what a few pages looked like when somebody last looked at them and was content.

`python -m tests.screens.goldens [--renew]` compares, or draws, them all, each size in a process of its own.

Where the same renderer, Kivy and faces draw again as drew the goldens, every pixel must be the same: the
digests stand in goldens.json. Elsewhere a page must look alike (likeness.py). The pictures are quantised:
they are for eyes, for reviews and for the comparison from afar.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.screens.likeness import MOST, differing

if TYPE_CHECKING:
    from kiosk.screens.curtain import SteppedPilot

log = logging.getLogger("goldens")

FOLDER = Path(__file__).parent / "goldens"
TOLD = FOLDER / "goldens.json"
PAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "1080x1920": (
        ("zh_CN", "attract"), ("zh_CN", "home"), ("zh_TW", "confirm"), ("en", "shelf"), ("en", "menu"),
        ("zh_CN", "voucher"), ("en", "printer"), ("zh_TW", "history"),
    ),
    "1280x800": (("zh_TW", "attract"), ("en", "confirm"), ("zh_CN", "shelf")),
    "800x480": (("en", "attract"), ("zh_CN", "confirm"), ("zh_TW", "home")),
}  # fmt: skip
"""Size -> language and name of each sample that has a golden."""
FEW = 5
"""So many pages of a size are enough for the fast tests."""
COLOURS = 96


def drawn_by(faces: Path) -> str:
    """Everything that decides a pixel besides our own code: renderer, Kivy, faces."""
    import kivy
    from kivy.graphics.opengl import GL_RENDERER, GL_VERSION, glGetString

    told = [glGetString(one).decode() for one in (GL_VERSION, GL_RENDERER)]
    digest = hashlib.sha256()
    for face in sorted(faces.glob("*.otf")):
        digest.update(_tables_of(face))
    return ", ".join((*told, f"Kivy {kivy.__version__}", f"faces {digest.hexdigest()[:12]}"))


def _tables_of(face: Path) -> bytes:
    """A face without its time stamp."""
    from fontTools.ttLib import TTFont

    with TTFont(face, lazy=True) as font:
        return font.reader["CFF "] if "CFF " in font.reader else font.reader["glyf"]


def shots(
    window: "SteppedPilot", size: str, folder: Path, most: int | None = None
) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of each golden page of a size (of the first `most`), as it looks now."""
    from kiosk.screens.samples import Samples

    for language, name in PAGES[size][:most]:
        window.show(Samples(language).every()[name])
        place = f"{size}-{language}-{name}"
        with Image.open(window.shoot(folder / f"{place}.png")) as shot:
            yield place, shot.convert("RGB")


def wrong_with(place: str, shot: Image.Image, by: str) -> str:
    """What differs from the golden, in words; '' for nothing. The log says how it was compared."""
    told = json.loads(TOLD.read_text())
    if told["drawn_by"] == by:
        log.info("%s: every pixel", place)
        return "" if digest_of(shot) == told["digests"].get(place) else f"{place}: other pixels"
    log.info("%s: from afar; drawn by %s, the golden by %s", place, by, told["drawn_by"])
    with Image.open(FOLDER / f"{place}.png") as golden:
        share = differing(golden, shot)
    return "" if share <= MOST else f"{place}: {share:.2%} of it looks different"


def digest_of(shot: Image.Image) -> str:
    """Of the pixels, not of a file."""
    return hashlib.sha256(repr(shot.size).encode() + shot.tobytes()).hexdigest()


def _renew(window: "SteppedPilot", size: str, folder: Path, by: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    told = json.loads(TOLD.read_text()) if TOLD.exists() else {"drawn_by": by, "digests": {}}
    told["drawn_by"] = by
    for place, shot in shots(window, size, folder):
        told["digests"][place] = digest_of(shot)
        few = shot.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{place}.png", optimize=True)
    TOLD.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")


def _one_size(size: str, *, renew: bool) -> list[str]:
    from kiosk.screens.prepare import prepare

    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    width, height = (int(side) for side in size.split("x"))
    with tempfile.TemporaryDirectory() as home:
        prepare(Path(home) / "kivy", (width, height), fps=0)
        from kiosk.screens.curtain import raised
        from kiosk.screens.faces import ensure_faces

        faces = Path(home) / "faces"
        window = raised((width, height), ensure_faces(faces))
        by = drawn_by(faces)
        if renew:
            _renew(window, size, Path(home), by)
            return []
        return [wrong for one in shots(window, size, Path(home)) if (wrong := wrong_with(*one, by))]


def main() -> int:
    """Compare or renew; 1 when a page differs."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = ArgumentParser(prog="python -m tests.screens.goldens", description=__doc__)
    parser.add_argument("--renew", action="store_true")
    parser.add_argument("--size", choices=tuple(PAGES))
    asked = parser.parse_args()
    if asked.size:
        wrong = _one_size(asked.size, renew=asked.renew)
        print("\n".join(wrong) or f"{asked.size}: {len(PAGES[asked.size])} pages")
        return bool(wrong)
    words = [sys.executable, "-m", "tests.screens.goldens", *sys.argv[1:]]
    return max(subprocess.run([*words, "--size", size], check=False).returncode for size in PAGES)


if __name__ == "__main__":
    sys.exit(main())
