"""What a drawer should hold follows from the entries alone, and nothing is counted out of it twice."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import DRAWER, Shift, Till, drawer_moves, till_in
from kiosk.ledger.legs import Balances, fold

CENTS = st.integers(0, 10**9)
REDEEM = en.Redeem(op="o1", gift="G14", points=5, voucher="V1", expires=0, qr=b"", cash=990)


def entry(body: en.Body, n: int, operator: str = "mei") -> en.Entry:
    return en.Entry(
        n=n, id=f"e{n}", kind=body.KIND, at=1000 + n, zone="Asia/Shanghai", pack=1, operator=operator,
        body=en.raw(body),
    )  # fmt: skip


def told(*bodies: en.Body) -> Balances:
    balances: Balances = {}
    for n, body in enumerate(bodies, 1):
        fold(balances, drawer_moves(entry(body, n), body, {"o1": (REDEEM, "M1")}))
    return balances


def counted(till: Till, cents: int, left: int, to: str = "") -> en.Drawer:
    of, began = (till.shift.staff, till.shift.began) if till.shift else ("", 0)
    return en.Drawer(
        expected=till.cents, counted=cents, left=left, of=of, began=began, to=to, takings=till.takings
    )


def paid(cents: int, rule: str = "topup") -> en.Credited:
    return en.Credited(rule=rule, asset=acc.CASH, units=cents + 1, price=cents)


WORK = st.one_of(
    st.builds(paid, CENTS, st.sampled_from(["topup", "care"])),
    st.just(en.Claim(op="o1", voucher="V1")),
    st.just(en.Joined(terms=1, sealed=b"")),
    st.just(en.Replaced(card=b"c", tail="1234")),
    st.just(en.Boot(nonce=b"n", software="1")),
)


@given(st.lists(WORK, max_size=12), CENTS, CENTS)
def test_the_records_are_the_sum_of_what_came_in(work: list[en.Body], begun: int, left: int) -> None:
    first = en.Drawer(expected=0, counted=begun, left=begun, brought=begun, to="mei")
    till = till_in(told(first, *work))
    money = sum(body.price for body in work if isinstance(body, en.Credited))
    money += sum(990 for body in work if isinstance(body, en.Claim))
    assert till.cents == begun + money
    assert till.shift == Shift("mei", 1001)
    assert sum(one.cents for one in till.takings) == money
    assert sum(one.times for one in till.takings) == sum(not isinstance(body, en.Boot) for body in work)
    after = till_in(told(first, *work, counted(till, till.cents, left)))
    assert after == Till(left)


def test_lines_stand_in_one_order() -> None:
    card, member = en.Bound(card=b"c", tail="1234"), en.Joined(terms=1, sealed=b"")
    till = till_in(told(card, member, paid(5, "zoo"), paid(5, "care"), en.Claim(op="o1", voucher="V1")))
    assert [one.what for one in till.takings] == ["gift", "rule:care", "rule:zoo", "member", "card"]


def test_a_count_of_what_is_not_there_takes_out_too_much() -> None:
    """The journal refuses that (`NotHeld`): the account would be below zero."""
    till = till_in(told(paid(500)))
    twice = told(paid(500), counted(till, 500, 0), counted(till, 500, 0))
    assert twice[DRAWER, acc.CASH] == -500
