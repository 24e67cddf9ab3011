"""Type 2 tags (NFC Forum; NXP's Ultralight and NTAG21x): models, capacity, locks, what NDEF takes. Pure.

A page has four bytes. Pages 0 to 2 hold the UID and the lock bits, page 3 the capability container.
"""

from dataclasses import dataclass

from kiosk.hardware.cards.apdu import CardGarbled

PAGE = 4
USER = 4
"""The first page that users write."""

CONTAINER = 3
NDEF_MAGIC = 0xE1

_NULL, _NDEF, _END = 0x00, 0x03, 0xFE


@dataclass(frozen=True, slots=True)
class Model:
    """One chip. `pages` counts from 0 to the last user page.

    `container` is what byte 2 of its capability container says where it is formatted (data area / 8), and
    `lock_step` how many pages one dynamic lock bit locks.
    """

    name: str
    pages: int
    version: bytes = b""
    container: int = 0
    lock_step: int = 0

    @property
    def lock_page(self) -> int | None:
        """The page with the dynamic lock bits; None: there are none."""
        return self.pages if self.lock_step else None

    @property
    def room(self) -> int:
        """How many bytes users may write."""
        return (self.pages - USER) * PAGE


MODELS = (
    Model("ultralight", 16, container=0x06),
    Model("ultralight-ev1-48", 16, bytes.fromhex("0004030101000B03"), 0x06),
    Model("ultralight-ev1-128", 36, bytes.fromhex("0004030101000E03"), 0x10, lock_step=2),
    Model("ntag213", 40, bytes.fromhex("0004040201000F03"), 0x12, lock_step=2),
    Model("ntag215", 130, bytes.fromhex("0004040201001103"), 0x3E, lock_step=16),
    Model("ntag216", 226, bytes.fromhex("0004040201001303"), 0x6D, lock_step=16),
)
"""What GET_VERSION says of each (data sheets MF0ULx1, NTAG213/215/216); a plain Ultralight says nothing."""

SMALLEST = MODELS[0]

_TELLING = (1, 2, 4, 6)
"""Bytes of an answer to GET_VERSION: maker, product, major version, size."""


def model_of_version(version: bytes) -> Model | None:
    """The model that answers so; builds differ in capacitance and revision."""
    for model in MODELS:
        if model.version and len(version) == len(model.version):
            same = (version[at] == model.version[at] for at in _TELLING)
            if all(same):
                return model
    return None


def model_of_container(container: bytes) -> Model | None:
    """The smallest model with such a capability container (page 3); None where it is not formatted."""
    if container[:1] != bytes((NDEF_MAGIC,)):
        return None
    return next((model for model in MODELS if model.container == container[2]), None)


def is_locked(page: int, static: bytes, dynamic: bytes, model: Model) -> bool:
    """Whether a user page can never be written again.

    `static` are bytes 2 and 3 of page 2, `dynamic` the first two of the dynamic lock page.
    """
    if page < 16:
        return bool(int.from_bytes(static, "little") >> page & 1)
    if not model.lock_step:
        return False
    return bool(int.from_bytes(dynamic, "little") >> (page - 16) // model.lock_step & 1)


def ndef_end(data: bytes) -> int:
    """How many bytes from page 4 on NDEF takes, terminator included; CardGarbled when it leaves `data`.

    A tag that is blank or holds something else than TLV blocks takes none.
    """
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind == _NULL:
            continue
        if kind == _END:
            return at
        size, at = _length(data, at)
        if at + size > len(data):
            raise CardGarbled("an NDEF block that leaves its tag")
        at += size
    return 0 if not any(data) else at


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The length of a TLV block and where its value begins."""
    if at < len(data) and data[at] != 0xFF:
        return data[at], at + 1
    if at + 3 > len(data):
        raise CardGarbled("an NDEF block that leaves its tag")
    return int.from_bytes(data[at + 1 : at + 3], "big"), at + 3
