"""The verb that sums up what staff gave by hand in a business day."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from test_hub_credits import RULES, SORRY, TOPUP
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import packs
from kiosk.ledger import entries as en

TODAY = datetime.fromtimestamp(NOW / 1e6, ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Mei took money twice and lin once; mei was sorry once."""
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office, till = open_office(read_settings(config), lambda: NOW), Till("K1")
    office.enrol(till.enrolment())
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    for operator, body in (("mei", TOPUP), ("mei", TOPUP), ("lin", TOPUP), ("mei", SORRY)):
        till.write(en.Credited(**body), "M1", operator=operator)  # type: ignore[arg-type]
    till.write(en.Credited(**TOPUP | {"units": 1}), "M1", operator="mei")  # type: ignore[arg-type]
    office.sync(till.request())
    office.engine.dispose()
    return config


def told(config: Path, *words: str) -> list[str]:
    done = CliRunner().invoke(main, ["given", "--config", str(config), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.output.splitlines()]


def test_each_colleague_and_the_drawer(config: Path) -> None:
    assert told(config, "--day", str(TODAY)) == [
        "0001 lin topup cash 1 × 10000 ¥100.00",
        "0001 mei sorry points 1 × 50 ¥0.00",
        "0001 mei topup cash 2 × 20000 ¥200.00",
        f"{TODAY}: ¥300.00 collected",
    ]


@pytest.mark.parametrize("away", [-1, 1])
def test_other_days_are_others(config: Path, away: int) -> None:
    day = TODAY + timedelta(days=away)
    assert told(config, "--day", str(day)) == [f"{day}: ¥0.00 collected"]


def test_other_stores_are_others(config: Path) -> None:
    assert told(config, "--day", str(TODAY), "--store", "0002") == [f"{TODAY}: ¥0.00 collected"]
    assert len(told(config, "--day", str(TODAY), "--store", "0001")) == 4
