"""The member's first page and their history, in words."""

from datetime import date

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import frame, serving
from kiosk.desk.world import World
from kiosk.ledger.sync import Account
from kiosk.membership.tiers import standing
from kiosk.words import Words

HOME_ROWS = 3
PAGE_ROWS = 8


def home(
    world: World,
    say: Words,
    account: Account,
    points: int,
    *,
    more: bool = False,
    by_phone: bool = False,
    today: tuple[views.Choice, ...] = (),
) -> views.Home:
    """How much, until when, what today. `more`: there are services; `by_phone`: they came without a card."""
    stands = standing(world.rules(), account.lifetime)
    return views.Home(
        frame=serving(world, say, "staff", "leave"),
        greeting=_greeting(say, world.clock.now(), account.name),
        tier=stands.tier,
        tier_name=say.of(stands.name),
        card_tail=say("Phone ending {tail}", tail=account.card_tail)
        if by_phone
        else say("Card ending {tail}", tail=account.card_tail),
        points_label=say("Points to spend"),
        points=say.points(points),
        balance_label=say("Balance"),
        balance=say.money(account.cash),
        as_of=say("As of {time}", time=_moment(world, say, account.as_of)),
        progress_text=say(
            "{points} points to {tier}", points=say.points(stands.missing), tier=say.of(stands.following_name)
        )
        if stands.following
        else say("You have reached our highest tier"),
        progress=stands.progress,
        next_tier=say.of(stands.following_name),
        expiring=expiring(say, account),
        history_title=say("Recently"),
        history=rows(world, say, account)[:HOME_ROWS],
        history_empty=say("Nothing yet. Your next purchase will show here."),
        redeem=views.Choice(say("Choose a gift"), ev.ShelfOpened(), icon="gift", primary=True),
        choices=(views.Choice(say("Points history"), ev.HistoryOpened(), icon="list"),)
        + ((views.Choice(say("More services"), ev.ServicesOpened(), icon="more"),) if more else ()),
        today_title=say("For you today") if today else "",
        today=today,
    )


def expiring(say: Words, account: Account) -> str:
    """Which points leave when, '' for none."""
    if not account.expiring or not account.expiring_on:
        return ""
    day = say.day(date.fromisoformat(account.expiring_on))
    return say("{points} points leave on {day}", points=say.points(account.expiring), day=day)


def history(
    world: World, say: Words, account: Account, points: int, number: int, *, printable: bool
) -> views.History:
    """One page of the history."""
    everything = rows(world, say, account)
    pages = max(1, -(-len(everything) // PAGE_ROWS))
    page = min(max(1, number), pages)
    return views.History(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("Points history"),
        points_label=say("Points to spend"),
        points=say.points(points),
        rows=everything[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        empty=say("Nothing yet. Your next purchase will show here."),
        page=page,
        pages=pages,
        page_text=say("Page {page} of {pages}", page=page, pages=pages),
        previous=say("Previous") if page > 1 else say("First page"),
        following=say("Next") if page < pages else say("Last page"),
        choices=(views.Choice(say("This was not me"), ev.OptionChosen("history", "doubt"), icon="shield"),)
        + (
            (views.Choice(say("Print my statement"), ev.StatementOpened(), icon="print"),)
            if printable and not world.printer.ready()
            else ()
        ),
    )


def rows(world: World, say: Words, account: Account, *, dated: bool = False) -> tuple[views.HistoryRow, ...]:
    """What this kiosk did and the hub has not counted yet, then what the hub knows.

    `dated`: with today's date instead of the time, for who reads it on another day.
    """

    def when(at: int) -> str:
        return say.date(at) if dated else _moment(world, say, at)

    own = tuple(
        views.HistoryRow(
            when=when(operation.at),
            what=_gift_name(world, say, operation.redeem.gift)
            + (say(" (print being checked)") if operation.state == "unknown" else ""),
            points=say.signed(-operation.redeem.points),
            where=say("this kiosk"),
        )
        for operation in world.journal.own_lines(account.member, account.mark_n)
        if operation.state != "voided"
    )
    return own + tuple(
        views.HistoryRow(when(line.at), line.what, say.signed(line.points), line.where)
        for line in account.history
    )


def _gift_name(world: World, say: Words, gift_id: str) -> str:
    return next((say.of(gift.name) for gift in world.replica.gifts() if gift.id == gift_id), gift_id)


def _greeting(say: Words, now: int, name: str) -> str:
    hour = say.local(now).hour
    if hour < 5 or hour >= 18:
        return say("Good evening, {name}", name=name)
    if hour < 12:
        return say("Good morning, {name}", name=name)
    return say("Good afternoon, {name}", name=name)


def _moment(world: World, say: Words, at: int) -> str:
    """The time if it was today, else the day."""
    today = say.local(world.clock.now()).date()
    then = say.local(at).date()
    return say.time(at) if then == today else say.date(at)
