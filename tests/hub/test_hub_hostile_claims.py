"""Devices that want, claim, void, return and let go whatever they like: the books stay whole.

Whatever they journal is taken in with a verdict; what it did is judged by the ledger's invariants alone: of
each voucher one gift goes out, or its points come back once.
"""

import contextlib
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from hub_shop import CHEAP, books_of, furnish
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from till import NOW, CountedIds, Till

from kiosk.hub.books import DISPUTED
from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.limits import HOUR_US
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import sums_to_zero
from kiosk.hub.settings import Grants, HubSettings
from kiosk.hub.staff import Pair
from kiosk.hub.tables import packs, redemptions, transfers
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from tests import databases

OWN = (Path(__file__).parents[2] / "config/rules/demo.toml").read_text()
STORES = {"K1": "0001", "K2": "0001", "K3": "0002"}
PER_HOUR = 6

devices = st.sampled_from(sorted(STORES))
stranger = st.sampled_from(["", "nobody", "V-", "V-K1-1 ", "v-k1-1", "\x00", "é" * 64, "0" * 65])
FOLLOWERS = (en.Printing, en.Post, en.Void, en.Unknown, en.Claim, en.Release, en.Expire)


class HostileDevices(RuleBasedStateMachine):
    """Three devices of two stores; none of them keeps to any rule of its own."""

    ops = Bundle("ops")

    @initialize()
    def open(self) -> None:
        self.now = NOW
        grants = Grants(lease_par=20, lease_low=10, home_points=0, serial_par=0, claims_per_hour=PER_HOUR)
        policy = HubSettings(grants=grants, pin=CHEAP, demo=True)
        self.office = HeadOffice(databases.empty(), lambda: self.now, CountedIds("g"), policy)
        furnish(self.office)
        self.tills = {name: Till(name) for name in STORES}
        self.pack = 0
        self.names = 0
        self.wanted: dict[str, Counter[str]] = {name: Counter() for name in STORES}
        self.issuers: dict[str, str] = {}
        for name, till in self.tills.items():
            self.office.enrol(replace(till.enrolment(), store=STORES[name]))
            self.talk(name)

    def teardown(self) -> None:
        if hasattr(self, "office"):
            for name in STORES:
                self.talk(name)
            with self.office.engine.begin() as connection:
                assert list(inspect(connection)) == []
            self.office.engine.dispose()

    def talk(self, device: str, *wants: sync.Want) -> sync.SyncAnswer | None:
        """Everything that it has goes up; each entry gets a verdict. None: a typed refusal."""
        till = self.tills[device]
        try:
            answer = self.office.sync(till.request(till.sent + 1, None, *wants))
        except Declined:
            return None
        assert len(answer.verdicts) == len(till.log) - till.sent
        till.hear(answer)
        self.wanted[device] = Counter(one.what for one in answer.instructions)
        return answer

    # --- what devices do -------------------------------------------------------------------------

    @rule(target=ops, device=devices, ending=st.sampled_from(["post", "unknown", "none"]), paid=st.booleans())
    def redeem(self, device: str, ending: str, paid: bool) -> object:
        """A redemption, with points that were granted or without any."""
        till = self.tills[device]
        if len(self.issuers) >= 12:
            return multiple()
        if paid:
            self.names += 1
            self.talk(device, sync.Want(id=f"p{self.names}", member="M1", asset=acc.POINTS, amount=10))
            self.talk(device)
        op = f"{device}-{len(till.log)}"
        till.redeem(op, "M1", points=10)
        if ending != "none":
            till.write(en.Printing(op=op, attempt=1), "M1")
            body = en.Post if ending == "post" else en.Unknown
            till.write(body(op=op, reason="-"), "M1")
        self.issuers[op] = device
        self.talk(device)
        return op

    @rule(device=devices, op=ops, kind=st.sampled_from(FOLLOWERS), wrong=stranger | st.none(), to=devices)
    def journal(self, device: str, op: str, kind: type[en.Body], wrong: str | None, to: str) -> None:
        """Any step of any operation, of its own or not, of its voucher or another."""
        voucher = f"V-{op}" if wrong is None else wrong
        fields = {"op": op, "voucher": voucher, "to": to, "reason": "-", "attempt": 2}
        named = {name: fields[name] for name in kind.__struct_fields__ if name in fields}
        self.tills[device].write(kind(**named), "M1")

    @rule(device=devices, op=ops)
    def give_back(self, device: str, op: str) -> None:
        self.tills[device].write(en.Returned(asset=acc.claim(f"V-{op}"), amount=1))

    @rule(device=devices, op=ops, again=st.booleans(), amount=st.sampled_from([1, 1, 1, 0, -1, 2, 10**13]))
    def want(self, device: str, op: str, again: bool, amount: int) -> None:
        self.names += not again
        asset = acc.claim(f"V-{op}")
        self.talk(device, sync.Want(id=f"w{self.names}", member=None, asset=asset, amount=amount))

    @rule(device=devices, number=stranger, member=st.sampled_from([None, "M1", "nobody"]))
    def want_nonsense(self, device: str, number: str, member: str | None) -> None:
        self.names += 1
        self.talk(device, sync.Want(id=f"w{self.names}", member=member, asset=acc.claim(number), amount=1))

    @rule(device=devices)
    def only_sync(self, device: str) -> None:
        self.talk(device)

    @rule(op=ops)
    def obey(self, op: str) -> None:
        """The holder lets the right go, as it is asked."""
        with self.office.engine.begin() as connection:
            r = redemptions.c
            holder = connection.scalar(sa.select(r.holder).where(r.op == op))
        if holder:
            self.tills[holder].write(en.Release(op=op, voucher=f"V-{op}", to=""))
            self.talk(holder)

    # --- what head office does ------------------------------------------------------------------

    @rule(stores=st.sampled_from(["own", "all"]))
    def decide(self, stores: str) -> None:
        self.pack += 1
        rules = OWN.replace('stores = "own"', f'stores = "{stores}"')
        with self.office.engine.begin() as connection:
            connection.execute(sa.insert(packs).values(version=self.pack, rules=rules))

    @rule(op=ops, gives_back=st.booleans())
    def revoke(self, op: str, gives_back: bool) -> None:
        number = f"V-{op}"
        act = self.office.refund_voucher if gives_back else self.office.revoke_voucher
        with contextlib.suppress(Declined):
            act(number, Pair("anna", "bo", "revoke", number, NOW))

    @rule()
    def an_hour_passes(self) -> None:
        self.now += HOUR_US

    # --- what holds -----------------------------------------------------------------------------

    @invariant()
    def books_hold(self) -> None:
        if not hasattr(self, "office"):
            return
        books = books_of(self.office)
        below = [key for key, units in books.items() if units < 0 and key[0] != acc.WORLD]
        assert all(account.startswith(DISPUTED) for account, _ in below), below
        rights = Counter(
            asset
            for (account, asset), units in books.items()
            if acc.voucher_of(asset)
            and units > 0
            and account != acc.WORLD
            and not account.startswith(DISPUTED)
        )
        assert all(places == 1 for places in rights.values()), rights
        assert all(units <= 1 for (_, asset), units in books.items() if acc.voucher_of(asset))
        with self.office.engine.begin() as connection:
            assert sums_to_zero(connection)
            self._each_goes_once(connection)

    def _each_goes_once(self, connection: sa.Connection) -> None:
        """Of each voucher one gift or one refund: never both, never two."""
        t = transfers.c
        given = Counter(
            connection.scalars(sa.select(t.asset).where(t.target == acc.SPENT, t.asset.startswith("claim:")))
        )
        back = set(
            connection.scalars(sa.select(t.id).where(t.id.startswith("refunded:"), ~t.id.contains(".")))
        )
        assert all(times == 1 for times in given.values()), given
        for row in connection.execute(sa.select(redemptions)):
            refunded = f"refunded:{row.op}" in back
            assert not (refunded and row.claimed)
            assert not refunded or row.state == "voided"
            assert row.claimed == bool(given[acc.claim(row.voucher)])


HostileDevices.TestCase.settings = settings(
    max_examples=int(os.environ.get("HOSTILE_STORIES", "3")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestHostileDevices = HostileDevices.TestCase
