"""Whatever is asked of a journal, in whatever order: it does what the model does, or nothing at all."""

import copy
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Grant, Instruction, Mark
from kiosk.offline.escrow import release
from kiosk.ports import Draft, JournalFailed, NotHeld
from tests.offline.bench import TEA, open_journal
from tests.offline.model import Illegal, Model
from tests.powercut.recording import memory

NAMES = "abcd"
OPS = st.sampled_from(NAMES)
WRONG = "of another"
MEMBERS = ("m1", "m2")
MEMBER = st.sampled_from(MEMBERS)
SMALL = st.integers(-1, 5)
GIFT = acc.entitlement("birthday", "2026")
ASSETS = ((acc.POINTS, True), (acc.TRIES, True), (GIFT, True), (TEA, False), (acc.RISK, False))
ASSET = st.sampled_from(ASSETS)


def redeem_body(op: str, points: int = 1, risk: int = 0) -> en.Redeem:
    return en.Redeem(op=op, gift="tea", points=points, voucher=f"V{op}", expires=1, qr=b"", risk=risk)


def returned(asset: tuple[str, bool], amount: int, member: str) -> Draft:
    return Draft(
        en.Returned(asset=asset[0], amount=amount, member=member if asset[1] else None), member=member
    )


def voucher_of(op: str, wrong: bool) -> str:
    return WRONG if wrong else f"V{op}"


def about(draft: Draft, op: str) -> Draft:
    """The same, of another operation; a wrong voucher stays wrong."""
    changed: dict[str, str] = {"op": op}
    voucher = getattr(draft.body, "voucher", WRONG)
    if voucher != WRONG:
        changed["voucher"] = f"V{op}"
    return replace(draft, body=msgspec.structs.replace(draft.body, **changed))


RARELY = st.integers(0, 9).map(lambda one: one == 0)
FOLLOWER = st.one_of(
    st.builds(lambda op, attempt: Draft(en.Printing(op=op, attempt=attempt)), OPS, st.integers(0, 4)),
    st.builds(lambda op: Draft(en.Post(op=op, reason="printed")), OPS),
    st.builds(lambda op: Draft(en.Void(op=op, reason="test")), OPS),
    st.builds(lambda op: Draft(en.Unknown(op=op, reason="test")), OPS),
    st.builds(lambda op, wrong: Draft(en.Claim(op=op, voucher=voucher_of(op, wrong))), OPS, RARELY),
    st.builds(lambda op, wrong: Draft(en.Expire(op=op, voucher=voucher_of(op, wrong))), OPS, RARELY),
    st.builds(lambda op, wrong: Draft(en.Cancel(op=op, voucher=voucher_of(op, wrong))), OPS, RARELY),
    st.builds(lambda op, w: Draft(en.Release(op=op, voucher=voucher_of(op, w), to="kiosk-2")), OPS, RARELY),
)
DRAFT = st.one_of(
    st.builds(lambda op, p, r, m: Draft(redeem_body(op, p, r), member=m), OPS, SMALL, st.just(0), MEMBER),
    st.builds(lambda op, p, r, m: Draft(redeem_body(op, p, r), member=m), OPS, SMALL, SMALL, MEMBER),
    FOLLOWER,
    st.builds(returned, ASSET, SMALL, MEMBER),
    st.builds(lambda member: Draft(en.PinTry(route="card"), member=member), MEMBER),
    st.builds(lambda member: Draft(en.Used(asset=GIFT), member=member), MEMBER),
    st.builds(lambda member: Draft(en.Earned(asset=GIFT, points=3), member=member), MEMBER),
    st.builds(
        lambda member, asset: Draft(en.Credited(rule="gift", asset=asset, units=3), member=member),
        MEMBER,
        st.sampled_from([acc.POINTS, acc.CASH]),
    ),
    st.builds(
        lambda why, pieces: Draft(en.Stocked(gift="tea", pieces=pieces, why=why)),
        st.sampled_from(["received", "found", "broken", "missing"]),
        st.integers(1, 3),
    ),
    st.builds(
        lambda member: Draft(en.Gave(giving="g", to="m2", points=2, asset=GIFT), member=member), MEMBER
    ),
    st.builds(lambda member: Draft(en.Received(giving="g", points=2), member=member), MEMBER),
    st.just(Draft(en.Told(what="wish", topic="tea"), member="m1")),
    st.just(Draft(en.Merge(alias="m2", into="m1", proof="code"))),
)


class AnyOrder(RuleBasedStateMachine):
    """A journal in real files beside its model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-", dir=memory()))
        self.path = self.folder / "0" / "journal.db"
        self.path.parent.mkdir()
        self.model = Model()
        self.gen, self.d, self.starts = 1, 0, 0
        self.journal = open_journal(self.path)
        self.model.do(Draft(en.Boot(nonce=b"", software="")))

    @initialize(points=st.integers(0, 12), teas=st.integers(0, 4))
    def open_the_shop(self, points: int, teas: int) -> None:
        self.take(
            self.grant(acc.POINTS, points + 1, "m1"), self.grant(TEA, teas + 1), self.grant(acc.RISK, 3)
        )

    # --- rights come -----------------------------------------------------------------------------

    @rule(asset=ASSET, amount=st.integers(1, 4), member=MEMBER)
    def rights_come(self, asset: tuple[str, bool], amount: int, member: str) -> None:
        self.take(self.grant(asset[0], amount, member if asset[1] else None))

    @rule(op=OPS)
    def a_right_to_claim_comes(self, op: str) -> None:
        """Only when nobody has it: head office sees to that."""
        slip = self.model.slips.get(op)
        if not self.model.holds(op) and (slip is None or (not slip.ended and slip.state != "voided")):
            self.take(self.grant(acc.claim(f"V{op}"), 1, None, redeem_body(op)))

    @rule(early=st.booleans(), amount=st.integers(1, 3))
    def a_grant_that_is_not_next_is_left(self, early: bool, amount: int) -> None:
        self.take()  # a new generation first, if there is one
        wrong = self.grant(acc.POINTS, amount, "m1")
        self.d -= 1
        odd = Grant(
            gid="odd", gen=self.gen, d=wrong.d + 1 if early else self.d, asset=acc.POINTS, amount=amount
        )
        assert self.journal.take_grants(self.gen, [odd], lambda _want: True) == ()

    @rule(member=MEMBER, amount=st.integers(1, 3))
    def what_nobody_wants_any_more_goes_back(self, member: str, amount: int) -> None:
        self.take(self.grant(acc.POINTS, amount, member, want="dropped"))

    @rule()
    def head_office_is_restored(self) -> None:
        self.gen, self.d = self.gen + 1, 0

    # --- things are done -------------------------------------------------------------------------

    @rule(drafts=st.lists(DRAFT, min_size=1, max_size=4))
    def something_is_asked(self, drafts: list[Draft]) -> None:
        self.append(*drafts)

    @rule(drafts=st.lists(FOLLOWER, min_size=1, max_size=2), data=st.data())
    def an_operation_goes_on(self, drafts: list[Draft], data: st.DataObject) -> None:
        """One that there is; whether it may is for the model to say."""
        if self.model.slips:
            op = data.draw(st.sampled_from(sorted(self.model.slips)))
            self.append(*(about(draft, op) for draft in drafts))

    @rule(op=OPS, member=MEMBER, ending=st.sampled_from((en.Post, en.Void, en.Unknown)))
    def somebody_redeems(self, op: str, member: str, ending: type[en.Post | en.Void | en.Unknown]) -> None:
        self.append(Draft(redeem_body(op), member=member), Draft(en.Printing(op=op, attempt=1)))
        self.append(Draft(ending(op=op, reason="the printer said so")))

    @rule(op=OPS, what=st.sampled_from(("release", "post", "void")))
    def head_office_asks(self, op: str, what: str) -> None:
        asked = Instruction(op=op, voucher=f"V{op}", what=what, to="kiosk-2")  # type: ignore[arg-type]
        slip = self.model.slips.get(op)
        open_ = slip is not None and not slip.ended and slip.state in ("unknown", "posted")
        bodies: dict[str, en.Body] = {
            "release": en.Release(op=op, voucher=f"V{op}", to="kiosk-2"),
            "post": en.Post(op=op, reason="presented"),
            "void": en.Void(op=op, reason="head-office"),
        }
        allowed = slip is not None and open_ and {
            "release": self.model.holds(op),
            "post": slip.state == "unknown",
            "void": slip.state == "unknown" and self.model.holds(op),
        }[what]  # fmt: skip
        written = self.journal.obey(asked)
        assert len(written) == int(allowed)
        if allowed:
            self.model.do(Draft(bodies[what]))

    @rule(member=MEMBER)
    def a_visit_ends(self, member: str) -> None:
        release(self.journal, member)
        for asset in (acc.POINTS, acc.CASH, acc.TRIES):
            if amount := self.model.rights[asset, member]:
                self.model.do(returned((asset, True), amount, member))

    @rule()
    def two_logs_were_seen(self) -> None:
        if self.starts > 2:  # late enough that something happened before
            self.journal.freeze("a copy was seen")
            self.model.frozen = True

    @rule(most=st.integers(1, 9), keep=st.integers(0, 9))
    def old_entries_are_folded_in(self, most: int, keep: int) -> None:
        if self.journal.move_cut(most, keep):
            self.model.do(Draft(en.Merge(alias="-", into="-", proof="a checkpoint moves nothing either")))

    @rule(stable=st.integers(0, 60), behind=st.integers(0, 5))
    def old_entries_are_pruned(self, stable: int, behind: int) -> None:
        n = self.journal.tail().n - behind
        if held := self.journal.hash_at(max(n, 0)):
            self.journal.move_mark(Mark(n=max(n, 0), hash=held))
        self.journal.prune(stable)

    # --- the process ends ------------------------------------------------------------------------

    @rule(killed=st.booleans(), recovers=st.booleans())
    def the_kiosk_starts_again(self, killed: bool, recovers: bool) -> None:
        self.starts += 1
        place = self.folder / str(self.starts)
        if killed:  # what a killed process leaves: the files as they are now
            shutil.copytree(self.path.parent, place)
        self.journal.close()
        if not killed:
            self.path.parent.rename(place)
        self.path = place / "journal.db"
        self.journal = open_journal(self.path)
        self.model.do(Draft(en.Boot(nonce=b"", software="")))
        if recovers:
            self.journal.recover()
            for op in self.model.open_slips():
                state = self.model.slips[op].state
                if state != "unknown":
                    body = en.Void if state == "redeemed" else en.Unknown
                    self.model.do(Draft(body(op=op, reason="restart")))

    # --- they agree ------------------------------------------------------------------------------

    @invariant()
    def rights_agree(self) -> None:
        vouchers = [(acc.claim(f"V{op}"), False) for op in NAMES]
        for asset, personal in (*ASSETS, *vouchers):
            for member in MEMBERS if personal else ("",):
                assert self.journal.rights(asset, member or None) == self.model.rights[asset, member]

    @invariant()
    def operations_agree(self) -> None:
        for op in NAMES:
            told, slip = self.journal.operation(op), self.model.slips.get(op)
            assert (told is None) == (slip is None)
            if told is None or slip is None:
                continue
            ended = "claimed" if told.claimed else "expired" if told.expired else ""
            found = (told.state, told.attempt, told.member, ended, told.claim_held)
            assert found == (slip.state, slip.attempt, slip.member, slip.ended, self.model.holds(op))
            assert self.journal.by_voucher(f"V{op}") == told
        assert [one.redeem.op for one in self.journal.unresolved()] == self.model.open_slips()

    @invariant()
    def counts_agree(self) -> None:
        tail = self.journal.tail().n
        assert tail == len(self.model.effects)
        for n in (0, tail // 2, tail - 1):
            for member in MEMBERS:
                assert self.journal.effect_beyond(member, n) == self.model.effect_beyond(member, n)

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    # --- inside ----------------------------------------------------------------------------------

    def grant(
        self,
        asset: str,
        amount: int,
        member: str | None = None,
        voucher: en.Redeem | None = None,
        want: str = "",
    ) -> Grant:
        self.d += 1
        return Grant(
            gid=f"g{self.gen}-{self.d}", gen=self.gen, d=self.d, asset=asset, amount=amount, member=member,
            voucher=voucher, want=want or None,
        )  # fmt: skip

    def take(self, *grants: Grant) -> None:
        """Grants arrive, every one twice, as a lost answer would have it."""
        gen, _ = self.journal.downlink()
        for _ in range(2):
            self.journal.take_grants(self.gen, grants, lambda want: want != "dropped")
        if gen != self.gen:
            self.model.do(Draft(en.Gen(gen=self.gen)))
        for one in grants:
            told = {name: getattr(one, name) for name in one.__struct_fields__}
            self.model.do(Draft(en.Granted(**told)))
            if one.want is not None:
                self.model.do(returned((one.asset, True), one.amount, one.member or ""))

    def append(self, *drafts: Draft) -> None:
        """All of it, or nothing."""
        after = copy.deepcopy(self.model)
        before = self.journal.tail()
        spends = any(isinstance(draft.body, en.Redeem | en.PinTry) for draft in drafts)
        if self.model.frozen and spends:
            with pytest.raises(JournalFailed, match="K-SY-01"):
                self.journal.append(*drafts)
            assert self.journal.tail() == before
            return
        try:
            for draft in drafts:
                after.do(draft)
        except Illegal:
            with pytest.raises(NotHeld):
                self.journal.append(*drafts)
            assert self.journal.tail() == before
        else:
            assert len(self.journal.append(*drafts)) == len(drafts)
            self.model = after


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=int(os.environ.get("JOURNAL_STORIES", "40")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
