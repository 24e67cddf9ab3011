"""Staff type an amount as at a till (its last two digits are behind the point), or a receipt's number."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.number_entry import NumberAsk, after, number_page
from kiosk.desk.pages import Journey
from kiosk.desk.staff_pages import staff_frame, staff_page
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.words import Words, _

MONEY_DIGITS = 8
"""Up to ¥999,999.99."""


@dataclass(frozen=True, slots=True)
class MoneyAsk:
    """What is asked for; `most` cents, 0 for as many as can be typed, and what is said of more."""

    title: str
    sentence: str
    most: int = 0
    too_much: str = ""


def enter_money(world: World, colleague: Colleague, ask: MoneyAsk) -> Journey[int | None]:
    """The amount in cents; None when they go back."""
    pad = NumberAsk(
        ask.title,
        _("Amount"),
        ask.sentence,
        groups=(MONEY_DIGITS,),
        check=lambda say, typed: say(ask.too_much) if 0 < ask.most < int(typed) else "",
    )
    typed = yield from enter_digits(world, colleague, pad, lambda say, digits: say.money(int(digits)))
    return None if typed is None else int(typed)


def enter_digits(
    world: World,
    colleague: Colleague,
    ask: NumberAsk,
    shown: Callable[[Words, str], str] = lambda _say, digits: digits,
) -> Journey[str | None]:
    """One digit or more, as many as `ask` has room for; `shown` is how they stand there. None: went back."""
    ticket, typed, wrong = world.ids.uuid7(), "", ""

    def draw(say: Words, left: int) -> views.View:
        return replace(
            number_page(world, say, ask, ticket, typed),
            frame=staff_frame(world, say, colleague, left, "back"),
            groups=(shown(say, typed) if typed else "",),
            ready=bool(typed),
            error=wrong,
        )

    page = staff_page(world, draw)
    while True:
        match (yield page):
            case ev.WentBack():
                return None
            case ev.TextKeyed(entry, "done") if entry == ticket and typed:
                wrong = ask.check(world.say, typed)
                if not wrong:
                    return typed
            case ev.TextKeyed(entry, key) if entry == ticket and key != "done":
                typed, wrong = after(ask, typed, key), ""
