"""Grants: each is taken once and in order, whatever the network did to them."""

import random

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Grant
from kiosk.offline.escrow import taken
from kiosk.offline.fold import Downlink


def grant(d: int, gen: int = 1, want: str | None = None, amount: int = 1) -> Grant:
    return Grant(gid=f"{gen}-{d}", gen=gen, d=d, asset=acc.POINTS, amount=amount, member="m1", want=want)


def nobody(_want: str) -> bool:
    return False


def test_each_grant_is_taken_once_and_in_order() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        grants = [grant(d) for d in range(1, 21)]
        down, journalled = Downlink(gen=1), []
        while down.d < 20:
            start = chance.randint(0, down.d)
            answer = [one for one in grants[start : start + 8] if chance.random() < 0.8]
            answer += chance.choices(grants, k=2)
            chance.shuffle(answer)
            bodies = taken(down.gen, down.d, 1, answer, nobody)
            for body in bodies:
                down.see(body)
            journalled += bodies
        assert [body.d for body in journalled if isinstance(body, en.Granted)] == list(range(1, 21))


def test_a_higher_generation_is_journalled_first_and_a_lower_one_discarded() -> None:
    bodies = taken(1, 7, 2, [grant(8, gen=1), grant(1, gen=2)], nobody)
    assert [body.KIND for body in bodies] == ["gen", "grant"]
    assert taken(2, 1, 1, [grant(2, gen=1)], nobody) == []


def test_a_gap_or_an_impossible_amount_ends_the_taking() -> None:
    assert [body.KIND for body in taken(1, 0, 1, [grant(1), grant(3)], nobody)] == ["grant"]
    assert taken(1, 0, 1, [grant(1, amount=0), grant(2)], nobody) == []


def test_what_was_wanted_by_nobody_goes_straight_back() -> None:
    bodies = taken(1, 0, 1, [grant(1, want="old"), grant(2, want="live")], lambda want: want == "live")
    assert [body.KIND for body in bodies] == ["grant", "ret", "grant"]
