"""Line breaking, without a window."""

import pytest

from kiosk.screens.prepare import KivyIsAwake, prepare
from kiosk.screens.widgets.breaking import balanced, broken, pieces


def wide(text: str) -> float:
    return sum(2.0 if ch >= "⺀" else 1.0 for ch in text)


def test_a_closing_mark_never_starts_a_line() -> None:
    lines = broken("请用手遮挡，店员不会询问您的密码。", 10, wide)
    assert not any(line[0] in "，。" for line in lines)


def test_latin_words_and_numbers_stay_whole() -> None:
    assert pieces("这 3,600 分") == ["这 ", "3,600 ", "分"]
    assert broken("points to spend", 6, wide) == ["points", "to", "spend"]


def test_two_lines_are_about_equal() -> None:
    assert balanced("one two three four five six", 24, wide) == ["one two three", "four five six"]


def test_a_pause_is_a_good_place() -> None:
    assert balanced("屏幕上的信息会清除。积分和余额不受影响。", 36, wide) == [
        "屏幕上的信息会清除。",
        "积分和余额不受影响。",
    ]


def test_what_fits_is_left_alone() -> None:
    assert balanced("返回", 100, wide) == ["返回"]


def test_kivy_cannot_be_prepared_twice(tmp_path) -> None:
    with pytest.raises(KivyIsAwake):
        prepare(tmp_path, (1080, 1920))
