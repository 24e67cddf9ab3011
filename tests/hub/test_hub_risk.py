"""Points that kiosks stood in for: settled, repaid, and never more than head office put at risk."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hub_shop import MEMBERS, books_of, opened
from till import NOW, Till

from kiosk.hub.__main__ import main
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.hub.risk import put_at_risk
from kiosk.hub.settings import Grants, Risk
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances
from tests.seeds import seeds

BUDGET = 700


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for made in opened(database, Grants(lease_par=8, lease_low=4, home_points=0), Risk(per_device=500)):
        with made.engine.begin() as connection:
            assert put_at_risk(connection, BUDGET, "first") == BUDGET
        yield made


def turn(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    answer = office.sync(till.request(None, None, *wants))
    till.hear(answer)
    return answer


def spend(till: Till, op: str, points: int, risk: int, member: str = "M1") -> None:
    """A redemption, printed; `risk` of its points were stood in for."""
    body = en.Redeem(op=op, gift="G1", points=points, voucher=f"V-{op}", expires=NOW, qr=b"", risk=risk)
    till.write(body, member)
    till.write(en.Printing(op=op, attempt=1), member)


def posted(till: Till, op: str, member: str = "M1") -> None:
    till.write(en.Post(op=op, reason="printed"), member)


def budget(books: Balances) -> int:
    """Every unit of risk, wherever it is."""
    return sum(
        units for (account, asset), units in books.items() if asset == acc.RISK and account != acc.WORLD
    )


def test_the_budget_is_lent_until_nothing_is_left(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    turn(office, till)
    turn(office, other)
    books = books_of(office)
    assert (books["escrow:K1", acc.RISK], books["escrow:K2", acc.RISK]) == (500, 200)
    assert (acc.RISK, acc.RISK) not in books


def test_a_member_who_has_the_points_pays_at_once(office: HeadOffice, till: Till) -> None:
    turn(office, till)
    spend(till, "a", 300, 300)
    turn(office, till)
    books = books_of(office)
    assert (books["suspense:op:a", acc.RISK], books["member:M1", acc.POINTS]) == (300, 1000)
    posted(till, "a")
    assert [one.verdict for one in turn(office, till).verdicts][-1] == "posted"
    books = books_of(office)
    assert books["member:M1", acc.POINTS] == 700
    assert ("debt:M1", acc.RISK) not in books
    assert (acc.RISK_OPEN, acc.RISK) not in books
    assert budget(books) == BUDGET


def test_what_is_not_there_is_owed_and_repaid_before_anything_else(office: HeadOffice, till: Till) -> None:
    other = Till("K2")
    office.enrol(other.enrolment())
    turn(office, till)
    turn(office, other, sync.Want(id="all", member="M1", asset=acc.POINTS, amount=900))
    spend(till, "a", 300, 300)
    posted(till, "a")
    turn(office, till)
    books = books_of(office)
    assert (books["debt:M1", acc.RISK], books.get(("member:M1", acc.POINTS), 0)) == (200, 0)
    other.write(en.Returned(asset=acc.POINTS, amount=150, member="M1"), "M1")
    turn(office, other)
    books = books_of(office)
    assert (books["debt:M1", acc.RISK], books.get(("member:M1", acc.POINTS), 0)) == (50, 0)
    other.write(en.Returned(asset=acc.POINTS, amount=250, member="M1"), "M1")
    turn(office, other)
    books = books_of(office)
    assert books["member:M1", acc.POINTS] == 200
    assert ("debt:M1", acc.RISK) not in books
    assert budget(books) == BUDGET


def test_points_from_elsewhere_repay_before_they_are_granted(office: HeadOffice, till: Till) -> None:
    turn(office, till, sync.Want(id="all", member="M1", asset=acc.POINTS, amount=1000))
    spend(till, "a", 1300, 300)
    posted(till, "a")
    turn(office, till)
    assert books_of(office)["debt:M1", acc.RISK] == 300
    credit(office, "M1", 350)
    refused = turn(office, till, sync.Want(id="more", member="M1", asset=acc.POINTS, amount=300)).refused
    assert [one.why for one in refused] == ["points"]
    books = books_of(office)
    assert books["member:M1", acc.POINTS] == 50
    assert ("debt:M1", acc.RISK) not in books


def credit(office: HeadOffice, member: str, points: int) -> None:
    """Somebody books points without looking at debts."""
    from kiosk.hub.books import Books
    from kiosk.ledger.legs import Transfer

    with office.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer(f"import:{member}", acc.WORLD, acc.member(member), acc.POINTS, points))
        books.write()


def test_a_void_gives_the_right_back_to_the_kiosk(office: HeadOffice, till: Till) -> None:
    turn(office, till)
    before = books_of(office)
    spend(till, "a", 300, 300)
    till.write(en.Void(op="a", reason="-"), "M1")
    turn(office, till)
    assert books_of(office) == before


def test_more_risk_than_was_lent_is_disputed_and_gives_nobody_anything(
    office: HeadOffice, till: Till
) -> None:
    turn(office, till)
    spend(till, "a", 600, 600)
    posted(till, "a")
    assert {one.verdict for one in turn(office, till).verdicts[-3:]} == {"disputed"}
    books = books_of(office)
    assert books["member:M1", acc.POINTS] == 1000
    assert ("debt:M1", acc.RISK) not in books
    till.write(en.Returned(asset=acc.RISK, amount=400))
    assert turn(office, till).verdicts[-1].reason == "overdrawn"
    assert (acc.RISK, acc.RISK) not in books_of(office)


@pytest.mark.parametrize("seed", seeds(range(6), 2))
def test_whatever_happens_no_more_is_lost_than_was_put_at_risk(office: HeadOffice, seed: int) -> None:
    chance = random.Random(seed)
    tills = [Till(f"K{place}") for place in (1, 2)]
    for till in tills:
        office.enrol(till.enrolment())
    done: dict[str, tuple[Till, str]] = {}
    for step in range(60):
        till = chance.choice(tills)
        held = till.fold({})
        risk = held.get((acc.escrow(till.device), acc.RISK), 0)
        pieces = held.get((acc.escrow(till.device), acc.gift("G1")), 0)
        member = chance.choice(MEMBERS)
        open_ops = [op for op, (whose, _) in done.items() if whose is till]
        if chance.random() < 0.4 and open_ops:
            op = chance.choice(open_ops)
            _, member = done.pop(op)
            ending = chance.choice((en.Post, en.Post, en.Void))
            till.write(ending(op=op, reason="-"), member)
        elif pieces and risk:
            some = 1 + chance.randrange(risk)
            here = held.get((acc.escrow(till.device, member), acc.POINTS), 0)
            spend(till, f"{till.device}-{step}", min(here, 50) + some, some, member)
            done[f"{till.device}-{step}"] = (till, member)
        if chance.random() < 0.5:
            wants = [
                sync.Want(id=f"w{step}", member=member, asset=acc.POINTS, amount=1 + chance.randrange(400))
            ]
            turn(office, till, *wants)
        books = books_of(office)
        assert budget(books) == BUDGET
        assert all(units > 0 for (account, _), units in books.items() if account != acc.WORLD)
    for till in tills:
        turn(office, till)
        turn(office, till)
    books = books_of(office)
    owed = {account for account, asset in books if account.startswith("debt:")}
    assert all((f"member:{name.removeprefix('debt:')}", acc.POINTS) not in books for name in owed)
    with office.engine.begin() as connection:
        assert sums_to_zero(connection)


def test_head_office_puts_points_at_risk_on_purpose_and_it_is_written_down(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/hub.db"\ngeneration_file = "{tmp_path}/generation"\n'
        f'[enrolment]\ncard_key_file = "{tmp_path}/card.key"\n'
    )
    for points, budget_now in ((500, 500), (250, 750)):
        told = CliRunner().invoke(main, ["risk", "add", "--config", str(config), str(points)])
        assert (told.exit_code, told.output.split()[0]) == (0, str(budget_now)), told.output
    assert CliRunner().invoke(main, ["risk", "add", "--config", str(config), "0"]).exit_code == 2
    audit = CliRunner().invoke(main, ["audit", "--config", str(config)])
    assert [line.split()[3:5] for line in audit.output.splitlines()] == [
        ["risk-add", "250"],
        ["risk-add", "500"],
    ]
