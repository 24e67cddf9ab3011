"""A program at a reader: debits the purse that lies there by each amount, and says how it ended."""

import secrets
import sys
import time

from kiosk.clock import RealClock
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.pcsc import CardBusy, Service
from kiosk.hardware.readers.connection import CardConnection

from .purse_till import ISSUER, TERMINAL

PATIENCE_S = 10


def opened(service: Service, name: str) -> tuple[CardConnection, PbocPurse]:
    """A card that was just put down may still be powered by pcscd: it is connected again."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            card = CardConnection(service, name, RealClock(), shared=True)
        except (CardTrouble, CardBusy):
            assert time.monotonic() < until
            time.sleep(0.05)
            continue
        try:
            return card, PbocPurse(card, ISSUER.kiosk_keys, TERMINAL, secrets.token_bytes)
        except CardTrouble:
            card.close(reset=True)
            assert time.monotonic() < until


def main() -> None:
    name, *amounts = sys.argv[1:]
    with Service() as service:
        card, purse = opened(service, name)
        for place, amount in enumerate(amounts):
            intent = purse.prepare_debit(f"op{place}", int(amount), bytes.fromhex("20260131101500"))
            print(purse.debit(intent), purse.resolve(intent), flush=True)
        print([line.deal.amount for line in purse.log()])
        card.close(reset=False)


if __name__ == "__main__":
    main()
