"""Points that lie on the card itself: spent without the network, settled when the card comes back."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from shop import SETTINGS, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.families import PURSE
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.cards.purse_desk import PurseDesk, moment_of
from kiosk.hardware.simulated.card_field import Field, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.hardware.simulated.purse_issuer import Issuer
from kiosk.hub.books import Books
from kiosk.hub.demo_shop import member_id
from kiosk.hub.inspection import inspect
from kiosk.hub.settings import Grants
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer
from kiosk.membership.cards import Card
from kiosk.ports import CardWork

NUMBER = "6600000001"
WHO = member_id(NUMBER.encode())
ISSUER = Issuer(*(bytes((n,)) * 16 for n in (1, 2, 3, 4)))
TERMINAL = bytes.fromhex("000000000103")
SERIALS = (bytes.fromhex("86980000000000000001"), bytes.fromhex("86980000000000000002"))
PRICE, ON_CARD = 980, 3000
DEBITING = 6
"""The place of the debit among the commands of a visit that looks (3), begins (3) and pays."""


class OneReader:
    """A CardDesk with one reader; `field` is the card that lies there."""

    def __init__(self, post: Callable[[ev.Event], None]) -> None:
        self._post = post
        self.field: Field | None = None
        self.hangs = False

    def ask(self, request: str, reader: str, card: Card | None, work: CardWork) -> None:
        if self.field is None:
            self._post(ev.CardDone(request, why="gone", begun=False))
            return
        try:
            answer = work(self.field)
        except CardTrouble as trouble:
            self._post(ev.CardDone(request, why=trouble.why))
            return
        if not self.hangs:
            self._post(ev.CardDone(request, answer))


class Floor(ShopFloor):
    """A shop whose kiosk knows purses, and keeps no points of anybody at home there."""

    def __init__(self, folder: Path) -> None:
        self.reader = OneReader(self.tell)
        super().__init__(folder, settings=msgspec.structs.replace(SETTINGS, grants=Grants(home_points=0)))
        self.chips = [ISSUER.issue(folder / serial.hex(), serial, ON_CARD) for serial in SERIALS]
        with self.office.engine.begin() as connection:
            books = Books(connection)
            for place, serial in enumerate(SERIALS):
                account = acc.card(self.purse_of(serial).hex())
                books.move(Transfer(f"o:card:{place}", acc.WORLD, account, acc.POINTS, ON_CARD))
            books.write()

    def tell(self, event: ev.Event) -> None:
        self.inbox.append(event)

    def open(self) -> None:
        super().open()
        self.world.purses = PurseDesk(
            self.reader,
            lambda channel: PbocPurse(channel, ISSUER.kiosk_keys, TERMINAL, self.chance.randbytes),
            self.identity.cards,
            self.clock,
            self.world.shop.zone,
        )

    def purse_of(self, serial: bytes) -> bytes:
        return self.identity.cards.hash(Card(PURSE, serial))

    def put(self, chip: PurseChip, mishap: Mishap | None = None) -> views.View:
        """The member's card, with this purse on it, is tapped and stays."""
        self.reader.field = Field(chip, mishap)
        return self.tap(NUMBER)

    def take(self) -> None:
        self.reader.field = None
        self.do(ev.Left())

    def redeem(self, chip: PurseChip, mishap: Mishap | None = None) -> views.View:
        view = self.put(chip, mishap)
        if isinstance(view, views.Home):
            view = self.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
        return self.confirm() if isinstance(view, views.Confirm) else view

    def on_card(self, place: int = 0) -> int:
        return self.chips[place].eeprom.read().balance

    def books_of(self, account: str) -> int:
        with self.office.engine.begin() as connection:
            return Books(connection).has(account, acc.POINTS)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    yield made
    made.take()
    made.heal()
    made.sync()
    for place, serial in enumerate(SERIALS):
        if not made.journal.open_moves(made.purse_of(serial)):
            assert made.books_of(acc.card(made.purse_of(serial).hex())) == made.on_card(place)
    with made.office.engine.begin() as connection:
        assert [str(found) for found in inspect(connection)] == []
    made.crash()


def kinds(floor: Floor) -> list[str]:
    return [kind for kind in floor.kinds() if kind not in {"try", "tried"}]


def code(view: views.View) -> str:
    assert isinstance(view, views.Notice), view
    return view.code


def test_without_the_network_the_card_pays(floor: Floor) -> None:
    floor.cut()
    home = floor.put(floor.chips[0])
    assert isinstance(home, views.Home)
    assert isinstance(floor.redeem(floor.chips[0]), views.TakeVoucher)
    assert kinds(floor) == ["carding", "carded", "redeem", "printing", "post"]
    assert floor.on_card() == ON_CARD - PRICE
    assert floor.journal.rights(acc.POINTS, WHO) == 0
    after = floor.do(ev.WentBack())
    assert isinstance(after, views.Home)
    assert int(after.points.replace(",", "")) == int(home.points.replace(",", "")) - PRICE
    (ended,) = floor.entries(en.Carded)
    assert isinstance(ended, en.Carded)
    (begun,) = floor.entries(en.Carding)
    assert isinstance(begun, en.Carding)
    assert (ended.counter, ended.balance) == (1, ON_CARD - PRICE)
    assert begun.moment == moment_of(floor.clock.now(), floor.world.shop.zone)


def test_with_the_network_the_account_pays(floor: Floor) -> None:
    assert isinstance(floor.redeem(floor.chips[0]), views.TakeVoucher)
    assert floor.on_card() == ON_CARD
    assert "carding" not in kinds(floor)


def test_a_card_that_left_before_it_paid_has_not(floor: Floor) -> None:
    floor.cut()
    assert code(floor.redeem(floor.chips[0], Mishap("before", DEBITING))) == "K-CD-21"
    assert kinds(floor) == ["carding"]
    assert code(floor.put(floor.chips[0])) == "K-CD-20"
    assert kinds(floor) == ["carding", "carded"]
    assert isinstance(floor.do(ev.WentBack()), views.Home)
    assert isinstance(floor.redeem(floor.chips[0]), views.TakeVoucher), "it may pay again"
    assert floor.on_card() == ON_CARD - PRICE


def test_what_a_card_paid_before_it_left_comes_to_the_account(floor: Floor) -> None:
    accounts = acc.member(WHO), acc.escrow(floor.device, WHO)
    before = sum(map(floor.books_of, accounts))
    floor.cut()
    assert code(floor.redeem(floor.chips[0], Mishap("after", DEBITING))) == "K-CD-21"
    assert floor.on_card() == ON_CARD - PRICE
    floor.crash()
    floor.open()
    told = floor.put(floor.chips[0])
    assert isinstance(told, views.Notice)
    assert not told.code
    assert floor.journal.rights(acc.POINTS, WHO) == PRICE
    for _ in range(2):
        floor.do(ev.WentBack())
        floor.put(floor.chips[0])
    floor.take()
    floor.heal()
    floor.sync()
    assert sum(map(floor.books_of, accounts)) == before + PRICE
    assert kinds(floor).count("carded") == 1
    assert not floor.tray.papers


def test_a_card_in_doubt_pays_nothing_before_it_told(floor: Floor) -> None:
    floor.cut()
    floor.redeem(floor.chips[0], Mishap("after", DEBITING))
    for at in (2, 5, 9):
        view = floor.redeem(floor.chips[0], Mishap("before", at))
        assert not isinstance(view, views.TakeVoucher | views.Confirm)
        assert floor.journal.open_moves()
    assert floor.on_card() == ON_CARD - PRICE


def test_another_card_settles_nothing_and_pays_for_itself(floor: Floor) -> None:
    floor.cut()
    floor.redeem(floor.chips[0], Mishap("after", DEBITING))
    assert isinstance(floor.redeem(floor.chips[1]), views.TakeVoucher)
    (open_one,) = floor.journal.open_moves()
    assert open_one.begun.card == floor.purse_of(SERIALS[0])
    assert (floor.on_card(0), floor.on_card(1)) == (ON_CARD - PRICE, ON_CARD - PRICE)


def test_a_card_that_cannot_tell_is_for_the_staff(floor: Floor) -> None:
    floor.cut()
    floor.redeem(floor.chips[0], Mishap("after", DEBITING))
    elsewhere = PbocPurse(Field(floor.chips[0]), ISSUER.kiosk_keys, bytes(6), floor.chance.randbytes)
    for n in range(12):
        elsewhere.debit(elsewhere.prepare_debit(f"else{n}", 1, bytes(7)))
    for _ in range(3):
        assert code(floor.put(floor.chips[0])) == "K-CD-22"
        floor.do(ev.WentBack())
    assert kinds(floor) == ["carding", "carded"], "a dispute is told once"
    assert floor.journal.open_moves()[0].disputed


def test_what_an_earlier_member_paid_is_theirs(floor: Floor) -> None:
    floor.cut()
    floor.redeem(floor.chips[0], Mishap("after", DEBITING))
    floor.reader.field = Field(floor.chips[0])
    floor.heal()
    view = floor.tap("6600000002")
    assert isinstance(view, views.Notice)
    assert floor.journal.rights(acc.POINTS, WHO) == 0, "sent home at once: they are not here"
    (ended,) = floor.entries(en.Carded)
    assert isinstance(ended, en.Carded)
    assert ended.end == "moved"
    assert floor.journal.rights(acc.POINTS, member_id(b"6600000002")) == 0


def test_a_reader_that_hangs_leaves_the_doubt(floor: Floor) -> None:
    floor.cut()
    floor.put(floor.chips[0])
    floor.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
    begin = floor.reader.ask
    asked = itertools.count()

    def ask(request: str, reader: str, card: Card | None, work: CardWork) -> None:
        floor.reader.hangs = next(asked) == 1
        begin(request, reader, card, work)

    floor.reader.ask = ask  # type: ignore[method-assign]
    assert isinstance(floor.confirm(), views.Busy)
    floor.do(ev.Left())
    assert isinstance(floor.now, views.Busy), "nobody leaves while a card pays"
    assert code(floor.wait(20)) == "K-CD-21"
    floor.reader.hangs = False
    floor.reader.ask = begin  # type: ignore[method-assign]
    floor.put(floor.chips[0])
    assert floor.journal.rights(acc.POINTS, WHO) == PRICE


def test_a_card_without_a_purse_is_served_as_ever(floor: Floor) -> None:
    floor.reader.field = None
    assert isinstance(floor.tap(NUMBER), views.Home)
    assert isinstance(floor.choose("G02"), views.Confirm)


def test_a_gift_that_is_not_to_be_had_costs_the_card_nothing(floor: Floor) -> None:
    floor.put(floor.chips[0])
    floor.do(ev.ShelfOpened(), ev.GiftChosen("G02"))
    floor.cut()
    floor.tray.trouble = "K-PR-01"
    assert code(floor.confirm()) == "K-PR-01"
    assert floor.on_card() == ON_CARD
