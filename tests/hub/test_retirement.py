"""Kiosks that will not come back: two people decide, late logs are still taken in, nothing appears twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from restoring import Restorable
from test_recovery import BOOT, points, sound
from till import NOW, Till

from kiosk.hub.backups import BackupFailed, restore
from kiosk.hub.declined import Declined
from kiosk.hub.recovery_tables import backups
from kiosk.hub.staff import Pair
from kiosk.hub.tables import entries, open_database
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync


def two(subject: str) -> Pair:
    return Pair("anna", "bo", "retire", subject, NOW)


@contextmanager
def declined(code: str) -> Iterator[None]:
    with pytest.raises(Declined) as refusal:
        yield
    assert refusal.value.code == code


@pytest.fixture
def hub() -> Restorable:
    return Restorable()


@pytest.fixture
def tills(hub: Restorable) -> list[Till]:
    found = [hub.till("K1"), hub.till("K2")]
    hub.drain(found)
    return found


def verdicts(hub: Restorable, device: str, kind: str) -> list[tuple[str, str]]:
    with hub.engine.begin() as connection:
        mine = (entries.c.device == device) & (entries.c.kind == kind)
        asked = sa.select(entries.c.verdict, entries.c.reason).where(mine).order_by(entries.c.n)
        return [(verdict, reason) for verdict, reason in connection.execute(asked)]


def test_a_retired_kiosk_serves_nobody_and_what_it_held_is_set_aside(
    hub: Restorable, tills: list[Till]
) -> None:
    hub.sync(tills[0], points("w"))
    hub.office.retire("K1", two("K1"))
    with declined("retired"):
        hub.office.account(sync.AccountRequest(device="K1", card=b"M1".ljust(32, b".")))
    with declined("retired"):
        hub.office.retire("K1", two("K1"))
    answer = hub.sync(tills[0], points("x"))
    assert (answer.grants, [refusal.why for refusal in answer.refused]) == ((), ["later"])
    assert answer.state.frozen  # so that it stops serving, with or without a network
    books = hub.books()
    assert books["suspense:retired:K1:M1", acc.POINTS] == 300
    assert books["suspense:retired:K1", acc.gift("G1")] == 3
    assert not [account for account, _ in books if account.startswith("escrow:K1")]


def test_a_late_upload_takes_from_what_was_set_aside_and_from_nowhere_else(
    hub: Restorable, tills: list[Till]
) -> None:
    hub.sync(tills[0], points("w", amount=600))
    tills[0].redeem("good", "M1")
    tills[0].post("good", "M1")
    tills[0].redeem("back", "M1")
    tills[0].write(en.Void(op="back", reason="-"), "M1")
    hub.office.retire("K1", two("K1"))
    hub.drain(tills)
    assert {v for v, _ in verdicts(hub, "K1", "redeem") + verdicts(hub, "K1", "void")} == {"posted"}
    books = hub.books()
    assert books["suspense:retired:K1:M1", acc.POINTS] == 300
    assert books[acc.SPENT, acc.POINTS] == 300
    hub.office.close_retired("K1", two("K1"))
    assert hub.books()["member:M1", acc.POINTS] == 700
    tills[0].redeem("late", "M1")
    hub.drain(tills)
    assert verdicts(hub, "K1", "redeem")[-1] == ("disputed", "overdrawn")
    assert hub.books()["suspense:disputed:K1", acc.POINTS] == -300
    sound(hub, tills)


@pytest.mark.parametrize(("how", "member"), [("post", 700), ("void", 1000)])
def test_head_office_ends_the_open_operations_of_a_retired_kiosk(
    hub: Restorable, tills: list[Till], how: str, member: int
) -> None:
    hub.sync(tills[0], points("w"))
    tills[0].redeem("op", "M1")
    tills[0].write(en.Printing(op="op", attempt=1), "M1")
    tills[0].write(en.Unknown(op="op", reason="-"), "M1")
    hub.drain(tills)
    with declined("issuer-serves"):
        hub.office.settle("op", "post", two("op"))
    hub.office.retire("K1", two("K1"))
    with declined("open-operations"):
        hub.office.close_retired("K1", two("K1"))
    hub.office.settle("op", how, two("op"))  # type: ignore[arg-type]
    hub.office.close_retired("K1", two("K1"))
    books = hub.books()
    assert books["member:M1", acc.POINTS] == member
    tills[0].write(en.Post(op="op", reason="printed"), "M1")
    hub.sync(tills[0])
    ended = "posted" if how == "post" else "voided"
    assert verdicts(hub, "K1", "post") == [("disputed", f"already-{ended}")]
    assert hub.books() == books
    sound(hub, tills)


@pytest.mark.parametrize("end", ["retired", "frozen"])
def test_two_people_move_the_right_to_claim(hub: Restorable, tills: list[Till], end: str) -> None:
    hub.sync(tills[0], points("w"))
    tills[0].redeem("op", "M1")
    tills[0].post("op", "M1")
    hub.drain(tills)
    with declined("holder-serves"):
        hub.office.move_claim("V-op", two("V-op"))
    if end == "retired":
        hub.office.retire("K1", two("K1"))
    else:
        hub.office.sync(msgspec.structs.replace(tills[0].request(), frozen="copied"))
    with declined("pair"):
        hub.office.move_claim("V-op", two("V-other"))
    hub.office.move_claim("V-op", two("V-op"))
    asked = sync.Want(id="c", member=None, asset=acc.claim("V-op"), amount=1)
    hub.sync(tills[1], asked)
    tills[1].write(en.Claim(op="op", voucher="V-op"))
    hub.drain(tills)
    assert verdicts(hub, "K2", "claim") == [("posted", "")]
    tills[0].write(en.Claim(op="op", voucher="V-op"))
    hub.drain(tills)
    assert verdicts(hub, "K1", "claim") == [("disputed", "already-claimed")]
    sound(hub, tills)


def test_a_kiosk_destroyed_before_it_told_takes_a_stock_count(hub: Restorable, tills: list[Till]) -> None:
    backup = hub.backup()
    hub.sync(tills[0], points("w"))
    hub.restore(backup)
    hub.drain(tills[1:])
    assert hub.recoveries()[-1] == (2, False)
    with declined("not-awaited"):
        hub.office.set_aside("K2", two("K2"))
    with declined("stock"):
        hub.office.set_aside("K1", two("K1"), {"G1": 1000})
    hub.office.set_aside("K1", two("K1"), {"G1": 2})
    assert hub.recoveries()[-1] == (2, True)
    assert hub.books()["suspense:counted:K1", acc.gift("G1")] == 2
    assert hub.sync(tills[1], points("x", amount=900)).grants
    # It comes back after all. What it was granted is a fact, though the points are gone.
    tills[0].redeem("op", "M1")
    tills[0].post("op", "M1")
    answer = hub.sync(tills[0])
    assert answer.grants == ()
    assert hub.books()[acc.SPENT, acc.POINTS] == 300
    assert hub.books()["suspense:disputed:K1", acc.POINTS] == -200
    hub.drain(tills)
    assert hub.sync(tills[0], sync.Want(id="g", member=None, asset="gift:G1", amount=1)).grants
    hub.drain(tills)
    sound(hub, tills)


def test_a_retired_kiosk_is_not_waited_for(hub: Restorable, tills: list[Till]) -> None:
    hub.office.restored("drill")
    hub.drain(tills[1:])
    assert hub.recoveries()[-1] == (2, False)
    hub.office.retire("K1", two("K1"))
    assert hub.recoveries()[-1] == (2, True)


def test_an_entry_is_stable_once_it_is_in_two_verified_backups(
    hub: Restorable, tills: list[Till], tmp_path: Path
) -> None:
    tills[0].write(BOOT)
    first = hub.sync(tills[0]).mark.n
    assert hub.office.back_up(tmp_path / "one").state == "verified"
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0
    tills[0].write(BOOT)
    assert hub.sync(tills[0]).stable == 0
    second = hub.sync(tills[0]).mark.n
    hub.office.back_up(tmp_path / "two")
    assert hub.sync(tills[0]).stable == first
    hub.office.back_up(tmp_path / "three")
    assert hub.sync(tills[0]).stable == second
    with pytest.raises(BackupFailed, match="never overwritten"):
        hub.office.back_up(tmp_path / "three")


def test_a_backup_is_restored_only_where_nothing_is_and_recovers(
    hub: Restorable, tills: list[Till], tmp_path: Path
) -> None:
    hub.office.back_up(tmp_path / "one")
    hub.sync(tills[0], points("w"))
    before = hub.books()
    target = tmp_path / "new.db"
    restore(sa.make_url(f"sqlite:///{target}"), tmp_path / "one")
    with pytest.raises(BackupFailed, match="overwrites nothing"):
        restore(sa.make_url(f"sqlite:///{target}"), tmp_path / "one")
    hub.engine.dispose()
    hub.engine = open_database(f"sqlite:///{target}")
    hub.office = hub.start()
    hub.drain(tills)
    assert hub.recoveries() == [(1, True), (2, True)]
    assert hub.books() == before
    with hub.engine.begin() as connection:
        assert connection.scalars(sa.select(backups.c.id)).all() == []  # its own registration came after it


@pytest.mark.parametrize("place", [0.3, 0.5, 0.7, 0.9])
def test_a_damaged_backup_is_no_backup(
    hub: Restorable, tills: list[Till], tmp_path: Path, place: float
) -> None:
    hub.office.back_up(tmp_path / "one")
    spoilt = bytearray((tmp_path / "one").read_bytes())
    at = int(len(spoilt) * place) // 4096 * 4096
    spoilt[at : at + 4096] = bytes(4096)
    (tmp_path / "two").write_bytes(spoilt)
    with pytest.raises(BackupFailed):
        restore(sa.make_url(f"sqlite:///{tmp_path / 'new.db'}"), tmp_path / "two")
    assert not (tmp_path / "new.db").exists()


def test_a_retired_kiosk_makes_nothing_out_of_nothing(hub: Restorable) -> None:
    kiosk = hub.till("K1")
    hub.drain([kiosk])
    before = hub.books()
    hub.office.retire("K1", two("K1"))
    kiosk.redeem("x", "M1", points=100_000)
    kiosk.write(en.Void(op="x", reason="-"), "M1")
    for place in range(5):
        kiosk.redeem(f"y{place}", "M1", points=0)
        kiosk.write(en.Post(op=f"y{place}", reason="-"))
        kiosk.write(en.Expire(op=f"y{place}", voucher=f"V-y{place}"), "M1")
    hub.sync(kiosk)
    hub.office.close_retired("K1", two("K1"))
    after = hub.books()
    for key in ((acc.member("M1"), acc.POINTS), (acc.pool("G1"), acc.gift("G1"))):
        lent = before.get((acc.escrow("K1", key[0].removeprefix("member:")), key[1]), 0)
        lent += before.get((acc.escrow("K1"), key[1]), 0)
        assert after[key] <= before[key] + lent


def test_two_people_cannot_give_a_member_what_was_never_held(hub: Restorable) -> None:
    kiosk = hub.till("K1")
    hub.drain([kiosk])
    kiosk.redeem("x", "M1", points=100_000)
    assert hub.sync(kiosk).verdicts[-1].verdict == "disputed"
    hub.office.retire("K1", two("K1"))
    hub.office.settle("x", "void", two("x"))
    assert hub.books()[acc.member("M1"), acc.POINTS] <= 1000


def test_an_entry_cannot_take_the_name_of_what_people_do(hub: Restorable) -> None:
    kiosk = hub.till("K1")
    hub.drain([kiosk])
    kiosk.write(en.Returned(asset=acc.gift("G1"), amount=1), name="retire:escrow:K1:gift:G1")
    with declined("malformed-entry"):
        hub.sync(kiosk)
    hub.office.retire("K1", two("K1"))
