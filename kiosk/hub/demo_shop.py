"""A shop to try things in: six hundred members, a shelf of gifts, the same every time.

Cards of family `virtual-cpu` bear the numbers 6600000001 to 6600000600, those of `mifare-classic` the UIDs
in UIDS, the one of `mifare-ultralight` is TAG; the first two members have `magnetic` cards too, under the
same numbers, and 6600000002 a card with a purse, serial PURSE, that holds PURSE_POINTS. Everybody's PIN is
246810, and their phones are 13800000001 to 13800000600.
6600000001 is 张*伟 (gold, 12,480 points), 6600000002 has 50 points; the first twenty are at home at the
demo's kiosk. The first five hundred belong to its store, the last hundred to another: without the network
these are unknown. 6600000001 has a birthday in two days, nine stamps and six uses of hand care; 6600000002
joined last week and has a full card of stamps. 6600000901 was lost, 6600000902 is frozen, 6600000999 is
nobody's. Staff: mei, manager, card 6600000801, PIN 135790; lin, assistant, card 6600000802, PIN 135791.
"""

import hashlib
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from kiosk.hub import demo_benefits, member_tables, phones
from kiosk.hub.books import Books
from kiosk.hub.demo_gifts import MONEY, SHELF
from kiosk.hub.demo_names import masked, some_masked_name
from kiosk.hub.draws import lotteries
from kiosk.hub.feed_tables import member_stores
from kiosk.hub.money import articles
from kiosk.hub.office import HeadOffice
from kiosk.hub.phones import name_of
from kiosk.hub.pins import verifier_maker
from kiosk.hub.shop_staff import ShopStaff
from kiosk.hub.staff import Person, Role, Staff
from kiosk.hub.tables import cards, gifts, history, members, packs, step_counter
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer
from kiosk.membership.cards import Card, keyed_hash

PIN = "246810"
FAMILY = "virtual-cpu"
STRIPES = "magnetic"
FIRST_NUMBER = 6_600_000_001
MEMBERS = 600
HOME_MEMBERS = 20
STRIPED_MEMBERS = 2
STORE_MEMBERS = 500
ELSEWHERE = "0002"
LOST, FROZEN, NOBODYS = b"6600000901", b"6600000902", b"6600000999"
STAFF: tuple[tuple[str, str, Role, bytes, str], ...] = (
    ("mei", "陈梅", "manager", b"6600000801", "135790"),
    ("lin", "林晓", "assistant", b"6600000802", "135791"),
)
"""Id, name, role, card number, PIN at kiosks. At head office everybody's PIN is theirs twice over."""
UIDS = tuple(bytes.fromhex(f"04A1B2C{place}") for place in range(1, 6))
FIRST_UID_OWNER = 40
TAG = bytes.fromhex("04A1B2C3D4E5F6")
TAG_OWNER = 45
PURSES = "pboc-purse"
PURSE = bytes.fromhex("86980000000000660002")
PURSE_OWNER = 1
PURSE_POINTS = 3_000

LOTTERY_SEED = hashlib.sha256(b"the demo shop's lottery").digest()
"""No secret, for the demo's rule pack commits to it."""

_DAY_US = 86_400_000_000
_LIVES = (200, 900, 1_500, 2_600, 4_800, 7_300, 9_000, 14_500, 26_000, 34_000, 61_000)
_LINES = (("购物", 1), ("购物", 1), ("购物", 1), ("会员日双倍积分", 2), ("生日礼", 1), ("每日签到", 0))


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    number: bytes
    points: int
    cash: int
    lifetime: int
    home: bool


def seed(office: HeadOffice, card_key: bytes, rules: str, home_device: str | None) -> None:
    """Fill an empty head office. `rules` is the rule pack's text; home members live at `home_device`."""
    chance = random.Random("moon ledge")
    people = [_person(place, chance) for place in range(MEMBERS)]
    with office.engine.begin() as connection:
        _write_people(connection, office, people, home_device)
        _write_stores(connection, office.settings.shop.store, people)
        _write_cards(connection, card_key, people)
        _write_phones(connection, card_key, people)
        _write_history(connection, office, people, chance)
        _write_gifts(connection)
        connection.execute(sa.insert(lotteries).values(id="moon", seed=LOTTERY_SEED, told_at=0))
        connection.execute(sa.insert(packs).values(version=1, rules=rules))
        _open_books(connection, office, people)
        demo_benefits.fill(connection, [one.id for one in people], office.now(), office.settings.shop.zone)
        _fill_purse(connection, keyed_hash(card_key, Card(PURSES, PURSE)))
        step_counter(connection, "catalogue")
        step_counter(connection, "deny_epoch")
    _hire(office, card_key)


def _hire(office: HeadOffice, card_key: bytes) -> None:
    people = Staff(office.engine, office.settings)
    desk = ShopStaff(office.engine, office.settings, office.pins)
    for staff_id, name, role, number, pin in STAFF:
        people.add(Person(staff_id, name, role), pin * 2)
        desk.assign(staff_id, office.settings.shop.store, pin)
        desk.bind(staff_id, keyed_hash(card_key, Card(FAMILY, number)), number[-4:].decode())


def member_id(number: bytes) -> str:
    """The id of the member with this card number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"demo member {number.decode()}"))


def _person(place: int, chance: random.Random) -> _Person:
    number = str(FIRST_NUMBER + place).encode()
    lifetime = chance.choice(_LIVES) + chance.randrange(400)
    points, cash = lifetime * chance.randrange(10, 95) // 100, chance.randrange(0, 40) * 500
    name = some_masked_name(chance)
    if place == 0:
        name, points, cash, lifetime = masked("张", "大伟"), 12_480, 18_600, 18_650
    if place == 1:
        name, points, cash, lifetime = masked("欧阳", "永修"), 50, 0, 350
    return _Person(member_id(number), name, number, points, cash, lifetime, place < HOME_MEMBERS)


def _write_people(
    connection: sa.Connection, office: HeadOffice, people: list[_Person], home_device: str | None
) -> None:
    hasher = verifier_maker(office.settings.pin)
    last_day = datetime.fromtimestamp(office.now() / 1e6, UTC) + timedelta(days=40)
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "lifetime": one.lifetime,
            "expiring": one.points // 10 if one.points > 1000 else 0,
            "expiring_on": last_day.date().isoformat() if one.points > 1000 else "",
            "home": home_device if one.home else None,
            "verifier": hasher.hash(PIN),
        }
        for one in people
    ]
    connection.execute(sa.insert(members), rows)


def _write_stores(connection: sa.Connection, store: str, people: list[_Person]) -> None:
    rows = [
        {"member": one.id, "store": store if place < STORE_MEMBERS else ELSEWHERE}
        for place, one in enumerate(people)
    ]
    connection.execute(sa.insert(member_stores), rows)


def _write_cards(connection: sa.Connection, key: bytes, people: list[_Person]) -> None:
    def row(family: str, number: bytes, owner: _Person, tail: str, why: str = "") -> dict[str, object]:
        return {
            "hash": keyed_hash(key, Card(family, number)),
            "member": owner.id,
            "tail": tail,
            "why": why,
        }

    rows = [row(FAMILY, one.number, one, one.number[-4:].decode()) for one in people]
    rows += [row(STRIPES, one.number, one, one.number[-4:].decode()) for one in people[:STRIPED_MEMBERS]]
    for uid, owner in zip(UIDS, people[FIRST_UID_OWNER:], strict=False):
        rows.append(row("mifare-classic", uid, owner, uid.hex().upper()[-4:]))
    rows.append(row("mifare-ultralight", TAG, people[TAG_OWNER], TAG.hex().upper()[-4:]))
    rows.append(row(PURSES, PURSE, people[PURSE_OWNER], PURSE.hex()[-4:]))
    rows.append(row(FAMILY, LOST, people[30], LOST[-4:].decode(), "lost"))
    rows.append(row(FAMILY, FROZEN, people[31], FROZEN[-4:].decode(), "frozen"))
    connection.execute(sa.insert(cards), rows)


def phone_number(place: int) -> str:
    """The phone of the member at this place, from 0."""
    return f"1380000{place + 1:04}"


def _write_phones(connection: sa.Connection, key: bytes, people: list[_Person]) -> None:
    rows = []
    for place, one in enumerate(people):
        number = phone_number(place)
        tail = number[-phones.TAIL :]
        rows.append({"name": name_of(key, number), "member": one.id, "tail": tail, "number": number})
    connection.execute(sa.insert(member_tables.phones), rows)


def _write_history(
    connection: sa.Connection, office: HeadOffice, people: list[_Person], chance: random.Random
) -> None:
    place = office.settings.shop.name
    rows: list[dict[str, object]] = []
    for one in people:
        days = 0
        for _ in range(chance.randrange(3, 12)):
            days += chance.randrange(1, 20)
            what, times = chance.choice(_LINES)
            earned = chance.randrange(20, 400) * times or 5
            at = office.now() - days * _DAY_US - chance.randrange(_DAY_US // 2)
            rows.append({"member": one.id, "at": at, "what": what, "points": earned, "place": place})
    connection.execute(sa.insert(history), rows)


def _write_gifts(connection: sa.Connection) -> None:
    rows = [
        {
            "id": _gift_id(place),
            "place": place,
            "name": {"zh_CN": simplified, "zh_TW": traditional, "en": english},
            "category": category,
            "points": points,
            "picture": f"gift_{place:02}",
        }
        for place, (simplified, traditional, english, category, points, _) in enumerate(SHELF, 1)
    ]
    connection.execute(sa.insert(gifts), rows)
    names = ("gift", "cash", "worth", "special")
    money = [dict(zip(names, (gift, *told), strict=True)) for gift, told in MONEY.items()]
    connection.execute(sa.insert(articles), money)


def _gift_id(place: int) -> str:
    return f"G{place:02}"


def _open_books(connection: sa.Connection, office: HeadOffice, people: list[_Person]) -> None:
    books = Books(connection)
    pin, ahead = office.settings.pin, office.settings.grants
    for one in people:
        tries = pin.tries + (ahead.home_tries if one.home else 0)
        for asset, amount in ((acc.POINTS, one.points), (acc.CASH, one.cash), (acc.TRIES, tries)):
            books.move(Transfer(f"opening:{one.id}:{asset}", acc.WORLD, acc.member(one.id), asset, amount))
    for place, (*_, pieces) in enumerate(SHELF, 1):
        gift = _gift_id(place)
        books.move(Transfer(f"opening:{gift}", acc.WORLD, acc.pool(gift), acc.gift(gift), pieces))
    books.write()


def _fill_purse(connection: sa.Connection, name: bytes) -> None:
    """What the issuer put on the card: head office believes what it holds."""
    books = Books(connection)
    account = acc.card(name.hex())
    books.move(Transfer(f"opening:{account}", acc.WORLD, account, acc.POINTS, PURSE_POINTS))
    books.write()
