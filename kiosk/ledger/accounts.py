"""Names of accounts and assets. An account is a string, so that it reads the same in every store and log."""

POINTS = "points"
CASH = "cash"
TRIES = "tries"

WORLD = "world"
ISSUED = "issued"
SPENT = "spent"


def gift(gift_id: str) -> str:
    """The asset whose units are pieces of one gift."""
    return f"gift:{gift_id}"


def claim(voucher: str) -> str:
    """The asset of which one unit ever exists: the right to claim this voucher."""
    return f"claim:{voucher}"


def member(member_id: str) -> str:
    """What belongs to a member, at the hub."""
    return f"member:{member_id}"


def pool(gift_id: str) -> str:
    """Gift units that no device holds yet."""
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
    return pool(asset.removeprefix("gift:"))
