"""Seals on grants: a restored head office books again only what it really made."""

import hmac

import msgspec

from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire

_BYTES = 16


class Seals:
    """HMAC-SHA256 over a grant and its device, under a key that lies beside the restore counter.

    Never in the database: whoever reads a backup must not be able to invent grants that were lost.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sealed(self, device: str, grant: wire.Grant) -> wire.Grant:
        """The grant as it travels."""
        told = {name: getattr(grant, name) for name in grant.__struct_fields__ if name != "seal"}
        return msgspec.structs.replace(grant, seal=self._seal(device, en.Granted(**told)))

    def holds(self, device: str, granted: en.Granted) -> bool:
        """Whether we made this grant, for this device, with exactly these fields."""
        bare = msgspec.structs.replace(granted, seal=b"")
        return hmac.compare_digest(granted.seal, self._seal(device, bare))

    def _seal(self, device: str, bare: en.Granted) -> bytes:
        # Fields at their default are left out: a field that is added later changes no older seal.
        covered = msgspec.msgpack.encode(("kiosk-grant-1", device, bare))
        return hmac.digest(self._key, covered, "sha256")[:_BYTES]
