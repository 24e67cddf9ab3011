"""What a gift was paid with, in words: points, or a right to this very gift that costs none."""

from kiosk.words import Words


def price(say: Words, points: int) -> str:
    """1,200 points, or free."""
    return say("{points} points", points=say.points(points)) if points else say("free")


def used_for_it(say: Words, points: int) -> str:
    """What a voucher was had for."""
    if not points:
        return say("It was yours for no points.")
    return say("{points} points were used for it.", points=say.points(points))


def are_back(say: Words, points: int) -> str:
    """Nothing was spent after all."""
    if not points:
        return say("Your right to this gift is yours again.")
    return say("All {points} points are back in your account.", points=say.points(points))


def come_back(say: Words, points: int) -> str:
    """What giving a voucher back brings."""
    if not points:
        return say("Your right to the gift comes back. The paper is worth nothing then, please bin it.")
    return say(
        "{points} points come back. The paper is worth nothing from then on: please throw it away.",
        points=say.points(points),
    )


def is_kept(say: Words, points: int) -> str:
    """While nobody can tell whether the voucher is good."""
    if not points:
        return say("Your right to this gift stays set aside for you until our staff have looked.")
    return say(
        "The {points} points stay set aside for you until our staff have looked.", points=say.points(points)
    )


def is_set_aside(say: Words, points: int) -> str:
    """Before it is printed again."""
    if not points:
        return say("Your gift is already set aside; printing again costs nothing.")
    return say(
        "The {points} points are already set aside; printing again costs nothing.", points=say.points(points)
    )


def done(say: Words, points: int, after: int) -> str:
    """The voucher lies in the slot; `after` points are left."""
    if not points:
        return say("Done. It cost no points, you still have {after}.", after=say.points(after))
    spent, left = say.points(points), say.points(after)
    return say("Done. {points} points used, {after} left.", points=spent, after=left)
