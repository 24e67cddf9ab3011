"""What an exception means for the member, in a sentence for whoever looks into it."""

WAITS = "waits"

MEANS: dict[str, str] = {
    "overdrawn": "It used more than head office had granted there. What was too much stands against "
    "the kiosk, not the member.",
    "operation-disputed": "An earlier record of this redemption is disputed: this one gives nobody rights.",
    "price": "The gift cost less than it ever did. The voucher is good at no other counter.",
    "sale": "No rule takes this purchase by hand, or with so many points: nobody gets points from it.",
    "receipt": "This receipt was entered before: nobody gets its points a second time.",
    "stock": "No rule lets them book these gifts, or nobody agreed: nobody can have them.",
    "credit": "No rule gives this for this price, or nobody agreed: nobody gets rights from it.",
    "benefit": "The benefit took more than its rule allows: nobody gets rights from it.",
    "grant-unknown": "It tells of rights that head office never granted. Nothing was moved.",
    "grant-differs": "It tells of other rights than head office granted. Nothing was moved.",
    "not-the-issuer": "Only the kiosk that made the voucher may write this. Nothing was moved.",
    "right-not-held": "The right to claim lay elsewhere. Nothing was moved.",
    "card-state": "Another kiosk, or head office, had changed this card before. It stays as they left it; "
    "the step of this record was not taken.",
    "card-unknown": "The card is no member's. Nothing was changed.",
    "voucher-differs": "The voucher's number is not the one of that redemption. Nothing was moved.",
    "kind-unknown": "Head office does not know this kind of record yet. It is kept; nothing was moved.",
    "body-unreadable": "The record cannot be read. It is kept as it came; nothing was moved.",
    "poison": "The record cannot be read. It is kept as it came; nothing was moved.",
    WAITS: "Another kiosk's records have to come first; then it is judged again by itself.",
}
"""Reason of a verdict -> what it means."""

ALREADY = "Another record had ended it before. This one moved nothing."
ACCOUNTS = "The two accounts stay as they were."
SET_ASIDE = "Head office could not take it for true. It is kept as it came; nothing was moved."

PRINT_UNKNOWN = (
    "Points and gift are set aside until somebody knows whether paper came out. Shown at a counter, "
    "the voucher is good."
)
PRINT_ABANDONED = "The kiosk serves nobody any more: points and gift are set aside until two people end it."
DOUBT = "The member says that this was not them. Their points stay as they are until somebody has looked."
CARD_OPEN = "Nobody knows yet whether the card moved the points. Held to the same kiosk again, it tells."
CARD_DISPUTED = (
    "The card cannot tell any more whether it moved the points. Until people decide, they stay as they are."
)
FROZEN = "The kiosk serves nobody. Vouchers whose right to claim lies there wait."


def meaning(verdict: str, reason: str) -> str:
    """What a disputed or quarantined record means."""
    if reason in MEANS:
        return MEANS[reason]
    if reason.startswith("already-"):
        return ALREADY
    return ACCOUNTS if "merge" in reason and verdict == "disputed" else SET_ASIDE
