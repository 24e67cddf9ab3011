"""A person's name as screens and papers may show it."""

COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "尉迟",
    "皇甫",
    "慕容",
    "歐陽",
    "司馬",
    "上官",
    "諸葛",
    "東方",
    "尉遲",
)
"""Surnames of two characters that are still common, in both ways of writing."""
HIDDEN = "*"
_CHARACTERS = "\u2e80"
"""Where the letters end and the characters begin."""


def masked(name: str) -> str:
    """The surname and at most the last character: 张*伟, 欧阳*修, 李*; of others the first letter: A*."""
    plain = " ".join(name.split())
    if not plain:
        return ""
    if plain[0] < _CHARACTERS:
        return plain[0] + HIDDEN
    surname = 2 if len(plain) > 2 and plain.startswith(COMPOUND) else 1
    return plain[:surname] + HIDDEN + plain[surname:][1:][-1:]
