"""A type 2 tag (Ultralight, Ultralight EV1, NTAG21x): pages, and the two records at the end of its memory.

It has no key that readers of all makers can use: whoever holds it can read and write it, and its UID can be
copied. What its record proves is that a kiosk of ours wrote it for this UID.
"""

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import CardGarbled, CardPulled, Channel, Status, command
from kiosk.hardware.cards.record import SIZE, SLOTS
from kiosk.hardware.cards.storage import BLOCK
from kiosk.hardware.cards.tags import (
    CONTAINER,
    PAGE,
    SMALLEST,
    USER,
    Model,
    is_locked,
    model_of_container,
    model_of_version,
)

GET_VERSION = command(bytes.fromhex("FF000000"), bytes.fromhex("D44260"))
"""The tag's own GET_VERSION, through readers built on a PN532 (InCommunicateThru). Others refuse it."""

_THROUGH = bytes.fromhex("D54300")
_LOCKS = 2


class Tag:
    """The tag on a channel. Its verbs raise CardRefused (the tag said no) or another CardTrouble."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def uid(self) -> bytes:
        """The UID of whichever tag lies there."""
        return storage.read_uid(self._channel)

    def read(self, page: int) -> bytes:
        """16 bytes: this page and the three after it, from the first again after the last."""
        return storage.read(self._channel, page)

    def read_pages(self, first: int, end: int) -> bytes:
        """The bytes of these pages."""
        data = b"".join(self.read(page) for page in range(first, end, BLOCK // PAGE))
        return data[: (end - first) * PAGE]

    def write(self, page: int, data: bytes) -> None:
        """Write a user page (4 bytes). ValueError below: those bits can never be taken back."""
        if page < USER or len(data) != PAGE:
            raise ValueError("users write pages of 4 bytes, from page 4 on")
        storage.write(self._channel, page, data)

    def version(self) -> bytes:
        """What the tag says of itself, 8 bytes; b"" where tag or reader does not know the question."""
        data, status = self._channel.send(GET_VERSION)
        return data[len(_THROUGH) :] if status == Status.OK and data.startswith(_THROUGH) else b""

    def model(self) -> Model:
        """Which chip it is; the smallest there is, where it cannot be told.

        The capability container is asked first: a tag that does not know GET_VERSION falls
        silent for a moment.
        """
        known = model_of_container(self.read(CONTAINER)[:PAGE])
        return known or model_of_version(self.version()) or SMALLEST

    def locked(self, model: Model, pages: range) -> bool:
        """Whether one of these user pages can never be written again."""
        static = self.read(_LOCKS)[2:4]
        dynamic = self.read(model.lock_page)[:2] if model.lock_page is not None else b"\0\0"
        return any(is_locked(page, static, dynamic, model) for page in pages)


def record_pages(model: Model) -> range | None:
    """Where the two records lie: the last pages that users write. None: there is no room for them."""
    needed = SLOTS * SIZE // PAGE
    if model.pages - USER < needed:
        return None
    return range(model.pages - needed, model.pages)


class TagSlots:
    """The two records of the tag with this UID.

    No key tells one tag from another: before and after each part the tag is asked for its UID.
    """

    def __init__(self, tag: Tag, pages: range, uid: bytes) -> None:
        self._tag, self._pages, self._uid = tag, pages, uid

    def _first(self, slot: int) -> int:
        return self._pages[slot * SIZE // PAGE]

    def read(self, slot: int) -> bytes:
        """The 48 bytes of a slot."""
        return self._tag.read_pages(self._first(slot), self._first(slot) + SIZE // PAGE)

    def write(self, slot: int, part: int, data: bytes) -> None:
        """Write a part page by page and read it back. CardPulled when another tag lies there."""
        self._check_same()
        first = self._first(slot) + part * BLOCK // PAGE
        for at in range(0, BLOCK, PAGE):
            self._tag.write(first + at // PAGE, data[at : at + PAGE])
        if self._tag.read(first) != data:
            raise CardGarbled(f"page {first} does not hold what was written")
        self._check_same()

    def _check_same(self) -> None:
        if self._tag.uid() != self._uid:
            raise CardPulled("another tag lies there")


def slots_of(channel: Channel, uid: bytes) -> TagSlots | None:
    """Where the records of the tag on this channel lie, if it has room for them. CardTrouble."""
    tag = Tag(channel)
    pages = record_pages(tag.model())
    return TagSlots(tag, pages, uid) if pages else None
