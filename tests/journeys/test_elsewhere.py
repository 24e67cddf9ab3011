"""A voucher is presented at another kiosk than the one that printed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from shop import RULES, ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.elsewhere import WAIT_S
from kiosk.hub.records import record_of, sums_to_zero
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Instruction
from kiosk.membership.claims import ClaimAnswer
from kiosk.ports import CounterAnswer, Draft

HOME, GUEST = "6600000001", "6600000021"


@dataclass
class Shop:
    """Two kiosks of one shop: a voucher was printed at the first, and somebody stands at the second."""

    here: ShopFloor
    there: ShopFloor
    number: str
    check: str

    def present(self, check: str = "") -> CounterAnswer | None:
        """Present it at the other kiosk and wait as long as staff would; None: not answered yet."""
        request = self.there.present(self.number, check or self.check)
        together(int(WAIT_S) + 1, self.there, self.here)
        return self.there.counter.heard.get(request)

    def record(self) -> dict[str, object]:
        return record_of(self.here.office, self.number.replace(" ", ""))


def printed(here: ShopFloor, ends: ev.Outcome = ev.Outcome.CONFIRMED) -> tuple[str, str]:
    here.tray.ends = ends
    here.tap(HOME)
    here.choose("G02")
    here.confirm()
    here.do(ev.Left())
    here.tray.ends = ev.Outcome.CONFIRMED
    here.sync()
    told = written(here.tray.papers[-1])
    return told["券号"], told["校验码"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    here = ShopFloor(tmp_path / "here")
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    yield Shop(here, there, *printed(here))
    with here.office.engine.begin() as connection:
        assert sums_to_zero(connection)
    there.crash()
    here.crash()


@pytest.fixture
def unknown(tmp_path: Path) -> Iterator[Shop]:
    here = ShopFloor(tmp_path / "here")
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    yield Shop(here, there, *printed(here, ev.Outcome.UNKNOWN))
    there.crash()
    here.crash()


def test_it_is_claimed_there_and_nowhere_else(shop: Shop) -> None:
    first = shop.present()
    assert first is not None
    assert first.result is ClaimAnswer.GIVEN
    assert first.gift
    assert shop.record()["claimed"] is True
    assert shop.here.kinds()[-1] == "release"
    second = shop.present()
    assert second is not None
    assert second.result is ClaimAnswer.ALREADY
    request = shop.here.present(shop.number, shop.check)
    together(2, shop.here, shop.there)
    at_home = shop.here.counter.heard[request]
    assert (at_home.result, at_home.claimed_at) == (ClaimAnswer.ALREADY, first_claim(shop))
    assert "4 号" in at_home.sentence


def first_claim(shop: Shop) -> int:
    operation = shop.there.journal.by_voucher(shop.number.replace(" ", ""))
    assert operation is not None
    assert operation.claimed_at is not None
    return operation.claimed_at


def test_a_visit_at_either_kiosk_goes_on_meanwhile(shop: Shop) -> None:
    shop.there.tap(GUEST)
    shop.here.tap(HOME)
    request = shop.there.present(shop.number, shop.check)
    assert request not in shop.there.counter.heard
    assert isinstance(shop.there.now, views.Home)
    shelf = shop.there.do(ev.ShelfOpened())
    together(12, shop.there, shop.here)
    assert shop.there.counter.heard[request].result is ClaimAnswer.GIVEN
    assert type(shop.there.now) is type(shelf)
    assert isinstance(shop.here.now, views.Home)


def test_an_unreachable_issuer_changes_nothing(shop: Shop) -> None:
    shop.here.cut()
    said = shop.present()
    assert said is not None
    assert said.result is ClaimAnswer.NOT_NOW
    assert shop.there.wants.live() == ()
    assert shop.here.claim(shop.number, shop.check).result is ClaimAnswer.GIVEN
    shop.here.heal()
    again = shop.present()
    assert again is not None
    assert again.result is ClaimAnswer.ALREADY


def test_an_issuer_that_comes_back_is_asked_once_more(shop: Shop) -> None:
    shop.here.cut()
    shop.present()
    shop.here.heal()
    together(21, shop.here, shop.there)
    shop.here.cut()
    said = shop.present()
    assert said is not None
    assert said.result is ClaimAnswer.GIVEN


def test_without_a_network_of_its_own_the_counter_hears_so_at_once(shop: Shop) -> None:
    shop.there.cut()
    assert shop.there.claim(shop.number, shop.check).result is ClaimAnswer.NOT_NOW


def test_a_wrong_check_code_is_forged_and_the_right_goes_back(shop: Shop) -> None:
    said = shop.present("AAAAAA")
    assert said is not None
    assert (said.result, said.gift) == (ClaimAnswer.FORGED, "")
    assert shop.there.kinds()[-1] == "ret"
    assert shop.there.journal.rights(acc.claim(shop.number.replace(" ", ""))) == 0
    good = shop.present()
    assert good is not None
    assert good.result is ClaimAnswer.GIVEN
    wrong_again = shop.present("AAAAAA")
    assert wrong_again is not None
    assert wrong_again.result is ClaimAnswer.FORGED


def test_a_right_that_comes_too_late_goes_back_at_once(shop: Shop) -> None:
    request = shop.there.present(shop.number, shop.check)
    together(11, shop.here)
    shop.there.counter.patient = False
    together(2, shop.there)
    assert request not in shop.there.counter.heard
    assert "claim" not in shop.there.kinds()
    assert shop.there.journal.rights(acc.claim(shop.number.replace(" ", ""))) == 0


def test_a_kiosk_that_stops_with_a_right_in_its_hands_gives_it_back(shop: Shop) -> None:
    shop.there.present(shop.number, shop.check)
    together(11, shop.here)
    shop.there.uploader.step(shop.there.clock.monotonic())  # the right is journalled; nobody is told any more
    number = shop.number.replace(" ", "")
    assert shop.there.journal.rights(acc.claim(number)) == 1
    shop.there.crash()
    shop.there.open()
    assert shop.there.journal.rights(acc.claim(number)) == 0
    said = shop.present()
    assert said is not None
    assert said.result is ClaimAnswer.GIVEN


def test_two_at_one_counter_ask_for_the_same_voucher(shop: Shop) -> None:
    first = shop.there.present(shop.number, shop.check)
    second = shop.there.present(shop.number, shop.check)
    together(12, shop.there, shop.here)
    heard = shop.there.counter.heard
    assert (heard[first].result, heard[second].result) == (ClaimAnswer.GIVEN, ClaimAnswer.ALREADY)


def test_a_number_nobody_issued(shop: Shop) -> None:
    request = shop.there.present("0001 0300 0004 29", shop.check)
    together(2, shop.there)
    assert shop.there.counter.heard[request].result is ClaimAnswer.UNKNOWN


def test_the_paper_of_an_unknown_print_posts_it_from_afar(unknown: Shop) -> None:
    said = unknown.present()
    assert said is not None
    assert said.result is ClaimAnswer.GIVEN
    together(1, unknown.here)
    assert unknown.here.kinds()[-2:] == ["release", "post"]
    assert (unknown.record()["state"], unknown.record()["claimed"]) == ("posted", True)


def test_an_unknown_print_that_was_presented_elsewhere_is_neither_void_nor_printed_again(
    unknown: Shop,
) -> None:
    unknown.there.present(unknown.number, unknown.check)
    together(11, unknown.here)
    unknown.here.cut()
    assert unknown.here.void(unknown.number).result is ClaimAnswer.NOT_HERE
    assert isinstance(unknown.here.tap(HOME), views.Home)
    assert unknown.here.kinds()[-1] == "release"


def test_the_right_to_an_unknown_print_comes_home_for_its_reprint(unknown: Shop) -> None:
    unknown.there.counter.patient = True
    unknown.present("AAAAAA")
    together(45, unknown.here, unknown.there)
    offer = unknown.here.tap(HOME)
    assert isinstance(offer, views.Notice)
    unknown.here.do(ev.WentBack(), ev.Left())
    assert unknown.here.void(unknown.number).result is ClaimAnswer.VOID


def test_where_policy_lets_the_right_leave_with_the_paper_any_kiosk_claims_at_once(tmp_path: Path) -> None:
    rules = RULES.replace("release_at_print = false", "release_at_print = true")
    here = ShopFloor(tmp_path / "here", rules=rules)
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    number, check = printed(here)
    assert here.kinds()[-2:] == ["post", "release"]
    here.cut()
    request = there.present(number, check)
    together(2, there)
    assert there.counter.heard[request].result is ClaimAnswer.GIVEN
    assert here.claim(number, check).result is ClaimAnswer.NOT_NOW
    there.crash()
    here.crash()


def test_a_right_that_is_let_go_between_looking_and_claiming(shop: Shop) -> None:
    number = shop.number.replace(" ", "")
    operation = shop.here.journal.by_voucher(number)
    assert operation is not None
    asked = [Instruction(op=operation.redeem.op, voucher=number, what="release", to=shop.there.device)]
    write = shop.here.journal.append

    def lets_go_first(*drafts: Draft) -> tuple[en.Entry, ...]:
        if asked:
            shop.here.journal.obey(asked.pop())
        return write(*drafts)

    shop.here.journal.append = lets_go_first  # type: ignore[method-assign]
    shop.here.tap(HOME)
    request = shop.here.present(shop.number, shop.check)
    together(3, shop.here, shop.there)
    assert shop.here.counter.heard[request].result is ClaimAnswer.GIVEN
    assert isinstance(shop.here.now, views.Home)
    assert shop.here.kinds()[-2:] == ["release", "claim"]
