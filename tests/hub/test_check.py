"""The books are read from end to end, and every kind of contradiction in them is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hub_shop import opened
from till import Till

from kiosk.hub import findings
from kiosk.hub.__main__ import main
from kiosk.hub.backups import BackupFailed, make
from kiosk.hub.books import Books
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import Grants
from kiosk.hub.staff import Pair
from kiosk.hub.tables import open_database
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Transfer

GRANTS = Grants(lease_par=4, lease_low=0)


def exchange(office: HeadOffice, till: Till, *wants: sync.Want) -> None:
    for asked in (wants, ()):
        till.hear(office.sync(till.request(None, None, *asked)))


def some_days(office: HeadOffice) -> None:
    """Redemptions that are open, claimed here, claimed elsewhere, voided, expired, disputed, left behind."""
    one, two, gone = tills = [Till("K1"), Till("K2"), Till("K3")]
    for till in tills:
        office.enrol(till.enrolment())
        wants = [
            sync.Want(id=f"{till.device}-{member}", member=member, asset=acc.POINTS, amount=330)
            for member in ("M1", "M2")
        ]
        exchange(
            office, till, *wants, sync.Want(id=f"{till.device}-t", member="M1", asset=acc.TRIES, amount=1)
        )
    one.write(en.PinTry(route="card"), "M1")
    for place, op in enumerate(("claimed", "travelled", "voided", "open")):
        one.redeem(op, f"M{place % 2 + 1}", points=100)
        one.write(en.Printing(op=op, attempt=1), "M1")
    for op in ("claimed", "travelled"):
        one.write(en.Post(op=op, reason="printed"), "M1")
    one.write(en.Claim(op="claimed", voucher="V-claimed"))
    one.write(en.Release(op="travelled", voucher="V-travelled", to="K2"))
    one.write(en.Void(op="voided", reason="K-PR-01"), "M1")
    one.hear(office.sync(one.request()))
    exchange(office, two, sync.Want(id="right", member=None, asset=acc.claim("V-travelled"), amount=1))
    two.write(en.Claim(op="travelled", voucher="V-travelled"))
    two.redeem("expired", "M2", points=30)
    two.post("expired", "M2")
    two.write(en.Expire(op="expired", voucher="V-expired"))
    two.redeem("too-much", "M2", points=900)
    two.post("too-much", "M2")
    two.write(en.Boot(nonce=bytes(16), software="9"), kind="novelty")
    exchange(office, two)
    gone.redeem("left", "M1", points=10)
    gone.redeem("late", "M1", points=10)
    gone.post("late", "M1")
    exchange(office, gone)
    office.retire("K3", Pair("mei", "jun", "retire", "K3", office.now()))
    office.settle("left", "void", Pair("mei", "jun", "settle-void", "left", office.now()))
    gone.write(en.Claim(op="late", voucher="V-late"))
    gone.write(en.Returned(asset=acc.POINTS, amount=5, member="M2"), "M2")
    exchange_late(office, gone)


def exchange_late(office: HeadOffice, till: Till) -> None:
    """A retired kiosk's log still comes in."""
    assert office.sync(till.request()).mark.n == len(till.log)


@pytest.fixture
def shop(database: str) -> Iterator[HeadOffice]:
    for office in opened(database, GRANTS):
        some_days(office)
        yield office


def found(office: HeadOffice) -> list[str]:
    with office.engine.begin() as connection:
        return [str(finding) for finding in inspect(connection)]


def test_books_that_hold_have_nothing_to_tell(shop: HeadOffice) -> None:
    with shop.engine.begin() as connection:
        told = set(connection.execute(sa.text("SELECT verdict, reason FROM entries")).all())
        states = set(connection.execute(sa.text("SELECT state, claimed, expired FROM redemptions")).all())
    assert {("posted", ""), ("disputed", "overdrawn"), ("quarantined", "kind-unknown")} <= told
    assert {("printing", 0, 0), ("posted", 1, 0), ("posted", 0, 1), ("voided", 0, 0)} <= states
    assert found(shop) == []


PLANTED = {
    "UPDATE balances SET amount = amount + 1 WHERE account = 'pool:G1'": "gift:G1: sums to 1",
    "UPDATE balances SET amount = amount - 1 WHERE account = 'member:M1' AND asset = 'points'": (
        "member:M1 points: the balance is"
    ),
    "DELETE FROM balances WHERE account = 'spent' AND asset = 'tries'": "spent tries: the balance is 0",
    "DELETE FROM transfers WHERE id = 'o:G1'": "pool:G1 gift:G1: the balance is",
    "UPDATE transfers SET amount = -1 WHERE id = 'o:G2'": "transfer o:G2: moves -1 units",
    "UPDATE entries SET stored = hash WHERE device = 'K1' AND n = 3": "K1: its log is not one chain",
    "DELETE FROM entries WHERE device = 'K2' AND n = 2": "K2: its log is not one chain",
    "UPDATE entries SET n = n + 100 WHERE device = 'K2' AND n > 5": "K2: its log is not one chain",
    "DELETE FROM devices WHERE device = 'K1'": "K1: has a log, and is not enrolled",
    "UPDATE entries SET verdict = 'posted' WHERE verdict = 'disputed' AND kind = 'redeem'": (
        "from world to suspense:disputed:K2 is booked"
    ),
    "UPDATE entries SET verdict = 'quarantined' WHERE kind = 'try'": "(try): moves nothing, and 1 tries from",
    "UPDATE transfers SET target = 'world' WHERE id IN (SELECT id FROM entries WHERE kind = 'claim')": (
        "(claim): moves 1 claim:V-"
    ),
    "DELETE FROM transfers WHERE id IN (SELECT id FROM entries WHERE kind = 'ret')": (
        "(ret): moves 5 points from escrow:K3:M2 to member:M2, and nothing is booked"
    ),
    "UPDATE grants SET amount = 331 WHERE amount = 330 AND device = 'K1' AND member = 'M1'": "331 points",
    "DELETE FROM grants WHERE device = 'K1' AND member = 'M1'": "there is no such grant",
    "INSERT INTO transfers VALUES ('stray', 'world', 'member:M1', 'points', 7)": (
        "transfer stray: no entry that took effect moved this"
    ),
    "UPDATE redemptions SET state = 'voided' WHERE op = 'claimed'": (
        "redemption claimed: state is voided, its entries say posted"
    ),
    "UPDATE redemptions SET state = 'posted' WHERE op = 'left'": "redemption left: state is posted",
    "UPDATE redemptions SET claimed = NOT claimed WHERE op = 'travelled'": "claimed is False",
    "UPDATE redemptions SET disputed = NOT disputed WHERE op = 'too-much'": "disputed is False",
    "UPDATE redemptions SET points = 1 WHERE op = 'open'": "points is 1, its entries say 100",
    "UPDATE redemptions SET member = 'M3' WHERE op = 'open'": "member is M3, its entries say",
    "DELETE FROM redemptions WHERE op = 'open'": "began a redemption that is not here",
    "DELETE FROM redemptions WHERE op = 'voided'": "began a redemption that is not here",
    "UPDATE balances SET amount = 0 WHERE account = 'suspense:op:open'": (
        "redemption open: is printing, and suspense:op:open holds nothing"
    ),
    "UPDATE redemptions SET holder = 'K2' WHERE op = 'open'": (
        "voucher V-open: K2 has the right to claim it, the books say {'escrow:K1': 1}"
    ),
    "INSERT INTO balances VALUES ('escrow:K2', 'claim:V-open', 1)": "K1 has the right to claim it",
    "INSERT INTO balances VALUES ('escrow:K2', 'claim:V-claimed', 1)": "nobody has the right to claim it",
    "INSERT INTO balances VALUES ('escrow:K2', 'claim:V-none', 1)": "claim:V-none: of no redemption",
    "INSERT INTO balances VALUES ('suspense:op:none', 'points', 1)": "points: of no redemption",
    "UPDATE balances SET amount = amount + 1 WHERE account = 'issued'": "vouchers are open",
}
"""What goes wrong in the database, and a part of what is told then."""


def test_books_are_read_in_pieces(shop: HeadOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = "UPDATE transfers SET amount = amount + 1 WHERE id LIKE 'K_-%' OR id LIKE 'grant:%'"
    with shop.engine.begin() as connection:
        connection.execute(sa.text(fault))
    whole = found(shop)
    assert len(whole) > 10
    monkeypatch.setattr(findings, "PIECE", 3)
    assert found(shop) == whole


def test_every_planted_fault_is_found(shop: HeadOffice) -> None:
    missed = {}
    with shop.engine.connect() as connection:
        for fault, part in PLANTED.items():
            with connection.begin() as planted:
                assert connection.exec_driver_sql(fault).rowcount, fault
                told = [str(finding) for finding in inspect(connection)]
                planted.rollback()
            if not any(part in line for line in told):
                missed[fault] = told
    assert missed == {}


def test_a_floor_that_is_broken_is_found_though_everything_adds_up(shop: HeadOffice) -> None:
    with shop.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer("slip:1", acc.member("M2"), acc.WORLD, acc.POINTS, 100_000))
        books.write()
    assert [line.partition(": is below")[0] for line in found(shop)] == ["member:M2 points"]


def test_books_that_nothing_moved_make_no_backup(shop: HeadOffice, tmp_path: Path) -> None:
    place = tmp_path / "one"
    with shop.engine.begin() as connection:
        for account, more in (("member:M1", 1), ("world", -1)):
            asked = (
                "UPDATE balances SET amount = amount + :more WHERE account = :account AND asset = 'points'"
            )
            connection.execute(sa.text(f"{asked} AND asset = 'points'"), {"more": more, "account": account})
    with pytest.raises(BackupFailed, match=r"the balance of member:M1 is not what was moved"):
        make(shop.engine, place, "one", shop.now())
    assert list(tmp_path.iterdir()) == []


# --- the verb -------------------------------------------------------------------------------------


def config_of(folder: Path, url: str) -> Path:
    file = folder / "hub.toml"
    file.write_text(f'[database]\nurl = "{url}"\ngeneration_file = "{folder}/generation"\n')
    return file


def test_the_verb_says_it_by_its_exit_code(tmp_path: Path, postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/hub ü#1.db", postgres_url):
        config = str(config_of(tmp_path, url))
        for office in opened(url, GRANTS):
            some_days(office)
        good = CliRunner().invoke(main, ["check", "--config", config], catch_exceptions=False)
        assert (good.exit_code, good.output.splitlines()[-1]) == (0, "the books hold")
        engine = open_database(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE balances SET amount = amount + 1 WHERE account = 'issued'")
            before = connection.execute(sa.text("SELECT count(*) FROM transfers")).scalar()
        engine.dispose()
        bad = CliRunner().invoke(main, ["check", "--config", config, "--most", "1"], catch_exceptions=False)
        assert bad.exit_code == 1
        assert "DOES NOT HOLD: every asset sums to zero" in bad.output
        assert len([line for line in bad.output.splitlines() if line.startswith("  ")]) == 1
        engine = open_database(url)
        with engine.begin() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM transfers")).scalar() == before
        engine.dispose()


def test_what_is_no_head_office_is_not_checked(tmp_path: Path) -> None:
    config = str(config_of(tmp_path, f"sqlite:///{tmp_path}/none.db"))
    done = CliRunner().invoke(main, ["check", "--config", config])
    assert done.exit_code == 1
    assert "is not there" in done.output
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "none.db").touch()
    assert "lacks the tables" in CliRunner().invoke(main, ["check", "--config", config]).output
