"""A restored head office catches up from the kiosks' logs: nothing is lost, nothing is overspent."""

import random
from itertools import permutations
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from restoring import Restorable
from till import NOW, Till, act

from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.records import chain_holds, sums_to_zero
from kiosk.hub.risk import put_at_risk
from kiosk.hub.tables import entries, packs, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from tests.seeds import seeds

ENTITLEMENTS = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.welcome]
"""
BOOT = en.Boot(nonce=bytes(16), software="1")


def points(name: str, member: str = "M1", amount: int = 300) -> sync.Want:
    return sync.Want(id=name, member=member, asset=acc.POINTS, amount=amount)


def once(asset: str, name: str) -> sync.Want:
    return sync.Want(id=name, member="M1", asset=asset, amount=1)


@pytest.fixture
def hub() -> Restorable:
    return Restorable()


def live(hub: Restorable, tills: list[Till], chance: random.Random, steps: int) -> None:
    """Some days in the shops, everybody online."""
    for step in range(steps):
        till = chance.choice(tills)
        for _ in range(chance.randrange(4)):
            act(till, chance, ["M1", "M2", "M3"])
        asked = [points(f"w{hub.ids.count}-{step}", chance.choice(["M1", "M2"]), 50)]
        hub.sync(till, *(asked if chance.random() < 0.3 else []))


def sound(hub: Restorable, tills: list[Till]) -> None:
    with hub.engine.begin() as connection:
        assert list(inspect(connection)) == []
        assert sums_to_zero(connection)
        for till in tills:
            assert chain_holds(connection, till.device)
            held = connection.scalars(
                sa.select(entries.c.hash).where(entries.c.device == till.device).order_by(entries.c.n)
            )
            assert list(held) == till.hashes
    for (account, _), amount in hub.books().items():
        assert amount >= 0 or account == acc.WORLD or account.startswith("suspense:disputed:"), account


@pytest.mark.parametrize("seed", seeds(range(8), 3))
def test_a_hub_set_back_gets_to_where_it_was_from_the_logs_alone(hub: Restorable, seed: int) -> None:
    chance = random.Random(seed)
    tills = [hub.till(f"K{place}") for place in (1, 2, 3)]
    live(hub, tills, chance, 15)
    backup = hub.backup()
    live(hub, tills, chance, 30)
    hub.drain(tills)
    before = hub.books()
    hub.restore(backup)
    chance.shuffle(tills)
    answers = [hub.sync(tills[0], points(f"x{turn}")) for turn in range(3)]
    assert all(answer.recovering and not answer.grants for answer in answers)
    assert {refusal.why for answer in answers for refusal in answer.refused} == {"later"}
    hub.drain(tills, 1)
    for _ in range(3):
        if not hub.recoveries()[-1][1]:
            for till in tills:
                assert hub.sync(till).grants == ()
    assert hub.recoveries() == [(1, True), (2, True)]
    assert hub.books() == before
    sound(hub, tills)
    assert hub.sync(tills[0], points("after", amount=1)).grants


def test_an_answer_that_no_kiosk_heard_is_void_and_its_want_can_be_granted_again(hub: Restorable) -> None:
    first, second = hub.till("K1"), hub.till("K2")
    hub.drain([first, second])
    hub.office.sync(first.request(first.sent + 1, None, points("lost")))  # granted; nobody hears of it
    before = hub.books()
    assert before["escrow:K1:M1", acc.POINTS] == 300
    hub.restore(hub.backup())
    assert hub.recoveries() == [(1, True)]  # nothing is missing
    assert hub.office.restored("the operator says so") == 2
    hub.drain([first, second])
    assert hub.books()["member:M1", acc.POINTS] == 1000
    assert [grant.want for grant in hub.sync(first, points("lost")).grants if grant.want] == ["lost"]


def test_a_restored_database_is_recognised_at_its_start_by_what_it_lacks(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    hub.sync(till, points("w"))
    hub.restore(backup)
    assert hub.recoveries()[-1] == (2, False)
    # A kiosk whose mark we have comes first: without that it would be granted what K1 holds already.
    answer = hub.sync(other, points("x", amount=900))
    assert (answer.gen, answer.recovering, answer.grants) == (2, True, ())


def test_a_database_that_is_set_back_while_head_office_runs_is_recognised(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    hub.sync(till, points("w"))
    hub.engine.dispose()  # what PostgreSQL does to its clients when it is stopped
    with hub.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        backup.backup(raw)
    answer = hub.sync(other, points("x", amount=900))
    assert (answer.gen, answer.recovering, answer.grants) == (2, True, ())


def test_a_kiosk_that_remembers_more_raises_the_generation(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    till.write(BOOT)
    hub.sync(till)
    hub.restore(backup)
    assert hub.recoveries() == [(1, True)]  # no grant is missing
    assert not hub.sync(other).recovering
    assert hub.sync(till).gen == 2
    assert hub.sync(other).recovering
    hub.drain([till, other])
    assert hub.recoveries() == [(1, True), (2, True)]
    sound(hub, [till, other])


def test_restored_twice_and_during_a_recovery(hub: Restorable) -> None:
    chance = random.Random(5)
    tills = [hub.till(f"K{place}") for place in (1, 2)]
    live(hub, tills, chance, 10)
    old = hub.backup()
    live(hub, tills, chance, 20)
    hub.drain(tills)
    before = hub.books()
    hub.restore(old)
    hub.sync(tills[0])
    middle = hub.backup()  # while gen 2 recovers
    hub.sync(tills[0])
    hub.restore(middle)
    hub.restore(old)
    hub.drain(tills)
    assert hub.recoveries()[-1][1]
    assert hub.keeper.current == hub.recoveries()[-1][0] > 2
    assert hub.books() == before
    sound(hub, tills)


def test_a_grant_of_a_recovered_generation_that_is_lost_again_is_noticed(hub: Restorable) -> None:
    tills = [hub.till(f"K{place}") for place in (1, 2)]
    hub.drain(tills)
    hub.office.restored("drill")
    middle = hub.backup()
    hub.drain(tills)
    hub.sync(tills[0], points("w", amount=100))
    assert hub.books()["escrow:K1:M1", acc.POINTS] == 100
    before = hub.books()
    hub.restore(middle)  # its counter agrees with the file
    assert hub.keeper.current == 3
    hub.drain(tills)
    assert hub.books() == before


def test_a_forged_or_foreign_grant_is_not_booked_by_a_restored_hub(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    hub.sync(till, points("w"))
    hub.restore(backup)
    granted = next(
        body
        for body in map(en.body_of, map(en.decode, till.log))
        if isinstance(body, en.Granted) and body.want == "w"
    )
    more = msgspec.structs.replace(granted, gid="g-more", amount=900)
    for body in (more, granted):
        other.write(body, "M1")
    hub.drain([other, till])
    with hub.engine.begin() as connection:
        mine = (entries.c.device == "K2") & (entries.c.kind == "grant") & (entries.c.verdict == "disputed")
        assert list(connection.scalars(sa.select(entries.c.reason).where(mine))) == ["grant-unknown"] * 2
    assert hub.books()["member:M1", acc.POINTS] == 700


def test_a_sealed_grant_held_back_until_after_the_recovery_is_worth_nothing(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    kept = hub.office.sync(till.request(till.sent + 1, None, points("w"))).grants
    hub.restore(backup)
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (2, True)
    for grant in kept:
        told = {name: getattr(grant, name) for name in grant.__struct_fields__}
        till.write(en.Granted(**told), grant.member)
    verdicts = {(v.verdict, v.reason) for v in hub.sync(till).verdicts if v.verdict != "posted"}
    assert verdicts == {("disputed", "grant-unknown")}
    assert hub.books()["member:M1", acc.POINTS] == 1000


def test_an_unknown_grant_of_this_generation_is_disputed(hub: Restorable) -> None:
    till = hub.till("K1")
    hub.drain([till])
    body = en.Granted(gid="mine", gen=1, d=till.last_d + 1, asset=acc.POINTS, amount=500, member="M1")
    till.write(body, "M1")
    assert [v.reason for v in hub.sync(till).verdicts][-1] == "grant-unknown"


def test_what_was_credited_and_spent_in_the_lost_time_is_covered_at_readiness(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    hub.sync(till, points("w", "M2", 1000))
    for place in range(3):
        till.redeem(f"op{place}", "M2", points=300)
        till.post(f"op{place}", "M2")
    hub.drain([till])
    hub.restore(backup)
    hub.office.sync(other.request(other.sent + 1))
    # The pool's stock was counted down meanwhile by a fact that only head office had.
    from kiosk.hub.books import Books
    from kiosk.ledger.legs import Transfer

    with hub.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer("write-off:M2", acc.member("M2"), acc.WORLD, acc.POINTS, 400))
        books.write()
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (2, True)
    books_now = hub.books()
    assert ("member:M2", acc.POINTS) not in books_now
    assert books_now["suspense:disputed:restore-2", acc.POINTS] == -400
    sound(hub, [till, other])


def test_spent_tries_are_not_given_back_by_a_restore(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    hub.sync(other, sync.Want(id="t", member="M1", asset=acc.TRIES, amount=5))
    for _ in range(5):
        other.write(en.PinTry(route="card"), "M1")
        other.write(en.PinTried(route="card", ok=False, where="hub"), "M1")
    hub.drain([other])
    hub.restore(backup)
    early = sync.Want(id="u", member="M1", asset=acc.TRIES, amount=1)
    assert [refusal.why for refusal in hub.sync(till, early).refused] == ["later"]
    hub.drain([till, other])
    late = sync.Want(id="v", member="M1", asset=acc.TRIES, amount=1)
    assert [refusal.why for refusal in hub.sync(till, late).refused] == ["tries"]


def test_tries_that_were_brought_back_in_the_lost_time_are_nobodys_debt(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    for turn in range(3):
        hub.sync(other, sync.Want(id=f"t{turn}", member="M1", asset=acc.TRIES, amount=3))
        look = sync.PinRequest(device="K2", member="M1", route="card", entry=f"e{turn}", pin="246810")
        assert hub.office.pin(look).result == "right"
        for ok in (False, False, True):
            other.write(en.PinTry(route="card"), "M1")
            other.write(en.PinTried(route="card", ok=ok, where="hub"), "M1")
        hub.drain([other])
    assert hub.books()["member:M1", acc.TRIES] == 5
    hub.restore(backup)
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (2, True)
    books = hub.books()
    assert ("member:M1", acc.TRIES) not in books  # staff unlock the PIN: nobody gets more tries by a restore
    assert not [account for account, _ in books if account.startswith("suspense:")]
    sound(hub, [till, other])


def test_an_account_that_was_joined_lends_no_tries(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    for turn in range(2):
        hub.sync(till, sync.Want(id=f"t{turn}", member="M2", asset=acc.TRIES, amount=5))
        for _ in range(5):
            till.write(en.PinTry(route="card"), "M2")
        hub.drain([till])
        hub.office.pins.unlock("M2")
    till.write(en.Merge(alias="M2", into="M1", proof="phone"))
    hub.drain([till])
    hub.restore(backup)
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (2, True)
    assert hub.books()["member:M1", acc.TRIES] == 5
    sound(hub, [till, other])


def test_a_frozen_kiosk_tells_a_restored_hub(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.drain([till, other])
    backup = hub.backup()
    till.write(BOOT)
    hub.drain([till])
    hub.restore(backup)
    answer = hub.office.sync(msgspec.structs.replace(till.request(), frozen="copied at 4"))
    assert answer.state.frozen
    with pytest.raises(Declined, match="frozen"):
        hub.office.account(sync.AccountRequest(device="K1", card=b"M1".ljust(32, b".")))


def test_a_lost_counter_is_found_again_from_the_kiosks(hub: Restorable) -> None:
    till, other = hub.till("K1"), hub.till("K2")
    hub.office.restored("drill")
    hub.drain([till, other])
    fresh = Restorable()
    hub.keeper = fresh.keeper  # the file is gone and was made anew, with 1
    hub.office = hub.start()
    assert hub.keeper.current == 3  # more than the database knows
    hub.drain([till, other])
    assert hub.recoveries()[-1] == (3, True)


def test_a_kiosk_offline_for_long_is_waited_for(hub: Restorable) -> None:
    tills = [hub.till(f"K{place}") for place in (1, 2, 3)]
    chance = random.Random(1)
    hub.drain(tills)
    backup = hub.backup()
    live(hub, tills, chance, 20)
    hub.drain(tills)
    hub.restore(backup)
    hub.drain(tills[:2])
    assert hub.recoveries()[-1] == (2, False)
    for _ in range(700):
        act(tills[2], chance, ["M1", "M2", "M3"])
    while not hub.recoveries()[-1][1]:
        request = tills[2].request(tills[2].sent + 1, min(tills[2].sent + 500, len(tills[2].log)))
        tills[2].hear(hub.office.sync(request))
    sound(hub, tills)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_debt_is_settled_at_readiness_whichever_log_comes_first(
    hub: Restorable, order: tuple[int, int]
) -> None:
    with hub.engine.begin() as connection:
        put_at_risk(connection, 1000, "first")
    tills = [hub.till("K1"), hub.till("K2")]
    hub.drain(tills)
    backup = hub.backup()
    hub.sync(tills[0], points("w", "M1", 900))
    for place in range(3):
        tills[0].redeem(f"op{place}", "M1")
        tills[0].post(f"op{place}", "M1")
    hub.drain(tills)
    body = en.Redeem(op="r", gift="G1", points=300, voucher="V-r", expires=NOW, qr=b"", risk=300)
    tills[1].write(body, "M1")
    tills[1].post("r", "M1")
    hub.drain(tills)
    before = hub.books()
    assert (before[acc.debt("M1"), acc.RISK], before.get(("member:M1", acc.POINTS))) == (200, None)
    hub.restore(backup)
    hub.drain([tills[place] for place in order])
    assert hub.recoveries()[-1] == (2, True)
    assert hub.books() == before
    sound(hub, tills)


def test_a_benefit_given_in_the_lost_time_is_not_given_again(hub: Restorable) -> None:
    with hub.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=ENTITLEMENTS))
    tills = [hub.till("K1"), hub.till("K2")]
    hub.drain(tills)
    backup = hub.backup()
    asset = acc.entitlement("welcome", "ever")
    assert not hub.sync(tills[0], once(asset, "f")).refused
    tills[0].write(en.Used(asset=asset), "M1")
    hub.drain(tills)
    before = hub.books()
    assert before[acc.SPENT, asset] == 1
    hub.restore(backup)
    assert [refusal.why for refusal in hub.sync(tills[1], once(asset, "g")).refused] == ["later"]
    hub.drain(tills)
    assert hub.books() == before
    assert [refusal.why for refusal in hub.sync(tills[1], once(asset, "h")).refused] == ["used"]


def test_two_accounts_given_a_benefit_and_joined_in_the_lost_time_owe_nothing(hub: Restorable) -> None:
    with hub.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=ENTITLEMENTS))
    tills = [hub.till("K1"), hub.till("K2")]
    hub.drain(tills)
    backup = hub.backup()
    asset = acc.entitlement("welcome", "ever")
    for till, member in zip(tills, ("M1", "M2"), strict=True):
        hub.sync(till, sync.Want(id=f"for-{member}", member=member, asset=asset, amount=1))
        till.write(en.Used(asset=asset), member)
    hub.drain(tills)
    tills[1].write(en.Merge(alias="M1", into="M2", proof="phone"))
    hub.drain(tills)
    before = hub.books()
    hub.restore(backup)
    hub.drain(tills)
    assert hub.recoveries()[-1] == (2, True)
    assert hub.books() == before
    sound(hub, tills)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_accounts_joined_and_parted_in_the_lost_time_have_no_more_than_before(
    hub: Restorable, order: tuple[int, int]
) -> None:
    tills = [hub.till("K1"), hub.till("K2")]
    hub.drain(tills)
    backup = hub.backup()
    tills[0].write(en.Merge(alias="M1", into="M2", proof="phone"))
    hub.drain(tills)
    hub.sync(tills[1], points("w", "M2", 1900))
    tills[1].redeem("op", "M2", points=1900)
    tills[0].write(en.Unmerge(alias="M1", into="M2"))
    hub.drain(tills)
    before = hub.books()
    assert before["suspense:merge:M1", "owed:points"] == 900
    hub.restore(backup)
    hub.drain([tills[place] for place in order])
    assert hub.recoveries()[-1] == (2, True)
    books = hub.books()
    own = [books.get((acc.member(member), acc.POINTS), 0) for member in ("M1", "M2")]
    assert (sum(own), min(own)) == (100, 0)
    assert not [account for account, _ in books if account.startswith("suspense:disputed")]
    sound(hub, tills)


# --- orders ---------------------------------------------------------------------------------------


def travelled(hub: Restorable) -> list[Till]:
    """K1 issues; the right to claim goes to K2, on to K3, back to K1 and to K2 again, which claims."""
    one, two, three = tills = [hub.till(f"K{place}") for place in (1, 2, 3)]
    hub.drain(tills)
    hub.backup_ = hub.backup()  # type: ignore[attr-defined]
    hub.sync(one, points("w"))
    one.redeem("op", "M1")
    one.post("op", "M1")
    hub.sync(one)
    for place, (holder, taker) in enumerate(((one, two), (two, three), (three, one), (one, two))):
        holder.write(en.Release(op="op", voucher="V-op", to=taker.device))
        hub.sync(holder)
        asked = sync.Want(id=f"c{place}", member=None, asset=acc.claim("V-op"), amount=1)
        hub.sync(taker, asked)
        hub.sync(taker)
    two.write(en.Claim(op="op", voucher="V-op"))
    hub.drain(tills)
    return tills


@pytest.mark.parametrize(
    ("size", "order"),
    seeds([(1, (2, 0, 1)), (500, (1, 2, 0)), *((2, order) for order in permutations(range(3)))], 3),
)
def test_a_right_that_travelled_is_told_by_three_logs_in_any_order(
    hub: Restorable, order: tuple[int, ...], size: int
) -> None:
    tills = travelled(hub)
    before = hub.books()
    with hub.engine.begin() as connection:
        story = connection.execute(sa.select(redemptions)).all()
    assert [(row.state, row.claimed) for row in story] == [("posted", True)]
    hub.restore(hub.backup_)  # type: ignore[attr-defined]
    for _ in range(60):
        for place in order:
            till = tills[place]
            last = min(till.sent + size, len(till.log))
            till.hear(hub.office.sync(till.request(till.sent + 1, last)))
    assert hub.recoveries()[-1] == (2, True)
    assert hub.books() == before
    with hub.engine.begin() as connection:
        assert connection.execute(sa.select(redemptions)).all() == story
        odd = sa.select(entries.c.kind, entries.c.reason).where(entries.c.verdict != "posted")
        assert connection.execute(odd).all() == []
    sound(hub, tills)
