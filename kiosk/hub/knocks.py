"""Durable limits on guessing: every knock at a door counts as wrong until it turns out right."""

import ipaddress

import sqlalchemy as sa

from kiosk.hub.console_tables import knocks
from kiosk.hub.declined import Declined
from kiosk.hub.tables import upsert

_IPV6_SITE = 64


class Door:
    """A door at which one source may be wrong `most` times within `window_us` (microseconds)."""

    def __init__(self, name: str, most: int, window_us: int) -> None:
        self._name = name
        self._most = most
        self._window_us = window_us

    def knock(self, connection: sa.Connection, source: str, now: int) -> Declined | None:
        """Count a try of this source; what to refuse it with when it was wrong too often.

        It is returned, not raised, so that the caller can commit the count.
        """
        k = knocks.c
        begins = k.since + self._window_us <= now
        row = {"door": self._name, "source": source_of(source)}
        again = {
            "wrong": sa.case((begins, 1), else_=k.wrong + 1),
            "since": sa.case((begins, now), else_=k.since),
        }
        insert = upsert(connection, knocks).values(**row, wrong=1, since=now)
        insert = insert.on_conflict_do_update(index_elements=["door", "source"], set_=again)
        wrong, since = connection.execute(insert.returning(k.wrong, k.since)).one()
        if wrong <= self._most:
            return None
        left_s = -((now - since - self._window_us) // 1_000_000)  # rounded up
        return Declined(429, "too-often", "too many wrong tries from this address", retry_after_s=left_s)

    def welcome(self, connection: sa.Connection, source: str) -> None:
        """It was right: the knock does not count."""
        mine = (knocks.c.door == self._name) & (knocks.c.source == source_of(source))
        connection.execute(sa.update(knocks).where(mine).values(wrong=knocks.c.wrong - 1))


def source_of(address: str) -> str:
    """Whom an address stands for: an IPv6 site has 2^64 of them and counts as one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, _IPV6_SITE), strict=False))
    return str(ip)
