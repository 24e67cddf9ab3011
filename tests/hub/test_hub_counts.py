"""Counts of drawers at head office: kept as they were told, refused when they are none, and summed up."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from msgspec.structs import replace
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.counted import counted
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.ledger import entries as en

TODAY = datetime.fromtimestamp(NOW / 1e6, ZoneInfo("Asia/Shanghai")).date()
TAKINGS = (en.Taking(what="gift", times=2, cents=1_980), en.Taking(what="rule:topup", times=1, cents=10_000))
BEGIN = en.Drawer(expected=0, counted=50_000, left=50_000, brought=50_000, to="mei")
CLOSE = en.Drawer(
    expected=61_980, counted=61_480, left=50_000, of="mei", began=NOW, takings=TAKINGS, reason="change"
)


def verdict(office: HeadOffice, till: Till, body: en.Drawer) -> tuple[str, str]:
    n = till.write(body, operator="mei")
    answer = office.sync(till.request())
    till.hear(answer)
    (said,) = [one for one in answer.verdicts if one.n == n]
    return said.verdict, said.reason


def test_a_count_is_kept_once_as_it_was_told(office: HeadOffice, till: Till) -> None:
    assert verdict(office, till, BEGIN) == ("posted", "")
    assert verdict(office, till, CLOSE) == ("posted", "")
    office.sync(till.request())
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(counted).order_by(counted.c.expected)).all()
    assert [(row.ended, row.follower, row.expected, row.counted, row.stays) for row in rows] == [
        ("", "mei", 0, 50_000, 50_000),
        ("mei", "", 61_980, 61_480, 50_000),
    ]
    assert rows[1].takings == [["gift", 2, 1_980], ["rule:topup", 1, 10_000]]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CLOSE, counted=-1),
        replace(CLOSE, left=1 << 63),
        replace(CLOSE, reason="she said so"),
        replace(CLOSE, of="m" * 65),
        replace(CLOSE, takings=(en.Taking(what="gift", times=-1),)),
        replace(CLOSE, takings=TAKINGS * 101),
    ],
)
def test_what_is_no_count_is_set_aside(office: HeadOffice, till: Till, wrong: en.Drawer) -> None:
    assert verdict(office, till, wrong) == ("quarantined", "amount-or-name")
    with office.engine.begin() as connection:
        assert connection.execute(sa.select(counted)).all() == []


def test_the_verb_tells_each_count_and_the_day(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office, till = open_office(read_settings(config), lambda: NOW), Till("K1")
    office.enrol(till.enrolment())
    assert verdict(office, till, BEGIN) == verdict(office, till, CLOSE) == ("posted", "")
    office.engine.dispose()
    words = ["shifts", "--config", str(config), "--day", str(TODAY)]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert [line.split(" ", 3)[3] for line in lines if "->" in line] == [
        "- -> mei ¥0.00 by the records, ¥500.00 brought, ¥500.00 counted, ¥500.00 left",
        "mei -> - ¥619.80 by the records, ¥0.00 brought, ¥614.80 counted, ¥500.00 left -¥5.00 change",
    ]
    assert lines[-3:] == [
        "gift 2 × ¥19.80",
        "rule:topup 1 × ¥100.00",
        f"{TODAY}: 2 counts, -¥5.00 by hand against the records",
    ]
