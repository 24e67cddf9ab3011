"""The pages on which staff book gifts as pieces."""

from dataclasses import dataclass, field
from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, paged
from kiosk.desk.staff_pages import staff_frame
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Stocked
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import Gift
from kiosk.membership.rules import StockRule
from kiosk.words import Words, _

Why = Literal["received", "found", "broken", "missing"]
ROWS = 4
_CALLED: dict[Why, tuple[str, str, str]] = {
    "received": (_("Delivered"), _("New pieces for the shop"), "gift"),
    "found": (_("More are there"), _("More than the books say"), "plus"),
    "broken": (_("Broken"), _("They cannot be given any more"), "x"),
    "missing": (_("Missing"), _("Fewer than the books say"), "minus"),
}
ASKED: dict[Why, str] = {
    "received": _("How many were delivered?"),
    "found": _("How many more are there?"),
    "broken": _("How many are broken?"),
    "missing": _("How many are missing?"),
}


@dataclass(slots=True)
class Stock:
    """Somebody's work with the gifts, by this rule."""

    world: World
    colleague: Colleague
    rule: StockRule
    _booked: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Gift -> what head office said when it was booked, and the pieces since: its word follows later."""

    def there(self, gift: Gift) -> int:
        """Pieces that the shop can still give: head office's word and what was booked since, or more."""
        told, since = self._booked.get(gift.id, (gift.stock, 0))
        known = gift.stock + since if gift.stock == told else gift.stock
        return max(0, known, self.held(gift))

    def held(self, gift: Gift) -> int:
        """Pieces of them in this kiosk's own books."""
        return self.world.journal.rights(acc.gift(gift.id))

    def booked(self, gift: Gift, body: Stocked) -> None:
        """Show it before head office does."""
        told, since = self._booked.get(gift.id, (gift.stock, 0))
        since = since if gift.stock == told else 0
        self._booked[gift.id] = (gift.stock, since + (body.pieces if body.comes else -body.pieces))


def may(rule: StockRule, colleague: Colleague) -> tuple[Why, ...]:
    """What somebody of this role may book."""
    receive: tuple[Why, ...] = ("received",) if colleague.role in rule.receive else ()
    correct: tuple[Why, ...] = ("found", "broken", "missing") if colleague.role in rule.correct else ()
    return (*receive, *correct)


def title(world: World, gift: Gift) -> str:
    """What it is called in the language of the page."""
    return world.say.of(gift.name)


def gifts(stock: Stock, say: Words, number: int, left: int) -> views.Listing:
    """One page of the catalogue."""
    shown, pages = paged(say, stock.world.replica.gifts(), number, ROWS)
    return views.Listing(
        frame=staff_frame(stock.world, say, stock.colleague, left, "back"),
        title=say("Gift stock"),
        sentence=say("What the shop can still give. Gifts on open vouchers are not in it."),
        rows=tuple(
            views.ListRow(
                title=say.of(gift.name),
                note=_held(stock, say, gift),
                fact=say("{pieces} pieces", pieces=stock.there(gift)),
                tells=ev.RowChosen(gift.id),
                verb=say("Change"),
                picture=gift.picture,
            )
            for gift in shown
        ),
        empty=say("There are no gifts."),
        pages=pages,
    )


def what(stock: Stock, gift: Gift, ticket: str) -> Draw:
    """What happened to it."""
    booked = may(stock.rule, stock.colleague)
    return lambda say, left: views.Question(
        frame=staff_frame(stock.world, say, stock.colleague, left, "back"),
        title=say.of(gift.name),
        sentence=f"{say('{pieces} pieces', pieces=stock.there(gift))} · {_held(stock, say, gift)}",
        options=tuple(
            views.Option(say(label), ev.OptionChosen(ticket, why), icon=icon, note=say(note))
            for why, (label, note, icon) in _CALLED.items()
            if why in booked
        ),
    )


def sure(stock: Stock, gift: Gift, body: Stocked, ticket: str) -> Draw:
    """The pieces, before and after."""

    def draw(say: Words, left: int) -> views.Notice:
        before = stock.there(gift)
        after = max(0, before + (body.pieces if body.comes else -body.pieces))
        return views.Notice(
            frame=staff_frame(stock.world, say, stock.colleague, left),
            picture="gift",
            title=_what(say, body),
            sentence=say.of(gift.name),
            points=say("{before} pieces before, {after} after it.", before=before, after=after),
            choices=(
                views.Choice(say("Back"), ev.WentBack()),
                views.Choice(say("Book it"), ev.Submitted(ticket), icon="check", primary=True),
            ),
            seconds_left=left,
            seconds_total=stock.world.shop.idle_s,
        )

    return draw


def second_please(stock: Stock, gift: Gift, body: Stocked, *, wrong: bool) -> Draw:
    """A second person has to agree; `wrong`: that card was not of one who may."""
    return lambda say, left: views.Notice(
        frame=staff_frame(stock.world, say, stock.colleague, left),
        picture="lock",
        title=say("This card may not agree to it") if wrong else say("A second person has to agree"),
        sentence=say("A colleague who may do this holds their own card to the reader and types their PIN."),
        points=f"{say.of(gift.name)} · {_what(say, body)}",
        choices=(views.Choice(say("Not now"), ev.WentBack()),),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def done(stock: Stock, gift: Gift, body: Stocked) -> Draw:
    """It is on record."""
    return notices.notice(stock.world, "gift", lambda say: (
        say("Booked: {what}", what=_what(say, body)),
        say("This kiosk can give them at once. The others hear of it with the network.")
        if body.comes and stock.world.connected is False
        else say("It is on record under your name. Every kiosk hears of it within moments."),
        say.of(gift.name),
    ))  # fmt: skip


def not_free(stock: Stock, gift: Gift, trouble: str) -> Draw:
    """They stay in the books, and why."""
    if trouble == "later":
        return notices.notice(stock.world, "network", lambda say: (
            say("Not possible without the network"),
            say("Only what this kiosk has in its own books can leave them now. Please try again later."),
            say("Nothing was changed."),
        ), "K-NW-02")  # fmt: skip
    return notices.notice(stock.world, "gift", lambda say: (
        say("Not so many are free"),
        say("The others are promised to members, or lent to another kiosk. Book fewer, or look again."),
        f"{say.of(gift.name)} · {say('Nothing was changed.')}",
    ))  # fmt: skip


def _what(say: Words, body: Stocked) -> str:
    label, _note, _icon = _CALLED[body.why]
    return f"{say(label)} · {say('{pieces} pieces', pieces=body.pieces)}"


def _held(stock: Stock, say: Words, gift: Gift) -> str:
    return say("{pieces} at this kiosk", pieces=stock.held(gift))
