"""Two accounts of one person: joined by a proven fact, parted by another; nothing is lost on the way."""

import pytest
from hub_shop import books_of
from till import Till

from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances

MERGE = en.Merge(alias="M2", into="M1", proof="phone")
UNMERGE = en.Unmerge(alias="M2", into="M1")


@pytest.fixture
def other(office: HeadOffice) -> Till:
    kiosk = Till("K2")
    office.enrol(kiosk.enrolment())
    return kiosk


def turn(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    answer = office.sync(till.request(None, None, *wants))
    till.hear(answer)
    with office.engine.begin() as connection:
        assert sums_to_zero(connection)
    return answer


def want(name: str, amount: int, member: str) -> sync.Want:
    return sync.Want(id=name, member=member, asset=acc.POINTS, amount=amount)


def points(books: Balances, member: str) -> int:
    return books.get((acc.member(member), acc.POINTS), 0)


def write(office: HeadOffice, till: Till, *bodies: en.Body) -> list[tuple[str, str]]:
    for body in bodies:
        till.write(body)
    return [(one.verdict, one.reason) for one in turn(office, till).verdicts][-len(bodies) :]


def card(office: HeadOffice, name: str) -> sync.Account:
    request = sync.AccountRequest(device="K1", card=name.encode().ljust(32, b"."))
    found = office.account(request).account
    assert found is not None
    return found


def test_balances_and_cards_go_to_the_survivor_and_come_back(office: HeadOffice, till: Till) -> None:
    turn(office, till)
    before = books_of(office)
    assert write(office, till, MERGE) == [("posted", "")]
    books = books_of(office)
    assert (points(books, "M1"), points(books, "M2")) == (2000, 0)
    assert books["member:M2", acc.TRIES] == 5
    assert (card(office, "M2").member, card(office, "M2").points) == ("M1", 2000)
    assert write(office, till, UNMERGE) == [("posted", "")]
    assert books_of(office) == before
    assert (card(office, "M2").member, card(office, "M2").points) == ("M2", 1000)
    assert write(office, till, MERGE, UNMERGE, MERGE) == [("posted", "")] * 3


def test_the_survivors_history_tells_of_both(office: HeadOffice, till: Till) -> None:
    turn(office, till, want("a", 300, "M2"))
    till.redeem("op", "M2")
    till.post("op", "M2")
    write(office, till, MERGE)
    assert [line.points for line in card(office, "M1").history] == [-300]
    write(office, till, UNMERGE)
    assert card(office, "M1").history == ()
    assert [line.points for line in card(office, "M2").history] == [-300]


@pytest.mark.parametrize("name", ["M1", "M2"])
def test_a_want_for_either_is_served_from_both(office: HeadOffice, till: Till, name: str) -> None:
    write(office, till, MERGE)
    assert turn(office, till, want("a", 1700, name)).refused == ()
    books = books_of(office)
    assert books[acc.escrow("K1", name), acc.POINTS] == 1700
    assert points(books, "M1") + points(books, "M2") == 300
    assert [one.why for one in turn(office, till, want("b", 301, name)).refused] == ["points"]
    till.write(en.Returned(asset=acc.POINTS, amount=1700, member=name), name)
    turn(office, till)
    assert (points(books_of(office), "M1"), points(books_of(office), "M2")) == (2000, 0)


@pytest.mark.parametrize("late", [False, True])
def test_what_another_kiosk_held_of_the_alias_arrives_whenever_its_log_does(
    office: HeadOffice, till: Till, other: Till, late: bool
) -> None:
    turn(office, other, want("a", 800, "M2"))
    other.redeem("op", "M2")
    other.post("op", "M2")
    other.write(en.Returned(asset=acc.POINTS, amount=500, member="M2"), "M2")
    for step in (0, 1):
        if step == late:
            turn(office, other)
        else:
            write(office, till, MERGE)
    books = books_of(office)
    assert (points(books, "M1"), points(books, "M2")) == (1700, 0)
    assert books[acc.SPENT, acc.POINTS] == 300


def test_undoing_gives_back_what_came_later_too(office: HeadOffice, till: Till, other: Till) -> None:
    turn(office, other, want("a", 800, "M2"))
    write(office, till, MERGE)
    other.write(en.Returned(asset=acc.POINTS, amount=800, member="M2"), "M2")
    turn(office, other)
    write(office, till, UNMERGE)
    assert (points(books_of(office), "M1"), points(books_of(office), "M2")) == (1000, 1000)


def test_what_was_spent_meanwhile_is_noted_for_people(office: HeadOffice, till: Till) -> None:
    write(office, till, MERGE)
    turn(office, till, want("a", 1800, "M1"))
    till.redeem("op", "M1", points=1800)
    till.post("op", "M1")
    write(office, till, UNMERGE)
    books = books_of(office)
    assert (points(books, "M1"), points(books, "M2")) == (0, 200)
    assert books["suspense:merge:M2", "owed:points"] == 800


def test_an_alias_that_spent_more_than_it_brought_owes_its_survivor(office: HeadOffice, till: Till) -> None:
    write(office, till, MERGE)
    turn(office, till, want("a", 1800, "M2"))
    till.redeem("op", "M2", points=1800)
    till.post("op", "M2")
    write(office, till, UNMERGE)
    books = books_of(office)
    assert (points(books, "M1"), points(books, "M2")) == (200, 0)
    assert books["suspense:merge:M1", "owed:points"] == 800


@pytest.mark.parametrize(
    ("bodies", "verdict"),
    [
        ([en.Merge(alias="M1", into="M1", proof="-")], ("disputed", "merge-chain")),
        ([MERGE, en.Merge(alias="M1", into="M2", proof="-")], ("disputed", "merge-chain")),
        ([MERGE, en.Merge(alias="M1", into="M3", proof="-")], ("disputed", "merge-chain")),
        ([MERGE, en.Merge(alias="M3", into="M2", proof="-")], ("disputed", "merge-chain")),
        ([MERGE, MERGE], ("disputed", "merged-before")),
        ([UNMERGE], ("disputed", "not-merged")),
        ([MERGE, en.Unmerge(alias="M2", into="M3")], ("disputed", "not-merged")),
        ([en.Merge(alias="nobody", into="M1", proof="-")], ("quarantined", "unknown-member")),
        ([en.Merge(alias="M2", into="x\0", proof="-")], ("quarantined", "unknown-member")),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_chains_and_circles_move_nothing(
    office: HeadOffice, till: Till, bodies: list[en.Body], verdict: tuple[str, str], apart: bool
) -> None:
    if apart:
        write(office, till, *bodies[:-1])
    else:
        for body in bodies[:-1]:
            till.write(body)
    assert write(office, till, bodies[-1]) == [verdict]


def test_several_may_be_merged_into_one(office: HeadOffice, till: Till) -> None:
    write(office, till, MERGE, en.Merge(alias="M3", into="M1", proof="card"))
    escrowed = books_of(office).get(("escrow:K1:M3", acc.POINTS), 0)
    assert points(books_of(office), "M1") == 3000 - escrowed
    assert turn(office, till, want("a", 2400, "M2")).refused == ()


def test_a_debt_follows_and_is_repaid_by_what_the_other_account_has(office: HeadOffice, till: Till) -> None:
    from kiosk.hub.books import Books
    from kiosk.ledger.legs import Transfer

    with office.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer("x", acc.WORLD, acc.debt("M2"), acc.RISK, 1500))
        books.write()
    write(office, till, MERGE)
    after = books_of(office)
    assert (points(after, "M1"), after[acc.RISK, acc.RISK]) == (500, 1500)
    assert not [key for key in after if key[0].startswith("debt:")]
