"""Font faces: Kivy opens only a collection's first, in Noto the Japanese one. The home of fontTools."""

from dataclasses import dataclass
from pathlib import Path

NOTO = Path("/usr/share/fonts/opentype/noto")
REGULAR = "NotoSansCJK-Regular.ttc"
BOLD = "NotoSansCJK-Bold.ttc"

SIMPLIFIED = 2
TRADITIONAL = 3
"""Places in the Noto Sans CJK collections."""


class FontsMissing(Exception):
    """The Noto collections (apt: fonts-noto-cjk) are not on this machine."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Font files: Simplified forms (also for English) and Traditional forms."""

    sc_regular: Path
    sc_bold: Path
    tc_regular: Path
    tc_bold: Path

    def of(self, language: str) -> tuple[Path, Path]:
        """Regular and bold for a language."""
        if language == "zh_TW":
            return self.tc_regular, self.tc_bold
        return self.sc_regular, self.sc_bold


def ensure_faces(cache: Path, collections: Path = NOTO) -> Faces:
    """The four faces as files of their own, copied out of the collections once."""
    cache.mkdir(parents=True, exist_ok=True)
    return Faces(
        _face(collections / REGULAR, SIMPLIFIED, cache / "sc-regular.otf"),
        _face(collections / BOLD, SIMPLIFIED, cache / "sc-bold.otf"),
        _face(collections / REGULAR, TRADITIONAL, cache / "tc-regular.otf"),
        _face(collections / BOLD, TRADITIONAL, cache / "tc-bold.otf"),
    )


def _face(collection: Path, place: int, copy: Path) -> Path:
    if copy.exists():
        return copy
    if not collection.exists():
        raise FontsMissing(str(collection))
    from fontTools.ttLib import TTFont

    unfinished = copy.with_suffix(".part")
    with TTFont(collection, fontNumber=place) as font:
        font.save(unfinished)
    unfinished.replace(copy)
    return copy


def characters_of(face: Path) -> frozenset[int]:
    """The code points that a face can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(face, lazy=True) as font:
        return frozenset(font.getBestCmap())


def drawable(cache: Path, collections: Path = NOTO) -> frozenset[int]:
    """The code points that every face can draw: read once, which takes a second, then kept in this folder."""
    source, kept = collections / REGULAR, cache / "characters.txt"
    if not source.exists():
        raise FontsMissing(str(source))
    if not kept.exists() or kept.stat().st_mtime < source.stat().st_mtime:
        from fontTools.ttLib import TTFont

        cache.mkdir(parents=True, exist_ok=True)
        with TTFont(source, fontNumber=SIMPLIFIED, lazy=True) as font:
            points = sorted(font.getBestCmap())
        kept.write_bytes("".join(map(chr, points)).encode())
    return frozenset(map(ord, kept.read_bytes().decode()))
