"""Catalogues: gather every sentence of the source, merge it into the languages, compile them."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent
LOCALE = PACKAGE / "locale"
TRANSLATED = ("zh_CN", "zh_TW")
KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {"say": None, "_": None}


def gather() -> Catalog:
    """Every sentence that is said anywhere in the package."""
    found = Catalog(project="member-kiosk", charset="utf-8")
    for room in ("desk", "counter"):
        for name, line, message, comments, context in extract_from_dir(PACKAGE / room, keywords=KEYWORDS):
            place = [(f"kiosk/{room}/{name}", line)]
            found.add(message, None, place, auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """A language's catalogue as it is on disk; an empty one if there is none."""
    path = _po(language)
    if not path.exists():
        return Catalog(locale=language, project="member-kiosk", charset="utf-8")
    with path.open("rb") as opened:
        return read_po(opened, locale=language)


def update() -> None:
    """Merge new sentences into every catalogue and compile it; old ones are dropped."""
    found = gather()
    for language in TRANSLATED:
        merged = catalogue(language)
        merged.update(found, no_fuzzy_matching=True)
        merged.obsolete.clear()
        _po(language).parent.mkdir(parents=True, exist_ok=True)
        with _po(language).open("wb") as opened:
            write_po(opened, merged, sort_output=True, omit_header=False, no_location=True, width=110)
        with _po(language).with_suffix(".mo").open("wb") as opened:
            write_mo(opened, merged)


def untranslated(language: str) -> list[str]:
    """Sentences this language cannot say yet."""
    known = catalogue(language)
    missing = []
    for message in gather():
        if message.id and not ((entry := known.get(message.id)) and entry.string and not entry.fuzzy):
            missing.append(str(message.id))
    return missing


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "kiosk.po"
