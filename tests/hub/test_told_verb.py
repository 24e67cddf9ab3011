"""The verb that counts what members told."""

from pathlib import Path

from click.testing import CliRunner
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.ledger import entries as en


def test_it_counts_wishes(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')
    office, till = open_office(read_settings(config), lambda: NOW), Till("K1")
    office.enrol(till.enrolment())
    for member in ("M1", "M2"):
        till.write(en.Told(what="wish", topic="G07"), member)
    office.sync(till.request())
    office.engine.dispose()
    done = CliRunner().invoke(main, ["told", "--config", str(config)], catch_exceptions=False)
    assert done.output.split() == ["wish", "G07", "-", "2"]
