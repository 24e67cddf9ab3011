"""Whose vouchers the counters of a store take: by the rule pack, its own or those of every store."""

from collections.abc import Iterable

from kiosk.hub.lookups import Lookups
from kiosk.hub.shelves import Reader


class Honoured:
    """What one store's devices may claim: `read` whose vouchers it is about, then `takes`."""

    def __init__(self, lookups: Lookups, store: str) -> None:
        self._lookups = lookups
        self._store = store

    def read(self, issuers: Iterable[str]) -> Reader:
        """Look up the stores of these devices."""
        yield self._lookups.stores.need(issuers)

    def takes(self, issuer: str, pack: int = 0) -> bool:
        """Whether a voucher that this device issued is good here, by rule pack `pack`, 0 the one in force."""
        if self._lookups.stores.get(issuer) == self._store:
            return True
        return self._lookups.people.rules(pack).voucher.stores == "all"
