"""What each kind of paper can tell. A template puts these facts where it likes; it can tell nothing else.

Texts are worded already, in the language of the paper; codes are as they are. Facts are data: whatever stands
in them never opens a part, a placeholder or a printer's command.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """A voucher. `reprint` counts its copies: 0 for the first paper, whose mark is left out.

    `due` is the money to be collected for the gift, `worth` what a cash voucher takes off a bill, `excluded`
    what it is not good for; '' for none.
    """

    shop: str
    kiosk: str
    printed: str
    gift: str
    picture: str
    member: str
    points: str
    valid_until: str
    pickup: str
    number: str
    check: str
    code: str
    """What the QR holds: payload and signature, base45."""
    reprint: int = 0
    due: str = ""
    worth: str = ""
    excluded: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of a member's history."""

    day: str
    what: str
    points: str


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """A member's account. `expiring` says which points leave when, '' for none."""

    shop: str
    kiosk: str
    printed: str
    member: str
    card: str
    tier: str
    points: str
    as_of: str
    expiring: str
    lines: tuple[StatementLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """A printed member card: whoever shows `code` to a kiosk and types the PIN is who it was printed for."""

    shop: str
    kiosk: str
    printed: str
    member: str
    number: str
    code: str


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """A member's referral code for a friend: who joins with `code` is theirs. `gives` is what they get."""

    shop: str
    kiosk: str
    printed: str
    member: str
    number: str
    code: str
    gives: str


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One kind of thing that happened, how often, and the money that came in for it."""

    what: str
    count: str
    money: str


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """What a shift did at one kiosk, and its drawer. `difference` and `reason` '': the count was right."""

    shop: str
    kiosk: str
    printed: str
    staff: str
    began: str
    ended: str
    expected: str
    counted: str
    difference: str
    reason: str
    left: str
    lines: tuple[ShiftLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfTestLine:
    """One part of the kiosk and how it is."""

    part: str
    result: str


@dataclass(frozen=True, slots=True)
class SelfTestFacts:
    """A technician's sheet: what the printer is, and whether letters and codes come out."""

    device: str
    kiosk: str
    printed: str
    printer: str
    width: str
    letters: str
    code: str
    lines: tuple[SelfTestLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BirthdayLine:
    """A member whose birthday comes."""

    day: str
    member: str
    tier: str


@dataclass(frozen=True, slots=True)
class BirthdayFacts:
    """Whose birthdays come, for the counter. Names are masked as everywhere in a store."""

    shop: str
    printed: str
    period: str
    count: str
    lines: tuple[BirthdayLine, ...] = ()


Line = StatementLine | ShiftLine | SelfTestLine | BirthdayLine
Facts = (
    VoucherFacts | StatementFacts | SlipFacts | InvitationFacts | ShiftFacts | SelfTestFacts | BirthdayFacts
)

KINDS: dict[str, type[Facts]] = {
    "voucher": VoucherFacts,
    "statement": StatementFacts,
    "slip": SlipFacts,
    "invitation": InvitationFacts,
    "shift": ShiftFacts,
    "self-test": SelfTestFacts,
    "birthdays": BirthdayFacts,
}
"""Kind of paper -> its facts."""

LINES: dict[str, type[Line]] = {
    "statement": StatementLine,
    "shift": ShiftLine,
    "self-test": SelfTestLine,
    "birthdays": BirthdayLine,
}
"""Kinds with a table -> the facts of one of its lines."""
