"""What every journey is given: the shop's settings and the ports, in one place."""

import logging
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from kiosk import ports
from kiosk.membership.phone_codes import SpentCodes
from kiosk.membership.rules import FIRST, BadRules, Rules, read_rules
from kiosk.membership.stationery import Stationery, shipped
from kiosk.words import Words

log = logging.getLogger(__name__)

ANSWER_S_MAX = 5.0
"""How long a visitor waits for head office before they are told that nothing was spent."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Which shop and kiosk this is, and how patient it is. Seconds unless the name says otherwise."""

    name: dict[str, str]
    store: str
    kiosk: str
    zone: ZoneInfo
    idle_s: int = 30
    countdown_s: int = 15
    pin_length: int = 6
    offline_pin: bool = False
    inserted_readers: frozenset[str] = frozenset()
    """Readers that swallow the card: there, taking it out ends the visit."""
    phones: bool = False
    """Whether members may be known by their phone number and PIN."""
    panel_mm: int = 0
    """How wide the touch panel is; 0: nobody said, and it has room for ten keys beside one another."""


@dataclass(kw_only=True)
class Front:
    """What the invitation needs: it stands before any device or file was opened."""

    shop: Shop
    connected: bool | None = None
    """Whether head office can be reached; None until the first try."""
    paper_low: bool = False
    """Whether the printer said that its roll is nearly used up."""
    pictures_fault: str = ""
    """The fault code of a pack of pictures that was refused; '' for none."""

    @cached_property
    def kiosk_number(self) -> int:
        """The kiosk's number as people say it: 3, not 03."""
        return int(self.shop.kiosk)


@dataclass(kw_only=True)
class World(Front):
    """The ports."""

    journal: ports.Journal
    replica: ports.Replica
    hub: ports.Hub
    printer: ports.Printer
    clock: ports.Clock
    ids: ports.Ids
    voucher_key: ports.VoucherKey
    card_key: ports.CardKey
    pin_checker: ports.PinChecker
    counter: ports.Counter
    say: Words
    """The visitor's language now; the desk keeps it up to date."""
    purses: ports.Purses | None = None
    """The purses of cards, where this kiosk can use them."""
    typing: ports.Typing | None = None
    """Chinese from keys; None where no engine is installed."""
    spent_codes: SpentCodes | None = None
    """The codes of phones that were taken; None: this kiosk takes none."""
    stationery: Stationery = field(default_factory=shipped)
    """What papers look like."""
    scanners: set[str] = field(default_factory=set)
    """The bar code scanners that work now; the desk keeps them up to date."""

    def rules(self) -> Rules:
        """The rule pack in force, read when it changed; one that cannot be read changes nothing."""
        text = self.replica.rules()
        if text != self._rules[0]:
            try:
                self._rules = (text, read_rules(text))
            except BadRules as trouble:
                log.error("the rule pack cannot be read, the last one stays: %s", trouble)
                self._rules = (text, self._rules[1])
        return self._rules[1]

    _rules: tuple[str, Rules] = ("", FIRST)
