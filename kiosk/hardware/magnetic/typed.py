"""What text that a reader sends by itself means to the desk: a swipe, a code, or a bank's card."""

from typing import Literal

from kiosk.events import CardTapped, CardUnreadable, CodeScanned
from kiosk.hardware.magnetic.readers import swipe_of_line
from kiosk.hardware.magnetic.swipes import BankCard, bank_account_within, is_bank_card
from kiosk.hardware.magnetic.watcher import event_of

Reads = Literal["cards", "codes"]
Told = CardTapped | CardUnreadable | CodeScanned


def event_of_text(reads: Reads, device: str, text: str) -> Told:
    """What a text means to the desk. A bank's card is refused also by a reader that is there for codes,
    whatever else it sent with it."""
    swipe = swipe_of_line(text)
    if reads == "cards" or is_bank_card(swipe):
        return event_of(device, swipe)[0]
    if bank_account_within(text):
        return CardUnreadable(device, BankCard.why, swiped=True)
    return CodeScanned(device, text)
