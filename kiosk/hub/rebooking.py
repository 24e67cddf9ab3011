"""Reading a log again after a restore: which lost grants are booked again, and what waits for another log."""

from collections.abc import Iterable

from kiosk.hub.lookups import Lookups
from kiosk.hub.recovery import Era
from kiosk.hub.seals import Seals
from kiosk.hub.serials import Lease
from kiosk.hub.shelves import Reader
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer
from kiosk.ledger.serials import Range

WAITS = "waits"
"""The reason of an entry that is set aside until another device's log is in."""
_MAY_WAIT = frozenset({"operation-unknown", "voucher-unknown", WAITS})
_RIGHT_MOVES = en.Claim | en.Release | en.Expire | en.Cancel | en.Void | en.Granted | en.Returned
_RETIRED = "suspense:retired:"


def retired(device: str, member: str | None = None) -> str:
    """Where a retired device's escrow lies: its own rights, or those of one member."""
    return acc.escrow(device, member).replace(acc.escrow(""), _RETIRED, 1)


class Rebooking:
    """Follows one device's log through the generations.

    An unknown grant is booked again only if it bears our seal, is of a generation that has ended, and was
    taken while the device lived in it: a kiosk that is past a generation has had its last word about it.

    The right to claim a voucher goes from hand to hand, and each log tells only of its own hands. While a
    recovery lasts, whoever was given the right at all is believed about it, in whatever order logs arrive,
    and waits (`patient`) for the log that the voucher began in. In the end the books say who holds it.
    """

    def __init__(
        self,
        device: str,
        era: Era,
        seals: Seals,
        log_gen: int,
        *,
        is_retired: bool = False,
        patient: bool = True,
    ) -> None:
        self._device = device
        self._seals = seals
        self._retired = is_retired
        self._patient = patient and era.recovering
        self._again: list[en.Granted] = []
        self._given: set[str] = set()
        self._waiting: list[tuple[int, str]] = []
        self.era = era
        self.log_gen = log_gen
        self.taken: dict[int, int] = {}
        """The last d of each generation that this batch tells of."""

    def read(self, lookups: Lookups, bodies: Iterable[en.Body | None]) -> Reader:
        """Look up what may be in the way."""
        self._lookups = lookups
        if self._patient:
            moved = {voucher_in(body) for body in bodies} - {""}
            yield lookups.waiting.need((self._device, voucher) for voucher in moved)

    # --- grants ----------------------------------------------------------------------------------

    def see(self, body: en.Body | None) -> None:
        """Follow one posted entry."""
        if isinstance(body, en.Gen):
            self.log_gen = max(self.log_gen, body.gen)
        elif isinstance(body, en.Granted):
            self.taken[body.gen] = max(body.d, self.taken.get(body.gen, 0))
            self._given.add(voucher_in(body))

    def was_lost(self, body: en.Granted) -> bool:
        """Whether we made this grant and lost it with the database."""
        ended = self.log_gen <= body.gen < self.era.gen
        place = (self._device, body.gen, body.d)
        return ended and self._seals.holds(self._device, body) and not self._lookups.downlinks.get(place)

    def book(self, body: en.Granted) -> None:
        """Keep it again."""
        self._again.append(body)
        if serials := Range.of(body.asset):
            self._lookups.serials.note(Lease(serials, self._device, body.gen))
        # Told twice, it is booked once.
        self._lookups.downlinks.put((self._device, body.gen, body.d), value=True)

    def grant_rows(self) -> Iterable[tuple[object, ...]]:
        """Rows of `tables.grants`."""
        for body in self._again:
            yield (
                body.gid, self._device, body.gen, body.d,
                body.asset, body.amount, body.member, body.want, body.not_after,
            )  # fmt: skip

    def want_rows(self) -> Iterable[tuple[object, ...]]:
        """Rows of `tables.wants`: a want that was granted stays granted."""
        for body in self._again:
            want = (self._device, body.want or "")
            if body.want and not self._lookups.wants.get(want):
                self._lookups.wants.put(want, value=True)
                yield (body.want, self._device, body.gid)

    # --- the right to claim ----------------------------------------------------------------------

    def had(self, voucher: str, issuer: str) -> bool:
        """Whether this device is believed to have had the right to claim at some time."""
        if not self.era.recovering:
            return False
        given = voucher in self._given or self._lookups.given.get((self._device, acc.claim(voucher)))
        return issuer == self._device or bool(given)

    def is_waiting(self, body: en.Body | None) -> bool:
        """Whether an earlier entry of this log about the same voucher waits: then this one does."""
        voucher = voucher_in(body)
        return self._patient and bool(voucher) and bool(self._lookups.waiting.get((self._device, voucher)))

    def waits(self, n: int, body: en.Body | None, reason: str, voucher: str) -> bool:
        """Whether entry n, which cannot be applied for this reason, waits for another log; noted if so."""
        voucher = voucher_in(body) or voucher
        if not self._patient or reason not in _MAY_WAIT or not isinstance(body, _RIGHT_MOVES) or not voucher:
            return False
        self._lookups.waiting.put((self._device, voucher), value=True)
        self._waiting.append((n, voucher))
        return True

    def waiting_rows(self) -> Iterable[tuple[object, ...]]:
        """Rows of `recovery_tables.waiting`."""
        return [(self._device, n, voucher) for n, voucher in self._waiting]

    # --- retired devices -------------------------------------------------------------------------

    def placed(self, legs: Iterable[Transfer]) -> tuple[Transfer, ...]:
        """What a retired device does, late, it does with what was set aside for it when it was retired."""
        if not self._retired:
            return tuple(legs)
        return tuple(
            Transfer(leg.id, self._aside(leg.source), self._aside(leg.target), leg.asset, leg.amount)
            for leg in legs
        )

    def _aside(self, account: str) -> str:
        mine = acc.escrow(self._device)
        if account == mine or account.startswith(f"{mine}:"):
            return account.replace(acc.escrow(""), _RETIRED, 1)
        return account


def voucher_in(body: en.Body | None) -> str:
    """The voucher whose right to claim an entry moves, as far as the entry itself says; '' if none."""
    if isinstance(body, en.Redeem | en.Claim | en.Release | en.Expire | en.Cancel):
        return body.voucher
    if isinstance(body, en.Granted | en.Returned):
        return acc.voucher_of(body.asset)
    return ""
