"""The pages of a shift, and its report on paper."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Page, paged
from kiosk.desk.papers import moment
from kiosk.desk.print_out import Sheet, seen
from kiosk.desk.staff_pages import moment_of, staff_frame
from kiosk.desk.world import World
from kiosk.ledger.drawer import CARD, GIFT, MEMBER, RULE, SALE
from kiosk.ledger.entries import Drawer, Entry, Taking
from kiosk.ledger.feed import Colleague
from kiosk.membership import paper
from kiosk.membership.facts import ShiftFacts, ShiftLine
from kiosk.words import Words, _

HAND, CLOSE = "hand", "close"
ROWS = 6
"""Rows a page."""
_WORDS = {
    GIFT: _("Gifts handed over"),
    SALE: _("Purchases entered"),
    MEMBER: _("New members"),
    CARD: _("New cards"),
}
REASONS = {
    "change": _("Wrong change was given"),
    "paid-out": _("Money was paid out"),
    "unknown": _("Nobody knows"),
}


def open_shift(world: World, colleague: Colleague, ticket: str, number: int = 1) -> Draw:
    """Whose shift it is and what it did, as it is now; page `number` of that."""

    def draw(say: Words, left: int) -> views.Listing:
        till = world.journal.till()
        shift = till.shift
        rows = tuple(_row(world, say, one) for one in till.takings)
        shown, pages = paged(say, rows, number, ROWS)
        return views.Listing(
            frame=staff_frame(world, say, colleague, left, "back"),
            title=say("Shift of {name}", name=_name(world, shift.staff) if shift else ""),
            sentence=say("Since {when}", when=moment_of(say, shift.began)) if shift else "",
            rows=shown,
            empty=say("Nothing happened yet."),
            pages=pages,
            choices=(
                views.Choice(say("Hand over"), ev.OptionChosen(ticket, HAND), icon="user"),
                views.Choice(
                    say("Count and close"), ev.OptionChosen(ticket, CLOSE), icon="lock", primary=True
                ),
            ),
        )

    return draw


def _row(world: World, say: Words, taking: Taking) -> views.ListRow:
    return views.ListRow(
        title=_what(world, say, taking.what),
        note=say.money(taking.cents) if taking.cents else "",
        fact=f"× {say.points(taking.times)}",
    )


def _what(world: World, say: Words, what: str) -> str:
    """What a line is called; a credit that the rule pack does not know any more by its id."""
    if what in _WORDS:
        return say(_WORDS[what])
    name = what.removeprefix(RULE)
    rule = world.rules().credits.get(name)
    return say.of(rule.name) if rule else name


def _name(world: World, staff: str) -> str:
    known = world.replica.colleague(staff)
    return known.name if known else staff


def why(world: World, colleague: Colleague, ticket: str, body: Drawer) -> Draw:
    """The count differs: a reason, or they count again."""
    return lambda say, left: views.Question(
        frame=staff_frame(world, say, colleague, left, "back"),
        title=_differs(say, body.difference),
        sentence=say(
            "Counted {counted}, by the records {expected}. Count again, or say why.",
            counted=say.money(body.counted),
            expected=say.money(body.expected),
        ),
        options=tuple(
            views.Option(say(words), ev.OptionChosen(ticket, reason)) for reason, words in REASONS.items()
        ),
    )


def _differs(say: Words, difference: int) -> str:
    if difference < 0:
        return say("{money} are missing", money=say.money(-difference))
    return say("{money} too much", money=say.money(difference))


def sure(world: World, colleague: Colleague, ticket: str, body: Drawer) -> Draw:
    """What will be written, once more."""

    def draw(say: Words, left: int) -> views.Notice:
        facts = [say("Counted {money}", money=say.money(body.counted))]
        if body.difference:
            facts.append(_differs(say, body.difference))
        if body.left != body.counted:
            facts.append(say("{money} stay in the drawer", money=say.money(body.left)))
        return views.Notice(
            frame=staff_frame(world, say, colleague, left, "back"),
            picture="clock",
            title=say("{name} has the drawer", name=_name(world, body.to))
            if body.to
            else say("Close the shift?"),
            sentence=" · ".join(facts),
            points=say("It stays on record as it was counted."),
            choices=(
                views.Choice(say("Count again"), ev.WentBack()),
                views.Choice(say("So it is"), ev.Submitted(ticket), icon="check", primary=True),
            ),
        )

    return draw


def other_please(world: World, colleague: Colleague, counted: int, *, wrong: bool) -> Draw:
    """Whoever takes over counts, too; `wrong`: that card was not of one who may."""
    return lambda say, left: views.Notice(
        frame=staff_frame(world, say, colleague, left),
        picture="card",
        title=say("This card cannot take over") if wrong else say("Who takes over?"),
        sentence=say(
            "They count {money}, hold their own staff card to the reader and type their PIN.",
            money=say.money(counted),
        ),
        points=say("Nothing was written yet."),
        choices=(views.Choice(say("Not now"), ev.WentBack()),),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def begun(world: World, name: str, counted: int) -> Draw:
    """The shift is open."""
    return notices.notice(
        world,
        "clock",
        lambda say: (
            say("The shift of {name} has begun", name=name),
            say("In the drawer: {money}", money=say.money(counted)),
            say("Money that is collected here counts towards it."),
        ),
    )


def report(world: World, colleague: Colleague, ticket: str, entry: Entry, body: Drawer) -> Draw:
    """The report as it would come out."""
    sheet = Sheet(
        title=_("The shift is on record"),
        sentence=_("Print the report, count it with the money and sign it."),
        make=lambda say: report_paper(world, say, entry, body),
        choices=lambda say: (
            views.Choice(say("Done"), ev.WentBack(), icon="check"),
            views.Choice(say("Print it"), ev.PrintAsked(ticket), icon="print", primary=True),
        ),
        around=lambda say, left: staff_frame(world, say, colleague, left, "back"),
    )
    return seen(world, sheet)


def printing(world: World, colleague: Colleague) -> Page:
    """While the report comes out."""
    return Page(
        lambda say, left: views.Busy(
            staff_frame(world, say, colleague, left), say("One moment"), say("The report is being printed.")
        ),
        held=True,
    )


def came_out(world: World, why: str) -> Draw:
    """Whether there is a report to take."""
    return notices.notice(
        world,
        "printer",
        lambda say: (
            say("The report was not printed well") if why else say("Please take the report"),
            say("Look after the printer, then print it again.") if why else say("It can be printed again."),
            say("The shift is on record either way."),
        ),
        why,
    )


def report_paper(world: World, say: Words, entry: Entry, body: Drawer) -> paper.Paper:
    """The report of the shift that ended with this count."""
    facts = ShiftFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=moment(say, world.clock.now()),
        staff=_name(world, body.of),
        began=moment(say, body.began),
        ended=moment(say, entry.at),
        expected=say.money(body.expected),
        counted=say.money(body.counted),
        difference=say.money(body.difference) if body.difference else "",
        reason=say(REASONS[body.reason]) if body.reason else "",
        left=say.money(body.left),
        lines=tuple(
            ShiftLine(_what(world, say, one.what), str(one.times), say.money(one.cents) if one.cents else "")
            for one in body.takings
        ),
    )
    return world.stationery.paper(facts, say.language)
