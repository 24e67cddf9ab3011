"""Names of accounts and assets. An account is a string, so that it reads the same in every store and log."""

POINTS = "points"
CASH = "cash"
TRIES = "tries"
RISK = "risk"
"""Points that may be spent before head office could say whether they are there."""
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


def is_entitlement(asset: str) -> bool:
    """Whether this is a benefit that is given once."""
    return asset.startswith("entitlement:")


def is_personal(asset: str) -> bool:
    """Whether units of this asset always belong to one member."""
    return asset in {POINTS, CASH, TRIES} or is_entitlement(asset)


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
    if asset.startswith(SERIALS):
        return WORLD  # numbers are made when they are leased, and what comes back is never leased again
    return pool(asset.removeprefix("gift:"))
