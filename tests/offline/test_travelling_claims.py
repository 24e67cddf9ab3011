"""The right to claim travels: let go by its issuer, claimed or ended where it arrived, once."""

from pathlib import Path

import msgspec
import pytest

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Instruction
from kiosk.offline.escrow import start_up
from kiosk.ports import Draft, NotHeld
from tests.offline import bench


def asked(op: str, what: str = "release") -> Instruction:
    return Instruction(op=op, voucher=f"V{op}", what=what, to="kiosk-2")  # type: ignore[arg-type]


def test_an_issuer_lets_go_once_and_refuses_from_then_on(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    journal.append(bench.redeem("a"), bench.printing("a"), bench.post("a"))
    assert [entry.kind for entry in journal.obey(asked("a"))] == ["release"]
    assert journal.obey(asked("a")) == ()
    with pytest.raises(NotHeld):
        journal.append(bench.claim("a"))
    operation = journal.operation("a")
    assert operation is not None
    assert not operation.claim_held
    journal.close()
    assert bench.open_journal(tmp_path / "journal.db").rights(acc.claim("Va")) == 0


def test_nothing_is_let_go_while_it_prints_or_after_it_ended(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    journal.append(bench.redeem("a"), bench.printing("a"))
    assert journal.obey(asked("a")) == ()
    journal.append(bench.unknown("a"))
    assert [entry.kind for entry in journal.obey(asked("a", "post"))] == ["post"]
    journal.append(bench.claim("a"))
    assert journal.obey(asked("a")) == ()
    assert journal.obey(asked("never-heard-of")) == ()
    journal.append(bench.redeem("b"), bench.printing("b"), bench.unknown("b"))
    assert [entry.kind for entry in journal.obey(asked("b", "void"))] == ["void"]


@pytest.mark.parametrize("ending", [en.Claim, en.Expire])
def test_whoever_holds_the_right_ends_it(tmp_path: Path, ending: type[en.Claim] | type[en.Expire]) -> None:
    journal = bench.open_journal(tmp_path / "journal.db", device="kiosk-2")
    voucher = bench.redeem("a").body
    assert isinstance(voucher, en.Redeem)
    shelf = bench.Shelf(journal)
    grant = msgspec.structs.replace(shelf.next(acc.claim("Va"), 1), voucher=voucher)
    journal.take_grants(1, [grant], lambda _want: True)
    operation = journal.by_voucher("Va")
    assert operation is not None
    assert (operation.state, operation.claim_held, operation.redeem) == ("elsewhere", True, voucher)
    journal.append(Draft(ending(op="a", voucher="Va")))
    assert journal.rights(bench.TEA) == (1 if ending is en.Expire else 0)
    with pytest.raises(NotHeld):
        journal.append(Draft(en.Claim(op="a", voucher="Va")))
    journal.close()
    again = bench.open_journal(tmp_path / "journal.db", device="kiosk-2")
    ended = again.by_voucher("Va")
    assert ended is not None
    assert (ended.expired, ended.claimed is not None) == (ending is en.Expire, ending is en.Claim)


def test_a_right_that_was_not_used_goes_back(tmp_path: Path) -> None:
    journal = bench.open_journal(tmp_path / "journal.db", device="kiosk-2")
    voucher = bench.redeem("a").body
    assert isinstance(voucher, en.Redeem)
    shelf = bench.Shelf(journal)
    for _ in range(2):  # it may come, go and come again
        grant = msgspec.structs.replace(shelf.next(acc.claim("Va"), 1), voucher=voucher)
        journal.take_grants(1, [grant], lambda _want: True)
        assert journal.rights(acc.claim("Va")) == 1
        journal.append(Draft(en.Returned(asset=acc.claim("Va"), amount=1)))
        with pytest.raises(NotHeld):
            journal.append(Draft(en.Claim(op="a", voucher="Va")))


def test_risk_is_spent_with_the_points_and_comes_back_with_a_void(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    journal.append(bench.redeem("drain", points=950))
    bench.Shelf(journal).put(acc.RISK, 500)  # d 1 was taken: a second shelf must not begin anew
    assert journal.rights(acc.RISK) == 0
    shelf = bench.Shelf(journal, gen=2)
    shelf.put(acc.RISK, 500)
    body = msgspec.structs.replace(bench.redeem("a", points=300).body, risk=250)
    journal.append(Draft(body, member="m1"))
    assert (journal.rights(acc.POINTS, "m1"), journal.rights(acc.RISK)) == (0, 250)
    journal.append(bench.void("a"))
    assert (journal.rights(acc.POINTS, "m1"), journal.rights(acc.RISK)) == (50, 500)
    with pytest.raises(NotHeld):
        journal.append(Draft(msgspec.structs.replace(body, op="b", voucher="Vb", risk=501), member="m1"))


def ending(op: str, expires: int) -> Draft:
    body = bench.redeem(op).body
    assert isinstance(body, en.Redeem)
    return Draft(msgspec.structs.replace(body, expires=expires), member="m1")


def test_the_vouchers_that_nobody_claimed_come_in_the_order_of_their_dates(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    for op, expires in (("late", 90), ("early", 10), ("printing", 20), ("claimed", 30), ("next", 40)):
        journal.append(ending(op, expires), bench.printing(op))
        if op != "printing":
            journal.append(bench.unknown(op) if op == "early" else bench.post(op))
    journal.append(bench.claim("claimed"))
    first, second = journal.expired(90, (0, 0), 20)
    assert [one.redeem.op for one in (first, second)] == ["early", "next"]
    assert journal.expired(90, (first.redeem.expires, first.n), 20) == (second,)
    assert journal.expired(91, (second.redeem.expires, second.n), 1)[0].redeem.op == "late"
    journal.close()
    again = bench.open_journal(tmp_path / "journal.db")
    assert again.expired(90, (0, 0), 20) == (first, second)


def test_a_date_that_rests_on_an_untrusted_clock_ends_nothing(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    journal._clock.trusted = lambda: False  # type: ignore[method-assign]
    journal.append(bench.redeem("a"), bench.printing("a"), bench.post("a"))
    assert journal.expired(10**18, (0, 0), 20) == ()


def test_a_start_gives_back_what_came_for_somebody_at_the_counter(tmp_path: Path) -> None:
    journal = bench.open_journal(tmp_path / "journal.db", device="kiosk-2")
    shelf = bench.Shelf(journal)
    for op in ("a", "b"):
        grant = msgspec.structs.replace(shelf.next(acc.claim(f"V{op}"), 1), voucher=bench.redeem(op).body)
        journal.take_grants(1, [grant], lambda _want: True)
    birthday = acc.entitlement("birthday", "2026")
    journal.take_grants(1, [shelf.next(birthday, 1, "m1"), shelf.next(bench.TEA, 3)], lambda _want: True)
    journal.append(bench.claim("a"))
    journal.close()
    again = bench.open_journal(tmp_path / "journal.db", device="kiosk-2")
    start_up(again, lambda _member: True)
    assert again.rights(acc.claim("Vb")) == again.rights(birthday, "m1") == 0
    assert again.rights(bench.TEA) == 3


def test_the_right_to_an_own_voucher_stays_over_a_start(tmp_path: Path) -> None:
    journal = bench.stocked(tmp_path / "journal.db")
    journal.append(bench.redeem("a"), bench.printing("a"), bench.post("a"))
    start_up(journal, lambda _member: False)
    assert journal.rights(acc.claim("Va")) == 1
    assert journal.rights(acc.POINTS, "m1") == 0
