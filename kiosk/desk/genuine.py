"""Whether what is presented is a voucher of ours: by its signature, before anything else is looked at."""

from dataclasses import dataclass
from enum import Enum

from kiosk.desk.world import World
from kiosk.events import ClaimAsked
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import (
    NotAVoucher,
    check_code,
    parse_qr,
    place_of,
    signature_of,
    typed_number,
)


class Standing(Enum):
    """How far a presented voucher proves itself."""

    NONE = "none"
    """No voucher's number, or no voucher's code."""
    TYPED = "typed"
    """A number; whoever has the voucher's redemption can look at its check code."""
    SIGNED = "signed"
    """A code that a kiosk whose vouchers are honoured here signed, for a number that it may give."""
    UNPROVEN = "unproven"
    """A code whose key this kiosk does not know yet, or must not believe: only its redemption can tell."""
    FORGED = "forged"
    """A code that nobody of ours signed."""
    NOT_OURS = "not-ours"
    """Of a store whose vouchers are not honoured here."""


REFUSED = {Standing.FORGED: ClaimAnswer.FORGED, Standing.NOT_OURS: ClaimAnswer.NOT_OURS}
"""What is answered without looking any further."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is presented: its number ('' if it has none) and how far it proves itself.

    `signed` are the bytes of a scanned code, `expires` (UTC microseconds) is what a signed code says.
    """

    standing: Standing
    number: str = ""
    signed: bytes = b""
    expires: int = 0
    check: str = ""

    def fits(self, qr: bytes) -> bool:
        """Whether this is the voucher whose redemption keeps these bytes."""
        if self.signed:
            return self.signed == qr
        return self.check == check_code(signature_of(qr))


def examine(world: World, asked: ClaimAsked) -> Seen:
    """Look at a scanned code, or at a typed number, without asking journal or head office."""
    if asked.code:
        return _scanned(world, asked.code)
    number = typed_number(asked.number)
    if not number:
        return Seen(Standing.NONE)
    standing = Standing.TYPED if _is_honoured(world, number) else Standing.NOT_OURS
    return Seen(standing, number, check=asked.check.strip().upper())


def _scanned(world: World, code: str) -> Seen:
    try:
        ticket, told, signature = parse_qr(code)
    except NotAVoucher:
        return Seen(Standing.NONE)
    seen = Seen(Standing.FORGED, ticket.number, told + signature)
    if not _is_honoured(world, ticket.number):
        return Seen(Standing.NOT_OURS, ticket.number, seen.signed)
    key = world.replica.claim_key(ticket.key_id)
    if key is None:
        return Seen(Standing.UNPROVEN, ticket.number, seen.signed)
    if place_of(ticket.number) != f"{key.store}{key.kiosk}":
        return seen
    if not world.voucher_key.has_signed(key.public, told, signature):
        return seen
    standing = Standing.UNPROVEN if key.revoked else Standing.SIGNED
    return Seen(standing, ticket.number, seen.signed, ticket.expires)


def _is_honoured(world: World, number: str) -> bool:
    """Whether this store may hand out gifts for the voucher, by the rule pack."""
    return world.rules().voucher.stores == "all" or number.startswith(world.shop.store)
