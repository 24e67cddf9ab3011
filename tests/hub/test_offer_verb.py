"""The verb that puts a gift aside for a member."""

from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner, Result
from till import NOW

from kiosk.hub.__main__ import main
from kiosk.hub.console_tables import audit
from kiosk.hub.occasions import persons
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import members, packs

RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.lucky]
gift = "G1"
when = "waiting"
"""


def offer(config: Path, member: str, rule: str, until: str) -> Result:
    return CliRunner().invoke(main, ["offer", member, rule, "--until", until, "--config", str(config)])


def test_a_gift_waits_and_the_audit_says_who_put_it_aside(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office = open_office(read_settings(config), lambda: NOW)
    with office.engine.begin() as connection:
        person = {"id": "M1", "name": "-", "lifetime": 0, "verifier": ""}
        connection.execute(sa.insert(members).values(**person))
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    office.engine.dispose()
    assert offer(config, "M1", "lucky", "2999-01-01").exit_code == 0
    assert offer(config, "M2", "lucky", "2999-01-01").exit_code != 0
    assert offer(config, "M1", "lucky", "1999-01-01").exit_code != 0
    assert offer(config, "M1", "other", "2999-01-01").exit_code != 0
    office = open_office(read_settings(config), lambda: NOW)
    with office.engine.begin() as connection:
        waiting = [one.rule for one in persons(connection, ["M1"])["M1"].put_aside]
        lines = connection.scalars(sa.select(audit.c.subject).where(audit.c.action == "offer")).all()
    office.engine.dispose()
    assert waiting == ["lucky"]
    assert lines == ["lucky:ever M1"]
