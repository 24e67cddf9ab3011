"""Transactions that the database ended because another one was in its way are done again, a few times."""

import logging
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

log = logging.getLogger(__name__)
T = TypeVar("T")

ATTEMPTS = 5
_WAIT_S, _WAIT_MAX_S = 0.01, 0.5
_PASSING = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "23505",  # unique_violation: somebody was first; looked up again, their row is there
    }
)


def passes(trouble: BaseException) -> bool:
    """Whether the same work may well succeed now: another transaction was in the way, or no connection."""
    if isinstance(trouble, sa.exc.DBAPIError) and trouble.connection_invalidated:
        return True
    cause = trouble.orig if isinstance(trouble, sa.exc.DBAPIError) else trouble
    return getattr(cause, "sqlstate", None) in _PASSING


def committed(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    """What `work` returns, after COMMIT. It may run several times, even after an unheard COMMIT."""
    again = Retrying(
        retry=retry_if_exception(passes),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=_WAIT_S, max=_WAIT_MAX_S),
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    )

    def once() -> T:
        with engine.begin() as connection:
            return work(connection)

    return again(once)
