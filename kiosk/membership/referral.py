"""Referral codes: short, easy to say, nobody's number. The last character checks the others. Pure."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters, a prime: none of them is taken for another, and the check finds each single slip."""
DRAWN = 7
"""Characters that are drawn; one more checks them."""


def code_of(number: int) -> str:
    """The code of a large random number, of which it keeps 31**7 possibilities (27 thousand million)."""
    drawn = ""
    for _ in range(DRAWN):
        number, place = divmod(number, len(ALPHABET))
        drawn += ALPHABET[place]
    return drawn + _check(drawn)


def read_code(text: str) -> str:
    """The code that somebody typed or scanned, with or without spaces and hyphens; '' if it is none."""
    code = "".join(ch for ch in text.upper() if ch not in " -")
    plain = len(code) == DRAWN + 1 and all(ch in ALPHABET for ch in code)
    return code if plain and code[-1] == _check(code[:-1]) else ""


def shown(code: str) -> str:
    """The code in two groups."""
    return f"{code[:4]} {code[4:]}"


def _check(drawn: str) -> str:
    """Weights that differ for each place: two neighbours that changed places are found, too."""
    total = sum((place + 2) * ALPHABET.index(ch) for place, ch in enumerate(drawn))
    return ALPHABET[total % len(ALPHABET)]
