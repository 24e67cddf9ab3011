"""How a table shares the width of its paper, in dots or in cells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column begins and how wide it is, in the units of the whole; `right`: flush right."""

    left: int
    width: int
    right: bool


def columns(
    weights: tuple[int, ...], whole: int, gap: int, least: tuple[int, ...] = ()
) -> tuple[Column, ...]:
    """The columns of a table; the last one ends where the paper does. ValueError: there is no room.

    `least` is what each column needs so that no number or word of it breaks: those that have room to spare
    give it, as far as it goes.
    """
    room = whole - gap * (len(weights) - 1)
    shares = [sum(map(abs, weights[:place])) for place in range(len(weights) + 1)]
    if not weights or 0 in weights or room < len(weights):
        raise ValueError(f"no columns: {weights} of {whole}")
    edges = [room * share // shares[-1] for share in shares]
    widths = [edges[place + 1] - edges[place] for place in range(len(weights))]
    if least:
        widths = _given(widths, _affordable(list(least), room))
    return tuple(
        Column(sum(widths[:place]) + place * gap, widths[place], weight < 0)
        for place, weight in enumerate(weights)
    )


def _affordable(least: list[int], room: int) -> list[int]:
    """What the columns need, as far as there is room: who needs most breaks its words first."""
    while (over := sum(least) - room) > 0:
        place = max(range(len(least)), key=least.__getitem__)
        others = max((need for at, need in enumerate(least) if at != place), default=0)
        least[place] = max(least[place] - over, min(others, least[place] - 1))
    return least


def _given(widths: list[int], least: list[int]) -> list[int]:
    """The same width in all, each at least so wide: who has most to spare gives first."""
    for place in range(len(widths)):
        while (lack := least[place] - widths[place]) > 0:
            richest = max(range(len(widths)), key=lambda at: widths[at] - least[at])
            given = min(lack, widths[richest] - least[richest])
            widths[place] += given
            widths[richest] -= given
    return widths
