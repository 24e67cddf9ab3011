"""What every journey is given: the shop's settings and the ports, in one place."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from kiosk import ports
from kiosk.membership.rules import Rules, read_rules
from kiosk.words import Words

ANSWER_S_MAX = 5.0
"""How long a visitor waits for head office before they are told that nothing was spent."""
PRINT_S_MAX = 60.0
"""A printer that says nothing for this long has an unknown outcome."""


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


@dataclass
class World:
    """The ports."""

    shop: Shop
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
    connected: bool = False

    def rules(self) -> Rules:
        """The rule pack in force; read again only when its version changed."""
        text = self.replica.rules()
        if self._rules is None or self._rules[0] != text:
            self._rules = (text, read_rules(text))
        return self._rules[1]

    _rules: tuple[str, Rules] | None = None

    @cached_property
    def kiosk_number(self) -> int:
        """The kiosk's number as people say it: 3, not 03."""
        return int(self.shop.kiosk)
