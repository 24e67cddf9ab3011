"""The pages of card care: which card, its state, what becomes of it, why, and what happens elsewhere."""

from collections.abc import Mapping

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw
from kiosk.desk.staff_pages import staff_frame
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.membership.card_states import State, Step
from kiosk.words import Words, _

BY_PHONE = "phone"
STATE_WORDS: Mapping[State, str] = {
    "": _("In use: every kiosk serves it."),
    "lost": _("Reported lost: no kiosk serves it."),
    "held": _("Frozen by a store: no kiosk serves it. A manager can open it."),
    "frozen": _("Frozen by head office: only two people there can open it."),
    "replaced": _("A new card took its place. It stays out of use for good."),
    "cancelled": _("Cancelled. It stays out of use for good."),
}
STEP_WORDS: Mapping[str, str] = {
    "lose": _("Report it lost"),
    "find": _("Found: open it again"),
    "hold": _("Freeze it"),
    "release": _("Open it again"),
}
REASON_WORDS: Mapping[str, str] = {
    "mislaid": _("The owner cannot find it"),
    "stolen": _("It was stolen"),
    "handed-in": _("Somebody handed it in"),
    "owner-has-it": _("The owner has it again"),
    "mistaken": _("It was a mistake"),
    "suspected": _("Somebody else may be using it"),
    "owner-asks": _("The owner asks for it"),
    "damaged": _("It is damaged"),
    "cleared": _("It was looked into: all is well"),
}
_DONE_WORDS: Mapping[str, str] = {
    "lose": _("Card {tail} is reported lost"),
    "find": _("Card {tail} is open again"),
    "hold": _("Card {tail} is frozen"),
    "release": _("Card {tail} is open again"),
}
_OPENS = ("find", "release")


def hold_it(world: World, colleague: Colleague, ticket: str) -> Draw:
    """Which card: on the reader, or by its owner's phone and PIN."""
    return lambda say, left: views.Notice(
        frame=staff_frame(world, say, colleague, left),
        picture="card",
        title=say("Hold the card to the reader"),
        sentence=say("Not at hand? Its owner types phone number and PIN instead."),
        choices=(
            views.Choice(say("Not now"), ev.WentBack()),
            views.Choice(say("By phone and PIN"), ev.OptionChosen(ticket, BY_PHONE), icon="user"),
        ),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def which(world: World, colleague: Colleague, ticket: str, member: tuple[str, tuple[str, ...]]) -> Draw:
    """(Their masked name, the ends of their cards' numbers)."""
    name, tails = member

    def draw(say: Words, left: int) -> views.Question:
        cards = {tail: say("Card ending {tail}", tail=tail) for tail in tails}
        sentence = say("{name}. Points and balance stay in the account.", name=name)
        return _question(
            staff_frame(world, say, colleague, left, "back"), ticket, (say("Which card?"), sentence), cards
        )

    return draw


def what_now(
    world: World, colleague: Colleague, ticket: str, card: tuple[str, State, tuple[Step, ...]]
) -> Draw:
    """(The end of its number, its state, what they may do)."""
    tail, state, steps = card

    def draw(say: Words, left: int) -> views.Question:
        title, sentence = say("Card ending {tail}", tail=tail), say(STATE_WORDS[state])
        offered = {str(step): say(STEP_WORDS[step]) for step in steps}
        return _question(staff_frame(world, say, colleague, left, "back"), ticket, (title, sentence), offered)

    return draw


def why_so(
    world: World, colleague: Colleague, ticket: str, chosen: tuple[str, Step, tuple[str, ...]]
) -> Draw:
    """(The end of its number, the step, its reasons)."""
    tail, step, reasons = chosen

    def draw(say: Words, left: int) -> views.Question:
        offered = {reason: say(REASON_WORDS[reason]) for reason in reasons}
        told = say(STEP_WORDS[step]), say("Card {tail}. What is the reason?", tail=tail)
        return _question(staff_frame(world, say, colleague, left, "back"), ticket, told, offered)

    return draw


def _question(
    frame: views.Frame, ticket: str, told: tuple[str, str], offered: Mapping[str, str]
) -> views.Question:
    title, sentence = told
    options = tuple(views.Option(label, ev.OptionChosen(ticket, name)) for name, label in offered.items())
    return views.Question(frame=frame, title=title, sentence=sentence, options=options)


def sure(world: World, colleague: Colleague, ticket: str, chosen: tuple[str, Step]) -> Draw:
    """(The end of its number, the step), once more."""
    tail, step = chosen

    def draw(say: Words, left: int) -> views.Notice:
        opens = say("Every kiosk serves card {tail} again. Only hand it to its owner.", tail=tail)
        shuts = say("No kiosk serves card {tail} any more, until it is opened again.", tail=tail)
        return views.Notice(
            frame=staff_frame(world, say, colleague, left),
            picture="card",
            title=say("Are you sure?"),
            sentence=opens if step in _OPENS else shuts,
            points=say("Points and balance stay in the account."),
            choices=(
                views.Choice(say("Not now"), ev.WentBack()),
                views.Choice(say(STEP_WORDS[step]), ev.Submitted(ticket), icon="check", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def done(world: World, tail: str, step: Step) -> Draw:
    """What holds here, and when it does elsewhere."""
    cut = world.connected is False

    def words(say: Words) -> tuple[str, str, str]:
        opened = say("Kiosks serve it as soon as there is a network again: they have to ask whose it is.")
        later = (
            opened
            if step in _OPENS
            else say("It holds at this kiosk now; other kiosks learn it as soon as there is a network again.")
        )
        soon = say("It holds at this kiosk now, at all others within moments.")
        title = say(_DONE_WORDS[step], tail=tail)
        return title, later if cut else soon, say("Points and balance stay in the account.")

    return notices.notice(world, "card", words)


def nothing_to_do(world: World, tail: str, state: State) -> Draw:
    """Its state, and that they can do nothing about it here."""
    return notices.notice(world, "card", lambda say: (
        say("Card ending {tail}", tail=tail),
        say(STATE_WORDS[state]),
        say("There is nothing that you can change about it here."),
    ))  # fmt: skip


def nobodys(world: World) -> Draw:
    """Nobody knows it, or it is a colleague's."""
    return notices.notice(world, "card", lambda say: (
        say("This card is no member's"),
        say("It is new, from another shop, or a colleague's. Without the network we know only our own."),
        say("Nothing was changed."),
    ))  # fmt: skip
