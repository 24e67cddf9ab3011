"""Issuing a type 2 tag: its record, where NDEF leaves room and no page is locked."""

from kiosk.hardware.cards.apdu import CardGarbled, Channel
from kiosk.hardware.cards.issue import CannotIssue, Issue, Issued
from kiosk.hardware.cards.record import BODY, SIZE, UID_AT, Reading, Standing, judge, sealed
from kiosk.hardware.cards.record_session import put
from kiosk.hardware.cards.tags import USER, Model, ndef_end
from kiosk.hardware.cards.ultralight import Tag, TagSlots, record_pages


def issue(channel: Channel, _name: int, wanted: Issue) -> Issued:
    """Write the first record, unless there is one, and read it back. CannotIssue, CardTrouble."""
    tag = Tag(channel)
    model = tag.model()
    pages = record_pages(model)
    if pages is None:
        raise CannotIssue(f"{model.name} has no room for a record")
    slots = TagSlots(tag, pages, wanted.uid)
    reading = _read(slots, wanted)
    if reading.standing is not Standing.GOOD:
        _check_room(tag, model, pages)
        _check_begun(slots, reading, wanted)
        put(slots, 0, sealed(wanted.first, wanted.sam))
        reading = _read(slots, wanted)
    if reading.standing is not Standing.GOOD or reading.record is None:
        raise CardGarbled("the tag does not hold what was written")
    return Issued(model.name, reading.record, reading.record == wanted.first)


def _read(slots: TagSlots, wanted: Issue) -> Reading:
    return judge((slots.read(0), slots.read(1)), wanted.uid, wanted.sam, 0)


def _check_room(tag: Tag, model: Model, pages: range) -> None:
    """Nobody else's data is where our record goes, and it can be written."""
    try:
        ndef_end(tag.read_pages(USER, pages.start))
    except CardGarbled:
        raise CannotIssue("the tag holds data where our record goes") from None
    if tag.locked(model, pages):
        raise CannotIssue("pages of our record are locked")


def _check_begun(slots: TagSlots, reading: Reading, wanted: Issue) -> None:
    """What is not blank must be the beginning of a record of ours, for this tag."""
    if reading.standing is Standing.BLANK:
        return
    blank = slots.read(1) == bytes(SIZE)
    unknown = reading.standing in (Standing.DAMAGED, Standing.FOREIGN)
    if not unknown or not blank or not _begun(slots.read(0), wanted):
        raise CannotIssue("the tag holds a record that is not its own, or other data")


def _begun(seen: bytes, wanted: Issue) -> bool:
    """Whether a write of some first record of ours was cut here: whole bytes, one half-written, zeros."""
    version = wanted.sam.versions[0]
    meant = wanted.first.body(version)
    body = seen[:BODY]
    whole = body + wanted.sam.record_code(version, wanted.uid, body)
    known = {0: meant[0], **{at: meant[at] for at in UID_AT}, **{at: whole[at] for at in range(BODY, SIZE)}}
    end = len(seen.rstrip(b"\0"))
    return all(
        seen[at] == byte if at < end - 1 else not seen[at] & ~byte for at, byte in known.items() if at < end
    )
