"""The shop's words: gettext catalogues, numbers, money and dates, for one visitor's language.

English sentences are the message ids; zh_CN and zh_TW are catalogues in kiosk/locale. The home of Babel.
"""

import gettext
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = {"zh_CN": "简体中文", "zh_TW": "繁體中文", "en": "English"}
DEFAULT = "zh_CN"
_LOCALE = Path(__file__).parent / "locale"


def _(message: str) -> str:
    """Mark a sentence for the catalogues; it is translated when it is said."""
    return message


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("kiosk", _LOCALE, [language], fallback=language == "en")


class Words:
    """Says things in one language; times are told in the store's zone."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone
        self._catalogue = _catalogue(language)

    def __call__(self, message: str, **values: object) -> str:
        """The sentence in this language, its {named} values filled in as they are."""
        said = self._catalogue.gettext(message)
        return said.format(**values) if values else said

    def of(self, names: dict[str, str]) -> str:
        """A name from the catalogue in this language, or the next best one."""
        for language in (self.language, DEFAULT, "en"):
            if language in names:
                return names[language]
        return next(iter(names.values()), "")

    def points(self, points: int) -> str:
        """12,480."""
        return f"{points:,}"

    def signed(self, points: int) -> str:
        """+120, −3,600 (a true minus sign)."""
        return f"{'+' if points >= 0 else '−'}{abs(points):,}"

    def money(self, cents: int) -> str:
        """¥186.00 from integer cents."""
        sign = "−" if cents < 0 else ""
        return f"{sign}¥{abs(cents) // 100:,}.{abs(cents) % 100:02d}"

    def local(self, at: int) -> datetime:
        """UTC microseconds in the store's zone."""
        return datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(self.zone)

    def time(self, at: int) -> str:
        """14:32."""
        return f"{self.local(at):%H:%M}"

    def day(self, day: date) -> str:
        """12月31日, 31 December."""
        from babel.dates import format_date  # not needed for the first page

        pattern = "d MMMM" if self.language == "en" else "M月d日"
        return format_date(day, pattern, locale=self.language)

    def full_day(self, day: date) -> str:
        """2026年12月31日, 31 December 2026."""
        from babel.dates import format_date

        pattern = "d MMMM y" if self.language == "en" else "y年M月d日"
        return format_date(day, pattern, locale=self.language)

    def date(self, at: int) -> str:
        """The business date of a time."""
        return self.day(self.local(at).date())
