"""Whatever three honest kiosks do with their vouchers, and in whatever order head office hears of it."""

import random
from collections import Counter

import pytest
import sqlalchemy as sa
from hub_shop import books_of, opened
from till import Till

from kiosk.hub.books import DISPUTED
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.hub.settings import Grants
from kiosk.hub.tables import redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances


class Clerk:
    """An honest kiosk and its counter: it spends and claims only what its own log holds."""

    def __init__(self, office: HeadOffice, place: int, chance: random.Random, names: list[str]) -> None:
        self.office, self.chance, self.names = office, chance, names
        self.till = Till(f"K{place}")
        office.enrol(self.till.enrolment())
        self.wants: dict[str, sync.Want] = {}
        self.states: dict[str, str] = {}
        self.instructions: tuple[sync.Instruction, ...] = ()
        self._held_at: tuple[int, Balances] = (-1, {})

    def holds(self, asset: str, member: str | None = None) -> int:
        if self._held_at[0] != len(self.till.log):
            self._held_at = (len(self.till.log), self.till.fold({}))
        return self._held_at[1].get((acc.escrow(self.till.device, member), asset), 0)

    def sync(self) -> None:
        points = sync.Want(
            id=f"{self.till.device}-{len(self.till.log)}", member="M1", asset=acc.POINTS, amount=10
        )
        answer = self.office.sync(self.till.request(None, None, points, *self.wants.values()))
        assert {one.verdict for one in answer.verdicts} <= {"posted"}, answer.verdicts
        self.till.hear(answer)
        for one in answer.refused:
            self.wants.pop(one.want, None)
        self.instructions = answer.instructions

    def act(self) -> None:
        acts = (self.issue, self.end_print, self.ask, self.claim, self.let_go, self.give_back, self.expire)
        self.chance.choice(acts)()

    def issue(self) -> None:
        if self.holds(acc.POINTS, "M1") >= 10 and self.holds(acc.gift("G1")):
            op = f"{self.till.device}-op{len(self.till.log)}"
            self.till.redeem(op, "M1", points=10)
            self.till.write(en.Printing(op=op, attempt=1), "M1")
            self.till.write(en.Unknown(op=op, reason="-"), "M1")
            self.states[op] = "unknown"
            self.names.append(op)

    def end_print(self) -> None:
        for op, state in self.states.items():
            if state == "unknown":
                held = self.holds(acc.claim(f"V-{op}"))
                body = self.chance.choice((en.Post, en.Void)) if held else en.Post
                self.till.write(body(op=op, reason="-"), "M1")
                self.states[op] = "posted" if body is en.Post else "voided"
                return

    def ask(self) -> None:
        if self.names:
            op = self.chance.choice(self.names)
            asset = acc.claim(f"V-{op}")
            if not self.holds(asset) and asset not in {want.asset for want in self.wants.values()}:
                name = f"{self.till.device}-c{len(self.till.log)}-{self.chance.random()}"
                self.wants[name] = sync.Want(id=name, member=None, asset=asset, amount=1)

    def _held(self) -> list[str]:
        held = [op for op in self.names if self.holds(acc.claim(f"V-{op}"))]
        return [op for op in held if self.states.get(op, "posted") == "posted"]

    def claim(self) -> None:
        for op in self._held()[:1]:
            self.till.write(en.Claim(op=op, voucher=f"V-{op}"))

    def expire(self) -> None:
        for op in self._held()[:1]:
            if op in self.states:
                self.till.write(en.Expire(op=op, voucher=f"V-{op}"))

    def let_go(self) -> None:
        for one in self.instructions:
            held = self.holds(acc.claim(one.voucher))
            if one.what == "release" and held and self.states.get(one.op) in {"posted", "unknown"}:
                self.till.write(en.Release(op=one.op, voucher=one.voucher, to=one.to))
            if one.what == "post" and self.states.get(one.op) == "unknown":
                self.till.write(en.Post(op=one.op, reason="presented"), "M1")
                self.states[one.op] = "posted"
        self.instructions = ()

    def give_back(self) -> None:
        for op in self._held()[:1]:
            if op not in self.states:
                self.till.write(en.Returned(asset=acc.claim(f"V-{op}"), amount=1))


@pytest.mark.parametrize("seed", range(8))
def test_each_voucher_is_claimed_once_at_most_and_every_right_has_one_place(seed: int) -> None:
    (office,) = opened_now()
    chance, names = random.Random(seed), list[str]()
    clerks = [Clerk(office, place, chance, names) for place in (1, 2, 3)]
    for _ in range(220):
        clerk = chance.choice(clerks)
        clerk.act()
        if chance.random() < 0.35:
            clerk.sync()
    for _ in range(3):
        for clerk in clerks:
            clerk.wants.clear()
            clerk.sync()
            clerk.let_go()
    claims = Counter(
        body.op
        for clerk in clerks
        for stored in clerk.till.log
        if isinstance(body := en.body_of(en.decode(stored)), en.Claim | en.Expire)
    )
    assert max(claims.values()) == 1
    assert [op for clerk in clerks for op in claimed_by(clerk) if op not in clerk.states], "none from afar"
    books = books_of(office)
    assert not [account for account, _ in books if account.startswith(DISPUTED)]
    with office.engine.begin() as connection:
        assert sums_to_zero(connection)
        for row in connection.execute(sa.select(redemptions)).all():
            asset = acc.claim(row.voucher)
            places = [account for (account, one), units in books.items() if one == asset and units > 0]
            where = {None: acc.SPENT, "": acc.pool(asset)}.get(row.holder, acc.escrow(row.holder or ""))
            gone = row.expired or row.state == "voided"
            assert places == ([] if gone else [where]), (row, places)
    held = {clerk.till.device: clerk.till.fold({}) for clerk in clerks}
    for (account, asset), units in books.items():
        if account.startswith(acc.escrow("")):
            assert held[account.split(":")[1]].get((account, asset)) == units
    office.engine.dispose()


def claimed_by(clerk: Clerk) -> list[str]:
    bodies = (en.body_of(en.decode(stored)) for stored in clerk.till.log)
    return [body.op for body in bodies if isinstance(body, en.Claim)]


def opened_now() -> list[HeadOffice]:
    made = opened("sqlite://", Grants(lease_par=4, lease_low=2, home_points=0))
    return [next(made)]
