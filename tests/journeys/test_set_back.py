"""A kiosk's disk is set back behind its back: nobody is served from a journal that lacks what was done."""

import shutil
from pathlib import Path

from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.membership.cards import Card

HOME = "6600000001"


def test_the_first_answer_shows_that_the_journal_was_set_back(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path / "03")
    floor.crash()
    image = shutil.copytree(floor.folder, tmp_path / "image")
    floor.open()
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.VoucherTaken())
    floor.sync()
    floor.crash()
    shutil.rmtree(floor.folder)
    image.rename(floor.folder)
    floor.open()
    before = floor.journal.tail().n
    # Between two syncs: only the visitor's own question has been answered.
    floor.inbox.append(ev.CardTapped("reader", Card("virtual-cpu", HOME.encode())))
    while floor.inbox:
        floor.desk.handle(floor.inbox.popleft())
    floor.questions.answer_one()
    while floor.inbox:
        floor.desk.handle(floor.inbox.popleft())
    assert floor.desk.out_of_service == "K-SY-01"
    assert isinstance(floor.now, views.Notice)
    assert floor.journal.tail().n == before
    floor.sync()
    assert floor.journal.frozen()
    floor.crash()
