"""Money beside points: nobody collects less than was due, nor prints a voucher worth more than it was."""

import pytest
import sqlalchemy as sa
from hub_shop import books_of
from till import Till

from kiosk.hub.money import articles
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync

LIMITED = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.cash]
period = "ever"
"""


def priced(office: HeadOffice, cash: int, worth: int, rules: str = "") -> None:
    """G1 costs 300 points from now on, with this much money in it, and kiosks were told."""
    row = {"gift": "G1", "cash": cash, "worth": worth, "special": False}
    with office.engine.begin() as connection:
        connection.execute(sa.delete(articles))
        connection.execute(sa.insert(articles).values(**row))
        if rules:
            connection.execute(sa.insert(packs).values(version=1, rules=rules))
    told = office.replica(feed.ReplicaRequest(device="K1")).shop
    assert told is not None
    assert (told.gifts[0].cash, told.gifts[0].worth) == (cash, worth)


def redeem(office: HeadOffice, till: Till, op: str, points: int, **money: int | str) -> tuple[str, str]:
    """What becomes of a redemption of G1 that says so much."""
    rights = [("points", acc.POINTS, points)]
    rights += [("right", str(money["benefit"]), 1)] if money.get("benefit") else []
    wants = [sync.Want(id=f"{name}-{op}", member="M1", asset=asset, amount=n) for name, asset, n in rights]
    till.hear(office.sync(till.request(None, None, *wants)))
    body = en.Redeem(op=op, gift="G1", points=points, voucher=f"V-{op}", expires=1, qr=b"", **money)  # type: ignore[arg-type]
    till.write(body, "M1")
    answer = office.sync(till.request())
    till.hear(answer)
    return answer.verdicts[-1].verdict, answer.verdicts[-1].reason


FINE, CHEAP = ("posted", ""), ("disputed", "price")


@pytest.mark.parametrize(
    ("points", "cash", "verdict"),
    [(300, 1990, FINE), (300, 2500, FINE), (300, 1989, CHEAP), (299, 1990, CHEAP), (300, 0, CHEAP)],
)
def test_the_cash_part_is_checked_like_the_points(
    office: HeadOffice, till: Till, points: int, cash: int, verdict: tuple[str, str]
) -> None:
    priced(office, 1990, 0)
    assert redeem(office, till, "op", points, cash=cash) == verdict


@pytest.mark.parametrize(
    ("worth", "verdict"), [(2000, FINE), (2001, CHEAP), (-1, ("quarantined", "amount-or-name"))]
)
def test_no_voucher_is_worth_more_than_it_ever_was(
    office: HeadOffice, till: Till, worth: int, verdict: tuple[str, str]
) -> None:
    priced(office, 0, 2000)
    assert redeem(office, till, "op", 300, worth=worth) == verdict


def test_a_kiosk_that_was_cut_off_goes_by_the_last_price_it_heard_of(office: HeadOffice, till: Till) -> None:
    priced(office, 1990, 0)
    priced(office, 2990, 0)
    assert redeem(office, till, "before", 300, cash=1990) == FINE
    assert redeem(office, till, "never", 300, cash=990) == CHEAP


def test_a_limited_cash_voucher_takes_its_right_and_the_whole_price(office: HeadOffice, till: Till) -> None:
    priced(office, 0, 2000, LIMITED)
    right = acc.entitlement("cash", "ever")
    assert redeem(office, till, "none", 300, worth=2000) == ("disputed", "benefit")
    assert redeem(office, till, "cheap", 1, worth=2000, benefit=right) == CHEAP
    assert redeem(office, till, "again", 300, worth=2000, benefit=right) == ("disputed", "overdrawn")


def test_the_right_goes_the_way_of_the_points(office: HeadOffice, till: Till) -> None:
    priced(office, 0, 2000, LIMITED)
    right = acc.entitlement("cash", "ever")
    assert redeem(office, till, "op", 300, worth=2000, benefit=right) == FINE
    assert books_of(office)[acc.held("op"), right] == 1
    till.write(en.Printing(op="op", attempt=1), "M1")
    till.write(en.Void(op="op", reason="test"), "M1")
    office.sync(till.request())
    assert books_of(office)[acc.escrow("K1", "M1"), right] == 1
