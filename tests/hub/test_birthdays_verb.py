"""The verb that tells whose birthdays come: masked names, each person once, a store's own."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.birthdays_verb import _next
from kiosk.hub.occasions import note_occasions
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import aliases, members, packs

RULES = """
[tiers.member]
from = 0
name.zh_CN = "会员"
name.en = "Member"
[tiers.gold]
from = 1000
name.zh_CN = "金卡"
name.en = "Gold"
[voucher]
pickup.en = "Counter"
"""
PEOPLE = {
    "M1": ("张*伟", 2_000, "K1", date(1960, 12, 31)),
    "M2": ("王*芳", 0, "K1", date(1990, 12, 1)),
    "M3": ("李*娜", 0, None, date(1985, 12, 7)),
    "M4": ("赵*", 0, "K1", date(1990, 11, 1)),
    "M5": ("王*芳", 0, "K1", date(1990, 12, 1)),
    "M6": ("", 0, "K1", date(1990, 12, 2)),
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """M5 was joined to M2; of M6, who was erased, no name is left."""
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office = open_office(read_settings(config), lambda: NOW)
    office.enrol(Till("K1").enrolment())
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
        for member, (name, lifetime, home, born) in PEOPLE.items():
            row = {"id": member, "name": name, "lifetime": lifetime, "home": home, "verifier": ""}
            connection.execute(sa.insert(members).values(**row))
            note_occasions(connection, member, born=born)
        connection.execute(sa.insert(aliases).values(alias="M5", into="M2", proof="p"))
    office.engine.dispose()
    return config


def told(config: Path, *words: str) -> list[str]:
    done = CliRunner().invoke(main, ["birthdays", "--config", str(config), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_everybody_once_by_day_with_their_tier(config: Path) -> None:
    assert told(config, "--month", "2026-12") == [
        "12-01  王*芳  会员",
        "12-07  李*娜  会员",
        "12-31  张*伟  金卡",
        "2026-12: 3",
    ]


def test_a_stores_own(config: Path) -> None:
    assert told(config, "--month", "2026-12", "--store", "0001")[-1] == "2026-12: 2"
    assert told(config, "--month", "2026-12", "--store", "0009") == ["2026-12: 0"]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
    ],
)
def test_the_month_after(day: date, first: date) -> None:
    assert _next(day) == first
