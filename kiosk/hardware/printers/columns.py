"""How a table shares the width of its paper, in dots or in cells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column begins and how wide it is, in the units of the whole; `right`: flush right."""

    left: int
    width: int
    right: bool


def columns(weights: tuple[int, ...], whole: int, gap: int) -> tuple[Column, ...]:
    """The columns of a table; the last one ends where the paper does. ValueError: there is no room."""
    room = whole - gap * (len(weights) - 1)
    shares = [sum(map(abs, weights[:place])) for place in range(len(weights) + 1)]
    if not weights or 0 in weights or room < len(weights):
        raise ValueError(f"no columns: {weights} of {whole}")
    edges = [room * share // shares[-1] for share in shares]
    return tuple(
        Column(edges[place] + place * gap, edges[place + 1] - edges[place], weight < 0)
        for place, weight in enumerate(weights)
    )
