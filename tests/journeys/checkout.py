"""The shop's till beside a kiosk, and the receipts it prints for buyers who named nobody."""

from collections.abc import Callable
from datetime import UTC, datetime

from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.sales import SalesDesk
from kiosk.hub.till_messages import Refund, Sale
from kiosk.hub.tills import add_till
from kiosk.membership.receipts import Receipt, payload, qr_text

CENTS = 25_800


class Checkout:
    """One till. `now`: UTC microseconds. Kiosks learn head office's key with their next download."""

    def __init__(self, office: HeadOffice, now: Callable[[], int]) -> None:
        self._now = now
        self.signer = PhoneSigner(office.engine, now, CodeKeys(b"s" * 32, b"k" * 32))
        self._desk = SalesDesk(office, self.signer)
        with office.engine.begin() as connection:
            self._token = add_till(connection, "T1", "0001")

    def sell(self, number: str = "R1", cents: int = CENTS) -> str:
        """The code on the receipt."""
        return self._desk.sell(self._token, Sale(receipt=number, at=self._at(), cents=cents)).qr

    def sign(self, sold_at: int) -> str:
        """A code that head office signed at another time (UTC microseconds) for a sale of the same amount."""
        told = payload(Receipt(self.signer.key_id, "0001", "T1", "R0", sold_at, CENTS, CENTS // 100))
        return qr_text(told, self.signer.seal(told))

    def refund(self, cents: int, number: str = "R1") -> int:
        """The points that are taken back."""
        refund = Refund(refund=f"B{cents}", receipt=number, at=self._at(), cents=cents)
        return self._desk.refund(self._token, refund).points

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._now() / 1e6, UTC)
