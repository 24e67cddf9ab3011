"""Every sentence is said in every language, with the values it promises."""

import string
from zoneinfo import ZoneInfo

import pytest

from kiosk.commands import words
from kiosk.words import LANGUAGES, Words

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = 1_767_193_200_000_000  # 2025-12-31 23:00 in Shanghai, 15:00 UTC


def named(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", words.TRANSLATED)
def test_nothing_is_left_untranslated(language: str) -> None:
    assert words.untranslated(language) == []


@pytest.mark.parametrize("language", words.TRANSLATED)
def test_translations_keep_their_values_and_are_compiled(language: str) -> None:
    say = Words(language, ZONE)
    for message in words.catalogue(language):
        if message.id:
            assert named(str(message.string)) == named(str(message.id)), message.id
            assert say(str(message.id), **{name: "{" + name + "}" for name in named(str(message.id))}) == str(
                message.string
            )


def test_numbers_and_dates() -> None:
    say = Words("zh_CN", ZONE)
    assert say.points(12480) == "12,480"
    assert say.money(18600) == "¥186.00"
    assert say.money(-5) == "−¥0.05"
    assert (say.signed(120), say.signed(-3600)) == ("+120", "−3,600")
    assert say.date(EVENING) == "12月31日"
    assert Words("en", ZONE).full_day(say.local(EVENING).date()) == "31 December 2025"
    assert say.time(EVENING) == "23:00"


def test_a_name_in_the_nearest_language() -> None:
    assert Words("zh_TW", ZONE).of({"zh_CN": "杯", "en": "Mug"}) == "杯"
    assert [Words(code, ZONE).of({code: code}) for code in LANGUAGES] == list(LANGUAGES)
