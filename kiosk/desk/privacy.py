"""What a page shows when nobody may be standing there any more."""

from dataclasses import replace

from kiosk import views

HIDDEN = "••••"


def redacted(view: views.View) -> views.View:
    """The same page without anything that belongs to a person."""
    match view:
        case views.Home():
            return replace(
                view, greeting="", card_tail=HIDDEN, points=HIDDEN, balance=HIDDEN,
                tier="member",
                tier_name="",
                next_tier="",
                progress_text="", progress=0.0, expiring="", history=(),
            )  # fmt: skip
        case views.Shelf():
            tiles = tuple(replace(tile, status="", reachable=True, few=False) for tile in view.tiles)
            return replace(view, points=HIDDEN, count="", tiles=tiles)
        case views.Confirm():
            return replace(view, before=HIDDEN, after=HIDDEN, error="")
        case views.History():
            return replace(view, points=HIDDEN, rows=())
        case views.Notice():
            return replace(view, sentence="", points="", code="", code_facts=())
        case _:
            return view
