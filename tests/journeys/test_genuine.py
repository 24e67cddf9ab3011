"""A voucher's code is scanned: its signature is looked at first, also where nobody can be asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from shop import NOON, RULES, ShopFloor, together, written

from kiosk import events as ev
from kiosk.desk.elsewhere import WAIT_S
from kiosk.desk.expiry import GRACE_US
from kiosk.hub.records import record_of, sums_to_zero
from kiosk.hub.revoked import REVOKED, VOID
from kiosk.hub.staff import Pair
from kiosk.ledger import accounts as acc
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import Ticket, parse_qr, payload, qr_text, voucher_number
from kiosk.ports import CounterAnswer

HOME = "6600000001"
DAY_US = 86_400_000_000


@dataclass
class Shop:
    """Two kiosks of one shop; a voucher was printed at the first, its code is read at either."""

    here: ShopFloor
    there: ShopFloor
    code: str

    @property
    def number(self) -> str:
        return parse_qr(self.code)[0].number

    def scan(self, floor: ShopFloor, code: str = "", seconds: float = 0) -> CounterAnswer | None:
        """The answer within so many seconds; None: not yet."""
        request = floor.ids.uuid7()
        floor.do(ev.ClaimAsked(request, "", "", "staff-1", code or self.code))
        if seconds:
            together(int(seconds), floor, *({0: self.here, 1: self.there}[one] for one in (0, 1)))
        return floor.counter.heard.get(request)

    def said(self, floor: ShopFloor, code: str = "", seconds: float = 0) -> ClaimAnswer | None:
        answer = self.scan(floor, code, seconds)
        return answer.result if answer else None

    def two(self, action: str, subject: str) -> Pair:
        return Pair("anna", "bo", action, subject, self.here.clock.now())

    def download(self) -> None:
        """Both kiosks hear what is new of the shop."""
        together(15, self.here, self.there)


def printed(floor: ShopFloor, ends: ev.Outcome = ev.Outcome.CONFIRMED) -> str:
    """The code of a voucher that this kiosk prints now."""
    floor.tray.ends = ends
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.Left())
    floor.tray.ends = ev.Outcome.CONFIRMED
    floor.sync()
    return written(floor.tray.papers[-1])["QR"]


def opened(folder: Path, rules: str = RULES, ends: ev.Outcome = ev.Outcome.CONFIRMED) -> Shop:
    here = ShopFloor(folder / "here", rules=rules)
    there = ShopFloor(folder / "there", here, kiosk="04")
    shop = Shop(here, there, printed(here, ends))
    shop.download()
    return shop


def closed(shop: Shop) -> None:
    with shop.here.office.engine.begin() as connection:
        assert sums_to_zero(connection)
    shop.there.crash()
    shop.here.crash()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = opened(tmp_path)
    yield made
    closed(made)


@pytest.fixture
def unknown(tmp_path: Path) -> Iterator[Shop]:
    made = opened(tmp_path, ends=ev.Outcome.UNKNOWN)
    yield made
    closed(made)


def signed_by(floor: ShopFloor, number: str, key_id: int, expires: int = NOON + 9 * DAY_US) -> str:
    """A code that this kiosk's key signs, whatever it says."""
    told = payload(Ticket(key_id, number, "G02", 1, expires))
    return qr_text(told, floor.identity.voucher.sign(told))


def test_a_scan_claims_where_it_was_printed_without_the_network(shop: Shop) -> None:
    shop.here.cut()
    assert shop.said(shop.here) is ClaimAnswer.GIVEN
    again = shop.scan(shop.here)
    assert again is not None
    assert (again.result, again.claimed_kiosk) == (ClaimAnswer.ALREADY, 3)


def test_a_scan_claims_at_another_kiosk_over_the_network(shop: Shop) -> None:
    assert shop.said(shop.there, seconds=WAIT_S) is ClaimAnswer.GIVEN
    assert shop.said(shop.here, seconds=WAIT_S) is ClaimAnswer.ALREADY


def test_what_is_genuine_but_cannot_be_asked_about_is_not_sure(shop: Shop) -> None:
    shop.there.cut()
    assert shop.said(shop.there) is ClaimAnswer.NOT_SURE
    shop.there.heal()
    shop.here.cut()
    assert shop.said(shop.there, seconds=WAIT_S + 1) is ClaimAnswer.NOT_SURE
    assert "claim" not in shop.there.kinds()
    assert shop.said(shop.here) is ClaimAnswer.GIVEN


def test_forgeries_are_told_from_the_signature_alone(shop: Shop) -> None:
    """One changed letter, another kiosk's key, a key that may not give this number, our number re-signed."""
    shop.there.cut()
    shop.here.cut()
    ticket, told, signature = parse_qr(shop.code)
    spoilt = qr_text(told, signature[:-1] + bytes([signature[-1] ^ 1]))
    dearer = qr_text(payload(Ticket(ticket.key_id, ticket.number, "G01", 9, ticket.expires)), signature)
    foreign = signed_by(shop.there, ticket.number, ticket.key_id)
    elsewhere = signed_by(shop.there, ticket.number, shop.there.identity.voucher.key_id)
    for code in (spoilt, dearer, foreign, elsewhere):
        for floor in (shop.here, shop.there):
            answer = shop.scan(floor, code)
            assert answer is not None
            assert (answer.result, answer.gift) == (ClaimAnswer.FORGED, "")
    resigned = signed_by(shop.here, ticket.number, ticket.key_id)  # its own key, but not its redemption
    assert shop.said(shop.here, resigned) is ClaimAnswer.FORGED
    assert shop.said(shop.here) is ClaimAnswer.GIVEN


def test_what_is_no_voucher_at_all(shop: Shop) -> None:
    for text in ("HTTPS://EXAMPLE.COM/", "6901234567892", "A" * 400, " "):
        assert shop.said(shop.there, text) is ClaimAnswer.UNKNOWN


def test_its_own_date_ends_it_where_nobody_can_be_asked(shop: Shop) -> None:
    shop.there.cut()
    ended = parse_qr(shop.code)[0].expires
    shop.there.clock.at = ended - 1
    assert shop.said(shop.there) is ClaimAnswer.NOT_SURE
    shop.there.clock.at = ended
    assert shop.said(shop.there) is ClaimAnswer.EXPIRED
    shop.there.clock.good = False
    assert shop.said(shop.there) is ClaimAnswer.NOT_SURE


def test_an_ended_voucher_is_expired_everywhere(shop: Shop) -> None:
    shop.here.clock.at = parse_qr(shop.code)[0].expires + GRACE_US + 1
    shop.here.wait(2)
    shop.download()
    assert shop.said(shop.here) is ClaimAnswer.EXPIRED
    assert shop.said(shop.there, seconds=WAIT_S) is ClaimAnswer.EXPIRED


def test_a_key_that_is_not_known_yet_needs_head_office(shop: Shop, tmp_path: Path) -> None:
    shop.there.cut()
    newcomer = ShopFloor(tmp_path / "new", shop.here, kiosk="05")
    code = printed(newcomer)
    answer = shop.scan(shop.there, code)
    assert answer is not None
    assert answer.result is ClaimAnswer.NOT_SURE
    assert answer.sentence.count("总部") >= 1
    shop.there.heal()
    request = shop.there.ids.uuid7()
    shop.there.do(ev.ClaimAsked(request, "", "", "staff-1", code))
    together(int(WAIT_S), shop.there, newcomer)
    assert shop.there.counter.heard[request].result is ClaimAnswer.GIVEN
    newcomer.crash()


def test_a_revoked_key_is_believed_only_with_its_redemption(shop: Shop) -> None:
    shop.here.office.revoke_key(shop.here.device, shop.two("revoke-key", shop.here.device))
    shop.download()
    made_up = signed_by(shop.here, voucher_number("0001", "03", 77), shop.here.identity.voucher.key_id)
    shop.there.cut()
    assert shop.said(shop.there) is ClaimAnswer.NOT_SURE
    assert shop.said(shop.there, made_up) is ClaimAnswer.NOT_SURE
    shop.there.heal()
    assert shop.said(shop.there, made_up, WAIT_S) is ClaimAnswer.UNKNOWN
    assert shop.said(shop.there, seconds=WAIT_S) is ClaimAnswer.GIVEN


def test_the_paper_of_a_void_print_is_void_everywhere_without_the_network(unknown: Shop) -> None:
    assert unknown.here.void(unknown.number).result is ClaimAnswer.VOID
    unknown.here.sync()
    unknown.download()
    assert unknown.there.replica.revoked(unknown.number) == VOID
    unknown.there.cut()
    unknown.here.cut()
    assert unknown.said(unknown.there) is ClaimAnswer.VOID
    assert unknown.said(unknown.here) is ClaimAnswer.VOID
    unknown.there.heal()
    unknown.there.clock.at = parse_qr(unknown.code)[0].expires
    unknown.there.clock.pass_by(120)
    unknown.download()
    assert unknown.there.replica.revoked(unknown.number) == "", "its date is over: nobody needs the list"


def test_a_revoked_voucher_is_refused_everywhere_and_its_right_comes_home(shop: Shop) -> None:
    shop.here.office.revoke_voucher(shop.number, shop.two("revoke-voucher", shop.number))
    shop.download()
    assert shop.there.replica.revoked(shop.number) == REVOKED
    assert shop.here.kinds()[-1] == "release"
    shop.there.cut()
    assert shop.said(shop.there) is ClaimAnswer.VOID
    assert shop.said(shop.here) is ClaimAnswer.VOID
    shop.there.heal()
    assert shop.said(shop.there, seconds=WAIT_S) is ClaimAnswer.VOID
    assert record_of(shop.here.office, shop.number)["claimed"] is False


def test_a_revoked_print_that_nobody_vouched_for_is_void_and_the_points_are_back(unknown: Shop) -> None:
    unknown.here.office.revoke_voucher(unknown.number, unknown.two("revoke-voucher", unknown.number))
    unknown.download()
    assert unknown.here.kinds()[-1] == "void"
    operation = unknown.here.journal.by_voucher(unknown.number)
    assert operation is not None
    assert operation.state == "voided"
    assert unknown.here.journal.rights(acc.POINTS, operation.member) >= operation.redeem.points
    assert unknown.said(unknown.here) is ClaimAnswer.VOID


def test_whoever_was_cut_off_when_it_was_revoked_still_claims_once(shop: Shop) -> None:
    """A right is never taken back from afar: the holder hears of it later, and nobody else has the right."""
    shop.here.cut()
    shop.here.office.revoke_voucher(shop.number, shop.two("revoke-voucher", shop.number))
    assert shop.said(shop.there, seconds=WAIT_S + 1) is ClaimAnswer.VOID
    assert shop.said(shop.here) is ClaimAnswer.GIVEN
    shop.here.heal()
    shop.download()
    assert record_of(shop.here.office, shop.number)["claimed"] is True


STRANGER = voucher_number("0002", "01", 5)


def test_another_stores_vouchers_are_not_ours_by_default(shop: Shop) -> None:
    code = signed_by(shop.there, STRANGER, shop.there.identity.voucher.key_id)
    assert shop.said(shop.there, code) is ClaimAnswer.NOT_OURS
    request = shop.there.present(STRANGER, "ABCDEF")
    assert shop.there.counter.heard[request].result is ClaimAnswer.NOT_OURS


def test_where_all_stores_are_honoured_their_keys_are_known(tmp_path: Path) -> None:
    rules = RULES.replace('stores = "own"', 'stores = "all"')
    assert rules != RULES
    shop = opened(tmp_path, rules)
    abroad = ShopFloor(tmp_path / "abroad", shop.here, kiosk="01", store="0002")
    shop.download()
    code = printed(abroad)
    assert parse_qr(code)[0].number.startswith("000201")
    abroad.cut()
    shop.there.cut()
    assert shop.said(shop.there, code) is ClaimAnswer.NOT_SURE
    assert shop.said(shop.there, signed_by(shop.there, STRANGER, 9)) is not ClaimAnswer.GIVEN
    abroad.heal()
    shop.there.heal()
    request = shop.there.ids.uuid7()
    shop.there.do(ev.ClaimAsked(request, "", "", "staff-1", code))
    together(int(WAIT_S), shop.there, abroad)
    assert shop.there.counter.heard[request].result is ClaimAnswer.GIVEN
    abroad.crash()
    closed(shop)


def test_without_a_number_left_the_shelf_says_so_before_anything_is_asked(tmp_path: Path) -> None:
    import msgspec
    from shop import SETTINGS

    grants = msgspec.structs.replace(SETTINGS.grants, serial_par=0)
    floor = ShopFloor(tmp_path, settings=msgspec.structs.replace(SETTINGS, grants=grants))
    floor.tap(HOME)
    shelf = floor.do(ev.ShelfOpened())
    assert {tile.status for tile in shelf.tiles if tile.status.startswith("需先")}
    assert not any(tile.reachable for tile in shelf.tiles)
    notice = floor.do(ev.GiftChosen("G02"))
    assert notice.code == "K-VC-01"
    assert floor.kinds() == []
    floor.crash()


def test_a_date_that_rests_on_a_doubtful_clock_expires_nowhere(tmp_path: Path) -> None:
    """Printed while the clock was a year behind: good at its own kiosk, and at any other counter."""
    here = ShopFloor(tmp_path / "here")
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    real = here.clock.at
    here.clock.good, here.clock.at = False, real - 400 * 86_400_000_000
    here.tap("6600000001")
    here.choose("G02")
    here.confirm()
    rows = written(here.tray.papers[-1])
    here.clock.good, here.clock.at = True, real
    here.sync()
    there.sync()
    there.sync()
    request = there.present(rows["券号"], rows["校验码"])
    together(int(WAIT_S) + 1, there, here)
    assert there.counter.heard[request].result is ClaimAnswer.GIVEN
