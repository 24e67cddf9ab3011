"""People: members at a screen, staff behind a counter. Each is a generator that yields seconds to wait."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk import events as ev
from kiosk import views
from kiosk.ledger.entries import Earned
from kiosk.ledger.sync import Want
from kiosk.membership.cards import Card
from kiosk.membership.claims import ClaimAnswer
from kiosk.ports import Draft
from kiosk.simulation.head import GIFTS, PIN, card_of, member_id, phone_of
from kiosk.simulation.machine import Machine
from kiosk.simulation.printer import Slip

Script = Iterator[float]
"""Seconds to wait until the next step."""
COUNTER_S = 30
GIVEN = 7
"""Points that this shop's daily check-in gives."""


@dataclass
class Member:
    """Somebody with a card, a PIN they sometimes mistype, and papers in a pocket."""

    place: int
    papers: list[Slip] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    """Balances that were not what the page before had promised."""

    @property
    def id(self) -> str:
        """Their member id."""
        return member_id(self.place)

    @property
    def card(self) -> Card:
        """Their card."""
        return card_of(self.place)


@dataclass
class Mood:
    """How a visit goes: chances of each clumsiness."""

    services: float
    """How often somebody looks at what else there is; drawn apart from the rest, as the last two,
    and as whether they take a gift that waits for them."""
    wrong_pin: float = 0.05
    twice: float = 0.1
    walk_away: float = 0.04
    another: float = 0.25
    by_phone: float = 0.2
    drawing: float = 0.0
    """How often somebody who looks around goes to the lottery first."""
    new_card: float = 0.04
    """How often somebody holds a card to the reader that is nobody's yet."""
    giving: float = 0.0
    """How often somebody at the services gives points to a friend, whatever else there is."""


def visit(member: Member, machine: Machine, chance: random.Random, mood: Mood) -> Script:
    """From the tap to a cleared screen."""
    machine.busy = True
    errands = 1 + (chance.random() < mood.another)
    whims = random.Random(f"{member.id} comes at {machine.around.true.now()}")
    hopes = random.Random(f"{member.id} hopes at {machine.around.true.now()}")
    expected = ""
    _come(member, machine, whims, mood)
    machine.do(ev.LanguageChosen(chance.choice(("zh_CN", "zh_TW", "en"))))
    for _ in range(80):
        yield chance.uniform(0.5, 5)
        machine.tick()
        view = machine.view
        if view is None or machine.resting or isinstance(view, views.Attract):
            break
        if chance.random() < mood.walk_away:
            break
        if isinstance(view, views.Home):
            errands -= 1
            if expected not in {"", view.points} and not expected.startswith("if"):
                member.surprises.append(f"was promised {expected} points and sees {view.points}")
        expected = _promised(view, expected)
        said = _by_right(view, hopes, mood) or _at_services(member, view, whims, mood)
        said = said or _answer(view, errands, chance, mood)
        if said is not None:
            machine.do(said)
            if isinstance(said, ev.Confirmed) and chance.random() < mood.twice:
                machine.do(said)
        _take(member, machine, view, chance)
    _take(member, machine, machine.view, chance)
    yield from cleared(machine)
    machine.busy = False


def _come(member: Member, machine: Machine, whims: random.Random, mood: Mood) -> None:
    """With their card, with a new one, or with nothing but a phone number."""
    if whims.random() < mood.by_phone:
        machine.tell(f"{member.id} has a phone number")
        machine.do(ev.PhoneSignInOpened())
        return
    new = whims.random() < mood.new_card
    card = Card(member.card.family, f"88{whims.randrange(10**8):08}".encode()) if new else member.card
    machine.tell(f"{member.id} taps{' a new card' if new else ''}")
    machine.do(ev.CardTapped("reader", card))


def _by_right(view: views.View, hopes: random.Random, mood: Mood) -> ev.Event | None:
    """The gifts that wait for somebody, on their first page: some take them, some do not look."""
    if not isinstance(view, views.Home) or hopes.random() > mood.services:
        return None
    waiting = [one.tells for one in view.today if isinstance(one.tells, ev.OptionChosen)]
    return hopes.choice(waiting) if waiting else None


def _at_services(member: Member, view: views.View, whims: random.Random, mood: Mood) -> ev.Event | None:
    """What somebody does who looks beside the shelf: mostly at their vouchers."""
    said: ev.Event | None = None
    match view:
        case views.Home() if whims.random() < mood.services:
            wanted = ev.ServicesOpened() if whims.random() < 0.6 else ev.HistoryOpened()
            said = next((one.tells for one in view.choices if one.tells == wanted), None)
        case views.History():
            doubts = [one.tells for one in view.choices if isinstance(one.tells, ev.OptionChosen)]
            said = doubts[0] if doubts and whims.random() < 0.6 else ev.WentBack()
        case views.Question() if _is_of_the_pin(view):
            said = ev.WentBack()  # everybody's PIN stays what it is
        case views.NumberEntry():
            said = _typed(view, phone_of(member.place))
        case views.Menu():
            said = _service(view, whims, mood)
        case views.Article():
            draws = [one.tells for one in view.choices]
            said = draws[0] if draws and whims.random() < 0.8 else ev.WentBack()
        case views.Listing():
            # Nobody loses the card that they come with: they would never come again.
            rows = [row.tells for row in view.rows if row.tells is not None and "0000" not in row.title]
            said = whims.choice(rows) if rows and whims.random() < 0.8 else ev.WentBack()
        case views.Question():
            answers: list[ev.Event] = [one.tells for one in view.options]
            answers = answers or [ev.CardTapped("reader", card_of(whims.randrange(4)))]
            said = whims.choice(answers) if whims.random() < 0.8 else ev.WentBack()
        case views.PinPad():
            pin = "000000" if whims.random() < mood.wrong_pin else PIN
            said = ev.WentBack() if whims.random() < 0.1 else ev.Confirmed(view.ticket, pin)
    return said


def _service(view: views.Menu, whims: random.Random, mood: Mood) -> ev.Event:
    """Mostly their vouchers; where the story is about it, the lottery, or points for a friend."""
    if mood.drawing and whims.random() < mood.drawing:
        return ev.ServiceChosen("lottery")
    tiles: list[ev.Event] = [tile.tells for tile in view.tiles]
    rather = [tile for tile in tiles if tile == ev.ServiceChosen("vouchers")] * len(tiles)
    said = whims.choice([*tiles, *rather]) if whims.random() < 0.8 else ev.WentBack()
    given = ev.ServiceChosen("give")
    return given if given in tiles and mood.giving and whims.random() < mood.giving else said


def _is_of_the_pin(view: views.Question) -> bool:
    """Whether it asks what about the PIN (`desk/pin_care.py`)."""
    told = {one.tells.option for one in view.options if isinstance(one.tells, ev.OptionChosen)}
    return "code" in told


def _typed(view: views.NumberEntry, number: str) -> ev.Event:
    """The next key of this number."""
    done = len("".join(view.groups))
    return ev.TextKeyed(view.entry, number[done] if done < len(number) else "done")


def _answer(view: views.View, errands: int, chance: random.Random, mood: Mood) -> ev.Event | None:
    said: ev.Event | None = None
    match view:
        case views.Home():
            said = ev.Left() if errands < 0 else ev.ShelfOpened()
        case views.Shelf():
            tile = chance.choice(view.tiles) if view.tiles else None
            said = ev.GiftChosen(tile.gift) if tile and chance.random() < 0.8 else ev.WentBack()
        case views.Confirm():
            pin = "000000" if chance.random() < mood.wrong_pin else PIN
            said = ev.WentBack() if chance.random() < 0.05 else ev.Confirmed(view.ticket, pin)
        case views.Notice():
            options = [choice.tells for choice in (*view.choices, *view.answers)]
            said = chance.choice(options) if options else ev.Left()
        case views.TakeVoucher():
            said = ev.VoucherTaken() if chance.random() < 0.7 else ev.WentBack()
        case views.StillThere():
            said = ev.Stayed()
    return said


def _promised(view: views.View, before: str) -> str:
    """The balance that the visitor expects to see next: the one after the gift, once it was printed."""
    if isinstance(view, views.Confirm):
        return f"if printed {view.after}"
    if isinstance(view, views.TakeVoucher):
        return before.removeprefix("if printed ")
    return "" if isinstance(view, views.Home | views.Notice) else before


def _take(member: Member, machine: Machine, view: views.View | None, chance: random.Random) -> None:
    """Whoever stands there takes what the printer gave: nearly always."""
    sure = isinstance(view, views.TakeVoucher)
    if machine.tray and (sure or chance.random() < 0.5):
        member.papers += machine.tray
        machine.tray.clear()


def cleared(machine: Machine) -> Script:
    """Nobody touches anything until the invitation stands again."""
    for _ in range(60):
        if machine.view is None or machine.resting or isinstance(machine.view, views.Attract):
            return
        yield 5.0
        machine.tick()
    raise AssertionError(f"{machine.name} never cleared its screen: {machine.view}")


@dataclass
class Counter:
    """What the counter's answers led to in the world."""

    handed_over: list[tuple[Slip, str]] = field(default_factory=list)
    answers: list[ClaimAnswer] = field(default_factory=list)
    trusts_paper: bool = False
    """A planted fault: staff who take paper for value."""


@dataclass(frozen=True)
class Case:
    """One thing at one counter: where, its name, and how the other kiosks' time goes by meanwhile."""

    machine: Machine
    request: str
    second: Callable[[], None]


def present(slip: Slip, case: Case, counter: Counter, chance: random.Random) -> Script:
    """Somebody comes to the counter with a paper; staff hand over what the kiosk says, and only then."""
    machine, request = case.machine, case.request
    machine.tell(f"paper {slip.number} is presented")
    check = slip.check if chance.random() < 0.85 else "AAAAAA"
    machine.do(ev.ClaimAsked(request, slip.number, check, "staff-1"))
    patience = COUNTER_S if chance.random() < 0.9 else chance.randrange(3)
    for _ in range(patience):
        if request in machine.counter.heard or machine.view is None:
            break
        yield 1.0
        case.second()
        machine.tick()
    machine.counter.gone.add(request)
    said = machine.counter.heard.get(request)
    if said is not None:
        machine.tell(f"counter says {said.result.name}")
        counter.answers.append(said.result)
        if said.result is ClaimAnswer.GIVEN or counter.trusts_paper:
            counter.handed_over.append((slip, machine.device))


def check_in(member: Member, case: Case, asset: str, benefits: list[tuple[str, str]]) -> Script:
    """A once-only benefit: asked for, and given only by right."""
    machine, want = case.machine, Want(id=case.request, member=member.id, asset=asset, amount=1)
    if machine.on is None:
        return
    machine.on.wants.put(want)
    for _ in range(5):
        if machine.on is None or machine.on.journal.rights(asset, member.id):
            break
        machine.sync()
        yield 1.0
    if machine.on is None:
        return
    machine.on.wants.drop(want.id)
    if machine.on.journal.rights(asset, member.id):
        before = machine.on.journal.tail().n
        machine.write(Draft(Earned(asset=asset, points=GIVEN), member=member.id))
        if machine.on and machine.on.journal.tail().n > before:
            benefits.append((member.id, asset))


def look_for_paper(case: Case, chance: random.Random) -> Script:
    """Staff look at what is open: no paper in the tray means void, most of the time rightly."""
    machine, on = case.machine, case.machine.on
    open_ones = on.journal.unresolved() if on else ()
    unknown = [one.redeem.voucher for one in open_ones if one.state == "unknown"]
    machine.tray.clear()
    if unknown:
        number = chance.choice(unknown)
        machine.tell(f"staff void {number}")
        machine.do(ev.VoidAsked(case.request, number, "staff-1"))
    yield 1.0


def price_of(gift: str) -> int:
    """A gift's price in points."""
    return next(price for name, price, _ in GIFTS if name == gift)
