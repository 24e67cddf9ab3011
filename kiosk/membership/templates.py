"""Templates: what stands where on one kind of paper, as a shop may change it. Pure: text in, papers out.

A template names parts from top to bottom, each with its text in every language and {placeholders} of that
kind's facts. `when` names a fact without which a part is left out. There is nothing else to it: no formats,
no loops, no nesting. What a placeholder brings is put in once and never looked at again.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.membership import paper
from kiosk.membership.facts import KINDS, Facts, Line

LANGUAGES = ("zh_CN", "zh_TW", "en")
PARTS_MAX = 40
FACT_MAX = 120
"""Characters of one fact that are printed; codes are never cut."""
TABLE_ROWS_MAX = 60
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

_Short = Annotated[str, Meta(min_length=1, max_length=200)]
_When = Annotated[str, Meta(pattern=r"^(not )?[a-z_]+$")]


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in every language."""

    zh_CN: _Short  # noqa: N815
    zh_TW: _Short  # noqa: N815
    en: _Short

    def of(self, language: str) -> str:
        """The text in one language."""
        return {"zh_CN": self.zh_CN, "zh_TW": self.zh_TW}.get(language, self.en)


Wording = _Short | Said
"""One text alone will do where it is nothing but placeholders, digits and signs."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="part"):
    when: _When | None = None


class Title(_Part, frozen=True, kw_only=True, tag="title"):
    """See paper.Title."""

    text: Wording

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Title(by.said(self.text))


class Text(_Part, frozen=True, kw_only=True, tag="text"):
    """See paper.Text."""

    text: Wording
    align: Literal["left", "center"] = "left"
    strong: bool = False
    small: bool = False

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Text(by.said(self.text), self.align, strong=self.strong, small=self.small)


class Row(_Part, frozen=True, kw_only=True, tag="row"):
    """See paper.Row."""

    label: Wording
    value: Wording
    strong: bool = False

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Row(by.said(self.label), by.said(self.value), strong=self.strong)


class Rule(_Part, frozen=True, kw_only=True, tag="rule"):
    """See paper.Rule."""

    def made(self, _by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Rule()


class Picture(_Part, frozen=True, kw_only=True, tag="picture"):
    """See paper.Picture."""

    name: _Short

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Picture(by.code(self.name))


class QR(_Part, frozen=True, kw_only=True, tag="qr"):
    """See paper.QR."""

    text: _Short

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.QR(by.code(self.text))


class Barcode(_Part, frozen=True, kw_only=True, tag="barcode"):
    """See paper.Barcode."""

    text: _Short

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Barcode(by.code(self.text).replace(" ", ""))


class Table(_Part, frozen=True, kw_only=True, tag="table"):
    """All `lines` of the facts. `columns` are made of the placeholders of one line."""

    columns: Annotated[tuple[_Short, ...], Meta(min_length=1, max_length=4)]
    weights: Annotated[tuple[Annotated[int, Meta(ge=-12, le=12)], ...], Meta(min_length=1, max_length=4)]
    heading: tuple[Wording, ...] = ()

    def made(self, by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Table(self.weights, tuple(map(by.said, self.heading)), by.rows(self.columns))


class Gap(_Part, frozen=True, kw_only=True, tag="gap"):
    """See paper.Gap."""

    dots: Annotated[int, Meta(ge=1, le=200)] = 16

    def made(self, _by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Gap(self.dots)


class Cut(_Part, frozen=True, kw_only=True, tag="cut"):
    """See paper.Cut."""

    def made(self, _by: "Filling") -> paper.Part:
        """The part of the paper."""
        return paper.Cut()


Part = Title | Text | Row | Rule | Picture | QR | Barcode | Table | Gap | Cut


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    kind: str
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=PARTS_MAX)]


@dataclass(frozen=True, slots=True)
class Filling:
    """Puts one paper's facts into the texts of a template, in one language."""

    facts: Facts
    language: str

    def said(self, wording: Wording) -> str:
        """A text for people; facts that are too long for any paper end in an ellipsis."""
        return _put(said(wording, self.language), self.facts, FACT_MAX)

    def code(self, text: str) -> str:
        """A text for machines, whole."""
        return _put(text, self.facts, None)

    def rows(self, columns: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The cells of every line."""
        lines: tuple[Line, ...] = getattr(self.facts, "lines", ())
        return tuple(tuple(_put(cell, line, FACT_MAX) for cell in columns) for line in lines[:TABLE_ROWS_MAX])


@dataclass(frozen=True, slots=True)
class Template:
    """What was found right: any facts of its kind make a paper of it."""

    kind: str
    parts: tuple[Part, ...]

    def fill(self, facts: Facts, language: str) -> paper.Paper:
        """The paper that these facts make. ValueError: they are another kind's."""
        if not isinstance(facts, KINDS[self.kind]):
            raise ValueError(f"{type(facts).__name__} for a {self.kind}")
        shown = (part for part in self.parts if _stands(part, facts))
        by = Filling(facts, language)
        return paper.Paper(language, tuple(part.made(by) for part in shown))


def said(wording: Wording, language: str) -> str:
    """A wording in one language."""
    return wording.of(language) if isinstance(wording, Said) else wording


def placeholders(text: str) -> frozenset[str]:
    """The names in {braces}."""
    return frozenset(_PLACEHOLDER.findall(text))


def without_placeholders(text: str) -> str:
    """What a template itself says in a text."""
    return _PLACEHOLDER.sub("", text)


def _stands(part: Part, facts: Facts) -> bool:
    if part.when is None:
        return True
    name = part.when.removeprefix("not ")
    return bool(getattr(facts, name)) != part.when.startswith("not ")


def _put(text: str, facts: Facts | Line, most: int | None) -> str:
    """The text with its placeholders filled in, once."""
    return _PLACEHOLDER.sub(lambda found: _told(getattr(facts, found[1]), most), text)


def _told(fact: object, most: int | None) -> str:
    told = str(fact)
    return told if most is None or len(told) <= most else told[: most - 1] + "…"
