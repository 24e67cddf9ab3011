"""What is drawn: frozen, already in the visitor's words. A screen shows it and decides nothing."""

from dataclasses import dataclass, field
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
class Ease:
    """What the button for easier use says, and the page behind it: a switch for each mode.

    The screens switch by themselves, for this visit only; a mode that changes nothing there is left out.
    """

    button: str
    title: str
    sentence: str
    large_text: str
    low_reach: str
    high_contrast: str
    less_motion: str
    on: str
    off: str
    done: str


@dataclass(frozen=True, slots=True)
class Attract(View):
    """Nobody is here: one invitation. `sentence` under it; `reader` says where the reader is."""

    frame: Frame
    invitation: str
    sentence: str
    reader: str
    languages: tuple[Language, ...]
    choices: tuple[Choice, ...]
    ease: Ease | None = None


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
    today_title: str = ""
    today: tuple[Choice, ...] = ()
    """What they can get today, a line each; left out where there is no room for it."""


@dataclass(frozen=True, slots=True)
class GiftTile:
    """One gift on the shelf. Out of reach: grey picture, lock, and `status` says how much is missing.

    `wish` is what a touch on such a gift does, in words, or did, once `wished`; empty where it does nothing.
    """

    gift: str
    name: str
    price: str
    unit: str
    status: str
    picture: str
    reachable: bool
    few: bool = False
    wish: str = ""
    wished: bool = False


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
    look: Choice | None = None
    """See the voucher's paper first; None where there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Preview(View):
    """A paper before it is printed. `paper` is a PNG file; `empty` stands where it cannot be drawn (b'')."""

    frame: Frame
    title: str
    sentence: str
    paper: bytes = field(repr=False)
    empty: str
    choices: tuple[Choice, ...]


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
    choices: tuple[Choice, ...] = ()


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


# --- pages that many journeys share --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a long list stands: page `page` of `pages` (from 1), in words, with the words on both buttons.

    The buttons tell PageTurned.
    """

    page: int
    pages: int
    text: str
    previous: str
    following: str


@dataclass(frozen=True, slots=True)
class Turning:
    """Words for pages that the screen counts by its room; `text` has {page} and {pages} in it.

    At the first and the last page the buttons rest and say so.
    """

    text: str
    first: str
    previous: str
    following: str
    last: str


@dataclass(frozen=True, slots=True)
class Menu(View):
    """What else can be done here: one large tile each (label, icon, and a note such as '3 waiting').

    `tiles` are all of them: how many a page takes is the screen's to know. The page with tile `start` (from
    1) is shown; PageTurned tells the first tile of another one.
    """

    frame: Frame
    title: str
    sentence: str
    tiles: tuple[Choice, ...]
    turning: Turning
    start: int = 1


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of a listing: a title over a note, a fact at the right ('' for none).

    `tells` None: it can only be read. `picture` is a gift's or '', `icon` a picture of screens/art or ''.
    `dots`: so many of so many are filled, as on a stamp card; (0, 0): there are none.
    """

    title: str
    note: str = ""
    fact: str = ""
    tells: Event | None = None
    verb: str = ""
    icon: str = ""
    picture: str = ""
    dots: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Listing(View):
    """Things of one kind, a page at a time; `empty` is said when there are none."""

    frame: Frame
    title: str
    sentence: str
    rows: tuple[ListRow, ...]
    empty: str
    pages: Pages
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    label: str
    tells: Event
    chosen: bool = False
    icon: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question(View):
    """One question, answered by tiles instead of typing.

    `submit` None: a tile answers at once. `later` is the quiet way past it.
    """

    frame: Frame
    title: str
    sentence: str
    options: tuple[Option, ...]
    submit: Choice | None = None
    later: Choice | None = None


@dataclass(frozen=True, slots=True)
class Article(View):
    """Something to read (terms, an activity, how a draw works), a page at a time, and what to do with it."""

    frame: Frame
    title: str
    paragraphs: tuple[str, ...]
    pages: Pages
    picture: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a pad: what stands on it, what it says (TextKeyed), and how many columns it takes.

    `note` is small print on it, such as the letters of a digit. `able` False: it rests.
    """

    label: str
    key: str
    units: float = 1.0
    kind: Literal["key", "function", "chosen", "primary"] = "key"
    icon: str = ""
    note: str = ""
    able: bool = True


@dataclass(frozen=True, slots=True)
class NameCard:
    """The member card that is being made, with what is typed on it."""

    tier: str
    tier_name: str
    name: str = field(repr=False)
    coming: str = field(default="", repr=False)
    """What the keys on their way most likely mean."""


@dataclass(frozen=True, slots=True)
class TextEntry(View):
    """A line of text is typed. Keys tell TextKeyed(entry, key).

    `value` is written already, `preedit` is on its way to characters. `bar` stands over the pad: candidates
    while something is on its way (as many as find room, then `more`), else the pads one may change to. The
    pad's `rows` are `columns` wide. `error` stands in the place of `hint`.
    """

    frame: Frame
    entry: str
    title: str
    sentence: str
    value: str = field(repr=False)
    preedit: str = field(repr=False)
    placeholder: str
    hint: str
    error: str
    clear: Key
    bar: tuple[Key, ...] = field(repr=False)
    more: Key | None
    rows: tuple[tuple[Key, ...], ...] = field(repr=False)
    columns: int
    card: NameCard | None = None


@dataclass(frozen=True, slots=True)
class NumberEntry(View):
    """Digits are typed with a large pad: `groups` is what was typed, each of `group_sizes` digits.

    Keys ('0'..'9', 'clear', 'back') and `submit` tell TextKeyed(entry, key). `submit` rests until it is
    `ready`; `choices` are what else can be done. `error` stands in the place of `hint`.
    """

    frame: Frame
    entry: str
    title: str
    sentence: str
    groups: tuple[str, ...] = field(repr=False)
    group_sizes: tuple[int, ...]
    label: str
    hint: str
    error: str
    clear: str
    backspace: str
    submit: Choice
    ready: bool
    choices: tuple[Choice, ...] = ()


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
