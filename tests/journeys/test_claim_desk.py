"""Staff at the kiosk's own screen: the claim desk, the list of prints to look into, and how pages lock."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from shop import ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.elsewhere import WAIT_S
from kiosk.desk.staff_verdict import LOOKS, READ_S, VERDICT_S
from kiosk.desk.vouchers import SPECIMEN
from kiosk.hub.staff import Staff
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card
from kiosk.membership.claims import ClaimAnswer
from kiosk.words import LANGUAGES, Words

HOME = "6600000001"
MEI, LIN = "6600000801", "6600000802"
PINS = {MEI: "135790", LIN: "135791"}
LOST = "6600000901"


def arrive(floor: ShopFloor, card: str = MEI) -> views.View:
    """Somebody of the staff, signed in."""
    page = floor.tap(card)
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, PINS[card]))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path)
    yield made
    made.crash()


def printed(floor: ShopFloor, ends: ev.Outcome = ev.Outcome.CONFIRMED) -> dict[str, str]:
    """A member takes a gift; what stands on the paper, and the number without blanks under 'number'."""
    floor.tray.ends = ends
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.Left())
    floor.tray.ends = ev.Outcome.CONFIRMED
    rows = written(floor.tray.papers[-1])
    return {"number": rows["券号"].replace(" ", ""), "check": rows["校验码"], "QR": rows["QR"]}


def desk(floor: ShopFloor, card: str = MEI) -> views.ClaimDesk:
    arrive(floor, card)
    return at_desk(floor.do(ev.ClaimDeskOpened()))


def at_desk(view: views.View) -> views.ClaimDesk:
    assert isinstance(view, views.ClaimDesk), view
    return view


def verdict(view: views.View) -> views.Verdict:
    assert isinstance(view, views.Verdict), view
    return view


def enter(floor: ShopFloor, text: str) -> views.ClaimDesk:
    """Type on whichever pad stands."""
    for key in text:
        floor.do(ev.Keyed(at_desk(floor.now).typing, key))
    return at_desk(floor.now)


def claims(floor: ShopFloor) -> list[en.Body]:
    return floor.entries(en.Claim)


# --- typing ------------------------------------------------------------------------------------------


def test_a_typed_voucher_is_claimed_once_under_the_operators_name(shop: ShopFloor) -> None:
    paper = printed(shop)
    assert desk(shop).typing == "number"
    assert enter(shop, paper["number"]).typing == "check"
    assert not at_desk(shop.now).ready
    assert enter(shop, paper["check"]).ready
    said = verdict(shop.do(ev.VoucherTyped(), ev.VoucherTyped()))
    gift = next(gift for gift in shop.replica.gifts() if gift.id == "G02")
    assert (said.tone, said.picture, said.gift) == ("go", gift.picture, gift.name["zh_CN"])
    assert len(claims(shop)) == 1
    (stored,) = shop.journal._database.execute("SELECT stored FROM entries WHERE kind = 'claim'")
    assert en.decode(stored[0]).operator == "mei"


def test_a_wrong_digit_is_told_at_once_and_mended(shop: ShopFloor) -> None:
    number = printed(shop)["number"]
    desk(shop)
    wrong = number[:5] + str((int(number[5]) + 1) % 10) + number[6:]
    assert enter(shop, wrong[:-1]).error == ""
    view = enter(shop, wrong[-1])
    assert view.error
    assert view.typing == "number"
    assert enter(shop, "7").groups == view.groups, "a whole number takes no more digits"
    for _ in range(9):
        shop.do(ev.Keyed("number", "back"))
    view = enter(shop, number[5:])
    assert (view.error, view.typing) == ("", "check")


def test_keys_of_the_pad_that_has_gone_change_nothing(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    enter(shop, paper["number"])
    assert at_desk(shop.do(ev.Keyed("number", "7"))).check == ""
    assert at_desk(shop.do(ev.Keyed("check", "0"))).check == "", "0 is in no check code"
    assert at_desk(shop.do(ev.Keyed("check", "A"), ev.Keyed("check", "clear"))).check == ""
    assert at_desk(shop.do(ev.Keyed("check", "back"))).typing == "number"
    assert at_desk(shop.do(ev.Keyed("number", "clear"))).groups == ("", "", "", "")
    assert at_desk(shop.do(ev.VoucherTyped())).ready is False


def test_a_wrong_check_code_may_be_corrected(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    enter(shop, paper["number"])
    enter(shop, paper["check"][1:] + ("A" if paper["check"][0] != "A" else "B"))
    forged = verdict(shop.do(ev.VoucherTyped()))
    assert (forged.tone, claims(shop)) == ("stop", [])
    shop.wait(READ_S)
    view = at_desk(shop.do(forged.choices[0].tells))
    assert ("".join(view.groups), view.check) == (paper["number"], "")
    enter(shop, paper["check"])
    assert verdict(shop.do(ev.VoucherTyped())).tone == "go"


# --- scanning ----------------------------------------------------------------------------------------


def test_a_scan_answers_at_once(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    said = verdict(shop.do(ev.CodeScanned("scanner", paper["QR"])))
    assert (said.tone, said.number.replace(" ", "")) == ("go", paper["number"])
    assert verdict(shop.do(ev.CodeScanned("scanner", paper["QR"]))) == said, "the answer stays"
    shop.wait(READ_S)
    shop.do(ev.NextVoucher())
    again = verdict(shop.do(ev.CodeScanned("scanner", paper["QR"])))
    assert again.tone == "stop"
    assert any("12:00" in fact for fact in again.facts), again.facts
    assert len(claims(shop)) == 1


def test_a_strange_code_is_told_and_forgotten_with_the_next_key(shop: ShopFloor) -> None:
    desk(shop)
    assert at_desk(shop.do(ev.CodeScanned("scanner", "6901234567892"))).error
    assert enter(shop, "0").error == ""


def test_a_scan_anywhere_else_is_ignored(shop: ShopFloor) -> None:
    paper = printed(shop)
    pages = [shop.now, shop.tap(HOME), shop.do(ev.ShelfOpened()), arrive(shop)]
    for page in pages:
        assert shop.do(ev.CodeScanned("scanner", paper["QR"])) == shop.seen[-1]
        assert not isinstance(page, views.Verdict)
    assert claims(shop) == []


def test_the_hint_speaks_of_a_scanner_only_where_there_is_one(shop: ShopFloor) -> None:
    without = desk(shop).hint
    with_one = at_desk(shop.do(ev.ScannerChanged("scanner", True))).hint
    assert with_one != without
    assert at_desk(shop.do(ev.ScannerChanged("scanner", False))).hint == without


# --- answers -----------------------------------------------------------------------------------------


def test_the_second_half_of_a_double_tap_does_not_wipe_the_answer_away(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    said = verdict(shop.do(ev.CodeScanned("scanner", paper["QR"])))
    assert shop.do(ev.NextVoucher()) == said
    assert shop.do(ev.WentBack()) == said
    shop.wait(READ_S)
    at_desk(shop.do(ev.NextVoucher()))


def test_every_answer_has_its_look_and_its_words_in_every_language(shop: ShopFloor) -> None:
    assert set(LOOKS) == set(ClaimAnswer)
    for language in LANGUAGES:
        say = Words(language, shop.world.shop.zone)
        assert len({say(look.words) for look in LOOKS.values()}) == len(LOOKS)


@pytest.fixture
def there(shop: ShopFloor, tmp_path: Path) -> Iterator[ShopFloor]:
    """Another kiosk of the same shop."""
    other = ShopFloor(tmp_path / "there", shop, kiosk="04")
    yield other
    other.crash()


def test_a_voucher_of_another_kiosk_is_waited_for(shop: ShopFloor, there: ShopFloor) -> None:
    paper = printed(shop)
    shop.sync()
    desk(there)
    there.do(ev.CodeScanned("scanner", paper["QR"]))
    there.wait(1)
    assert isinstance(there.now, views.Busy)
    together(int(WAIT_S), there, shop)
    assert verdict(there.now).tone == "go"
    assert len(claims(there)) == 1


def test_who_cancels_the_wait_claims_nothing(shop: ShopFloor, there: ShopFloor) -> None:
    paper = printed(shop)
    shop.sync()
    desk(there)
    there.do(ev.CodeScanned("scanner", paper["QR"]))
    there.wait(1)
    view = at_desk(there.do(ev.WentBack()))
    assert "".join(view.groups) == paper["number"]
    together(int(WAIT_S) + 5, there, shop)
    assert claims(there) == []
    assert claims(shop) == []
    arrive(there)
    there.do(ev.ClaimDeskOpened(), ev.CodeScanned("scanner", paper["QR"]))
    together(int(WAIT_S), there, shop)
    assert verdict(there.now).tone == "go"


def test_a_visit_that_ends_while_it_waits_claims_nothing(shop: ShopFloor, there: ShopFloor) -> None:
    paper = printed(shop)
    shop.sync()
    desk(there)
    there.do(ev.CodeScanned("scanner", paper["QR"]))
    there.tap(HOME)
    together(int(WAIT_S) + 5, there, shop)
    assert claims(there) == []


def test_without_the_network_nothing_is_handed_over_for_another_kiosks_voucher(
    shop: ShopFloor, there: ShopFloor
) -> None:
    paper = printed(shop)
    desk(there)
    there.cut()
    said = verdict(there.do(ev.CodeScanned("scanner", paper["QR"])))
    assert said.headline == there.world.say(LOOKS[ClaimAnswer.NOT_SURE].words)
    assert claims(there) == []
    there.heal()
    shop.sync()
    there.wait(READ_S)
    there.do(said.choices[0].tells)
    together(int(WAIT_S), there, shop)
    assert verdict(there.now).tone == "go"


@pytest.mark.parametrize("seed", range(2))
def test_whatever_fingers_and_scanners_do_each_gift_is_given_once(shop: ShopFloor, seed: int) -> None:
    """A long shift of random touches: as many pages that say hand over as claims, one for each voucher."""
    chance = random.Random(seed)
    papers = [printed(shop), printed(shop), printed(shop, ev.Outcome.UNKNOWN)]
    keys = [ev.Keyed(field, key) for field in ("number", "check") for key in ("7", "A", "back", "clear")]
    touches = [ev.NextVoucher(), ev.NextVoucher(), ev.VoucherTyped(), ev.WentBack(), ev.ClaimDeskOpened(),
               ev.OpenVouchersOpened(), ev.Left(), ev.PrinterChanged(""), *keys]  # fmt: skip
    touches += [ev.ClaimDeskOpened(paper["number"]) for paper in papers]
    scans = [ev.CodeScanned("scanner", text) for text in (*(paper["QR"] for paper in papers), "other")]
    seen = len(shop.seen)
    for _ in range(100):
        if isinstance(shop.now, views.Attract):
            arrive(shop, chance.choice((MEI, LIN)))
        shop.do(*chance.choices((*touches, *scans), k=3))
        shop.wait(chance.choice((0, 0, 1, 2, 40)))
    shown = [view for view in shop.seen[seen:] if isinstance(view, views.Verdict) and view.tone == "go"]
    given = [claim.voucher for claim in claims(shop) if isinstance(claim, en.Claim)]
    assert len(given) == len(set(given)) == len(shown)
    assert {view.number.replace(" ", "") for view in shown} == set(given)
    assert given, "a shift in which nothing happened tells nothing"


# --- prints to look into -----------------------------------------------------------------------------


def unknown(floor: ShopFloor) -> str:
    return printed(floor, ev.Outcome.UNKNOWN)["number"]


def listed(view: views.View) -> tuple[views.OpenVoucher, ...]:
    assert isinstance(view, views.OpenVouchers), view
    return view.rows


def test_an_unknown_print_is_listed_with_a_masked_name_and_made_void_after_a_second_look(
    shop: ShopFloor,
) -> None:
    number = unknown(shop)
    arrive(shop)
    (row,) = listed(shop.do(ev.OpenVouchersOpened()))
    assert row.number.replace(" ", "") == number
    assert "*" in row.member
    assert isinstance(shop.do(row.answers[0].tells), views.Notice)
    assert shop.entries(en.Void) == []
    said = verdict(shop.do(ev.NoPaperFound(number, sure=True), ev.NoPaperFound(number, sure=True)))
    points = next(gift.points for gift in shop.replica.gifts() if gift.id == "G02")
    assert f"{points:,}" in said.sentence
    assert len(shop.entries(en.Void)) == 1
    (stored,) = shop.journal._database.execute("SELECT stored FROM entries WHERE kind = 'void'")
    assert en.decode(stored[0]).operator == "mei"
    shop.wait(READ_S)
    assert listed(shop.do(ev.WentBack())) == ()


def test_paper_that_is_there_after_all_is_claimed_with_its_code(shop: ShopFloor) -> None:
    number = unknown(shop)
    check = written(shop.tray.papers[-1])["校验码"]
    arrive(shop)
    (row,) = listed(shop.do(ev.OpenVouchersOpened()))
    view = at_desk(shop.do(row.answers[1].tells))
    assert ("".join(view.groups), view.typing) == (number, "check")
    enter(shop, check)
    assert verdict(shop.do(ev.VoucherTyped())).tone == "go"


def test_who_looks_again_changes_nothing(shop: ShopFloor) -> None:
    number = unknown(shop)
    arrive(shop)
    shop.do(ev.OpenVouchersOpened(), ev.NoPaperFound(number))
    assert len(listed(shop.do(ev.WentBack()))) == 1
    assert shop.entries(en.Void) == []


# --- who, and how long -------------------------------------------------------------------------------


def test_tiles_follow_the_role(shop: ShopFloor) -> None:
    home = arrive(shop, LIN)
    assert isinstance(home, views.StaffHome)
    assert ev.OpenVouchersOpened() not in {tile.tells for tile in home.tiles}
    assert shop.do(ev.OpenVouchersOpened()) == home, "an event without its tile opens nothing"
    assert isinstance(arrive(shop), views.StaffHome)
    assert isinstance(shop.do(ev.OpenVouchersOpened()), views.OpenVouchers)


def test_the_printers_page_says_what_it_needs_and_follows_it(shop: ShopFloor) -> None:
    shop.tray.trouble = "K-PR-01"
    arrive(shop, LIN)
    needy = shop.do(ev.PaperCareOpened())
    assert isinstance(needy, views.Notice)
    assert needy.code == "K-PR-01"
    shop.tray.trouble = ""
    ready = shop.do(ev.PrinterChanged(""))
    assert isinstance(ready, views.Notice)
    assert (ready.code, ready.title != needy.title) == ("", True)
    assert isinstance(shop.do(ev.WentBack()), views.StaffHome)


def test_a_staff_card_ends_the_members_visit_and_a_members_card_the_staffs(shop: ShopFloor) -> None:
    shop.tap(HOME)
    assert isinstance(arrive(shop), views.StaffHome)
    assert isinstance(shop.tap(HOME), views.Home)


def test_a_lost_staff_card_signs_nobody_in(shop: ShopFloor) -> None:
    hashed = shop.identity.cards.hash(Card("virtual-cpu", LOST.encode()))
    mei = shop.replica.colleague("mei")
    assert mei is not None
    lost = msgspec.structs.replace(mei, cards=(hashed,))
    shop.replica._shop = msgspec.structs.replace(shop.replica._shop, staff=(lost,))
    page = shop.tap(LOST)
    assert isinstance(page, views.Notice)
    assert page.code == "K-CD-11"


def test_a_staff_page_says_that_it_locks_and_does(shop: ShopFloor) -> None:
    desk(shop)
    idle = shop.world.shop.idle_s
    warned = shop.wait(idle - 5)
    assert "5" in at_desk(warned).frame.fact
    assert "5" not in at_desk(shop.do(ev.Touched())).frame.fact
    shop.wait(idle - 1)
    assert isinstance(shop.now, views.ClaimDesk)
    assert isinstance(shop.wait(1), views.Attract)


def test_an_answer_outlives_the_lock_but_nobody_goes_on_from_it(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    said = verdict(shop.do(ev.CodeScanned("scanner", paper["QR"])))
    assert shop.wait(shop.world.shop.idle_s + 5) == said
    assert isinstance(shop.do(ev.NextVoucher()), views.Attract)
    desk(shop)
    shop.do(ev.CodeScanned("scanner", paper["QR"]))
    assert isinstance(shop.wait(VERDICT_S), views.Attract)


def test_staff_print_an_unknown_voucher_again_into_the_members_hand(shop: ShopFloor) -> None:
    """After a pulled plug: the same number, marked a copy, journalled with who did it, and good once."""
    paper = printed(shop, ev.Outcome.UNKNOWN)
    shop.crash()
    shop.open()
    assert len(shop.tray.papers) == 0, "nothing prints to an empty room"
    arrive(shop)
    listed = shop.do(ev.OpenVouchersOpened())
    assert isinstance(listed, views.OpenVouchers)
    assert ev.ReprintAsked(paper["number"]) in {choice.tells for choice in listed.rows[0].answers}
    looked = shop.do(ev.ReprintAsked(paper["number"]))
    assert isinstance(looked, views.Preview)
    assert len(shop.entries(en.Printing)) == 1, "a look prints nothing"
    assert isinstance(shop.do(ev.WentBack()), views.OpenVouchers)
    done = shop.do(ev.ReprintAsked(paper["number"]), ev.PrintAsked(paper["number"]))
    assert isinstance(done, views.Notice)
    assert written(shop.tray.looked_at[-1])["QR"] == SPECIMEN
    again = written(shop.tray.papers[-1])
    assert again["券号"].replace(" ", "") == paper["number"]
    assert (again["校验码"], again["QR"]) == (paper["check"], paper["QR"])
    assert "补打" in "".join(getattr(part, "text", "") for part in shop.tray.papers[-1].parts)
    stored = shop.journal._database.execute("SELECT stored FROM entries WHERE kind IN ('printing', 'post')")
    operators = [en.decode(one).operator for (one,) in stored]
    assert operators == [None, "mei", "mei"]
    shop.do(ev.WentBack())
    assert shop.do(ev.ReprintAsked(paper["number"])) == shop.now
    assert len(shop.tray.papers) == 1, "a print that is accounted for is not printed again here"


def test_a_second_print_that_nobody_can_vouch_for_changes_nothing(shop: ShopFloor) -> None:
    paper = printed(shop, ev.Outcome.UNKNOWN)
    arrive(shop)
    shop.do(ev.OpenVouchersOpened())
    shop.tray.ends = ev.Outcome.UNKNOWN
    told = shop.do(ev.ReprintAsked(paper["number"]), ev.PrintAsked(paper["number"]))
    assert isinstance(told, views.Notice)
    assert told.code_facts == ("K-PR-05",)
    shop.do(ev.WentBack())
    assert isinstance(shop.now, views.OpenVouchers)
    assert [row.number.replace(" ", "") for row in shop.now.rows] == [paper["number"]]


def test_without_paper_a_reprint_leads_to_the_printer_first(shop: ShopFloor) -> None:
    paper = printed(shop, ev.Outcome.UNKNOWN)
    arrive(shop)
    shop.do(ev.OpenVouchersOpened())
    shop.tray.trouble = "K-PR-01"
    needy = shop.do(ev.ReprintAsked(paper["number"]))
    assert isinstance(needy, views.Notice)
    assert needy.code == "K-PR-01"
    assert len(shop.entries(en.Printing)) == 1


def test_whoever_head_office_blocks_stops_at_the_next_touch(shop: ShopFloor) -> None:
    paper = printed(shop)
    desk(shop)
    Staff(shop.office.engine, shop.office.settings).block("mei")
    together(3, shop)
    shop.sync()
    shop.sync()
    assert shop.replica.colleague("mei") is None
    assert isinstance(shop.do(ev.CodeScanned("scanner", paper["QR"])), views.Notice)
    assert isinstance(shop.do(ev.WentBack()), views.Attract)
    assert claims(shop) == []
    signed = [body.what for body in shop.entries(en.StaffSign) if isinstance(body, en.StaffSign)]
    assert signed == ["in", "out"]
