"""The bookkeeping of readers: no event lost, none doubled, whatever passes between two looks."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.presence import PRESENT, Change, changes


@given(st.integers(0, 0xFFFF), st.lists(st.integers(0, 5), max_size=40))
def test_each_card_arrives_once_and_leaves_once(start: int, turns_between_looks: list[int]) -> None:
    turns, here = 0, False
    before: int | None = None
    told = False
    for more in turns_between_looks:
        turns += more
        now = ((start + turns) & 0xFFFF) << 16 | (PRESENT if turns % 2 else 0)
        for change in changes(before, now):
            if change is Change.ARRIVED:
                assert not told
                told = True
            elif change is Change.REMOVED:
                assert told
                told = False
            else:
                assert not told
        if before is not None and more:
            assert changes(before, now)
        assert changes(now, now | 0x0100) == (), "another flag is no card"
        here = bool(turns % 2)
        assert told == here
        before = now


def test_an_old_service_without_a_counter_still_tells_by_its_flags() -> None:
    assert changes(0, PRESENT) == (Change.ARRIVED,)
    assert changes(PRESENT, 0) == (Change.REMOVED,)


def test_the_first_look_counts_no_history() -> None:
    assert changes(None, 0x0006_0000) == ()
    assert changes(None, 0x0007_0000 | PRESENT) == (Change.ARRIVED,)


def test_a_card_gone_before_it_was_looked_at() -> None:
    assert changes(0x0002_0000, 0x0004_0000) == (Change.MISSED,)
    assert changes(0x0001_0000 | PRESENT, 0x0004_0000) == (Change.REMOVED, Change.MISSED)
