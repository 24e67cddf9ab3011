"""Business days of the shop, and money, for the sums that people read."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def today(now: int, zone: ZoneInfo) -> date:
    """The business day of a moment (UTC microseconds)."""
    return datetime.fromtimestamp(now // 1_000_000, zone).date()


def edges_of(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """From when to before when (UTC microseconds) a day lasts in the shop's zone."""
    edges = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    begin, end = (int(edge.astimezone(UTC).timestamp()) * 1_000_000 for edge in edges)
    return begin, end


def money(cents: int) -> str:
    """¥186.00 from cents; a debt has its sign before it."""
    return f"{'-' if cents < 0 else ''}¥{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
