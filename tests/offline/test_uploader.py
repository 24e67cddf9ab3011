"""Uploading to a real head office over a network that loses, repeats and cuts."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.events import LinkChanged, RightsChanged, StorageFailed
from kiosk.hub.tables import gifts
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.feed import ReplicaAnswer
from kiosk.ledger.sync import Account, AccountRequest, Want
from kiosk.offline.escrow import release
from kiosk.offline.service import JournalService
from kiosk.offline.uploader import CLAIM_EVERY_S, EVERY_S
from kiosk.ports import Draft, NotHeld
from tests.offline.bench import DEVICE, TEA, open_journal, post, printing, redeem, unknown, void
from tests.offline.shop import Kiosk, Line, balance, card_of, open_office, verdicts
from tests.seeds import seeds


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, Line(open_office()), open_journal)
    yield kiosk
    kiosk.close()


def obtain(kiosk: Kiosk, want: str, amount: int, member: str = "m1") -> None:
    kiosk.wants.put(Want(id=want, member=member, asset=acc.POINTS, amount=amount))
    kiosk.drain()


def test_rights_come_down_and_redemptions_go_up(kiosk: Kiosk) -> None:
    kiosk.drain()
    assert kiosk.journal.rights(TEA) == 5
    assert kiosk.journal.rights(acc.POINTS, "home") == 300
    obtain(kiosk, "w1", 250)
    assert kiosk.journal.rights(acc.POINTS, "m1") == 250
    kiosk.journal.append(redeem("a", 250), printing("a"), post("a"))
    kiosk.drain()
    assert balance(kiosk.line.office, acc.member("m1"), acc.POINTS) == 750
    assert balance(kiosk.line.office, acc.escrow(DEVICE), acc.claim("Va")) == 1
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()
    assert set(verdicts(kiosk.line.office).values()) == {"posted"}
    assert LinkChanged(True) in kiosk.posted
    assert kiosk.replica.gifts()[0].id == "tea"
    assert kiosk.replica.is_home("home")


def test_a_want_that_cannot_be_met_is_refused(kiosk: Kiosk) -> None:
    kiosk.drain()
    obtain(kiosk, "w1", 5000)
    refusals = [event.refused for event in kiosk.posted if isinstance(event, RightsChanged) and event.refused]
    assert refusals[0][0].why == "points"
    assert kiosk.journal.rights(acc.POINTS, "m1") == 0


def test_while_a_counter_waits_for_a_right_we_look_each_second(kiosk: Kiosk) -> None:
    kiosk.drain()
    now = kiosk.clock.seconds
    assert kiosk.uploader.step(now) == now + EVERY_S
    kiosk.wants.put(Want(id="w1", member=None, asset=acc.claim("00010300000019"), amount=1))
    assert kiosk.uploader.step(now) == now + CLAIM_EVERY_S
    kiosk.wants.drop("w1")
    assert kiosk.uploader.step(now) == now + EVERY_S


def test_a_grant_that_nobody_waits_for_any_more_goes_back(kiosk: Kiosk) -> None:
    kiosk.drain()
    kiosk.wants.put(Want(id="w1", member="m1", asset=acc.POINTS, amount=250))
    kiosk.line.weather = lambda: "lost"
    kiosk.step()
    assert balance(kiosk.line.office, acc.escrow(DEVICE, "m1"), acc.POINTS) == 250
    kiosk.wants.drop("w1")
    kiosk.line.weather = lambda: "fine"
    kiosk.drain()
    assert kiosk.journal.rights(acc.POINTS, "m1") == 0
    kiosk.drain()
    assert balance(kiosk.line.office, acc.member("m1"), acc.POINTS) == 1000


def test_a_visit_that_ended_gives_back(kiosk: Kiosk) -> None:
    kiosk.drain()
    obtain(kiosk, "w1", 250)
    kiosk.wants.drop("w1")
    release(kiosk.journal, "m1")
    kiosk.drain()
    assert balance(kiosk.line.office, acc.member("m1"), acc.POINTS) == 1000


def test_a_cut_network_is_told_and_tried_again_ever_later(kiosk: Kiosk) -> None:
    kiosk.drain()
    kiosk.line.weather = lambda: "cut"
    waits = []
    for _ in range(40):
        due = kiosk.step()
        waits.append(due - kiosk.clock.seconds)
        kiosk.clock.seconds = due
    assert all(0 < wait <= 15 for wait in waits)
    assert max(waits[:2]) < 2 < max(waits)
    assert kiosk.posted[-1] == LinkChanged(False)
    kiosk.line.weather = lambda: "fine"
    kiosk.drain()
    assert LinkChanged(True) in kiosk.posted[-2:]


def test_head_office_that_takes_nothing_in_is_not_pestered(kiosk: Kiosk) -> None:
    kiosk.drain()
    mute = kiosk.line.sync
    kiosk.line.sync = lambda request: mute(  # type: ignore[method-assign]
        msgspec.structs.replace(request, entries=(), head=request.mark_seen.hash)
    )
    kiosk.journal.append(Draft(en.PinTried(route="card", ok=True, where="here"), member="m1"))
    assert kiosk.step() == kiosk.clock.seconds + EVERY_S
    kiosk.line.sync = mute  # type: ignore[method-assign]
    kiosk.drain()
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()


@pytest.mark.parametrize("bad", [[5], [2, 3, 9], [12]])
def test_an_entry_that_cannot_be_read_delays_nothing_behind_it(kiosk: Kiosk, bad: list[int]) -> None:
    clock = kiosk.journal._clock
    for n in range(2, 13):
        right_time = clock.at  # type: ignore[attr-defined]
        if n in bad:
            clock.at = -100  # type: ignore[attr-defined]
        kiosk.journal.append(Draft(en.PinTried(route="card", ok=True, where="here"), member="m1"))
        clock.at = right_time  # type: ignore[attr-defined]
    kiosk.drain()
    told = verdicts(kiosk.line.office)
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()
    assert [n for n, verdict in told.items() if verdict == "quarantined"] == bad
    assert [n for n, verdict in told.items() if verdict == "posted"] == [n for n in told if n not in bad]


def test_a_restored_head_office_gets_the_whole_log_again(kiosk: Kiosk) -> None:
    kiosk.drain()
    obtain(kiosk, "w1", 250)
    kiosk.journal.append(redeem("a", 250), printing("a"), post("a"))
    kiosk.drain()
    seen = kiosk.journal.mark_seen()
    kiosk.line.office = open_office(seed=2, generation=2)
    kiosk.step()
    assert kiosk.journal.mark_seen() == seen  # what was once acknowledged is remembered
    kiosk.drain()
    kiosk.drain()
    assert kiosk.journal.downlink()[0] == kiosk.line.office.generation > 2  # it found out, and raised its own
    assert len(verdicts(kiosk.line.office)) == kiosk.journal.mark_seen().n == kiosk.journal.tail().n


def test_a_copied_kiosk_is_frozen(kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.drain()
    obtain(kiosk, "w1", 250)
    kiosk.journal.close()
    (tmp_path / "copy").mkdir()
    shutil.copy(kiosk.path, tmp_path / "copy" / "journal.db")
    kiosk.start()
    kiosk.drain()
    copy = Kiosk(tmp_path / "copy", kiosk.line, open_journal)
    copy.step()
    failures = [event for event in copy.posted if isinstance(event, StorageFailed)]
    assert [failure.code for failure in failures] == ["K-SY-01"]
    copy.restart()
    assert copy.journal.frozen()
    copy.close()


def test_a_rolled_back_kiosk_is_frozen(kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.journal.close()
    shutil.copy(kiosk.path, tmp_path / "old")
    kiosk.start()
    kiosk.drain()
    kiosk.journal.close()
    shutil.copy(tmp_path / "old", kiosk.path)
    kiosk.start()
    kiosk.step()
    failures = [event for event in kiosk.posted if isinstance(event, StorageFailed)]
    assert [failure.code for failure in failures] == ["K-SY-01"]


class Day:
    """A day at the kiosk: seeded actions, and what m1 must be shown after each of them."""

    def __init__(self, kiosk: Kiosk, chance: random.Random) -> None:
        self.kiosk = kiosk
        self.chance = chance
        self.spent = 0
        self.number = 0
        self.answers: list[Account] = []

    def sync(self) -> None:
        self.kiosk.clock.seconds = self.kiosk.step()

    def want(self) -> None:
        self.number += 1
        amount = self.chance.randint(1, 90)
        self.kiosk.wants.put(Want(id=f"w{self.number}", member="m1", asset=acc.POINTS, amount=amount))

    def redeem(self) -> None:
        self.number += 1
        price = self.chance.randint(0, 90)
        try:
            self.kiosk.journal.append(redeem(f"op{self.number}", price))
        except NotHeld:
            return
        self.spent += price

    def end(self) -> None:
        for operation in self.kiosk.journal.unresolved("m1")[:1]:
            op = operation.redeem.op
            ending = self.chance.choice([void, post, unknown]) if operation.state == "redeemed" else post
            first = [printing(op)] if operation.state == "redeemed" else []
            self.kiosk.journal.append(*first, ending(op))
            self.spent -= operation.redeem.points if ending is void else 0

    def give_back(self) -> None:
        for want in self.kiosk.wants.live():
            self.kiosk.wants.drop(want.id)
        release(self.kiosk.journal, "m1")

    def restart(self) -> None:
        redeemed = [one for one in self.kiosk.journal.unresolved() if one.state == "redeemed"]
        self.kiosk.restart()
        self.spent -= sum(one.redeem.points for one in redeemed)

    def ask(self) -> None:
        asked = AccountRequest(device=DEVICE, card=card_of("m1"))
        account = self.kiosk.line.office.account(asked).account
        assert account is not None
        self.answers.append(account)

    def shown(self) -> set[int]:
        """By every answer ever heard: an old one is as good as a new one."""
        journal = self.kiosk.journal
        return {
            account.points + account.escrow + journal.effect_beyond("m1", account.mark_n)
            for account in self.answers
        }


@pytest.mark.parametrize("seed", seeds(range(12), 4))
def test_what_is_shown_stays_right_through_any_weather(tmp_path: Path, seed: int) -> None:
    """Balance shown = head office's two figures + own entries beyond the answer's mark."""
    chance = random.Random(seed)

    def weather() -> str:
        return chance.choices(["fine", "lost", "twice", "cut"], [6, 2, 2, 1])[0]

    office = open_office(seed)
    with office.engine.begin() as connection:
        connection.execute(sa.update(gifts).values(points=0))  # here, prices are the day's to choose
    kiosk = Kiosk(tmp_path, Line(office, weather), open_journal)
    day = Day(kiosk, chance)
    day.ask()
    actions = [day.sync, day.want, day.redeem, day.end, day.give_back, day.ask, day.restart]
    for _ in range(150):
        chance.choices(actions, [8, 5, 6, 4, 1, 1, 1])[0]()
        assert day.shown() == {1000 - day.spent}
    kiosk.line.weather = lambda: "fine"
    kiosk.drain()
    kiosk.drain()
    here = balance(office, acc.escrow(DEVICE, "m1"), acc.POINTS)
    assert here == kiosk.journal.rights(acc.POINTS, "m1")
    assert balance(office, acc.member("m1"), acc.POINTS) + here == 1000 - day.spent
    assert balance(office, acc.escrow(DEVICE), TEA) == kiosk.journal.rights(TEA)
    assert set(verdicts(office).values()) == {"posted"}
    assert day.spent > 0
    kiosk.close()


def test_a_grant_is_announced_before_the_replica_is_fetched(kiosk: Kiosk) -> None:
    said_before: list[bool] = []
    take = kiosk.replica.take

    def taken(answer: ReplicaAnswer) -> bool:
        said_before.append(any(isinstance(event, RightsChanged) for event in kiosk.posted))
        return take(answer)

    kiosk.replica.take = taken  # type: ignore[method-assign]
    kiosk.step()
    assert said_before == [True]


def test_a_journal_that_fails_ends_the_uploads_and_is_told(kiosk: Kiosk, tmp_path: Path) -> None:
    service = JournalService(lambda: open_journal(tmp_path / "no such folder" / "journal.db"), [].append)
    service.run()
    kiosk.uploader._journal = service.port()
    kiosk.uploader.run()
    assert [event.code for event in kiosk.posted if isinstance(event, StorageFailed)] == ["K-JR-04"]
