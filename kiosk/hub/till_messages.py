"""What tills say and hear: JSON, amounts in cents, times with their zone."""

import hashlib
from datetime import datetime
from typing import Annotated

import msgspec

CENTS_MAX = 10**9
"""Ten million of the currency: what is larger is a mistake of the till."""
LINES_MAX = 500

Number = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,40}\Z")]
Cents = Annotated[int, msgspec.Meta(ge=0, le=CENTS_MAX)]
LineCents = Annotated[int, msgspec.Meta(ge=-CENTS_MAX, le=CENTS_MAX)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*\Z")]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a till says."""


class Line(Said, frozen=True, kw_only=True):
    """A line of a bill; a reduction is negative. `kind` is the kind of goods, as the rule pack names them."""

    cents: LineCents
    kind: Annotated[str, msgspec.Meta(max_length=40)] = ""


class CardShown(Said, frozen=True, kw_only=True):
    """A card by its family and its number as a reader reads it (a UID in hex)."""

    family: Text
    number: Text


class MemberShown(Said, frozen=True, kw_only=True):
    """Who bought something: exactly one of the three."""

    card: CardShown | None = None
    phone: Text | None = None
    id: Text | None = None

    def __post_init__(self) -> None:
        """One way to name somebody, or ValueError."""
        if sum(one is not None for one in (self.card, self.phone, self.id)) != 1:
            raise ValueError("a member is named by card, phone or id: one of them")


Lines = Annotated[tuple[Line, ...], msgspec.Meta(max_length=LINES_MAX)]


class Sale(Said, frozen=True, kw_only=True):
    """A sale. Lines, where there are any, add up to `cents`."""

    receipt: Number
    at: Moment
    cents: Cents
    lines: Lines = ()
    member: MemberShown | None = None


class Refund(Said, frozen=True, kw_only=True):
    """Goods that came back: `cents` were paid back for a receipt of `till` ('': of the one that tells)."""

    refund: Number
    receipt: Number
    at: Moment
    cents: Annotated[int, msgspec.Meta(ge=1, le=CENTS_MAX)]
    lines: Lines = ()
    till: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{0,40}\Z")] = ""


class SaleTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a sale. Name (masked) and balance are told of who showed a card or is named by id.

    `qr` is to be printed on a receipt that named nobody: who scans it at a kiosk first has its points.
    `generation` rises when head office was set back to a backup: the till then tells everything again.
    """

    receipt: str
    points: int
    generation: int
    repeated: bool = False
    name: str = ""
    balance: int | None = None
    qr: str = ""


class RefundTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The points that a refund took back; `owed` of them had been spent and are the member's debt."""

    refund: str
    points: int
    owed: int
    generation: int
    repeated: bool = False


def digest(said: Said) -> bytes:
    """The same for the same message, however it was written."""
    return hashlib.sha256(msgspec.json.encode(said)).digest()
