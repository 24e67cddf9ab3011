"""Who works here is nobody's business: a staff number that nobody has is looked at like somebody's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from desk_at_counter import Browser, CounterFloor, Store, opened

from kiosk.counter.page import KEPT_OUT
from kiosk.hub.settings import Pin
from kiosk.hub.tables import pin_routes
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync as wire
from kiosk.words import Words

WRONG = "999999"
NOBODY, SOMEBODY = "kim", "mei"
SAY = Words("zh_CN", ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    made: list[Store] = []

    def fresh() -> Store:
        made.append(opened(tmp_path / f"store-{len(made)}"))
        return made[-1]

    (tmp_path / "store-0").mkdir()
    (tmp_path / "store-1").mkdir()
    yield fresh
    for store in made:
        store.counter.crash()
        store.kiosk.crash()


def overhear(floor: CounterFloor) -> set[tuple[str, str]]:
    """What the counter asks head office from now on."""
    heard: set[tuple[str, str]] = set()
    ask_sync, ask_pin = floor.wire.sync, floor.wire.pin

    def sync(request: wire.SyncRequest) -> wire.SyncAnswer:
        heard.update(("want", want.asset) for want in request.wants)
        return ask_sync(request)

    def pin(member: str, route: str, entry: str, typed: str) -> wire.PinAnswer:
        heard.add(("pin", route))
        return ask_pin(member, route, entry, typed)

    floor.wire.sync, floor.wire.pin = sync, pin  # type: ignore[method-assign]
    return heard


def told(page: str) -> str:
    """Why the page says that somebody may not come in."""
    return next(why for why, sentence in KEPT_OUT.items() if SAY(sentence) in page)


def paths(store: Store, staff: str, tries: int) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Each try: what the page said, and what was asked of head office for it."""
    heard, taken = overhear(store.counter), []
    for _ in range(tries):
        heard.clear()
        page = store.browser.sign_in(staff, WRONG)
        assert store.browser.status == 401
        taken.append((told(page), frozenset(heard)))
        store.counter.sync()
        store.counter.sync()
    return taken


def test_both_take_the_same_path_until_they_are_locked_and_afterwards(
    open_store: Callable[[], Store],
) -> None:
    known, unknown = paths(open_store(), SOMEBODY, 7), paths(open_store(), NOBODY, 7)
    assert known == unknown
    asked = frozenset({("want", acc.TRIES), ("pin", "staff")})
    assert [why for why, _ in known] == ["not-you"] * (Pin().tries - 1) + ["locked"] * 3
    assert {path for _, path in known} == {asked}


def test_the_lock_of_a_number_that_nobody_has(open_store: Callable[[], Store]) -> None:
    """It is durable, nobody's but the number's that was typed here, and nothing is journalled for it."""
    store = open_store()
    before = store.counter.kinds()
    paths(store, NOBODY, Pin().tries)
    assert store.counter.kinds() == before
    store.counter.crash()
    store.counter.open()
    store.counter.sync()
    other = Browser(store.counter)
    assert told(other.sign_in(NOBODY, WRONG)) == "locked"
    assert told(other.sign_in("tom", WRONG)) == "not-you"
    with store.counter.office.engine.begin() as connection:
        names = set(connection.scalars(sa.select(pin_routes.c.member)))
    assert acc.staff(NOBODY) not in names, "who comes to work here later is not locked out by it"
    assert len(names) == 2


def test_what_is_asked_of_nobody(open_store: Callable[[], Store]) -> None:
    """What can be no staff number; and, without the network, the same as of who was never here."""
    store = open_store()
    heard = overhear(store.counter)
    for staff in ("", " ", "a b", "m\x00i", "../mei", "<b>"):
        assert told(store.browser.sign_in(staff, WRONG)) == "not-you"
    assert heard == set()
    store.counter.cut()
    assert told(store.browser.sign_in(NOBODY, WRONG)) == told(store.browser.sign_in("lin", WRONG)) == "later"
