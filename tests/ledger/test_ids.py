"""Names are fresh, ordered by time, and repeatable when chance is."""

import random
import uuid

from kiosk.ledger.ids import FreshIds


def test_a_uuid7_by_the_book() -> None:
    made = uuid.UUID(FreshIds(lambda: 1_700_000_000_123_456).uuid7())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_700_000_000_123


def test_many_names_of_one_instant_differ() -> None:
    ids = FreshIds(lambda: 1)
    assert len({ids.uuid7() for _ in range(5000)}) == 5000


def test_a_seed_repeats_itself() -> None:
    first, second = (FreshIds(lambda: 7, random.Random(3)) for _ in range(2))
    assert [first.uuid7(), first.nonce()] == [second.uuid7(), second.nonce()]
