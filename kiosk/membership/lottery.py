"""The lottery: a result that neither side can choose, and anybody can compute again. Pure.

Head office commits to a secret seed before the first draw; the kiosk names each draw by a fresh id in its log
before head office hears of it. The result is HMAC-SHA256(seed, id), so whoever knows the seed cannot choose
the id, and whoever makes the id does not know the seed. Once it is over the seed is told.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kiosk.membership.rules import WHOLE

SHORT = 8
"""Characters of a commitment that a page shows."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one draw: its number, the prize that the number means, and the one that is given.

    They differ where the first had run out. '' is no prize.
    """

    draw: str
    number: int
    meant: str
    prize: str


def commitment(seed: bytes) -> str:
    """What is published of a seed before the first draw: its SHA-256, in hex."""
    return hashlib.sha256(seed).hexdigest()


def number_of(seed: bytes, draw: str) -> int:
    """0 to 9,999. Of 2^64 numbers some come up once more than others: by less than one in 10^15."""
    return int.from_bytes(hmac.digest(seed, draw.encode(), "sha256")[:8], "big") % WHOLE


def meant(chances: Mapping[str, int], number: int) -> str:
    """The prize whose share of the ten thousand holds this number, in the order of the rule; '' for none."""
    end = 0
    for prize, chance in chances.items():
        end += chance
        if number < end:
            return prize
    return ""


def given(prize: str, left: Mapping[str, int]) -> str:
    """The prize, or the next one of the rule that is left where it has run out; '' when none is."""
    if not prize or left.get(prize, 0) > 0:
        return prize
    names = list(left)
    after = names[names.index(prize) + 1 :] if prize in left else []
    return next((name for name in after if left[name] > 0), "")


def results(
    seed: bytes, chances: Mapping[str, int], left: Mapping[str, int], draws: Iterable[str]
) -> Iterator[Result]:
    """What becomes of these draws, in their order; `left` are the pieces before the first of them."""
    there = dict(left)
    for draw in draws:
        number = number_of(seed, draw)
        prize = meant(chances, number)
        won = given(prize, there)
        if won:
            there[won] -= 1
        yield Result(draw, number, prize, won)
