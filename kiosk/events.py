"""What comes in: a device or a finger did something. Frozen, small, and posted to one inbox."""

from dataclasses import dataclass, field
from enum import Enum

from kiosk.ledger.sync import (
    AccountAnswer,
    CodeAnswer,
    DrawResult,
    JoinAnswer,
    NewPinAnswer,
    PhoneAnswer,
    PinAnswer,
    Refusal,
)
from kiosk.membership.cards import Card


class Event:
    """The base of everything the desk can be told."""

    __slots__ = ()


# --- readers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardTapped(Event):
    """A card lies on (or in) a reader and was read whole. `passing`: it was only drawn through, or shown."""

    reader: str
    card: Card
    passing: bool = False


@dataclass(frozen=True, slots=True)
class CardRemoved(Event):
    """The card of this reader is gone."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardUnreadable(Event):
    """A card was there but could not be read: pulled | mute | unknown-family | garbled | bank-card |
    not-genuine (a copy, or older than it should be).

    `swiped`: it was drawn through a reader, not held to it.
    """

    reader: str
    why: str
    swiped: bool = False


@dataclass(frozen=True, slots=True)
class ReaderChanged(Event):
    """A reader came (`present`) or went; `why` is for staff, `code` the fault (K-RD-..) or ''."""

    reader: str
    present: bool
    why: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CardDone(Event):
    """One work with a card ended: `answer` is what it returned, None when it did not end well.

    `why` is '' when it ended well, else a word of CardUnreadable, or: gone (no such card lies there) | busy
    (another program has it) | hangs (the reader no longer answers). `begun`: the card may have been spoken
    to, so that a move of value must be settled by the card's own memory.
    """

    request: str
    answer: object = field(default=None, repr=False)
    why: str = ""
    begun: bool = True


# --- scanners ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeScanned(Event):
    """A scanner read one bar code or QR code: `text` is printable ASCII, at most 512 characters."""

    scanner: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScannerChanged(Event):
    """A scanner came (`present`) or went; `why` is for staff."""

    scanner: str
    present: bool
    why: str = ""


# --- fingers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched(Event):
    """Somebody touched the screen anywhere: they are still there."""


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    """zh_CN | zh_TW | en."""

    language: str


@dataclass(frozen=True, slots=True)
class ShelfOpened(Event):
    """Show me the gifts."""


@dataclass(frozen=True, slots=True)
class HistoryOpened(Event):
    """Show me more of my history."""


@dataclass(frozen=True, slots=True)
class PageTurned(Event):
    """Another page of a list, from 1."""

    page: int


@dataclass(frozen=True, slots=True)
class CategoryChosen(Event):
    """Only gifts of this category ('' for all)."""

    category: str


@dataclass(frozen=True, slots=True)
class ReachToggled(Event):
    """Only gifts within reach, or all again."""


@dataclass(frozen=True, slots=True)
class GiftChosen(Event):
    """This gift, please."""

    gift: str


@dataclass(frozen=True, slots=True)
class GiftWished(Event):
    """This gift, which I cannot have now, one day."""

    gift: str


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """Yes, with this PIN. `ticket` names the confirm page it was said on: twice the same is once."""

    ticket: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaperLooked(Event):
    """Show me the paper before it is printed."""


@dataclass(frozen=True, slots=True)
class StatementOpened(Event):
    """I would like my account on paper."""


@dataclass(frozen=True, slots=True)
class PrintAsked(Event):
    """Print what I am looking at. `sheet` names the page it was said on: twice the same is once."""

    sheet: str


@dataclass(frozen=True, slots=True)
class WentBack(Event):
    """One page back."""


@dataclass(frozen=True, slots=True)
class Left(Event):
    """Done: clear the screen."""


@dataclass(frozen=True, slots=True)
class Stayed(Event):
    """Still here."""


@dataclass(frozen=True, slots=True)
class StaffCalled(Event):
    """Somebody please come."""


@dataclass(frozen=True, slots=True)
class VoucherTaken(Event):
    """I have my voucher."""


@dataclass(frozen=True, slots=True)
class PaperSeen(Event):
    """The member's own word on whether paper came out. It informs staff; it decides nothing."""

    seen: bool


@dataclass(frozen=True, slots=True)
class PhoneSignInOpened(Event):
    """I have no card with me, but my phone number and my PIN."""


@dataclass(frozen=True, slots=True)
class JoinOpened(Event):
    """Somebody would like to become a member."""


@dataclass(frozen=True, slots=True)
class ServicesOpened(Event):
    """What else can I do here?"""


@dataclass(frozen=True, slots=True)
class ServiceChosen(Event):
    """This one, please: a name of desk/services.py."""

    service: str


@dataclass(frozen=True, slots=True)
class RowChosen(Event):
    """This line of a listing; what `row` names is the journey's own."""

    row: str


@dataclass(frozen=True, slots=True)
class OptionChosen(Event):
    """This answer to the question of page `ticket`: twice the same is once."""

    ticket: str
    option: str


@dataclass(frozen=True, slots=True)
class Submitted(Event):
    """I am done with the page `ticket`: twice the same is once."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TextKeyed(Event):
    """One key of a pad. `entry` names what was typed with which pad: a key meant for another one is none."""

    entry: str
    key: str = field(repr=False)


# --- fingers of staff ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssistedJoinOpened(Event):
    """Staff: help somebody to become a member."""


@dataclass(frozen=True, slots=True)
class ReplaceCardOpened(Event):
    """Staff: give a member a new card."""


@dataclass(frozen=True, slots=True)
class CreditDeskOpened(Event):
    """Staff: give a member something of value, or use one of what is left on their card."""


@dataclass(frozen=True, slots=True)
class StockDeskOpened(Event):
    """Staff: gifts came, or some are broken or missing."""


@dataclass(frozen=True, slots=True)
class CardCareOpened(Event):
    """Staff: a card is lost, found again, to be frozen or opened."""


@dataclass(frozen=True, slots=True)
class ShiftDeskOpened(Event):
    """Staff: begin a shift, hand it over, or count the drawer and end it."""


@dataclass(frozen=True, slots=True)
class ClaimDeskOpened(Event):
    """Somebody holds a voucher: let me look at it. `number` if it is known already, as digits."""

    number: str = ""


@dataclass(frozen=True, slots=True)
class PaperCareOpened(Event):
    """I look after the printer."""


@dataclass(frozen=True, slots=True)
class ReprintAsked(Event):
    """The voucher of this number once more, please, for the member who stands here."""

    number: str


@dataclass(frozen=True, slots=True)
class PaperChangeOpened(Event):
    """I put in a new roll."""


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """This step is done (from 0): twice the same is once."""

    step: int


@dataclass(frozen=True, slots=True)
class TestStripAsked(Event):
    """Print something that is worth nothing."""


@dataclass(frozen=True, slots=True)
class OpenVouchersOpened(Event):
    """Show me the prints that nobody could vouch for."""


@dataclass(frozen=True, slots=True)
class Keyed(Event):
    """One key of the claim desk's pad: a character, 'clear' or 'back'. `field`: what the page was typing."""

    field: str
    key: str


@dataclass(frozen=True, slots=True)
class VoucherTyped(Event):
    """Number and check code are there: what about this voucher?"""


@dataclass(frozen=True, slots=True)
class NextVoucher(Event):
    """The answer was read; another voucher, please."""


@dataclass(frozen=True, slots=True)
class NoPaperFound(Event):
    """Staff looked: this voucher never came out. `sure` the second time it is said."""

    number: str
    sure: bool = False


# --- the hub and the journal ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountAnswered(Event):
    """The hub said whose card it is; `answer` None: it could not be asked."""

    request: str
    answer: AccountAnswer | None


@dataclass(frozen=True, slots=True)
class PinAnswered(Event):
    """The hub looked at a PIN; `answer` None: it could not be asked."""

    request: str
    answer: PinAnswer | None


@dataclass(frozen=True, slots=True)
class MemberAnswered(Event):
    """Head office spoke of a member's phone, code, PIN or first key; `answer` None: it could not be asked."""

    request: str
    answer: PhoneAnswer | CodeAnswer | NewPinAnswer | JoinAnswer | None


@dataclass(frozen=True, slots=True)
class RightsChanged(Event):
    """A sync ended: grants may have been journalled, wants may have been refused, draws may be decided."""

    refused: tuple[Refusal, ...] = ()
    draws: tuple[DrawResult, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkChanged(Event):
    """The hub can be reached, or not."""

    up: bool


@dataclass(frozen=True, slots=True)
class StorageFailed(Event):
    """The journal could not be written. Nobody is served until a start recovers it."""

    code: str
    detail: str


# --- the printer ---------------------------------------------------------------------------------


class Outcome(Enum):
    """How a print ended. There is no fourth answer, and never a guess."""

    CONFIRMED = "confirmed"
    NOT_PRINTED = "not-printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Printed(Event):
    """One print job ended. `why` is a fault code (K-PR-..) or ''."""

    op: str
    attempt: int
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class PrinterChanged(Event):
    """The printer's readiness: `code` '' when ready, else K-PR-01 (paper out) and so on."""

    code: str
    near_end: bool = False


# --- time and staff ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticked(Event):
    """The desk's heart: `now` is monotonic seconds."""

    now: float


@dataclass(frozen=True, slots=True)
class ClaimAsked(Event):
    """Staff hold a voucher: number and six-character check code, as typed, or its QR code as scanned.

    `code` is what the scanner read; with it, number and check code are not needed. `signed_in`: the operator
    proved themselves here; if head office blocks them before it is settled, nothing is claimed.
    """

    request: str
    number: str
    check: str
    operator: str
    code: str = ""
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class VoidAsked(Event):
    """Staff looked: the voucher of this number is not there. Give the points back."""

    request: str
    number: str
    operator: str
