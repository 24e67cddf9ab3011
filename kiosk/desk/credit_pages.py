"""The pages on which staff give a member something of value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.by_right import Counted
from kiosk.desk.pages import Draw
from kiosk.desk.staff_pages import staff_frame
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Sold
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import Account
from kiosk.membership.rules import CreditOffer, CreditRule
from kiosk.words import Words

Asked = Callable[[str], Draw]
"""A ticket -> the page whose options bear it."""
SALE = "*sale"
"""The option that is no rule of the pack's credits."""
BY_PHONE = ev.OptionChosen("credit", "phone")
_ICONS = {acc.CASH: "plus", acc.POINTS: "star"}


@dataclass(frozen=True, slots=True)
class Till:
    """Who works here, and whose account is before them; `cards` are the uses that are left on its cards."""

    colleague: Colleague
    account: Account
    cards: tuple[Counted, ...]
    visit: str


def allowed(world: World, colleague: Colleague) -> Mapping[str, CreditRule]:
    """What the rule pack lets somebody of this role give."""
    every = world.rules().credits.items()
    return {name: rule for name, rule in every if colleague.role in rule.roles}


def please(world: World, colleague: Colleague, *, again: bool) -> Draw:
    """Whose account is it? `again`: the card before was no member's."""
    return lambda say, left: views.Notice(
        frame=staff_frame(world, say, colleague, left),
        picture="card",
        title=say("This is no member's card") if again else say("Whose account is it?"),
        sentence=say("Hold the member's card to the reader, or let them type their phone number and PIN."),
        choices=(
            views.Choice(say("Not now"), ev.WentBack()),
            views.Choice(say("By phone number"), BY_PHONE),
        ),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def what(world: World, till: Till, rules: Mapping[str, CreditRule], ticket: str, *, sells: bool) -> Draw:
    """What they get, or use; `sells`: a purchase may be entered, too."""

    def draw(say: Words, left: int) -> views.Question:
        sale = views.Option(
            say("A purchase"), ev.OptionChosen(ticket, SALE), icon="list", note=say("Points for a receipt")
        )
        give = tuple(
            views.Option(say.of(rule.name), ev.OptionChosen(ticket, name), icon=_icon(rule.asset))
            for name, rule in rules.items()
        )
        use = tuple(
            views.Option(
                say.of(card.name),
                ev.OptionChosen(ticket, card.asset),
                icon="check",
                note=say("Use one of {count}", count=card.count),
            )
            for card in till.cards
        )
        return views.Question(
            frame=staff_frame(world, say, till.colleague, left, "back"),
            title=till.account.name,
            sentence=_card(say, till),
            options=(*([sale] if sells else []), *give, *use),
        )

    return draw


def no_point(world: World, cents: int) -> Draw:
    """The sum earns nothing."""
    return notices.notice(world, "gift", lambda say: (
        say("{money} is too little for a point", money=say.money(cents)),
        say("Nothing was entered."),
        say("Nothing was changed."),
    ))  # fmt: skip


def sure_of_sale(world: World, till: Till, body: Sold, ticket: str) -> Draw:
    """The purchase, once more."""
    return lambda say, left: _asked(
        world, say, till, left,
        title=say("{points} points for {money}", points=say.points(body.points), money=say.money(body.cents)),
        sentence=f"{till.account.name} · {_card(say, till)}",
        points=say("Receipt {number}", number=body.receipt),
        verb=say("Enter it"),
        ticket=ticket,
    )  # fmt: skip


def sold(world: World, body: Sold) -> Draw:
    """It is on record; when its points are there."""
    return notices.notice(world, "gift", lambda say: (
        say("Entered: {points} points", points=say.points(body.points)),
        say("They are in the account once head office has seen that the receipt is new."),
        say("Receipt {number}", number=body.receipt),
    ))  # fmt: skip


def how_much(world: World, till: Till, rule: CreditRule, ticket: str) -> Draw:
    """How much of it."""

    def draw(say: Words, left: int) -> views.Question:
        return views.Question(
            frame=staff_frame(world, say, till.colleague, left, "back"),
            title=say.of(rule.name),
            sentence=f"{till.account.name} · {_card(say, till)}",
            options=tuple(
                views.Option(
                    amount(say, rule, offer),
                    ev.OptionChosen(ticket, str(place)),
                    icon=_icon(rule.asset),
                    note=_price(say, offer),
                )
                for place, offer in enumerate(rule.offers)
            ),
        )

    return draw


def why(world: World, till: Till, rule: CreditRule, ticket: str) -> Draw:
    """Why they get it."""
    return lambda say, left: views.Question(
        frame=staff_frame(world, say, till.colleague, left, "back"),
        title=say("Why?"),
        sentence=say("The reason stands in the records beside your name."),
        options=tuple(
            views.Option(say.of(name), ev.OptionChosen(ticket, reason))
            for reason, name in rule.reasons.items()
        ),
    )


def sure(world: World, till: Till, rule: CreditRule, offer: CreditOffer, ticket: str) -> Draw:
    """What they get and what is to be collected first, once more."""

    def draw(say: Words, left: int) -> views.Notice:
        first = say("Collect {money} first.", money=say.money(offer.price)) if offer.price else ""
        told = {"name": till.account.name, "tail": till.account.card_tail, "what": _whole(say, rule, offer)}
        return _asked(
            world, say, till, left,
            title=say("Collect {money}", money=say.money(offer.price)) if offer.price else say("Give it?"),
            sentence=say("{name}, card ending {tail}, gets: {what}", **told),
            points=first or say("Nothing is to be paid."),
            verb=say("I have the money") if offer.price else say("Give it"),
            ticket=ticket,
        )  # fmt: skip

    return draw


def sure_of_use(world: World, till: Till, card: Counted, ticket: str) -> Draw:
    """Whether one of them is used now."""
    return lambda say, left: _asked(
        world, say, till, left,
        title=say("Use {card}", card=say.of(card.name)),
        sentence=f"{till.account.name} · {_card(say, till)}",
        points=say("{count} left, {after} after it.", count=card.count, after=card.count - 1),
        verb=say("Use one"),
        ticket=ticket,
    )  # fmt: skip


def second_please(world: World, till: Till, *, wrong: bool) -> Draw:
    """A second person has to agree; `wrong`: that card was not of one who may."""
    return lambda say, left: views.Notice(
        frame=staff_frame(world, say, till.colleague, left),
        picture="lock",
        title=say("This card may not agree to it") if wrong else say("A second person has to agree"),
        sentence=say("A colleague who may do this holds their own card to the reader and types their PIN."),
        points=say("Nothing was given yet."),
        choices=(views.Choice(say("Not now"), ev.WentBack()),),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def given(world: World, rule: CreditRule, offer: CreditOffer) -> Draw:
    """It is on record; where it can be seen, and when."""
    return notices.notice(world, "gift", lambda say: (
        say("Given: {what}", what=_whole(say, rule, offer)),
        say("It is in the account as soon as there is a network again. This kiosk has it on record.")
        if world.connected is False
        else say("It is in the account within moments, at every kiosk."),
        say("Collected: {money}", money=say.money(offer.price)) if offer.price else say("Nothing was paid."),
    ))  # fmt: skip


def used(world: World, card: Counted, trouble: str) -> Draw:
    """One was used; or none was, and why."""
    if not trouble:
        return notices.notice(world, "gift", lambda say: (
            say("One was used: {card}", card=say.of(card.name)),
            say("It is on record under your name."),
            say("{count} left.", count=card.count - 1),
        ))  # fmt: skip
    if trouble == "later":
        return notices.notice(world, "network", lambda say: (
            say("Not possible without the network"),
            say("Only head office knows how many are left. Please try again later."),
            say("Nothing was changed."),
        ), "K-NW-02")  # fmt: skip
    return notices.notice(world, "card", lambda say: (
        say("There is none left"),
        say("It was used at another kiosk meanwhile."),
        say("Nothing was changed."),
    ))  # fmt: skip


def amount(say: Words, rule: CreditRule, offer: CreditOffer) -> str:
    """How much an offer gives."""
    if rule.asset == acc.CASH:
        return say.money(offer.units)
    if rule.asset == acc.POINTS:
        return say("{points} points", points=say.points(offer.units))
    return f"× {offer.units}"


def _asked(
    world: World,
    say: Words,
    till: Till,
    left: int,
    *,
    title: str,
    sentence: str,
    points: str,
    verb: str,
    ticket: str,
) -> views.Notice:
    return views.Notice(
        frame=staff_frame(world, say, till.colleague, left),
        picture="card",
        title=title,
        sentence=sentence,
        points=points,
        choices=(
            views.Choice(say("Back"), ev.WentBack()),
            views.Choice(verb, ev.Submitted(ticket), icon="check", primary=True),
        ),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def _whole(say: Words, rule: CreditRule, offer: CreditOffer) -> str:
    return f"{say.of(rule.name)} {amount(say, rule, offer)}"


def _price(say: Words, offer: CreditOffer) -> str:
    return say("Collect {money}", money=say.money(offer.price)) if offer.price else say("Free")


def _card(say: Words, till: Till) -> str:
    return say("Card ending {tail}", tail=till.account.card_tail)


def _icon(asset: str) -> str:
    return _ICONS.get(asset, "ticket")
