"""Issuing a MIFARE Classic card: two sectors under our keys, a record, the directory; its last step opens it.

Sectors first, then the record in them, then the directory's blocks, then the trailer of sector 0, which says
that there is a directory. A trailer that was torn may have locked its sector for ever: that card is refused.
"""

from dataclasses import dataclass
from itertools import islice

from kiosk.hardware.cards.apdu import CardGarbled, CardPulled, CardRefused, Channel
from kiosk.hardware.cards.classic import LAYOUTS, Classic, Key
from kiosk.hardware.cards.classic_access import FACTORY_KEY, GUARDED, TRANSPORT, Trailer, conditions_of
from kiosk.hardware.cards.classic_directory import (
    FREE,
    HAS_DIRECTORY,
    MAD1_SECTORS,
    READ_KEY,
    VERSION_1,
    VERSION_2,
    Directory,
    DirectoryDamaged,
    check_byte,
)
from kiosk.hardware.cards.classic_record import (
    APPLICATION,
    ClassicSlots,
    SectorKeys,
    general_byte,
    registered,
    slots_of,
)
from kiosk.hardware.cards.issue import CannotIssue, Issue, Issued, torn
from kiosk.hardware.cards.record import SLOTS, Standing, judge, sealed
from kiosk.hardware.cards.record_session import put
from kiosk.hardware.cards.storage import BLOCK, NOT_AUTHENTICATED, KeyType

_PUBLIC = Key(KeyType.A, READ_KEY)
_FACTORY_A = Key(KeyType.A, FACTORY_KEY)
_FACTORY_B = Key(KeyType.B, FACTORY_KEY)
_ACCESS = slice(6, 9)


def issue(channel: Channel, name: int, wanted: Issue) -> Issued:
    """Make the card one of ours, or finish it, and read it anew. CannotIssue, CardTrouble."""
    card = Classic(channel, LAYOUTS[name])
    if len(_registered(card)) != SLOTS or card.opens(0, _FACTORY_B):
        _Making(card, wanted).all()
    slots = slots_of(card, wanted.uid, wanted.sam)
    if slots is None:
        raise CardGarbled("the card does not hold what was written")
    reading = judge((slots.read(0), slots.read(1)), wanted.uid, wanted.sam, 0)
    if reading.standing is not Standing.GOOD or reading.record is None:
        raise CannotIssue(f"the card's record is {reading.standing.value}")
    model = "classic-1k" if card.layout is LAYOUTS[1] else "classic-4k"
    return Issued(model, reading.record, reading.record == wanted.first)


def _registered(card: Classic) -> tuple[int, ...]:
    """Our sectors; none also where a directory is damaged, as that of a card that was begun may be."""
    try:
        return registered(card)
    except DirectoryDamaged:
        return ()


@dataclass(frozen=True, slots=True)
class _Front:
    """Sector 0 as it was found: by which key it can be written, and the directory, if it has one."""

    writes: Key
    listed: bytes
    general: int = 0

    @property
    def has_directory(self) -> bool:
        """Whether it says that there is one."""
        return bool(self.general & HAS_DIRECTORY)

    @property
    def damaged(self) -> bool:
        """Whether there is one that does not hold."""
        return self.has_directory and check_byte(self.listed[1:]) != self.listed[0]


class _Making:
    """One card on its way. Each step looks first at what is there."""

    def __init__(self, card: Classic, wanted: Issue) -> None:
        self._card, self._wanted = card, wanted
        self._keys = SectorKeys(wanted.sam, wanted.sam.versions[0], wanted.uid)

    def all(self) -> None:
        """Every step, the one that opens the card last."""
        front = self._front()
        sectors = self._choose(front)
        for sector in sectors:
            self._take(sector)
        self._write_record(sectors)
        self._write_directory(front, sectors)
        self._open_front(front)

    def _front(self) -> _Front:
        card = self._card
        if card.opens(0, _PUBLIC):
            conditions = self._conditions(0)
            if conditions is None:
                raise CannotIssue("sector 0 was torn while its keys were written")
            general, listed = general_byte(card), card.read_sector(0)
            if conditions == TRANSPORT:
                return _Front(_PUBLIC, listed, general)
            for key in (self._keys.of(0, KeyType.B), _FACTORY_B):
                if card.opens(0, key):
                    return _Front(key, listed, general)
            raise CannotIssue("the card's directory is somebody else's")
        if card.opens(0, _FACTORY_A) and self._conditions(0) == TRANSPORT:
            return _Front(_FACTORY_A, card.read_sector(0))
        raise CannotIssue("sector 0 opens under no key that is known here")

    def _conditions(self, sector: int) -> tuple[int, ...] | None:
        """The conditions of the open sector; None where it does not tell, because it locked itself."""
        try:
            return conditions_of(self._card.read(self._card.layout.trailer(sector))[_ACCESS])
        except CardGarbled:
            return None
        except CardRefused as refused:
            if refused.status in NOT_AUTHENTICATED:
                return None
            raise

    def _choose(self, front: _Front) -> tuple[int, ...]:
        """The first two free sectors; those that are ours already where a torn directory does not tell."""
        if front.damaged:
            ours = (one for one in MAD1_SECTORS if self._card.opens(one, self._keys.of(one, KeyType.A)))
            chosen = tuple(islice(ours, SLOTS))
        else:
            listed = Directory.parse(front.listed) if front.has_directory else Directory.empty()
            pairs = zip(listed.sectors, listed.applications, strict=True)
            chosen = tuple(sector for sector, one in pairs if one in (FREE, APPLICATION))[:SLOTS]
        if len(chosen) < SLOTS:
            raise CannotIssue("no two sectors are free")
        return chosen

    def _take(self, sector: int) -> None:
        """Give a blank sector our keys, or finish one that was begun."""
        card, key_a, key_b = self._card, self._keys.of(sector, KeyType.A), self._keys.of(sector, KeyType.B)
        if card.opens(sector, key_a):
            if self._conditions(sector) == GUARDED and card.opens(sector, key_b):
                return
            if not (card.opens(sector, key_a) and self._conditions(sector) == TRANSPORT):
                raise CannotIssue(f"sector {sector} was torn while its keys were written")
        elif not card.opens(sector, _FACTORY_A) or self._conditions(sector) != TRANSPORT:
            raise CannotIssue(f"sector {sector} opens under no key that is known here")
        if any(card.read_sector(sector)):
            raise CannotIssue(f"sector {sector} holds somebody's data")
        self._give(sector, Trailer(key_a.value, key_b.value))
        card.open(sector, key_b)

    def _give(self, sector: int, trailer: Trailer) -> None:
        """Write the open sector's trailer. Keys belong to a UID: a card that came later is not given them.

        One that comes later still finds no sector open.
        """
        if self._card.uid() != self._wanted.uid:
            raise CardPulled("another card lies there")
        self._card.write_trailer(sector, trailer)

    def _write_record(self, sectors: tuple[int, ...]) -> None:
        wanted = self._wanted
        slots = ClassicSlots(self._card, sectors, self._keys)
        reading = judge((slots.read(0), slots.read(1)), wanted.uid, wanted.sam, 0)
        if reading.standing in (Standing.BLANK, Standing.FOREIGN, Standing.DAMAGED):
            put(slots, 0, sealed(wanted.first, wanted.sam))
        elif reading.standing is not Standing.GOOD:
            raise CannotIssue(f"the card's record is {reading.standing.value}")

    def _write_directory(self, front: _Front, sectors: tuple[int, ...]) -> None:
        new = self._directory(front, sectors).data
        self._card.open(0, front.writes)
        for number, block in enumerate(self._card.layout.data(0)):
            part = new[number * BLOCK : (number + 1) * BLOCK]
            if part != front.listed[number * BLOCK : (number + 1) * BLOCK]:
                self._card.write(block, part)

    def _directory(self, front: _Front, sectors: tuple[int, ...]) -> Directory:
        """What the directory will be: what it was, and our sectors. CannotIssue: that cannot be known."""
        if front.has_directory and not front.damaged:
            return Directory.parse(front.listed).register(APPLICATION, sectors)
        if not front.has_directory:
            meant = Directory.empty().register(APPLICATION, sectors)
            if torn(front.listed, bytes(len(front.listed)), meant.data):
                return meant
            raise CannotIssue("sector 0 holds somebody's data")
        seen = Directory.unchecked(front.listed)
        was = Directory(seen.sectors, _with(seen, sectors, FREE), seen.info)
        meant = Directory(seen.sectors, _with(seen, sectors, APPLICATION), seen.info)
        if torn(front.listed, was.data, meant.data):
            return meant
        raise CannotIssue("the card's directory is damaged")

    def _open_front(self, front: _Front) -> None:
        """The last step: sector 0 says that there is a directory, which nobody else can rewrite."""
        card, key_b = self._card, self._keys.of(0, KeyType.B)
        if front.has_directory and front.writes == key_b:
            return
        general = VERSION_2 if front.has_directory and front.general & 0x03 == 2 else VERSION_1
        card.open(0, front.writes)
        self._give(0, Trailer(READ_KEY, key_b.value, general=general))
        card.open(0, _PUBLIC)


def _with(seen: Directory, sectors: tuple[int, ...], application: int) -> tuple[int, ...]:
    return tuple(
        application if sector in sectors else one
        for sector, one in zip(seen.sectors, seen.applications, strict=True)
    )
