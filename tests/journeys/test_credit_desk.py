"""What staff give members by hand: in the account at once, by the rule pack, and never without who did it."""

import pytest
import sqlalchemy as sa
from shop import PIN, ShopFloor
from test_phone_sign_in import MINE, number, pin
from test_staff_sign_in import MEI, signed, typed

from kiosk import events as ev
from kiosk import views
from kiosk.hub.demo_shop import member_id
from kiosk.hub.handed import handed
from kiosk.hub.shop_staff import ShopStaff
from kiosk.hub.staff import Person, Staff
from kiosk.hub.tables import balances
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card, keyed_hash

LIN, KIM, THEIRS, STRANGE = "6600000802", "6600000803", "6600000003", "9900000123"
MEMBER = member_id(THEIRS.encode())


def at_the_desk(floor: ShopFloor, card: str = THEIRS, staff: str = MEI, code: str = "135790") -> views.View:
    floor.tap(staff)
    typed(floor, code)
    floor.do(ev.CreditDeskOpened())
    return floor.tap(card)


def pick(floor: ShopFloor, name: str) -> views.View:
    """Touch the option that answers with this name."""
    page = floor.now
    assert isinstance(page, views.Question), page
    (told,) = [one.tells for one in page.options if getattr(one.tells, "option", "") == name]
    return floor.do(told)


def onward(floor: ShopFloor) -> views.View:
    page = floor.now
    assert isinstance(page, views.Notice), page
    return floor.do(page.choices[-1].tells)


def names(floor: ShopFloor) -> list[str]:
    page = floor.now
    assert isinstance(page, views.Question), page
    return [getattr(one.tells, "option", "") for one in page.options]


def units(floor: ShopFloor, asset: str, member: str = MEMBER) -> int:
    """What head office says that the member has themselves."""
    with floor.office.engine.begin() as connection:
        b = balances.c
        asked = sa.select(b.amount).where(b.account == acc.member(member), b.asset == asset)
        return connection.scalar(asked) or 0


def given(floor: ShopFloor) -> list[en.Body]:
    return floor.entries(en.Credited)


def top_up(floor: ShopFloor) -> views.View:
    """A hundred, paid."""
    pick(floor, "topup")
    pick(floor, "1")
    return onward(floor)


def test_money_that_was_paid_in_is_on_the_balance_and_in_the_history(floor: ShopFloor) -> None:
    before = units(floor, acc.CASH)
    at_the_desk(floor)
    pick(floor, "topup")
    asked = pick(floor, "1")
    assert isinstance(asked, views.Notice)
    assert "¥100.00" in asked.title
    assert given(floor) == []
    told = onward(floor)
    assert isinstance(told, views.Notice)
    assert "¥100.00" in told.title
    assert given(floor) == [en.Credited(rule="topup", asset=acc.CASH, units=10_000, price=10_000)]
    floor.sync()
    assert units(floor, acc.CASH) == before + 10_000
    floor.do(ev.Left())
    home = floor.tap(THEIRS)
    assert isinstance(home, views.Home)
    assert home.balance == floor.world.say.money(before + 10_000)
    page = floor.do(ev.HistoryOpened())
    assert isinstance(page, views.History)
    assert "¥100.00" in page.rows[0].what


def test_head_office_keeps_who_gave_it_and_what_was_paid(floor: ShopFloor) -> None:
    at_the_desk(floor)
    top_up(floor)
    floor.sync()
    with floor.office.engine.begin() as connection:
        (row,) = connection.execute(sa.select(handed)).all()
    assert (row.operator, row.member, row.rule, row.price) == ("mei", MEMBER, "topup", 10_000)


def test_a_second_touch_gives_nothing_twice(floor: ShopFloor) -> None:
    at_the_desk(floor)
    pick(floor, "topup")
    page = pick(floor, "1")
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells, page.choices[-1].tells)
    assert len(given(floor)) == 1


def test_without_the_network_it_is_on_record_and_in_the_account_later(floor: ShopFloor) -> None:
    before = units(floor, acc.CASH, member_id(b"6600000001"))
    floor.tap(MEI)
    typed(floor)
    floor.cut()
    floor.do(ev.CreditDeskOpened())
    floor.tap("6600000001")
    told = top_up(floor)
    assert isinstance(told, views.Notice)
    wait = floor.world.say(
        "It is in the account as soon as there is a network again. This kiosk has it on record."
    )
    assert told.sentence == wait
    floor.crash()
    floor.open()
    floor.heal()
    floor.sync()
    assert units(floor, acc.CASH, member_id(b"6600000001")) == before + 10_000


def test_stamps_fill_the_card(floor: ShopFloor) -> None:
    before = units(floor, acc.stamps("tea"))
    at_the_desk(floor)
    pick(floor, "tea")
    pick(floor, "2")
    onward(floor)
    floor.sync()
    assert units(floor, acc.stamps("tea")) == before + 3


def test_a_card_of_uses_is_sold_and_used(floor: ShopFloor) -> None:
    asset = acc.uses("care")
    before = units(floor, asset)
    at_the_desk(floor)
    pick(floor, "care")
    pick(floor, "0")
    onward(floor)
    floor.sync()
    assert units(floor, asset) == before + 5
    floor.do(ev.WentBack(), ev.CreditDeskOpened())
    floor.tap(THEIRS)
    asked = pick(floor, asset)
    assert isinstance(asked, views.Notice)
    told = onward(floor)
    assert isinstance(told, views.Notice)
    assert floor.entries(en.Used) == [en.Used(asset=asset)]
    floor.sync()
    assert units(floor, asset) == before + 4


def test_nothing_is_used_while_nobody_can_tell_what_is_left(floor: ShopFloor) -> None:
    at_the_desk(floor, "6600000001")
    floor.cut()
    pick(floor, acc.uses("care"))
    told = onward(floor)
    assert isinstance(told, views.Notice)
    assert told.code == "K-NW-02"
    assert floor.entries(en.Used) == []


def test_what_needs_a_second_person_is_not_given_without_one(floor: ShopFloor) -> None:
    at_the_desk(floor)
    pick(floor, "goodwill")
    pick(floor, "1")
    pick(floor, "waited")
    asked = onward(floor)
    assert isinstance(asked, views.Notice)
    for card in (MEI, THEIRS, STRANGE):  # oneself, the member, nobody
        again = floor.tap(card)
        assert isinstance(again, views.Notice)
        assert again.title == floor.world.say("This card may not agree to it")
    assert given(floor) == []


def points_of(home: views.Home) -> int:
    return int(home.points.replace(",", ""))


def hire(floor: ShopFloor) -> None:
    """Kim, a manager like Mei."""
    people = Staff(floor.office.engine, floor.office.settings)
    people.add(Person("kim", "金敏", "manager"), "246802" * 2)
    desk = ShopStaff(floor.office.engine, floor.office.settings, floor.office.pins)
    desk.assign("kim", floor.office.settings.shop.store, "246802")
    desk.bind("kim", keyed_hash(b"k" * 32, Card("virtual-cpu", KIM.encode())), KIM[-4:])
    floor.sync()
    floor.sync()


def test_a_second_person_agrees_with_their_own_card_and_pin(floor: ShopFloor) -> None:
    hire(floor)
    home = floor.tap(THEIRS)
    assert isinstance(home, views.Home)
    before = points_of(home)
    floor.do(ev.Left())
    at_the_desk(floor)
    for one in ("goodwill", "1", "waited"):
        pick(floor, one)
    onward(floor)
    floor.tap(KIM)
    typed(floor, "000000")
    assert given(floor) == []
    typed(floor, "246802")
    (body,) = given(floor)
    assert body == en.Credited(rule="goodwill", asset=acc.POINTS, units=100, reason="waited", second="kim")
    assert signed(floor)[-2:] == [("kim", "in"), ("kim", "out")]
    floor.do(ev.Left())
    home = floor.tap(THEIRS)
    assert isinstance(home, views.Home)
    assert points_of(home) == before + 100


def test_a_role_gives_only_what_is_its_own(floor: ShopFloor) -> None:
    at_the_desk(floor)
    assert {"topup", "tea", "care", "goodwill"} <= set(names(floor))
    floor.do(ev.Left())
    at_the_desk(floor, staff=LIN, code="135791")
    assert "goodwill" not in names(floor)


@pytest.mark.parametrize("card", [MEI, STRANGE])
def test_a_card_of_no_member_gets_nothing(floor: ShopFloor, card: str) -> None:
    page = at_the_desk(floor, card)
    assert isinstance(page, views.Notice)
    assert page.title == floor.world.say("This is no member's card")


def test_a_member_without_their_card_types_number_and_pin(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    page = floor.do(ev.CreditDeskOpened())
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells)
    number(floor, MINE)
    pin(floor, PIN)
    top_up(floor)
    assert len(given(floor)) == 1


def test_whoever_goes_back_from_the_phone_is_not_with_staff_any_more(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    page = floor.do(ev.CreditDeskOpened())
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells)
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Attract)
    assert signed(floor)[-1] == ("mei", "out")
