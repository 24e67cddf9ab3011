"""The templates in force: the shipped ones, replaced one by one by a shop's own folder.

Files are read once, at start. A shop's template that cannot be used never costs anybody a voucher: the
shipped one stands in, and `fault` says so until it is mended.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.membership import paper
from kiosk.membership.facts import KINDS, Facts
from kiosk.membership.template_rules import BadTemplate, parse
from kiosk.membership.templates import Template

SHIPPED = Path(__file__).parent / "templates"
FAULT = "K-PR-11"
"""A template of the shop's cannot be used."""

Proof = Callable[[Template], str]
"""Why papers of a template cannot be printed, or ''."""


@dataclass(frozen=True, slots=True)
class Stationery:
    """One template of every kind; `problems` says why some of the shop's own are not among them."""

    templates: Mapping[str, Template]
    problems: tuple[str, ...] = ()

    @property
    def fault(self) -> str:
        """The fault code for staff, or ''."""
        return FAULT if self.problems else ""

    def paper(self, facts: Facts, language: str) -> paper.Paper:
        """The paper that these facts make."""
        kind = next(kind for kind, made in KINDS.items() if isinstance(facts, made))
        return self.templates[kind].fill(facts, language)


@cache
def shipped() -> Stationery:
    """The templates that come with the kiosk."""
    return Stationery({kind: read(SHIPPED / f"{kind}.toml", kind) for kind in KINDS})


def stationery(folder: str, proof: Proof = lambda _template: "") -> Stationery:
    """The shipped templates, and those of a shop's folder that can be used ('' for none)."""
    if not folder:
        return shipped()
    templates, problems = dict(shipped().templates), list(_strangers(Path(folder)))
    for kind in KINDS:
        path = Path(folder) / f"{kind}.toml"
        if not path.exists():
            continue
        try:
            own = read(path, kind)
        except BadTemplate as bad:
            problems += bad.problems
            continue
        if trouble := proof(own):
            problems.append(f"{path}: {trouble}")
        else:
            templates[kind] = own
    return Stationery(templates, tuple(problems))


def read(path: Path, kind: str) -> Template:
    """A template file of one kind. BadTemplate."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadTemplate((f"{path}: cannot be read: {trouble}",)) from trouble
    return parse(text, kind, str(path))


def _strangers(folder: Path) -> list[str]:
    """What a folder has that replaces nothing, such as a misspelt name."""
    if not folder.is_dir():
        return [f"{folder}: no such folder"]
    names = sorted(path.name for path in folder.glob("*.toml") if path.stem not in KINDS)
    return [f"{folder / name}: no such paper; known: {', '.join(KINDS)}" for name in names]
