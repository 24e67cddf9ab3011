"""The shop that suffers: what is in it. Kiosks read this, so nothing of head office is imported here."""

GIFT = "tea"
PRICE = 100
STOCK = 5000
OPENING_POINTS = 50_000
HOME = ("m0", "m1")
"""Members whose home is the first kiosk: their rights stay there, so that a cut network shows something."""


def everybody() -> tuple[str, ...]:
    """Few members, so that kiosks want the same ones' points at once."""
    return tuple(f"m{number}" for number in range(6))
