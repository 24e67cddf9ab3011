"""One view out of the same view in several languages: of each sentence the longest."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

NO_SENTENCES = frozenset(
    {"language", "code", "picture", "icon", "tier", "gift", "tone", "ticket", "keys", "typing", "number"}
)
"""Fields that name something instead of saying it."""


def widest(views: Sequence[Any]) -> Any:
    """The first view, with the longest of every sentence. The views must be built alike."""
    first = views[0]
    told = {
        field.name: _widest([getattr(view, field.name) for view in views])
        for field in fields(first)
        if field.name not in NO_SENTENCES or is_dataclass(getattr(first, field.name))
    }
    return replace(first, **told)


def _widest(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, str):
        return max(values, key=_width)
    if is_dataclass(first) and {type(value) for value in values} == {type(first)}:
        return widest(values)
    if isinstance(first, tuple) and len({len(value) for value in values}) == 1:
        return tuple(_widest(parts) for parts in zip(*values, strict=True))
    return first


def _width(text: str) -> int:
    """About how wide: a Chinese character takes two letters' room."""
    return sum(2 if ch >= "⺀" else 1 for ch in text)
