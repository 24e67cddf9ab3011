"""A program that takes every context the card service has; says how many, and keeps them until stdin ends."""

import os
import sys

from smartcard import scard


def main() -> None:
    taken = 0
    while scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)[0] == scard.SCARD_S_SUCCESS:
        taken += 1
        assert taken < 1000
    print(taken, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
