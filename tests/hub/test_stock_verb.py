"""The verb that tells where the pieces of every gift are, and what was booked of them in a business day."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from click.testing import CliRunner
from test_hub_stock import CAME, GONE, RULES
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import gifts, packs
from kiosk.ledger import entries as en

TODAY = datetime.fromtimestamp(NOW / 1e6, ZoneInfo("Asia/Shanghai")).date()


def shop(folder: Path) -> Path:
    """Twenty-four pieces came, four broke; what nobody could have booked is not among them."""
    config = folder / "hub.toml"
    place = f'url = "sqlite:///{folder / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{folder / "generation"}"\n')
    office, till = open_office(read_settings(config), lambda: NOW), Till("K1")
    office.enrol(till.enrolment())
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
        gift = {"id": "G1", "place": 1, "name": {"en": "Tea"}, "category": "tea", "points": 10, "picture": ""}
        connection.execute(sa.insert(gifts).values(**gift))
    for body in (CAME, GONE, CAME | {"pieces": 101}):
        till.write(en.Stocked(**body), operator="mei")  # type: ignore[arg-type]
    till.hear(office.sync(till.request()))
    office.sync(till.request())
    office.engine.dispose()
    return config


def told(config: Path, *words: str) -> list[str]:
    done = CliRunner().invoke(main, ["stock", "--config", str(config), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.output.splitlines()]


def test_where_they_are_and_who_booked_them(tmp_path: Path) -> None:
    config = shop(tmp_path)
    now, day, came, gone = told(config, "--day", str(TODAY))
    assert now == "G1 0 free 20 at kiosks 0 on vouchers 20 in all Tea"
    assert day == f"{TODAY}: 2 bookings, +20 pieces"
    assert came.startswith("0001 ")
    assert came.endswith("G1 +24 received mei")
    assert gone.endswith("G1 -4 broken mei+kim")
    assert told(config, "--day", str(TODAY), "--store", "0002")[1:] == [f"{TODAY}: 0 bookings, +0 pieces"]
    tomorrow = TODAY + timedelta(days=1)
    assert told(config, "--day", str(tomorrow))[1:] == [f"{tomorrow}: 0 bookings, +0 pieces"]
