"""Becoming a member at the kiosk, alone, also without the network.

Nothing is written before the last step but that a code was asked for and tried, by nobody yet: who goes away
leaves no trace. Then one entry begins the account; a card is bound by another.
"""

from collections.abc import Callable

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.ask_hub import ask_twice
from kiosk.desk.bind_card import tail_of
from kiosk.desk.join_card import take_card
from kiosk.desk.join_extras import any_extras, extras
from kiosk.desk.join_phone import phone
from kiosk.desk.join_terms import agree
from kiosk.desk.newcomer import Form, journalled
from kiosk.desk.pages import Draw, Journey, frame
from kiosk.desk.pin_care import new_pin
from kiosk.desk.text_entry import OnCard, TextAsk, enter_text
from kiosk.desk.world import World
from kiosk.ledger.sync import JoinAnswer
from kiosk.membership.cards import Card
from kiosk.membership.paper_cards import FAMILY as PAPER
from kiosk.membership.tiers import standing
from kiosk.ports import Newcomer
from kiosk.words import Words, _

Step = Callable[[World, Form], Journey[bool]]
"""One page or a few; False: they went back."""


def may_join(world: World) -> bool:
    """Whether this shop takes members in at its kiosks."""
    return world.shop.phones and world.rules().joining.terms > 0


def join(world: World, card: Card | None = None, form: Form | None = None) -> Journey[None]:
    """From the wish to be a member to a welcome. `card`: nobody's yet, and it lies on the reader.

    `form`: what staff ticked for them already.
    """
    form = form or Form(world.ids.uuid7(), world.ids.uuid7())
    steps: tuple[Step, ...] = (agree, phone, _name, _pin, extras)
    place = 0
    while place < len(steps):
        if _is_skipped(world, form, steps[place]):
            place += 1
            continue
        if (yield from steps[place](world, form)):
            place += 1
            continue
        place = _before(world, form, steps, place)
        if place < 0:
            return
    terms = world.rules().joining.terms
    newcomer = journalled(world, form, terms)
    has_pin = yield from _hand_over(world, newcomer)
    if form.prospect:
        yield from notices.read_it(noted(world, form))
        return
    taken = yield from take_card(world, form, card)
    yield from notices.read_it(welcome(world, form, taken, has_pin=has_pin))


def _is_skipped(world: World, form: Form, step: Step) -> bool:
    """PINs lie at head office alone: who joins without it sets theirs with their first code."""
    if form.prospect and step in {_name, _pin}:
        return True
    told = form.operator is not None or not any_extras(world)
    return (step is _pin and not form.proof) or (step is extras and told)


def _before(world: World, form: Form, steps: tuple[Step, ...], place: int) -> int:
    """Where they were before this step; -1 if it was the first one, or was left on the way to a code."""
    place -= 1
    while place >= 0 and _is_skipped(world, form, steps[place]):
        place -= 1
    return place


def _name(world: World, form: Form) -> Journey[bool]:
    tier = standing(world.rules(), 0)
    ask = TextAsk(
        _("Your name"),
        _("As you would like to be greeted. Pages show only your surname."),
        kind="name",
        most=30,
        value=form.name,
        submit=_("Go on"),
        card=OnCard(tier.tier, world.say.of(tier.name)),
    )
    form.name = (yield from enter_text(world, ask)) or ""
    return bool(form.name)


def _pin(world: World, form: Form) -> Journey[bool]:
    form.pin = (yield from new_pin(world, "")) or ""
    return bool(form.pin)


def _hand_over(world: World, newcomer: Newcomer) -> Journey[bool]:
    """Key and PIN to head office. True if the PIN is set; else the key goes up with the log, later."""
    answer = yield from ask_twice(
        world,
        JoinAnswer,
        lambda request: world.hub.ask_join(request, newcomer),
        _("Your account is being opened"),
    )
    return answer is not None and answer.pin == "set"


def noted(world: World, form: Form) -> Draw:
    """Somebody left their number and no more."""
    return notices.notice(
        world,
        "gift",
        lambda say: (
            say("Thank you, your number is noted"),
            say("Say it at the till, or become a member here any time. It ends in {tail}.", tail=form.tail),
            say("Your account begins with 0 points."),
        ),
    )


def _theirs(say: Words, card: Card | None) -> str:
    """What they tap, show or say the next time."""
    if card is None:
        return say("You begin with 0 points. No card is needed: your phone number is enough.")
    if card.family == PAPER:
        return say("Your printed code is your card: hold it to the scanner and type your PIN.")
    return say("Card {tail} is yours. Tap it whenever you come.", tail=tail_of(card))


def welcome(world: World, form: Form, card: Card | None, *, has_pin: bool) -> Draw:
    """They are a member: from when, where, and by what they are known."""

    def draw(say: Words, left: int) -> views.Notice:
        if not form.proof:
            known = say(
                "You are known at this kiosk now, at all others once there is a network again. "
                "Your number is then confirmed by a code, with which you set your PIN."
            )
        elif has_pin:
            known = say("You are known at every kiosk in a moment, by your phone number and PIN.")
        else:
            known = say(
                "You are known at every kiosk in a moment. You set your PIN with a code to your phone."
            )
        return views.Notice(
            frame=frame(world, say, "staff", "leave"),
            picture="gift",
            title=say("Welcome, {name}", name=form.shown),
            sentence=known,
            points=_theirs(say, card),
            choices=(views.Choice(say("Done"), ev.WentBack(), icon="check", primary=True),),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw
