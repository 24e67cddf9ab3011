"""The shop that suffers: its members, its gift, its kiosks' keys, in a real head office's database."""

import time
from pathlib import Path

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.office import Enrolment
from kiosk.hub.opening import open_office
from kiosk.hub.pins import verifier_maker
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import gifts, members
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer
from kiosk.offline.identity import load_or_create
from tests.chaos.shop import GIFT, HOME, OPENING_POINTS, PRICE, STOCK, everybody


def furnish(settings: HubSettings, kiosks: dict[str, Path]) -> None:
    """An empty database becomes this shop; `kiosks` are devices and their folders."""
    office = open_office(settings, lambda: time.time_ns() // 1000)
    verifier = verifier_maker(settings.pin).hash("246810")
    with office.engine.begin() as connection:
        shelf = {"id": GIFT, "place": 0, "name": {"zh_CN": "茶"}, "category": "living", "points": PRICE}
        connection.execute(sa.insert(gifts).values(**shelf, picture="gift_01"))
        books = Books(connection)
        books.move(Transfer("opening:gift", acc.WORLD, acc.pool(GIFT), acc.gift(GIFT), STOCK))
        for name in everybody():
            home = next(iter(kiosks)) if name in HOME else None
            row = {"id": name, "name": "张*伟", "lifetime": 0, "home": home, "verifier": verifier}
            connection.execute(sa.insert(members).values(**row))
            for asset, amount in ((acc.POINTS, OPENING_POINTS), (acc.TRIES, 10)):
                books.move(Transfer(f"opening:{name}:{asset}", acc.WORLD, acc.member(name), asset, amount))
        books.write()
    for number, (device, folder) in enumerate(kiosks.items(), 1):
        folder.mkdir()
        keys = load_or_create(folder / "identity")
        office.enrol(
            Enrolment(device, keys.device_public, "0001", f"{number:02}", number, keys.voucher_public)
        )
    office.engine.dispose()
