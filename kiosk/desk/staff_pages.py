"""What staff pages share: who is signed in, how to leave, and when the page locks."""

from kiosk.desk.pages import Draw, Page, frame
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import Gift
from kiosk.views import Foot, Frame
from kiosk.words import Words, _

WARNED_S = 10
"""How many seconds before it locks a page says so."""

ROLES = {
    "assistant": _("Assistant"),
    "cashier": _("Cashier"),
    "manager": _("Manager"),
    "technician": _("Technician"),
}


class Locked(Exception):
    """Nobody touched the page for so long that whoever goes on must sign in again."""


class SentAway(Locked):
    """Head office blocked them, or gave them another role, while they were signed in."""


def staff_page(world: World, draw: Draw, *, scans: bool = False) -> Page:
    """A page that locks, which ends the visit, after `idle_s` without a touch."""
    return Page(draw, countdown_s=world.shop.idle_s, scans=scans)


def staff_frame(world: World, say: Words, colleague: Colleague, left: int, *foot: Foot) -> Frame:
    """Around every staff page: who is signed in, or soon that it locks (`left` seconds), and the way out."""
    around = frame(world, say, *foot, "leave")
    return Frame(
        language=around.language,
        shop=around.shop,
        fact=say("Locks in {seconds} s", seconds=left) if 0 < left <= WARNED_S else colleague.name,
        foot=around.foot,
        foot_labels=(*around.foot_labels[:-1], say("Sign out")),
        offline=say("No network right now.") if around.offline else "",
    )


def gift_of(world: World, gift: str) -> Gift | None:
    """A gift of the catalogue by its id; old vouchers may name one that is not there any more."""
    return next((one for one in world.replica.gifts() if one.id == gift), None)


def gift_name(world: World, say: Words, gift: str) -> str:
    """What a gift is called, or its id."""
    found = gift_of(world, gift)
    return say.of(found.name) if found else gift


def moment_of(say: Words, at: int) -> str:
    """A day and a time, of UTC microseconds."""
    return f"{say.date(at)} {say.time(at)}"


def member_name(world: World, say: Words, member: str) -> str:
    """Masked; the end of their id where this kiosk does not know their name."""
    return world.replica.masked_name(member) or say("Member …{tail}", tail=member[-4:].upper())
