"""Nobody is here: the invitation, and a look around for whoever has no card."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.guest import look_around, look_at_gifts
from kiosk.desk.join import join, may_join
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.phone_sign_in import phone_sign_in
from kiosk.desk.scanned import scanned
from kiosk.desk.world import Front, World
from kiosk.words import LANGUAGES, Words


def attract(world: World, readers_gone: Mapping[str, str]) -> Journey[None]:
    """The page between visits. A card ends it from outside.

    `readers_gone`: the card reader that is missed, and its fault code.
    """
    scans = world.spent_codes is not None

    def draw(say: Words, _left: int) -> views.View:
        return invitation(world, say, tuple(readers_gone.values()), joins=may_join(world))

    page = Page(draw, scans=scans)
    while True:
        event = yield page
        if isinstance(event, ev.ShelfOpened):
            yield from look_at_gifts(world)
            return
        if isinstance(event, ev.ServicesOpened):
            yield from look_around(world)
            return
        if isinstance(event, ev.PhoneSignInOpened) and world.shop.phones:
            yield from phone_sign_in(world)
            return
        if isinstance(event, ev.JoinOpened) and may_join(world):
            yield from join(world)
            return
        if isinstance(event, ev.CodeScanned):
            yield from scanned(world, event)
            return
        if isinstance(event, ev.CardUnreadable):
            yield from notices.read_it(_refusal(world, event))
            return


def _refusal(world: World, card: ev.CardUnreadable) -> Draw:
    if card.why == "bank-card":
        return notices.bank_card(world)
    if card.why == "not-genuine":
        return notices.denied_card(world, card.why)
    return notices.unreadable(world, swiped=card.swiped)


def _ease(say: Words) -> views.Ease:
    return views.Ease(
        button=say("Easier to use"),
        title=say("What would make this easier?"),
        sentence=say("For this visit only. Nothing is kept about you."),
        large_text=say("Larger text"),
        low_reach=say("Everything within low reach"),
        high_contrast=say("Stronger contrast"),
        less_motion=say("Less movement"),
        on=say("on"),
        off=say("off"),
        done=say("Done"),
    )


def invitation(
    world: Front, say: Words, resting: Sequence[str] = (), *, joins: bool = False
) -> views.Attract:
    """The page nobody has touched yet. `resting`: the fault code (or '') of the reader that is missed.

    `joins`: whoever is no member may become one here.
    """
    around = frame(world, say, "staff")
    if world.paper_low:  # for staff who pass by; it is no business of members yet
        around = replace(around, fact=say("Kiosk {number}, paper low", number=world.kiosk_number))
    if codes := [code for code in (*resting[:1], world.pictures_fault) if code]:
        # The place a technician looks at first.
        around = replace(around, fact="  ".join((around.fact, *codes)))
    by_phone = (
        (views.Choice(say("By phone"), ev.PhoneSignInOpened(), icon="user"),) if world.shop.phones else ()
    )
    by_joining = (views.Choice(say("Join us"), ev.JoinOpened(), icon="star"),) if joins else ()
    return views.Attract(
        frame=around,
        invitation=say("Please tap your member card"),
        sentence=say("See your points, choose a gift, take your voucher"),
        reader=say("The card reader is resting. Please ask our staff.")
        if resting
        else say("The card reader is below the screen"),
        languages=tuple(views.Language(code, name, code == say.language) for code, name in LANGUAGES.items()),
        choices=(
            views.Choice(say("Browse"), ev.ServicesOpened(), icon="gift"),
            *by_phone,
            *by_joining,
            views.Choice(say("Call staff"), ev.StaffCalled(), icon="bell"),
        ),
        ease=_ease(say),
    )
