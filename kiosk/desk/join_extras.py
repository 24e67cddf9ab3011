"""What newcomers may tell besides their name and phone, by tiles. One tap passes all of it."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.text_entry import TextAsk, enter_text
from kiosk.desk.world import World
from kiosk.membership.rules import AskRule
from kiosk.words import Words, _

_BIRTHDAY, _REFERRER = "birthday", "referrer"
_LEAP = 2000
_DAYS = 8
"""Days of a month on one page, so that a fingertip meets each."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """A page of answers: what is asked, why, and (id, label) of each."""

    title: str
    sentence: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Host:
    """Who stands at the glass: how their pages are framed (seconds left), and when they lock."""

    frame: Callable[[Words, int], views.Frame]
    page: Callable[[Draw], Page] = Page


def extras(world: World, form: Form) -> Journey[bool]:
    """Until they say that this is all; False if they went back."""
    own = Host(lambda say, _left: frame(world, say, "back", "staff", "leave"))
    return (yield from ask_extras(world, form, own))


def ask_extras(world: World, form: Form, host: Host) -> Journey[bool]:
    """The same, ticked by whoever stands there."""
    ticket = world.ids.uuid7()
    page = host.page(lambda say, left: _overview(world, say, form, ticket, host.frame(say, left)))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.Submitted(ticket):
            return True
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            yield from _asked(world, form, event.option, host)


def any_extras(world: World) -> bool:
    """Whether there is anything to ask."""
    rule = world.rules().joining
    return rule.birthday or bool(rule.asks)


def _asked(world: World, form: Form, option: str, host: Host) -> Journey[None]:
    rule = world.rules().joining
    if option == _BIRTHDAY and rule.birthday:
        form.born = (yield from _birthday(world, host)) or form.born
    elif option == _REFERRER:
        form.referrer = (yield from enter_text(world, _code(form))) or form.referrer
    elif option in rule.asks:
        answer = yield from _choose(world, host, lambda say: _of(say, rule.asks[option]))
        if answer:
            form.answers[option] = answer


def _overview(world: World, say: Words, form: Form, ticket: str, around: views.Frame) -> views.Question:
    rule = world.rules().joining
    told = [(name, say.of(ask.text), name in form.answers) for name, ask in rule.asks.items()]
    if rule.birthday:
        told.insert(0, (_BIRTHDAY, say("My birthday: a gift every year"), bool(form.born)))
    told.append((_REFERRER, say("I have a friend's code"), bool(form.referrer)))
    return views.Question(
        frame=around,
        title=say("Would you like to tell us more?"),
        sentence=say("You need not. You can change it at the service counter."),
        options=tuple(
            views.Option(label, ev.OptionChosen(ticket, name), chosen=done) for name, label, done in told
        ),
        submit=views.Choice(say("That is all"), ev.Submitted(ticket), icon="right", primary=True),
    )


def _birthday(world: World, host: Host) -> Journey[str]:
    """Month and day ("06-01"), '' for neither: nobody needs the year."""
    month = yield from _choose(world, host, _months)
    if not month:
        return ""
    week = yield from _choose(world, host, lambda say: _weeks(say, int(month)))
    if not week:
        return ""
    day = yield from _choose(world, host, lambda say: _days(say, int(month), int(week)))
    return f"{int(month):02}-{int(day):02}" if day else ""


def _months(say: Words) -> Tiles:
    names = tuple((str(month), say("Month {number}", number=month)) for month in range(1, 13))
    return Tiles(say("In which month is your birthday?"), say("The year is yours to keep."), names)


def _weeks(say: Words, month: int) -> Tiles:
    last = monthrange(_LEAP, month)[1]
    parts = tuple(
        (str(first), say("{first} to {last}", first=first, last=min(first + _DAYS - 1, last)))
        for first in range(1, last + 1, _DAYS)
    )
    return Tiles(say("On which day?"), say("Month {number}", number=month), parts)


def _days(say: Words, month: int, first: int) -> Tiles:
    last = min(first + _DAYS - 1, monthrange(_LEAP, month)[1])
    days = tuple((str(day), str(day)) for day in range(first, last + 1))
    return Tiles(say("On which day?"), say("Month {number}", number=month), days)


def _of(say: Words, rule: AskRule) -> Tiles:
    return Tiles(
        say.of(rule.text), say.of(rule.why), tuple((one, say.of(name)) for one, name in rule.options.items())
    )


def _choose(world: World, host: Host, tiles_of: Callable[[Words], Tiles]) -> Journey[str]:
    """The id of the answer; '' if they went back."""
    ticket = world.ids.uuid7()

    def draw(say: Words, left: int) -> views.Question:
        tiles = tiles_of(say)
        return views.Question(
            frame=host.frame(say, left),
            title=tiles.title,
            sentence=tiles.sentence,
            options=tuple(views.Option(label, ev.OptionChosen(ticket, one)) for one, label in tiles.options),
            later=views.Choice(say("Rather not"), ev.WentBack()),
        )

    page = host.page(draw)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return ""
        known = {one for one, _ in tiles_of(world.say).options}
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket and event.option in known:
            return event.option


def _code(form: Form) -> TextAsk:
    return TextAsk(
        _("Your friend's code"),
        _("Your friend can tell you."),
        kind="code",
        least=4,
        most=12,
        value=form.referrer,
    )
