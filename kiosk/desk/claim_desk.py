"""The claim desk: a voucher's number and check code are typed, or its code is scanned; one answer follows."""

from dataclasses import dataclass, replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey
from kiosk.desk.staff_counter import ScreenCounter, ours
from kiosk.desk.staff_pages import staff_frame, staff_page
from kiosk.desk.staff_verdict import claimed, read_verdict, waiting
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import (
    CHECK_ALPHABET,
    CHECK_LENGTH,
    NotAVoucher,
    check_code,
    is_valid_number,
    parse_qr,
)
from kiosk.words import Words

GROUPS = (4, 4, 4, 2)
DIGITS = sum(GROUPS)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far. Every key gives a new one; keys that do not belong change nothing."""

    number: str = ""
    check: str = ""
    strange: bool = False
    """The last scan was no voucher of ours."""

    @property
    def wrong(self) -> bool:
        """Whether the whole number cannot be one: its Damm digit does not fit."""
        return len(self.number) == DIGITS and not is_valid_number(self.number)

    @property
    def field(self) -> str:
        """number | check: what is typed now."""
        return "check" if is_valid_number(self.number) else "number"

    @property
    def whole(self) -> bool:
        """Whether it can be asked about."""
        return self.field == "check" and len(self.check) == CHECK_LENGTH

    def after(self, keyed: ev.Keyed) -> "Typed":
        """After one key. A key of the pad that has just gone is not meant for the one that came."""
        if keyed.field != self.field:
            return self
        calm = replace(self, strange=False)
        match keyed.key:
            case "back":
                return (
                    replace(calm, check=self.check[:-1])
                    if self.check
                    else replace(calm, number=self.number[:-1])
                )
            case "clear":
                return replace(calm, check="") if self.check else Typed()
            case key if self.field == "number" and key in set("0123456789") and len(self.number) < DIGITS:
                return replace(calm, number=self.number + key)
            case key if (
                self.field == "check" and key in set(CHECK_ALPHABET) and len(self.check) < CHECK_LENGTH
            ):
                return replace(calm, check=self.check + key)
        return self


def claim_desk(world: World, counter: ScreenCounter, colleague: Colleague, number: str = "") -> Journey[None]:
    """One voucher after another, until they go back. `number`: of a voucher that is known already."""
    asked = yield from _read(world, colleague, Typed(number))
    while asked is not None:
        said = yield from counter.ask(asked, waiting(world, colleague))
        typed = Typed(asked.number, asked.check)
        if said is not None:
            onward = yield from read_verdict(world, claimed(world, colleague, asked, said))
            match onward:
                case ev.WentBack():
                    return
                case ev.NextVoucher():
                    typed = Typed()
                case ev.VoucherTyped() if said.result is not ClaimAnswer.FORGED:
                    asked = replace(asked, request=ours(world.ids.uuid7()))
                    continue
                case ev.VoucherTyped():
                    typed = Typed(asked.number)
        asked = yield from _read(world, colleague, typed)


def _read(world: World, colleague: Colleague, typed: Typed) -> Journey[ev.ClaimAsked | None]:
    """What is presented, once it is typed whole or scanned; None when they go back."""
    page = staff_page(world, lambda say, left: desk_page(world, say, colleague, typed, left), scans=True)
    while True:
        match (yield page):
            case ev.WentBack():
                return None
            case ev.Keyed() as keyed:
                typed = typed.after(keyed)
            case ev.VoucherTyped() if typed.whole:
                request = ours(world.ids.uuid7())
                return ev.ClaimAsked(request, typed.number, typed.check, colleague.id, signed_in=True)
            case ev.CodeScanned(text=text):
                scanned = _scanned(world, colleague, text)
                if scanned is not None:
                    return scanned
                typed = Typed(strange=True)


def _scanned(world: World, colleague: Colleague, text: str) -> ev.ClaimAsked | None:
    """The question about a scanned voucher; None for a code that is none."""
    try:
        ticket, _told, signature = parse_qr(text)
    except NotAVoucher:
        return None
    request = ours(world.ids.uuid7())
    return ev.ClaimAsked(request, ticket.number, check_code(signature), colleague.id, text, signed_in=True)


def desk_page(world: World, say: Words, colleague: Colleague, typed: Typed, left: int) -> views.ClaimDesk:
    """Number, check code and the pad for the one that is typed now."""
    at_number = typed.field == "number"
    return views.ClaimDesk(
        frame=staff_frame(world, say, colleague, left, "back"),
        title=say("Claim a voucher"),
        number_label=say("Voucher number"),
        groups=_grouped(typed.number),
        group_sizes=GROUPS,
        check_label=say("Check code"),
        check=typed.check,
        check_size=CHECK_LENGTH,
        typing="number" if at_number else "check",
        keys="1234567890" if at_number else CHECK_ALPHABET,
        hint=_hint(world, say, at_number),
        error=_error(say, typed),
        clear=say("Clear"),
        backspace=say("Delete"),
        submit=views.Choice(say("Check this voucher"), ev.VoucherTyped(), icon="check", primary=True),
        ready=typed.whole,
    )


def _grouped(number: str) -> tuple[str, ...]:
    starts = [sum(GROUPS[:place]) for place in range(len(GROUPS))]
    return tuple(number[start : start + size] for start, size in zip(starts, GROUPS, strict=True))


def _hint(world: World, say: Words, at_number: bool) -> str:
    if not at_number:
        return say("Six characters from under the number. There is no 0, O, 1 or I among them.")
    if world.scanners:
        return say("Hold the voucher's code under the scanner, or type its 14 digits.")
    return say("Type the 14 digits from the voucher.")


def _error(say: Words, typed: Typed) -> str:
    if typed.wrong:
        return say("One digit is wrong. Compare it with the voucher.")
    return say("That code is no voucher of ours.") if typed.strange else ""
