"""Reading a template: what it must be to be used. Every problem is told with its line."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields

import msgspec

from kiosk.membership.facts import KINDS, LINES
from kiosk.membership.templates import (
    LANGUAGES,
    QR,
    Barcode,
    Cut,
    Layout,
    Part,
    Picture,
    Row,
    Said,
    Table,
    Template,
    Text,
    Title,
    Wording,
    placeholders,
    said,
    without_placeholders,
)

NEEDS: dict[str, dict[str, str]] = {
    "voucher": {
        "number": "its number",
        "check": "its check code",
        "valid_until": "its last day",
        "gift": "its gift",
    },
    "slip": {"number": "its number"},
}
"""What a kind of paper is worth nothing without: these stand on its first slip, in every language."""
SIGNED = ("voucher", "slip")
"""Kinds that are scanned: their first slip holds QR {code}."""
OWN_TEXT_MAX = 800
GAPS_MAX = 600
_BIGGEST = 32 * 1024


class BadTemplate(ValueError):
    """The template cannot be used; `problems` says everything that is wrong with it, each with its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(text: str, kind: str, name: str = "template") -> Template:
    """Check the text of a template of one kind; `name` is what the problems call it. BadTemplate."""
    try:
        if len(text.encode()) > _BIGGEST:
            raise BadTemplate((f"{name}: longer than {_BIGGEST} bytes",))
        file = msgspec.convert(tomllib.loads(text), Layout)
    except tomllib.TOMLDecodeError as trouble:
        raise BadTemplate((f"{name}: {trouble}",)) from trouble
    except msgspec.ValidationError as trouble:
        raise BadTemplate((f"{name}{place(text, str(trouble))}: {trouble}",)) from trouble
    template = Template(file.kind, file.parts)
    if found := problems(template, kind):
        raise BadTemplate(tuple(f"{name}{place(text, where)}: {what}" for where, what in found))
    return template


def problems(template: Template, kind: str) -> list[tuple[str, str]]:
    """(where, what) of all that is wrong; where is `$.parts[3].text` or the like."""
    if template.kind != kind:
        return [("$.kind", f"says {template.kind!r}; this must be the {kind!r} one")]
    found = [
        (f"$.parts[{number}]{where}", what)
        for number, part in enumerate(template.parts)
        for where, what in _problems_of(part, kind)
    ]
    return found or [("$.kind", what) for what in (*_missing(template), *_too_much(template))]


def place(text: str, trouble: str) -> str:
    """', line N' of what a path like `$.parts[3].label` means in the file, where it can be found."""
    found = re.search(r"\$\.(?:parts\[(\d+|\.\.\.)\]\.?)?(\w*)", trouble)
    if found is None:
        return ""
    rows = text.splitlines()
    if found[1] is None:
        return next((f", line {at}" for at, row in enumerate(rows, 1) if row.startswith(found[2])), "")
    if not found[1].isdigit():
        return ""
    begins = [at for at, row in enumerate(rows) if re.match(r"\s*\[\[\s*parts\s*\]\]", row)]
    begin = begins[int(found[1])] if int(found[1]) < len(begins) else None
    if begin is None:
        return ""
    end = next((at for at in begins if at > begin), len(rows))
    stranger = re.search(r"unknown field `(\w+)`", trouble)
    name = stranger[1] if stranger else found[2]
    inside = (at for at in range(begin, end) if name and re.match(rf"\s*{name}\s*=", rows[at]))
    return f", line {next(inside, begin) + 1}"


def _problems_of(part: Part, kind: str) -> Iterator[tuple[str, str]]:
    known = frozenset(field.name for field in fields(KINDS[kind]) if field.name != "lines")
    for where, wording in _wordings(part):
        yield from ((where, what) for what in _wording(wording, known))
    if isinstance(part, QR | Barcode | Picture):
        name = part.name if isinstance(part, Picture) else part.text
        yield from ((".text", what) for what in _braces(name, known))
    if isinstance(part, Barcode) and not re.fullmatch(r"[0-9A-Z ]*", without_placeholders(part.text)):
        yield ".text", "a bar code holds digits and capital letters only"
    if isinstance(part, Table):
        yield from _table(part, kind)
    if part.when and part.when.removeprefix("not ") not in known | {"lines"} & _names(kind):
        yield ".when", f"there is no fact {part.when.removeprefix('not ')!r}; known: {_list(known)}"


def _names(kind: str) -> frozenset[str]:
    return frozenset(field.name for field in fields(KINDS[kind]))


def _wordings(part: Part) -> Iterator[tuple[str, Wording]]:
    match part:
        case Title() | Text():
            yield ".text", part.text
        case Row():
            yield ".label", part.label
            yield ".value", part.value
        case Table():
            yield from ((".heading", wording) for wording in part.heading)
        case _:
            return


def _wording(wording: Wording, known: frozenset[str]) -> Iterator[str]:
    if not isinstance(wording, Said) and any(map(str.isalpha, without_placeholders(wording))):
        yield f"has words of its own: say them in {', '.join(LANGUAGES)}"
    for language in LANGUAGES:
        yield from (f"{language}: {what}" for what in _braces(said(wording, language), known))
        if not isinstance(wording, Said):
            return


def _braces(text: str, known: frozenset[str]) -> Iterator[str]:
    if strange := sorted(placeholders(text) - known):
        yield f"no such placeholder: {_list(strange)}; known: {_list(known)}"
    if set("{}") & set(without_placeholders(text)):
        yield "a brace that is no placeholder such as {shop}"
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text):
        yield "holds a control character"


def _table(part: Table, kind: str) -> Iterator[tuple[str, str]]:
    if kind not in LINES:
        yield "", f"a {kind} has no lines for a table"
        return
    known = frozenset(field.name for field in fields(LINES[kind]))
    for cell in part.columns:
        yield from ((".columns", what) for what in _braces(cell, known))
        if any(map(str.isalpha, without_placeholders(cell))):
            yield ".columns", "has words of its own: they stand in the heading"
    if len(part.weights) != len(part.columns) or 0 in part.weights:
        yield ".weights", "must give every column a weight other than 0"
    if part.heading and len(part.heading) != len(part.columns):
        yield ".heading", "must name every column, or none"


def _missing(template: Template) -> Iterator[str]:
    """What the first slip does not always say; only the mark of copies may hang on there being one."""
    cut = next((at for at, part in enumerate(template.parts) if isinstance(part, Cut)), None)
    slip = template.parts[:cut]
    always = [part for part in slip if part.when is None]
    for language in LANGUAGES:
        there = _told_by(always, language)
        for name, what in NEEDS.get(template.kind, {}).items():
            if name not in there:
                yield f"the first slip does not tell {what}, {{{name}}}, in {language}"
        marks = _told_by([part for part in slip if part.when in (None, "reprint")], language)
        if template.kind == "voucher" and "reprint" not in marks:
            yield f"copies are not marked: no {{reprint}} on the first slip in {language}"
    if template.kind in SIGNED and QR(text="{code}") not in always:
        yield 'the first slip has no part = "qr" with text = "{code}"'


def _told_by(parts: list[Part], language: str) -> frozenset[str]:
    told = (placeholders(said(wording, language)) for part in parts for _, wording in _wordings(part))
    return frozenset().union(*told)


def _too_much(template: Template) -> Iterator[str]:
    for language in LANGUAGES:
        own = sum(
            len(without_placeholders(said(wording, language)))
            for part in template.parts
            for _, wording in _wordings(part)
        )
        if own > OWN_TEXT_MAX:
            yield f"{own} characters of text in {language}; {OWN_TEXT_MAX} at most"
    if (gaps := sum(getattr(part, "dots", 0) for part in template.parts)) > GAPS_MAX:
        yield f"gaps of {gaps} dots; {GAPS_MAX} at most"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
