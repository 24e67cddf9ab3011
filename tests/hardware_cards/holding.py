"""Another program that uses cards: holds the card of a reader until stdin ends. Says "held" when it does."""

import sys
import time

from smartcard import scard


def main() -> None:
    name, manner = sys.argv[1:]
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    mode = scard.SCARD_SHARE_EXCLUSIVE if manner == "exclusive" else scard.SCARD_SHARE_SHARED
    until = time.monotonic() + 10
    while True:
        result, card, _ = scard.SCardConnect(
            context, name, mode, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if result == scard.SCARD_S_SUCCESS:
            break
        assert time.monotonic() < until, hex(result & 0xFFFFFFFF)
        time.sleep(0.005)
    if manner == "transaction":
        assert scard.SCardBeginTransaction(card) == scard.SCARD_S_SUCCESS
    print("held", flush=True)
    sys.stdin.read()
    if manner == "transaction":
        scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)


if __name__ == "__main__":
    main()
