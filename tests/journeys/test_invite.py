"""A member's referral code: on the screen, and on paper for a friend."""

from pathlib import Path

from shop import RULES, ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.hub import referrals
from kiosk.hub.demo_shop import member_id
from kiosk.membership.referral import read_code

MEMBER = "6600000001"


def page(floor: ShopFloor) -> views.View:
    floor.tap(MEMBER)
    return floor.do(ev.ServicesOpened(), ev.ServiceChosen("invite"))


def test_the_code_is_shown_and_printed_for_a_friend(floor: ShopFloor) -> None:
    shown = page(floor)
    assert isinstance(shown, views.Preview)
    with floor.office.engine.begin() as connection:
        code, friends = referrals.known(connection, [member_id(MEMBER.encode())])
    assert (friends, read_code(code)) == (0, code)
    assert code[:4] in shown.title
    assert isinstance(floor.do(shown.choices[-1].tells), views.Notice)
    (paper,) = floor.tray.papers
    assert read_code(written(paper)["QR"]) == code
    assert floor.kinds() == []


def test_a_printer_that_rests_prints_nothing_and_the_code_still_stands(floor: ShopFloor) -> None:
    floor.tray.trouble = "K-PR-01"
    shown = page(floor)
    assert isinstance(shown, views.Preview)
    assert shown.choices == ()
    assert isinstance(floor.do(ev.WentBack()), views.Menu)
    assert floor.tray.papers == []


def test_without_the_network_it_is_not_offered(floor: ShopFloor) -> None:
    floor.cut()
    assert isinstance(page(floor), views.Menu)
    floor.heal()


def test_a_shop_without_codes_does_not_offer_it(tmp_path: Path) -> None:
    before, _, after = RULES.partition("[referral]")
    floor = ShopFloor(tmp_path, rules=before + after[after.index("[") :])
    assert isinstance(page(floor), views.Menu)
    floor.crash()
