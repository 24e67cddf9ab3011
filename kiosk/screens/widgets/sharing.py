"""Sharing out room among parts: who gets what along a row or a column."""

from typing import Any


def shares(wanted: list[float], parts: list[Any], room: float) -> list[float]:
    """Give growers what is left, each between its least and most."""
    growers = [i for i, part in enumerate(parts) if part.grow > 0]
    given = [0.0 if part.grow > 0 else want for part, want in zip(parts, wanted, strict=True)]
    left = room - sum(given)
    for i in sorted(growers, key=lambda i: parts[i].most or float("inf")):
        weight = sum(parts[j].grow for j in growers if not given[j])
        share = max(parts[i].least, left * parts[i].grow / weight if weight else 0)
        given[i] = min(share, parts[i].most) if parts[i].most else share
        left -= given[i]
    return given


def grown(wanted: list[float], parts: list[Any], room: float) -> list[float]:
    """Everybody has their natural size; growers share what is left, up to their most."""
    given = [max(part.least, want) for part, want in zip(parts, wanted, strict=True)]
    left = room - sum(given)
    growers = [i for i, part in enumerate(parts) if part.grow > 0]
    if left < 0 and growers:
        # Too little room: who could grow must shrink, and their own gaps give way.
        biggest = max(growers, key=lambda i: given[i])
        given[biggest] = max(parts[biggest].least, given[biggest] + left)
        return given
    growers.sort(key=lambda i: parts[i].most or float("inf"))
    for place, i in enumerate(growers):
        most = parts[i].most or float("inf")
        weight = sum(parts[j].grow for j in growers[place:])
        more = max(0.0, min(left * parts[i].grow / weight, most - given[i]))
        given[i] += more
        left -= more
    return given
