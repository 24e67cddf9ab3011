"""Pictures of the real desk's pages: `python -m tests.screens.shoot_real_pages DIR 1280x800 [NAME ...]`."""

import os
import sys
import tempfile
from pathlib import Path

from kiosk.screens.gallery import shoot_all
from kiosk.screens.prepare import prepare
from kiosk.words import LANGUAGES
from tests.screens.real_pages import real_pages


def main(out: str, size: str, *only: str) -> None:
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    width, height = (int(side) for side in size.split("x"))
    with tempfile.TemporaryDirectory() as home:
        prepare(Path(home) / "kivy", (width, height), fps=0)
        shoot_all(
            Path(out),
            (width, height),
            tuple(LANGUAGES),
            only,
            Path(home) / "faces",
            pages=lambda language: real_pages(Path(tempfile.mkdtemp(dir=home)), language),
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
