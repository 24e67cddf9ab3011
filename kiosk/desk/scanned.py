"""A code under the scanner while nobody is here: a member's phone, or something that is none of ours.

A phone's code says whose phone it is, as a card's number does; whatever is spent needs the PIN.
"""

import contextlib

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.card_visit import visit
from kiosk.desk.pages import Draw, Journey
from kiosk.desk.paper_visit import paper_visit
from kiosk.desk.receipts import card_first, is_receipt
from kiosk.desk.world import World
from kiosk.membership.paper_cards import NotAPaperCard, parse
from kiosk.membership.phone_codes import CodeRefused, Doorkeeper, NotAPhoneCode, Why
from kiosk.words import Words, _

_AGAIN = _("A code on a phone is good for one minute, and once. Please let your phone show a new one.")
_REFUSED: dict[Why, tuple[str, str, str]] = {
    "clock": (
        "clock",
        _("This kiosk is not sure of the time and cannot tell if a code is fresh. Please tap your card."),
        "K-CL-01",
    ),
    "stranger": ("card", _("It was not made by us, or this kiosk has not heard of it yet."), "K-CD-04"),
    "forged": ("card", _("It was not made by us."), "K-CD-04"),
    "early": ("clock", _AGAIN, "K-CD-05"),
    "late": ("clock", _AGAIN, "K-CD-05"),
    "spent": ("clock", _AGAIN, "K-CD-05"),
}


def scanned(world: World, scan: ev.CodeScanned) -> Journey[None]:
    """From a code to a cleared screen."""
    with contextlib.suppress(NotAPaperCard):
        yield from paper_visit(world, parse(scan.text))
        return
    spent = world.spent_codes
    if spent is None:
        return
    doorkeeper = Doorkeeper(world.replica.phone_key, world.voucher_key.has_signed, spent)
    try:
        card = doorkeeper.admit(scan.text, world.clock.now(), trusted=world.clock.trusted())
    except NotAPhoneCode:
        yield from notices.read_it(card_first(world) if is_receipt(scan.text) else not_ours(world))
    except CodeRefused as code:
        yield from notices.read_it(refused(world, code.why))
    else:
        yield from visit(world, ev.CardTapped(scan.scanner, card))


def not_ours(world: World) -> Draw:
    """Something else was scanned."""

    def words(say: Words) -> tuple[str, str, str]:
        return (
            say("This code does not say who you are"),
            say("Vouchers are taken at the counter. Here we read the code that the shop's app shows."),
            say("Nothing was changed."),
        )

    return notices.notice(world, "card", words, "K-CD-06")


def refused(world: World, why: Why) -> Draw:
    """A code of a phone that is worth nothing now."""
    picture, sentence, code = _REFUSED[why]

    def words(say: Words) -> tuple[str, str, str]:
        return say("We cannot take this code"), say(sentence), say("Nothing was changed.")

    return notices.notice(world, picture, words, code)
