"""A code on a member's phone: as good as a card's number, for a minute, once."""

from pathlib import Path

import pytest
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.demo_shop import member_id
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.membership.phone_codes import LIFE_S

HOME = member_id(b"6600000001")


@pytest.fixture
def signer(floor: ShopFloor) -> PhoneSigner:
    made = PhoneSigner(floor.office.engine, floor.clock.now, CodeKeys(b"s" * 32, b"k" * 32))
    floor.sync()
    floor.sync()
    return made


def scan(floor: ShopFloor, text: str) -> views.View:
    return floor.do(ev.CodeScanned("scanner", text))


def code(view: views.View) -> str:
    assert isinstance(view, views.Notice), view
    return view.code


def test_a_fresh_code_is_as_good_as_a_card(floor: ShopFloor, signer: PhoneSigner) -> None:
    home = scan(floor, signer.sign(HOME))
    assert isinstance(home, views.Home)
    assert (home.points, home.card_tail) == ("12,480", floor.world.say("Phone ending {tail}", tail="0001"))
    confirm = floor.choose("G02")
    assert confirm.pin_length  # the PIN is asked for
    assert isinstance(floor.confirm(), views.TakeVoucher)


def test_once_and_for_a_minute_also_after_a_restart(floor: ShopFloor, signer: PhoneSigner) -> None:
    shown = signer.sign(HOME)
    scan(floor, shown)
    floor.do(ev.Left())
    assert code(scan(floor, shown)) == "K-CD-05"
    floor.crash()
    floor.open()
    assert code(scan(floor, shown)) == "K-CD-05"
    floor.do(ev.Left())
    old = signer.sign(HOME)
    floor.clock.pass_by(LIFE_S)
    assert code(scan(floor, old)) == "K-CD-05"


def test_nobody_else_signs_and_no_clock_is_believed_that_is_not_sure(
    floor: ShopFloor, signer: PhoneSigner
) -> None:
    stranger = PhoneSigner(floor.office.engine, floor.clock.now, CodeKeys(b"x" * 32, b"k" * 32))
    assert code(scan(floor, stranger.sign(HOME))) == "K-CD-04"
    floor.do(ev.Left())
    floor.clock.good = False
    assert code(scan(floor, signer.sign(HOME))) == "K-CL-01"


def test_another_code_is_none_and_means_nothing_in_a_visit(floor: ShopFloor, signer: PhoneSigner) -> None:
    assert code(scan(floor, "6901234567892")) == "K-CD-06"
    floor.do(ev.Left())
    floor.tap("6600000002")
    before = floor.now
    assert scan(floor, signer.sign(HOME)) == before


def test_without_the_network_it_is_known_where_its_owner_is_and_spends_nothing(
    floor: ShopFloor, signer: PhoneSigner
) -> None:
    floor.clock.pass_by(1)
    scan(floor, signer.sign(HOME))
    floor.do(ev.Left())
    shown = signer.sign(HOME)
    floor.cut()
    assert isinstance(scan(floor, shown), views.Home)
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.Notice)
    assert "redeem" not in floor.kinds()


def test_a_member_is_one_phone_however_often_it_asks(
    floor: ShopFloor, signer: PhoneSigner, tmp_path: Path
) -> None:
    scan(floor, signer.sign(HOME))
    floor.do(ev.Left())
    assert isinstance(scan(floor, signer.sign(HOME)), views.Home)
    with floor.office.engine.begin() as connection:
        handles = connection.exec_driver_sql("SELECT count(*) FROM phone_handles").scalar()
    assert handles == 1
