"""What is open here beside prints to look for: cards in doubt, and prints whose right to claim is elsewhere.

Staff cannot end these by a touch: the page says what happened, what it means for the member, and what helps.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey
from kiosk.desk.staff_pages import gift_name, member_name, moment_of, staff_frame, staff_page
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.membership.vouchers import shown
from kiosk.ports import CardMove, Operation
from kiosk.words import Words

InDoubt = CardMove | Operation


def in_doubt(world: World) -> tuple[InDoubt, ...]:
    """Moves on cards that have not ended, then prints that another device settles; each oldest first."""
    prints = world.journal.unresolved()
    away = (one for one in prints if one.state == "unknown" and not one.claim_held)
    return (*world.journal.open_moves(), *away)


def name_of(one: InDoubt) -> str:
    """What a row tells when it is chosen."""
    return one.begun.move if isinstance(one, CardMove) else one.redeem.op


def tell(world: World, colleague: Colleague, name: str) -> Journey[None]:
    """The story of one of them, until they go back; it follows the journal, and ends with its item."""
    page = staff_page(world, lambda say, left: story(world, say, colleague, name, left))
    while _named(world, name) is not None:
        if isinstance((yield page), ev.WentBack):
            return


def row(world: World, say: Words, one: InDoubt) -> views.OpenVoucher:
    """Its line in the list."""
    answers = (views.Choice(say("What to do"), ev.RowChosen(name_of(one)), icon="info"),)
    when, member = moment_of(say, one.at), member_name(world, say, one.member)
    if isinstance(one, CardMove):
        amount = say("{points} points", points=say.points(one.begun.amount))
        return views.OpenVoucher(say("Points on a card"), when, amount, member, answers)
    gift = gift_name(world, say, one.redeem.gift)
    return views.OpenVoucher(shown(one.redeem.voucher), when, gift, member, answers)


def story(world: World, say: Words, colleague: Colleague, name: str, left: int) -> views.View:
    """What happened, what it means, and what helps."""
    one = _named(world, name)
    around = staff_frame(world, say, colleague, left, "back")
    if one is None:
        return views.Busy(around, say("One moment"), say("This is settled by now."))
    said = _card(say, one) if isinstance(one, CardMove) else _print(say)
    line = row(world, say, one)
    return views.Notice(
        frame=around,
        picture="card" if isinstance(one, CardMove) else "printer",
        title=said[0],
        sentence=said[1],
        points=said[2],
        code_label=line.member if isinstance(one, CardMove) else line.gift,
        code=line.gift if isinstance(one, CardMove) else line.number,
        code_facts=(line.when,),
        choices=(views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True),),
    )


def _card(say: Words, one: CardMove) -> tuple[str, str, str]:
    if one.disputed:
        return (
            say("This card cannot tell any more"),
            say("Nobody knows whether the points moved. Head office has to decide; tell them."),
            say("The card pays nothing here until then."),
        )
    return (
        say("This card left too early"),
        say("Nobody knows yet whether the points moved. The card remembers: hold it to this kiosk again."),
        say("The card pays nothing here until then."),
    )


def _print(say: Words) -> tuple[str, str, str]:
    return (
        say("This voucher is looked after elsewhere"),
        say("The right to claim it has left this kiosk. It is checked where it is shown."),
        say("Points and gift stay set aside until it is settled."),
    )


def _named(world: World, name: str) -> InDoubt | None:
    return next((one for one in in_doubt(world) if name_of(one) == name), None)
