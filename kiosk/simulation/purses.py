"""Cards with a purse of their own: the real purse code, simulated chips, and what goes wrong between them."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk import events as ev
from kiosk.hardware.cards.apdu import CardTrouble, Channel
from kiosk.hardware.cards.families import PURSE
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.cards.purse_desk import PurseDesk
from kiosk.hardware.simulated.card_field import Field, Kind, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.hardware.simulated.purse_issuer import Issuer
from kiosk.membership.cards import Card, keyed_hash
from kiosk.ports import CardKey, CardWork, Clock

ISSUER = Issuer(*(bytes((n,)) * 16 for n in (1, 2, 3, 4)))
ON_CARD = 1000
"""Points on each purse when the story begins."""

MISHAPS: dict[Kind, int] = {
    "before": 1, "after": 2, "cut": 3, "tear": 1, "status": 3, "refuse": 1, "hang": 1, "reset": 1,
}  # fmt: skip
"""What may go wrong, and how much more often when it tempts to a second try."""
COMMANDS = 16
"""Commands of a visit that pays by card and is settled; a mishap strikes at one of them."""
DEBITING = 6
"""The place of the debit itself among them: the moment that matters most."""


class Wallets:
    """Every member's card with a purse. `share` of the times that one is put down, something goes wrong;
    `early` of these times it is taken away just before the debit.
    """

    def __init__(self, seed: int, folder: Path, key: bytes, share: float, early: float = 0.0) -> None:
        self._chance = random.Random(f"{seed} purses")
        self._folder, self._key, self.share = folder, key, share
        self._early = early
        self.chips: dict[Card, PurseChip] = {}
        self.names: dict[Card, bytes] = {}
        """Card -> its purse's keyed hash."""
        self.used: dict[bytes, set[str]] = {}
        """Purse -> the devices that it was put down at."""
        self.mishaps: Counter[str] = Counter()

    def issue(self, card: Card) -> bytes:
        """A purse on this card; its keyed hash."""
        serial = bytes.fromhex(f"8698{len(self.chips):016}")
        self._folder.mkdir(exist_ok=True)
        path = self._folder / serial.hex()
        self.chips[card] = ISSUER.issue(path, serial, ON_CARD, chance=self._chance.randbytes)
        self.names[card] = keyed_hash(self._key, Card(PURSE, serial))
        return self.names[card]

    def put(self, card: Card, device: str) -> Field | None:
        """The card is put down; None if it has no purse."""
        chip = self.chips.get(card)
        if chip is None:
            return None
        self.used.setdefault(self.names[card], set()).add(device)
        return Field(chip, self._mishap())

    def _mishap(self) -> Mishap | None:
        if self._chance.random() >= self.share:
            return None
        if self._early and self._chance.random() < self._early:
            self.mishaps["card before"] += 1
            return Mishap("before", DEBITING, 0)
        kind = self._chance.choices(list(MISHAPS), weights=list(MISHAPS.values()))[0]
        self.mishaps[f"card {kind}"] += 1
        byte = self._chance.randrange(400 if kind == "tear" else 12)
        at = DEBITING if self._chance.random() < 0.7 else self._chance.randrange(COMMANDS)
        return Mishap(kind, at, byte)

    def random(self, size: int) -> bytes:
        """Chance for whoever proves a card."""
        return self._chance.randbytes(size)


class SimReader:
    """Implements ports.CardDesk: one reader, and the card that lies on it."""

    def __init__(self, wallets: Wallets, device: str, post: Callable[[ev.Event], None]) -> None:
        self.wallets, self._device, self._post = wallets, device, post
        self._card: Card | None = None
        self._field: Field | None = None

    def tapped(self, card: Card) -> None:
        """A card is put down in the place of the one before."""
        self._card, self._field = card, self.wallets.put(card, self._device)

    def ask(self, request: str, reader: str, card: Card | None, work: CardWork) -> None:
        """Done at once; the answer comes through the inbox."""
        del reader
        if self._field is None or card not in {None, self._card}:
            self._post(ev.CardDone(request, why="gone", begun=False))
            return
        try:
            self._post(ev.CardDone(request, work(self._field)))
        except CardTrouble as trouble:
            self._post(ev.CardDone(request, why=trouble.why))


def purse_desk(
    reader: SimReader, purse: type[PbocPurse], key: CardKey, place: int, clock: Clock
) -> PurseDesk:
    """The real port to purses over the simulated reader."""
    terminal, chance = place.to_bytes(6, "big"), reader.wallets.random

    def opened(channel: Channel) -> PbocPurse:
        return purse(channel, ISSUER.kiosk_keys, terminal, chance)

    return PurseDesk(reader, opened, key, clock, ZoneInfo("Asia/Shanghai"))
