"""A simulated secure access module: it keeps master keys, and can be pulled."""

from kiosk.hardware.cards.keys import KeyRing, SamGone
from kiosk.hardware.cards.storage import KeyType


class SimulatedSam:
    """Implements keys.Sam. `left` answers more, then it is gone; None: it stays."""

    def __init__(self, keys: KeyRing, left: int | None = None) -> None:
        self._keys = keys
        self.left = left
        self.versions = keys.versions

    def _answers(self) -> None:
        if self.left == 0:
            raise SamGone("the access module does not answer")
        if self.left is not None:
            self.left -= 1

    def sector_key(self, version: int, uid: bytes, sector: int, which: KeyType) -> bytes:
        """As the port says."""
        self._answers()
        return self._keys.sector_key(version, uid, sector, which)

    def record_code(self, version: int, uid: bytes, body: bytes) -> bytes:
        """As the port says."""
        self._answers()
        return self._keys.record_code(version, uid, body)
