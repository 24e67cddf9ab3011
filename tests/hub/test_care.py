"""Operators' verbs, second logs, and the same recovery over PostgreSQL."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hub_shop import CHEAP, books_of, furnish
from restoring import GRANTS, Restorable
from test_recovery import BOOT, points, sound
from till import NOW, CountedIds, Till

from kiosk.hub.__main__ import main
from kiosk.hub.backups import make, restore
from kiosk.hub.generation import MemoryGeneration
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import device_record, recovery_record
from kiosk.hub.settings import Backup, HubSettings
from kiosk.hub.tables import open_database
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.ids import FreshIds
from tests.postgres import Cluster


def verb(*words: str) -> str:
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/hub.db"\ngeneration_file = "{tmp_path}/generation"\n'
        f'[backup]\nfolder = "{tmp_path}/backups"\n'
    )
    return file


def test_a_drill_with_the_verbs_alone(config: Path, tmp_path: Path) -> None:
    told = verb("backup", "--config", str(config), str(tmp_path / "one"))
    assert "verified" in told
    refused = CliRunner().invoke(main, ["restore", "--config", str(config), str(tmp_path / "one")])
    assert "overwrites nothing" in refused.output
    (tmp_path / "hub.db").unlink()
    assert "generation 2" in verb("restore", "--config", str(config), str(tmp_path / "one"))
    shown = json.loads(verb("recovery", "--config", str(config)))
    assert (shown["gen"], shown["awaited"]) == (2, [])
    assert "generation 3" in verb("restored", "--config", str(config))


def test_a_second_log_is_told_and_its_grants_are_set_aside() -> None:
    hub = Restorable()
    till = hub.till("K1")
    hub.drain([till])
    twin = till.clone("x")
    till.write(BOOT)
    answer = hub.office.sync(twin.request(twin.sent + 1, None, points("w")))
    twin.hear(answer)  # the copy was first: it is granted, and journals it
    twin.redeem("stolen", "M1")
    twin.post("stolen", "M1")
    twin.write(en.Claim(op="stolen", voucher="V-stolen"))
    fork = len(till.log)
    hub.office.sync(till.request())  # the original: its log is the one that we hold
    hub.office.sync(twin.request(fork))
    record = device_record(hub.office, "K1")
    assert record["frozen"]
    assert [told[1:3] for told in record["second_branch"]] == [  # type: ignore[index, attr-defined]
        ["redeem", "V-stolen"], ["post", "V-stolen"], ["claim", "V-stolen"],
    ]  # fmt: skip
    books = hub.books()
    assert books["suspense:branch:K1:M1", acc.POINTS] == 300
    hub.office.sync(twin.request(fork))
    assert hub.books() == books
    sound(hub, [till])


def office_over(url: str, keeper: MemoryGeneration, ids: Any, backup: Backup | None = None) -> HeadOffice:
    settings = HubSettings(grants=GRANTS, pin=CHEAP, demo=True, backup=backup or Backup())
    return HeadOffice(open_database(url), lambda: NOW, ids, settings, generation=keeper)


def exchange(office: HeadOffice, tills: list[Till], rounds: int) -> None:
    for _ in range(rounds):
        for till in tills:
            till.hear(office.sync(till.request(till.sent + 1)))


def test_postgresql_is_dumped_tried_restored_and_recovered(
    postgres_url: str, postgres: Cluster, tmp_path: Path
) -> None:
    keeper, ids = MemoryGeneration(), CountedIds("g")
    office = office_over(postgres_url, keeper, ids)
    furnish(office)
    tills = [Till("K1"), Till("K2")]
    for till in tills:
        office.enrol(till.enrolment())
    exchange(office, tills, 3)
    assert office.back_up(tmp_path / "one").state == "verified"
    till = tills[0]
    till.hear(office.sync(till.request(till.sent + 1, None, points("w"))))
    till.redeem("op", "M1")
    till.post("op", "M1")
    exchange(office, tills, 3)
    before = books_of(office)
    office.engine.dispose()
    with postgres.fresh() as name:
        restore(sa.make_url(postgres.url(name)), tmp_path / "one")
        again = office_over(postgres.url(name), keeper, ids)
        assert recovery_record(again)["awaited"] == ["K1", "K2"]
        exchange(again, tills, 4)
        assert recovery_record(again)["recovering"] is False
        assert books_of(again) == before
        again.engine.dispose()


def test_no_standby_no_forgetting(postgres_url: str) -> None:
    office = office_over(postgres_url, MemoryGeneration(), FreshIds(lambda: NOW), Backup(stable="standby"))
    till = Till("K1")
    office.enrol(till.enrolment())
    till.write(BOOT)
    assert office.sync(till.request()).stable == 0
    office.engine.dispose()


def test_a_backup_that_may_not_be_tried_is_unverified(
    postgres_url: str, postgres: Cluster, tmp_path: Path
) -> None:
    owner = open_database(postgres_url)
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS reader")
        connection.exec_driver_sql("CREATE ROLE reader LOGIN")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        connection.exec_driver_sql("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader")
    reader = sa.create_engine(owner.url.set(username="reader"))
    made = make(reader, tmp_path / "one", "b", NOW)
    assert (made.state, made.marks) == ("unverified", {})
    assert "no database may be made" in made.why
    reader.dispose()
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY reader")
        connection.exec_driver_sql("DROP ROLE reader")
    owner.dispose()
