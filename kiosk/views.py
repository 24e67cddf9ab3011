"""What is drawn: frozen, already in the visitor's words. A screen shows it and decides nothing."""

from dataclasses import dataclass
from typing import Literal

from kiosk.events import Event

Foot = Literal["back", "staff", "leave"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page. `fact` is the small text at the top right."""

    language: str
    shop: str
    fact: str
    foot: tuple[Foot, ...] = ("staff",)
    foot_labels: tuple[str, ...] = ()
    offline: str = ""
    """A sentence while the hub cannot be reached, or no voucher can be printed, else ''."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says and what it tells the desk. `icon` names a picture of screens/art."""

    label: str
    tells: Event
    icon: str = ""
    note: str = ""
    primary: bool = False


class View:
    """The base of everything that can be drawn. Every view has a `frame`."""

    __slots__ = ()
    frame: Frame


@dataclass(frozen=True, slots=True)
class Language:
    """One of the three big language buttons."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Attract(View):
    """Nobody is here: one invitation. `sentence` under it; `reader` says where the reader is."""

    frame: Frame
    invitation: str
    sentence: str
    reader: str
    languages: tuple[Language, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Busy(View):
    """One moment: what is being done, in words. Shown for at most a few seconds.

    A wait that may take longer has `choices`: how to end it.
    """

    frame: Frame
    title: str
    sentence: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of history; `points` is signed text such as '+120'."""

    when: str
    what: str
    points: str
    where: str


@dataclass(frozen=True, slots=True)
class Home(View):
    """How much, until when, what today. `tier` is member | silver | gold | diamond (art and colours)."""

    frame: Frame
    greeting: str
    tier: str
    tier_name: str
    card_tail: str
    points_label: str
    points: str
    balance_label: str
    balance: str
    as_of: str
    progress_text: str
    progress: float
    next_tier: str
    expiring: str
    history_title: str
    history: tuple[HistoryRow, ...]
    history_empty: str
    redeem: Choice
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class GiftTile:
    """One gift on the shelf. Out of reach: grey picture, lock, and `status` says how much is missing."""

    gift: str
    name: str
    price: str
    unit: str
    status: str
    picture: str
    reachable: bool
    few: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """One category chip."""

    label: str
    tells: Event
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shelf(View):
    """The gift shelf: at most four tiles a page in portrait and in landscape."""

    frame: Frame
    title: str
    points_label: str
    points: str
    tabs: tuple[Tab, ...]
    count: str
    reach_label: str
    reach_state: str
    reach_on: bool
    tiles: tuple[GiftTile, ...]
    empty: str
    page: int
    pages: int
    page_text: str
    previous: str
    following: str


@dataclass(frozen=True, slots=True)
class Confirm(View):
    """Before and after, then the PIN. `error` tells what happened to the last try ('' at first)."""

    frame: Frame
    title: str
    ticket: str
    gift: str
    picture: str
    quantity: str
    pickup: str
    before_label: str
    before: str
    cost_label: str
    cost: str
    after_label: str
    after: str
    pin_label: str
    pin_hint: str
    pin_length: int
    error: str
    clear: str
    backspace: str
    cancel: str
    confirm: str


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step."""

    title: str
    note: str


@dataclass(frozen=True, slots=True)
class TakeVoucher(View):
    """The voucher is printed and the points are spent."""

    frame: Frame
    title: str
    sentence: str
    steps: tuple[Step, ...]
    seconds_left: int
    seconds_total: int
    leaving: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Notice(View):
    """Something a person should know: what happened, what became of the points, what to do next.

    `picture` is one of printer | card | lock | shelf | network | bell | gift | clock, or a step of a
    paper change: paper_open | paper_roll | paper_pull | paper_close.
    `code` (with `code_label` and `code_facts`) is for staff. `seconds_left` 0 means no countdown.
    """

    frame: Frame
    picture: str
    title: str
    sentence: str
    points: str = ""
    code_label: str = ""
    code: str = ""
    code_facts: tuple[str, ...] = ()
    question: str = ""
    answers: tuple[Choice, ...] = ()
    choices: tuple[Choice, ...] = ()
    reassurance: str = ""
    seconds_left: int = 0
    seconds_total: int = 0


@dataclass(frozen=True, slots=True)
class History(View):
    """The member's history, a page at a time."""

    frame: Frame
    title: str
    points_label: str
    points: str
    rows: tuple[HistoryRow, ...]
    empty: str
    page: int
    pages: int
    page_text: str
    previous: str
    following: str


@dataclass(frozen=True, slots=True)
class StillThere(View):
    """Thirty seconds without a touch. `behind` is the page below, its values already taken out."""

    frame: Frame
    behind: View
    title: str
    sentence: str
    seconds_left: int
    seconds_total: int
    stay: str
    leave: str


# --- staff ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PinPad(View):
    """A member of staff's PIN, on a page of its own, with the pad of Confirm.

    `error` tells what happened to the last try ('' at first). `confirm` tells Confirmed(ticket, pin),
    `cancel` tells WentBack.
    """

    frame: Frame
    title: str
    sentence: str
    ticket: str
    pin_label: str
    pin_hint: str
    pin_length: int
    error: str
    clear: str
    backspace: str
    cancel: str
    confirm: str


@dataclass(frozen=True, slots=True)
class StaffHome(View):
    """What this member of staff may do here: one tile each. `note` is small print under them."""

    frame: Frame
    title: str
    sentence: str
    tiles: tuple[Choice, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimDesk(View):
    """A voucher is typed: number in groups, then check code; a scan needs neither.

    `groups` and `check` are what was typed so far, `group_sizes` and `check_size` how much each takes. The
    pad types one of them (`typing`): the number's digits, or the `keys` of the check code, row by row.
    `error` stands in the place of `hint`. `submit` rests until everything is there (`ready`).
    """

    frame: Frame
    title: str
    number_label: str
    groups: tuple[str, ...]
    group_sizes: tuple[int, ...]
    check_label: str
    check: str
    check_size: int
    typing: Literal["number", "check"]
    keys: str
    hint: str
    error: str
    clear: str
    backspace: str
    submit: Choice
    ready: bool


@dataclass(frozen=True, slots=True)
class Verdict(View):
    """The one answer about a presented voucher, over the whole page.

    `tone`: go (hand over the gift), stop (hand over nothing) or wait (nobody can tell now). `icon` names a
    picture of screens/art, `picture` the gift's, '' if the gift is not known.
    """

    frame: Frame
    tone: Literal["go", "stop", "wait"]
    icon: str
    headline: str
    sentence: str
    gift_label: str
    gift: str
    picture: str
    number_label: str
    number: str
    facts: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class OpenVoucher:
    """One print that nobody could vouch for. `answers`: what staff found."""

    number: str
    when: str
    gift: str
    member: str
    answers: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class OpenVouchers(View):
    """The vouchers that staff should look into, a page at a time; `empty` is said when there are none."""

    frame: Frame
    title: str
    sentence: str
    rows: tuple[OpenVoucher, ...]
    empty: str
    page: int
    pages: int
    page_text: str
    previous: str
    following: str
