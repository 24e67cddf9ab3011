"""Many kiosks at once, over several connections of several head offices: PostgreSQL as in production."""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa
from hub_shop import CHEAP, MEMBERS, books_of, furnish
from till import NOW, CountedIds, Till, act

from kiosk.hub.office import HeadOffice
from kiosk.hub.records import balance_of
from kiosk.hub.settings import Database, Grants, HubSettings
from kiosk.hub.tables import grants, open_database, wants
from kiosk.hub.transactions import committed, passes
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances

SOON_S = 60


@pytest.fixture
def offices(postgres_url: str) -> Iterator[tuple[HeadOffice, HeadOffice]]:
    """Two processes' worth of head office over one database."""
    settings = HubSettings(
        grants=Grants(lease_par=3, lease_low=1, home_points=700), pin=CHEAP, database=Database(lanes=3)
    )
    made = [
        HeadOffice(open_database(postgres_url), lambda: NOW, CountedIds(f"g{place}"), settings)
        for place in range(2)
    ]
    furnish(made[0])
    yield made[0], made[1]
    for office in made:
        office.engine.dispose()


def enrolled(office: HeadOffice, count: int) -> list[Till]:
    tills = [Till(f"K{place}") for place in range(1, count + 1)]
    for till in tills:
        office.enrol(till.enrolment())
    return tills


def at_once(*work: Callable[[], object]) -> list[object]:
    """Every piece of work in a thread of its own, begun at the same moment."""
    start = threading.Barrier(len(work))

    def begin(piece: Callable[[], object]) -> object:
        start.wait(SOON_S)
        return piece()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(SOON_S) for future in [pool.submit(begin, piece) for piece in work]]


def points_want(name: str, member: str, amount: int) -> sync.Want:
    return sync.Want(id=name, member=member, asset=acc.POINTS, amount=amount)


def expected(opening: Balances, tills: Sequence[Till]) -> Balances:
    """The opening and every log on top of it."""
    for till in tills:
        opening = till.fold(opening)
    return opening


def live(office: HeadOffice, till: Till, start: int, steps: int) -> None:
    """A kiosk among others: it wants points of everybody's members, spends, loses answers, repeats itself."""
    chance = random.Random(f"{till.device} {start}")
    for step in range(steps):
        act(till, chance, list(MEMBERS))
        wanted = points_want(f"{till.device}-w{step}", chance.choice(MEMBERS), 100 * chance.randrange(1, 4))
        first = max(1, till.mark.n + 1 - chance.randrange(3))
        answer = office.sync(till.request(first, None, *([wanted] if chance.random() < 0.5 else [])))
        if chance.random() < 0.8:
            till.hear(answer)


def settle(office: HeadOffice, till: Till) -> None:
    """Until head office has nothing more for this kiosk, and has heard that it arrived."""
    size = -1
    while size != len(till.log):
        size = len(till.log)
        till.hear(office.sync(till.request()))


def test_eight_kiosks_share_members_and_gifts(
    offices: tuple[HeadOffice, HeadOffice], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk.hub")
    tills = enrolled(offices[0], 8)
    opening = books_of(offices[0])
    at_once(*(partial(live, offices[place % 2], till, 1, 25) for place, till in enumerate(tills)))
    assert not [record for record in caplog.records if "deadlock" in record.getMessage()]
    for till in tills:
        settle(offices[0], till)
    books = books_of(offices[0])
    assert books == expected(opening, tills)
    assert {account for (account, _), amount in books.items() if amount < 0} == {acc.WORLD}
    for till in tills:
        told = balance_of(offices[0], till.device)
        assert (told["chain_ok"], told["sums_to_zero"], told["not_posted"]) == (True, True, 0)


def test_a_batch_that_comes_twice_at_once_is_taken_once(offices: tuple[HeadOffice, HeadOffice]) -> None:
    (till,) = enrolled(offices[0], 1)
    opening = books_of(offices[0])
    till.hear(offices[0].sync(till.request(None, None, points_want("w", "M1", 900))))
    for place in range(12):
        till.write(en.Returned(asset=acc.POINTS, amount=10, member="M1"), "M1")
        till.write(en.Boot(nonce=bytes(16), software=str(place)))
        request = till.request()
        answers = at_once(*(partial(office.sync, request) for office in (*offices, *offices)))
        verdicts = {tuple(v.verdict for v in answer.verdicts) for answer in answers}  # type: ignore[attr-defined]
        assert verdicts == {("posted",) * len(request.entries)}
        till.hear(answers[0])  # type: ignore[arg-type]
    assert books_of(offices[0]) == till.fold(opening)


def test_a_want_is_booked_once_for_each_device_whoever_hears_it(
    offices: tuple[HeadOffice, HeadOffice],
) -> None:
    tills = enrolled(offices[0], 2)
    for place in range(8):
        name = f"w{place}"
        requests = [till.request(None, None, points_want(name, "M1", 10)) for till in tills for _ in range(2)]
        at_once(*(partial(offices[turn % 2].sync, request) for turn, request in enumerate(requests)))
        with offices[0].engine.begin() as connection:
            for rows, want in ((wants, wants.c.id), (grants, grants.c.want)):
                asked = sa.select(rows.c.device).where(want == name).order_by(rows.c.device)
                assert list(connection.scalars(asked)) == [till.device for till in tills]
    assert books_of(offices[0])["member:M1", acc.POINTS] == 1000 - 2 * 8 * 10


def test_balances_that_nobody_had_yet_are_right(offices: tuple[HeadOffice, HeadOffice]) -> None:
    tills = enrolled(offices[0], 6)
    opening = books_of(offices[0])
    for till in tills:
        till.hear(offices[0].sync(till.request(None, None, points_want(f"{till.device}-w", "M1", 50))))
    for till in tills:
        till.write(en.PinTried(route="card", ok=False, where="hub"), "M1")
        till.redeem(f"{till.device}-op", "M1", points=50)
        till.post(f"{till.device}-op", "M1")  # nobody has spent anything before: six first rows at once
    at_once(*(partial(offices[place % 2].sync, till.request()) for place, till in enumerate(tills)))
    books = books_of(offices[0])
    assert books == expected(opening, tills)
    assert books[acc.SPENT, acc.POINTS] == 6 * 50


def test_names_that_no_database_holds_harm_nobody(offices: tuple[HeadOffice, HeadOffice]) -> None:
    *good, odd = enrolled(offices[0], 8)
    for till in (*good, odd):
        till.write(en.Boot(nonce=bytes(16), software="1"))
    odd.write(en.PinTried(route="card", ok=True, where="hub"), "M\0")
    odd.write(en.Release(op="o\0", voucher="V\0", to="K\0"))
    odd.write(en.Redeem(op="o", gift="G1", points=1, voucher="V\0", expires=NOW, qr=b""), "M1")
    odd.write(en.Granted(gid="g\0", gen=1, d=1, asset=acc.POINTS, amount=1, member="M\0"))
    answers = at_once(*(partial(offices[0].sync, till.request()) for till in (*good, odd)))
    marks = [answer.mark.n for answer in answers]  # type: ignore[attr-defined]
    assert marks == [1] * len(good) + [len(odd.log)]


def test_transactions_in_each_others_way_are_repeated(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE pair (name TEXT PRIMARY KEY, number BIGINT NOT NULL)")
        connection.exec_driver_sql("INSERT INTO pair VALUES ('a', 0), ('b', 0)")
    meet, runs = threading.Barrier(2), []

    def crossing(first: str, second: str) -> Callable[[], object]:
        def work(connection: sa.Connection) -> None:
            for place, name in enumerate((first, second)):
                connection.exec_driver_sql("UPDATE pair SET number = number + 1 WHERE name = %s", (name,))
                if place == 0 and first not in runs:
                    runs.append(first)
                    meet.wait(SOON_S)  # the first time they stand across each other for certain

        return partial(committed, engine, work)

    at_once(crossing("a", "b"), crossing("b", "a"))
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT number FROM pair").scalars().all() == [2, 2]
    engine.dispose()


def test_what_does_not_pass_is_not_repeated(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    runs = []

    def work(connection: sa.Connection) -> None:
        runs.append(1)
        connection.exec_driver_sql("SELECT 1 / 0")

    with pytest.raises(sa.exc.DataError) as trouble:
        committed(engine, work)
    assert not passes(trouble.value)
    assert runs == [1]
    engine.dispose()
