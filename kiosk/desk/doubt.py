"""A line of the history that was not the member: journalled, and people at head office look into it."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.home import rows
from kiosk.desk.pages import Draw, Journey, Page, frame, paged
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Doubt
from kiosk.ports import Draft
from kiosk.words import Words

ROWS = 6
"""Rows a page."""


def doubt(world: World, visitor: Visitor) -> Journey[None]:
    """Which line, are they sure, and what happens now."""
    number, told = 1, lines(world, visitor)

    def draw(say: Words, _left: int) -> views.View:
        return listing(world, say, visitor, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            line = told[int(event.row)] if event.row.isdecimal() and int(event.row) < len(told) else None
            if line is not None and (yield from _tell(world, visitor, line)):
                return


def lines(world: World, visitor: Visitor) -> tuple[Doubt, ...]:
    """The lines of the history as they would be reported, in the order of `home.rows`."""
    account = visitor.account
    own = tuple(
        Doubt(at=one.at, what=one.redeem.gift, points=-one.redeem.points, where=world.shop.kiosk)
        for one in world.journal.own_lines(account.member, account.mark_n)
        if one.state != "voided"
    )
    return own + tuple(
        Doubt(at=line.at, what=line.what[:64], points=line.points, where=line.where[:64])
        for line in account.history
    )


def listing(world: World, say: Words, visitor: Visitor, number: int) -> views.Listing:
    """The lines to choose from."""
    everything = tuple(
        views.ListRow(
            title=row.what,
            note=" · ".join(filter(None, (row.when, row.where))),
            fact=row.points,
            tells=ev.RowChosen(str(place)),
            verb=say("Not me"),
        )
        for place, row in enumerate(rows(world, say, visitor.account))
    )
    shown, pages = paged(say, everything, number, ROWS)
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("Which one was not you?"),
        sentence=say("Our staff will look into it and tell you what they found."),
        rows=shown,
        empty=say("Nothing yet. Your next purchase will show here."),
        pages=pages,
    )


def _tell(world: World, visitor: Visitor, line: Doubt) -> Journey[bool]:
    """Report this line, if they are sure; whether it was."""
    ticket = world.ids.uuid7()
    page = Page(_sure(world, ticket, line), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.Submitted(ticket):
            break
    world.journal.append(Draft(line, member=visitor.account.member, visit=visitor.visit))
    world.hub.nudge()
    yield from notices.read_it(_told(world))
    return True


def _sure(world: World, ticket: str, line: Doubt) -> Draw:
    def draw(say: Words, left: int) -> views.Notice:
        return views.Notice(
            frame=frame(world, say, "back", "staff", "leave"),
            picture="lock",
            title=say("This was not you?"),
            sentence=say(
                "{day}, {points} points. We tell our staff at head office.",
                day=say.date(line.at),
                points=say.signed(line.points),
            ),
            points=say("Your points stay as they are until they have looked."),
            choices=(
                views.Choice(say("It was me after all"), ev.WentBack(), icon="back"),
                views.Choice(say("Report it"), ev.Submitted(ticket), icon="send", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _told(world: World) -> Draw:
    waits = world.connected is False
    return notices.notice(
        world,
        "bell",
        lambda say: (
            say("Thank you, it is reported"),
            say("It is kept here and goes to head office as soon as the network is back.")
            if waits
            else say("Our staff look into it. You may want to change your PIN: More services, My PIN."),
            say("Your points are safe."),
        ),
    )
