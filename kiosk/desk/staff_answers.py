"""What staff pages are answered with: one of their options, yes, or another colleague's card and PIN."""

from collections.abc import Callable

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page
from kiosk.desk.staff_sign_in import sign_in, sign_out
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague

MayAgree = Callable[[Colleague], bool]


def chosen(page: Page, ticket: str) -> Journey[str | None]:
    """The option of this ticket that was touched; None: they went back."""
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            return event.option


def is_sure(page: Page, ticket: str) -> Journey[bool]:
    """Whether it is so; False: they went back."""
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.Submitted(ticket):
            return True


def another(
    world: World, colleague: Colleague, may: MayAgree, please: Callable[[bool], Draw]
) -> Journey[Colleague | None]:
    """Another colleague who may, by their own card and PIN; None without one.

    `please` draws the page that asks for them; True: the card before was not of one who may.
    """
    wrong = False
    while True:
        event = yield Page(please(wrong), countdown_s=notices.READING_S, taps=True)
        if isinstance(event, ev.WentBack):
            return None
        if not isinstance(event, ev.CardTapped):
            continue
        card = world.card_key.hash(event.card)
        other = world.replica.staff_card(card)
        fit = other is not None and other.id != colleague.id and may(other)
        wrong = not fit or bool(world.replica.denied(card))
        if other is None or wrong:
            continue
        visit = world.ids.uuid7()
        agreed = yield from sign_in(world, other, visit)
        if agreed is not None:
            sign_out(world, agreed, visit)
        return agreed
