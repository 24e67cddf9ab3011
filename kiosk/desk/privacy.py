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
                today_title="", today=(),
            )  # fmt: skip
        case views.Shelf():
            tiles = tuple(replace(tile, status="", reachable=True, few=False) for tile in view.tiles)
            return replace(view, points=HIDDEN, count="", tiles=tiles)
        case views.Confirm():
            return replace(view, before=HIDDEN, after=HIDDEN, error="")
        case views.History():
            return replace(view, points=HIDDEN, rows=())
        case views.Notice():
            return replace(view, title="", sentence="", points="", code="", code_facts=(), question="")
    return _shared(view)


def _shared(view: views.View) -> views.View:
    """Pages that many journeys share, and a paper."""
    match view:
        case views.Menu():
            return replace(view, sentence="", tiles=tuple(replace(tile, note="") for tile in view.tiles))
        case views.Listing():
            return replace(view, sentence="", rows=())
        case views.Question():
            # Titles name friends, and which answers are offered tells what somebody has.
            return replace(view, title="", sentence="", options=())
        case views.Article():
            return replace(view, paragraphs=(), picture="")
        case views.Preview():
            return replace(view, sentence="", paper=b"", empty="")
    return _typed(view)


def _typed(view: views.View) -> views.View:
    """Pages that are typed at. The pad stays, without what it offers for the keys that were typed."""
    match view:
        case views.TextEntry():
            card = replace(view.card, name=HIDDEN, coming="") if view.card else None
            rows = tuple(tuple(_bare(key) for key in row) for row in view.rows)
            return replace(view, value=HIDDEN, preedit="", bar=(), more=None, rows=rows, error="", card=card)
        case views.NumberEntry():
            bare = replace(view.frame, fact="")  # where the code went
            return replace(view, frame=bare, groups=(HIDDEN,) * len(view.groups), error="")
        case views.PinPad():
            return replace(view, title="", sentence="", error="", confirm="")
    return _of_staff(view)


def _of_staff(view: views.View) -> views.View:
    """Pages on which staff see members' vouchers."""
    match view:
        case views.OpenVouchers():
            return replace(view, rows=())
        case views.Verdict():
            return replace(view, sentence="", gift="", picture="", number=HIDDEN, facts=())
        case views.ClaimDesk():
            return replace(view, groups=(HIDDEN,) * len(view.groups), check="", error="")
    return view


def _bare(key: views.Key) -> views.Key:
    return replace(key, label="", key="") if key.key.startswith(("choose:", "space")) else key
