"""Names of accounts and assets. An account is a string, so that it reads the same in every store and log."""

POINTS = "points"
CASH = "cash"
TRIES = "tries"
LOOKS = "looks"
"""Times that a device may have head office look at a PIN of somebody whom it does not know yet."""
RISK = "risk"
"""Points that may be spent before head office could say whether they are there."""
TAKEN_BACK = "taken-back"
"""Points that a refund took back and the member had spent: they lie in `debt:M` until they are paid."""
SERIALS = "serials:"
"""How every asset begins that is a range of voucher serials (`serials.Range`)."""

WORLD = "world"
ISSUED = "issued"
SPENT = "spent"
RISK_OPEN = "risk_open"
"""Risk units that were spent for good and wait for head office to settle them."""


def gift(gift_id: str) -> str:
    """The asset whose units are pieces of one gift."""
    return f"gift:{gift_id}"


def claim(voucher: str) -> str:
    """The asset of which one unit ever exists: the right to claim this voucher."""
    return f"claim:{voucher}"


def voucher_of(asset: str) -> str:
    """The voucher that this asset is the right to claim, '' if it is none."""
    return asset.removeprefix("claim:") if asset.startswith("claim:") else ""


def entitlement(rule: str, period: str) -> str:
    """The asset of which each member has at most one unit: a benefit that is given once."""
    return f"entitlement:{rule}:{period}"


def entitled(asset: str) -> tuple[str, str]:
    """The rule and the period of a benefit's asset; ('', '') if it is none."""
    kind, rule, period = (*asset.split(":"), "", "")[:3]
    return (rule, period) if kind == "entitlement" else ("", "")


def is_entitlement(asset: str) -> bool:
    """Whether this is a benefit that is given once."""
    return asset.startswith("entitlement:")


STAMPS, USES = "stamps:", "uses:"
"""How every asset begins that is counted on a stamp card, or on a card of so many uses, of the rule pack."""


def stamps(card_id: str) -> str:
    """The asset whose units are a member's stamps on this card of the rule pack."""
    return f"{STAMPS}{card_id}"


def uses(card_id: str) -> str:
    """The asset whose units are the uses that a member has left on this card of the rule pack."""
    return f"{USES}{card_id}"


def counted_on(asset: str) -> str:
    """The card of the rule pack that this asset is counted on; '' if it is none."""
    kind, _, card_id = asset.partition(":")
    return card_id if f"{kind}:" in {STAMPS, USES} else ""


def is_right_to_gift(asset: str) -> bool:
    """Whether units of this asset may give a member a gift: a once-only benefit, or stamps."""
    return is_entitlement(asset) or asset.startswith(STAMPS)


def card(name: str) -> str:
    """The value on one card's own purse; `name` is the card's keyed hash, in hex."""
    return f"card:{name}"


def moving(move_id: str) -> str:
    """What one open move of value on a card holds until it has ended."""
    return f"suspense:move:{move_id}"


GIVING = "suspense:give:"
"""How every account begins that holds points on their way from one member to another."""


def giving(name: str, to: str) -> str:
    """What one gift of points holds for the member who receives it."""
    return f"{GIVING}{name}:{to}"


MOVES = "move:"
"""How every asset begins that stands for a move of value on a card which has not ended yet."""


def move(what: str, card_name: str, member_id: str) -> str:
    """The asset that an open move of value on a card holds, as many units as value is to move."""
    return f"{MOVES}{what}:{card_name}:{member_id}"


def moved_card(asset: str) -> str:
    """Whose card's open move this asset stands for; '' if it is none."""
    return asset.split(":")[2] if asset.startswith(MOVES) else ""


def is_personal(asset: str) -> bool:
    """Whether units of this asset always belong to one member."""
    return asset in {POINTS, CASH, TRIES} or is_entitlement(asset) or bool(counted_on(asset))


def debt(member_id: str) -> str:
    """Risk units that a member still owes points for."""
    return f"debt:{member_id}"


STAFF_TRIES = 2
"""PIN tries of each member of staff that a device keeps for when it cannot ask."""


def staff(staff_id: str) -> str:
    """The name under which somebody of the staff has PIN tries, where members have their id."""
    return f"staff:{staff_id}"


def staff_of(name: str) -> str:
    """Who of the staff this names; '' if it is a member's id."""
    kind, _, staff_id = name.partition(":")
    return staff_id if kind == "staff" else ""


PHONE, CODE = "phone:", "code:"


def phone(hashed: bytes) -> str:
    """The name under which head office knows a phone, and counts wrong PINs; `hashed` is its keyed hash."""
    return f"{PHONE}{hashed[:16].hex()}"


def code(name: str) -> str:
    """The name under which wrong one-time codes count that were sent for a member or a phone."""
    return f"{CODE}{name}"


def member(member_id: str) -> str:
    """What belongs to a member, at the hub."""
    return f"member:{member_id}"


def pool(gift_id: str) -> str:
    """Gift units, or the right to claim a voucher, that no device holds now."""
    return f"pool:{gift_id}"


def escrow(device: str, member_id: str | None = None) -> str:
    """The rights a device holds: its own (gift units), or those of one member."""
    return f"escrow:{device}:{member_id}" if member_id else f"escrow:{device}"


def held(op: str) -> str:
    """What one open operation holds until it is posted or voided."""
    return f"suspense:op:{op}"


def source(asset: str, member_id: str | None) -> str:
    """Where a grant of this asset is taken from, and where it returns to."""
    if member_id:
        return member(member_id)
    if asset == RISK:
        return RISK
    if asset == LOOKS:
        return WORLD  # lent by the hour; what comes back is lent anew
    if asset.startswith(SERIALS):
        return WORLD  # numbers are made when they are leased, and what comes back is never leased again
    return pool(asset.removeprefix("gift:"))
