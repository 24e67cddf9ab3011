"""Head office lends no right to claim: the counter says why, and nothing was changed."""

from pathlib import Path

import msgspec
import sqlalchemy as sa
from shop import RULES, SETTINGS, ShopFloor, written

from kiosk import events as ev
from kiosk.hub.tables import packs
from kiosk.membership.claims import ClaimAnswer

HOME = "6600000001"


def printed(floor: ShopFloor) -> str:
    """A voucher of a home member, as its code."""
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.Left())
    floor.sync()
    return written(floor.tray.papers[-1])["QR"]


def asked(floor: ShopFloor, code: str) -> ClaimAnswer:
    request = floor.ids.uuid7()
    floor.do(ev.ClaimAsked(request, "", "", "staff-1", code))
    said = floor.counter.heard[request]
    assert said.sentence
    return said.result


def test_a_kiosk_that_has_not_heard_that_stores_keep_to_themselves(tmp_path: Path) -> None:
    """Its own pack still allows it; head office's is newer."""
    here = ShopFloor(tmp_path / "here", rules=RULES.replace('stores = "own"', 'stores = "all"'))
    abroad = ShopFloor(tmp_path / "abroad", here, kiosk="01", store="0002")
    code = printed(here)
    with here.office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=2, rules=RULES))
    assert abroad.world.rules().voucher.stores == "all"
    assert asked(abroad, code) is ClaimAnswer.NOT_OURS
    assert asked(here, code) is ClaimAnswer.GIVEN
    abroad.crash()
    here.crash()


def test_a_device_that_asks_for_too_many_is_told_to_wait(tmp_path: Path) -> None:
    grants = msgspec.structs.replace(SETTINGS.grants, claims_per_hour=1)
    here = ShopFloor(tmp_path / "here", settings=msgspec.structs.replace(SETTINGS, grants=grants))
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    first, second = printed(here), printed(here)
    request = there.ids.uuid7()
    there.do(ev.ClaimAsked(request, "", "", "staff-1", first))
    here.sync()
    here.sync()
    there.sync()
    assert there.counter.heard[request].result is ClaimAnswer.GIVEN
    assert asked(there, second) is ClaimAnswer.LIMITED
    assert there.wants.live() == ()
    assert asked(here, second) is ClaimAnswer.GIVEN
    there.crash()
    here.crash()
