"""What a running kiosk says of itself: whether it reaches head office, and what waits to go up."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

VERDICTS = ("debt", "disputed", "quarantined")


def lines(said: dict[str, Any], zone: str) -> Iterator[str]:
    """An answer to `ping`, for a technician; times are of this zone (IANA)."""
    up = said.get("up")
    yield "head office: " + ("not asked yet" if up is None else "reached" if up else "out of reach")
    waiting, since = int(said.get("waiting", 0)), int(said.get("since", 0))
    told = f"{waiting}" if waiting else "none"
    if waiting and since:
        told += f", the oldest of {datetime.fromtimestamp(since / 1e6, ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    yield f"entries that wait to go up: {told}"
    for verdict in VERDICTS:
        if count := int(said.get(verdict, 0)):
            yield f"entries that head office called {verdict}, since the start: {count}"
