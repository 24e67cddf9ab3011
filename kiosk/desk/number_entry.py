"""Digits are asked for: a phone number, a one-time code."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page, frame
from kiosk.desk.text_entry import Check
from kiosk.desk.world import World
from kiosk.words import Words, _

PHONE = (3, 4, 4)
"""How a mobile number is written in groups."""


@dataclass(frozen=True, slots=True)
class NumberAsk:
    """What is asked for: exactly so many digits, shown in these groups."""

    title: str
    label: str
    sentence: str = ""
    groups: tuple[int, ...] = PHONE
    value: str = ""
    hint: str = ""
    error: str = ""
    """What was wrong with the digits before, until others are typed."""
    submit: str = _("Done")
    fact: Callable[[Words], str] | None = None
    check: Check = lambda _say, _digits: ""

    @property
    def digits(self) -> int:
        """How many it has."""
        return sum(self.groups)


Choices = Callable[[Words], tuple[views.Choice, ...]]


def enter_number(world: World, ask: NumberAsk) -> Journey[str | None]:
    """The digits; None when they go back."""
    said = yield from number_or_choice(world, ask, lambda _say: ())
    return said if isinstance(said, str) else None


def number_or_choice(world: World, ask: NumberAsk, choices: Choices) -> Journey[str | ev.Event | None]:
    """The digits, or the event of a choice that was made instead of typing them (a new code, please)."""
    ticket, typed, wrong = world.ids.uuid7(), ask.value, world.say(ask.error) if ask.error else ""

    def draw(say: Words, _left: int) -> views.View:
        page = number_page(world, say, ask, ticket, typed)
        return replace(page, error=wrong, choices=choices(say))

    page = Page(draw)
    while True:
        match (yield page):
            case ev.WentBack():
                return None
            case ev.TextKeyed(entry, "done") if entry == ticket and len(typed) == ask.digits:
                wrong = ask.check(world.say, typed)
                if not wrong:
                    return typed
            case ev.TextKeyed(entry, key) if entry == ticket and key != "done":
                typed, wrong = after(ask, typed, key), ""
            case event if any(event == one.tells for one in choices(world.say)):
                return event


def after(ask: NumberAsk, typed: str, key: str) -> str:
    """What stands there after a key: a digit, 'back' or 'clear'. Others change nothing."""
    match key:
        case "back":
            return typed[:-1]
        case "clear":
            return ""
    return typed + key if key in set("0123456789") and len(typed) < ask.digits else typed


def grouped(digits: str, sizes: tuple[int, ...]) -> tuple[str, ...]:
    """The digits in groups of these sizes; the last ones may be empty."""
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return tuple(digits[start : start + size] for start, size in zip(starts, sizes, strict=True))


def number_page(world: World, say: Words, ask: NumberAsk, ticket: str, typed: str) -> views.NumberEntry:
    """The groups and the pad."""
    around = frame(world, say, "back", "staff", "leave")
    return views.NumberEntry(
        frame=replace(around, fact=ask.fact(say)) if ask.fact else around,
        entry=ticket,
        title=say(ask.title),
        sentence=say(ask.sentence) if ask.sentence else "",
        groups=grouped(typed, ask.groups),
        group_sizes=ask.groups,
        label=say(ask.label),
        hint=say(ask.hint) if ask.hint else "",
        error="",
        clear=say("Clear"),
        backspace=say("Delete"),
        submit=views.Choice(say(ask.submit), ev.TextKeyed(ticket, "done"), icon="right", primary=True),
        ready=len(typed) == ask.digits,
    )
