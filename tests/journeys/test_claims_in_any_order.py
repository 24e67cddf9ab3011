"""Two kiosks, head office and papers that anybody may hold, in any order: one gift for each number at most.

Papers are scanned and typed, copied and shown at both counters at once; the wire is cut, kiosks lose power,
the clock runs on or is not trusted, prints are doubtful, staff make void, head office revokes. Judged by what
the counters handed out, by both journals, and by everything that head office's books can be asked.
"""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from shop import ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.hub.declined import Declined
from kiosk.hub.inspection import inspect
from kiosk.hub.staff import Pair
from kiosk.hub.tables import balances, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import check_code, parse_qr

HOME = "6600000001"
EITHER = st.integers(0, 1)
PICK = st.integers(0, 99)
DAY_S = 86_400
TROUBLE = st.sampled_from(("cut", "cut", "heal", "heal", "power", "clock", "days", "key", "revoke"))


@dataclass(frozen=True)
class Sheet:
    """A paper, as whoever holds it can copy it."""

    code: str

    @property
    def number(self) -> str:
        return parse_qr(self.code)[0].number

    @property
    def check(self) -> str:
        return check_code(parse_qr(self.code)[2])


class ClaimsInAnyOrder(RuleBasedStateMachine):
    """Two kiosks of one shop and whoever stands at their counters."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="claims-", dir=memory()))
        here = ShopFloor(self.folder / "here")
        self.floors = (here, ShopFloor(self.folder / "there", here, kiosk="04"))
        self.office = here.office
        self.sheets: list[Sheet] = []
        self.asked: dict[str, str] = {}
        self.given: Counter[str] = Counter()

    @initialize(doubtful=st.booleans())
    def open_the_shop(self, doubtful: bool) -> None:
        self.print_one(0, doubtful=False)
        self.print_one(1, doubtful)
        together(12, *self.floors)

    # --- what happens ----------------------------------------------------------------------------

    @precondition(lambda self: len(self.sheets) < 5)
    @rule(who=EITHER, doubtful=st.booleans())
    def print_one(self, who: int, doubtful: bool) -> None:
        floor = self.floors[who]
        floor.do(ev.Left())
        floor.tray.ends = ev.Outcome.UNKNOWN if doubtful else ev.Outcome.CONFIRMED
        papers = len(floor.tray.papers)
        floor.tap(HOME)
        view = floor.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
        if isinstance(view, views.Confirm):
            floor.confirm()
        floor.tray.ends = ev.Outcome.CONFIRMED
        floor.do(ev.WentBack(), ev.Left())
        self.sheets += [Sheet(written(paper)["QR"]) for paper in floor.tray.papers[papers:]]

    @rule(who=EITHER, which=PICK, scanned=st.booleans())
    def show(self, who: int, which: int, scanned: bool) -> None:
        self.present(who, which, scanned)

    def present(self, who: int, which: int, scanned: bool) -> None:
        sheet, floor = self.sheets[which % len(self.sheets)], self.floors[who]
        request = floor.ids.uuid7()
        self.asked[request] = sheet.number
        typed = ("", "", sheet.code) if scanned else (sheet.number, sheet.check, "")
        floor.do(ev.ClaimAsked(request, typed[0], typed[1], "staff-1", typed[2]))

    @rule(which=PICK, scanned=st.booleans())
    def copies_at_both_counters(self, which: int, scanned: bool) -> None:
        for who in (0, 1):
            self.present(who, which, scanned)

    @rule(who=EITHER, which=PICK)
    def find_no_paper(self, who: int, which: int) -> None:
        floor = self.floors[who]
        floor.do(ev.VoidAsked(floor.ids.uuid7(), self.number(which), "staff-2"))

    @rule(seconds=st.sampled_from((1, 3, 12, 25)))
    def wait(self, seconds: int) -> None:
        together(seconds, *self.floors)

    @rule(what=TROUBLE, who=EITHER, which=PICK)
    def trouble(self, what: str, who: int, which: int) -> None:
        floor = self.floors[who]
        match what:
            case "cut":
                floor.cut()
            case "heal":
                floor.heal()
            case "power":
                self.hear()
                floor.crash()
                floor.open()
            case "clock":
                floor.clock.good = not floor.clock.good
            case "days":
                floor.clock.pass_by((1 + which % 40) * DAY_S)
                together(2, *self.floors)
            case "key":
                self.office.revoke_key(floor.device, Pair("anna", "bo", "revoke-key", floor.device, 0))
            case "revoke":
                self.revoke(self.number(which))

    def revoke(self, number: str) -> None:
        try:
            self.office.revoke_voucher(number, Pair("anna", "bo", "revoke-voucher", number, 0))
        except Declined:  # it is settled, or its kiosk was not heard of yet
            return

    def number(self, which: int) -> str:
        return self.sheets[which % len(self.sheets)].number

    # --- what must hold --------------------------------------------------------------------------

    def hear(self) -> None:
        """Count every gift that a counter was told to hand over."""
        for floor in self.floors:
            for request in list(floor.counter.heard):
                said = floor.counter.heard.pop(request)
                if said.result is ClaimAnswer.GIVEN:
                    self.given[self.asked[request]] += 1

    @invariant()
    def one_gift_for_a_number_and_no_gift_without_a_claim(self) -> None:
        self.hear()
        claims = self.claims()
        assert not [number for number, times in claims.items() if times > 1]
        assert not self.given - claims

    def claims(self) -> Counter[str]:
        bodies = (body for floor in self.floors for body in floor.entries(en.Claim))
        return Counter(body.voucher for body in bodies if isinstance(body, en.Claim))

    def teardown(self) -> None:
        try:
            self.settle()
            self.judge()
        finally:
            for floor in self.floors:
                floor.crash()
            self.office.engine.dispose()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """The faults stop: everything that waits comes to its end."""
        self.floors[0].clock.good = True
        for floor in self.floors:
            floor.heal()
        together(40, *self.floors)
        self.one_gift_for_a_number_and_no_gift_without_a_claim()

    def judge(self) -> None:
        claims, spent = self.claims(), 0
        with self.office.engine.begin() as connection:
            assert list(inspect(connection)) == []
            rows = connection.execute(sa.select(redemptions)).all()
            books = {
                (row.account, row.asset): row.amount for row in connection.execute(sa.select(balances)).all()
            }
        for row in rows:
            assert row.claimed == (claims[row.voucher] == 1)
            assert not (row.claimed and row.state == "voided")
            spent += row.points if row.state == "posted" else 0
            held = row.points if row.state == "unknown" else 0
            assert books.get((acc.held(row.op), acc.POINTS), 0) == held
        assert books.get((acc.SPENT, acc.POINTS), 0) == spent
        assert {row.voucher for row in rows} >= {sheet.number for sheet in self.sheets}
        assert len({sheet.number for sheet in self.sheets}) == len(self.sheets)


def memory() -> Path | None:
    """Files that nobody needs to be durable: thousands of fsyncs take minutes on a disk."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else None


TestClaimsInAnyOrder = ClaimsInAnyOrder.TestCase
TestClaimsInAnyOrder.settings = settings(
    max_examples=int(os.environ.get("CLAIM_STORIES", "3")),
    stateful_step_count=25,
    deadline=None,
    derandomize="CLAIM_STORIES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
