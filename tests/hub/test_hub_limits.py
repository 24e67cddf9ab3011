"""What head office lends nobody: vouchers of other stores, and more than a shop can ever need."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hub_shop import CHEAP, books_of, furnish
from till import NOW, CountedIds, Till

from kiosk.hub.console_tables import audit
from kiosk.hub.inspection import inspect
from kiosk.hub.limits import DAY_US, HOUR_US
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import device_record, record_of, sums_to_zero
from kiosk.hub.settings import Grants, HubSettings
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.serials import Range, next_serial
from kiosk.membership.vouchers import number_of
from tests import databases

OWN = (Path(__file__).parents[2] / "config/rules/demo.toml").read_text()
ALL = OWN.replace('stores = "own"', 'stores = "all"')
PER_HOUR, PER_DAY, PAR = 5, 3, 6


class Clock:
    """Stands where it was put."""

    at = NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(database: str, clock: Clock) -> Iterator[HeadOffice]:
    grants = Grants(
        lease_par=20, lease_low=10, home_points=0, serial_par=PAR,
        claims_per_hour=PER_HOUR, serial_ranges_per_day=PER_DAY,
    )  # fmt: skip
    settings = HubSettings(grants=grants, pin=CHEAP, demo=True)
    made = HeadOffice(databases.at(database), lambda: clock.at, CountedIds("g"), settings)
    furnish(made)
    yield made
    with made.engine.begin() as connection:
        assert sums_to_zero(connection)
        assert list(inspect(connection)) == []
    made.engine.dispose()


def decide(office: HeadOffice, version: int, rules: str) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=version, rules=rules))


def enrolled(office: HeadOffice, device: str, store: str = "0001") -> Till:
    till = Till(device)
    office.enrol(replace(till.enrolment(), store=store))
    turn(office, till)
    return till


def turn(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    answer = office.sync(till.request(None, None, *wants))
    till.hear(answer)
    return answer


@pytest.fixture
def issuer(office: HeadOffice) -> Till:
    """K1 of store 0001; vouchers V-a and V-b of M1 are printed, and the right to claim them lies here."""
    till = enrolled(office, "K1")
    turn(office, till, sync.Want(id="p", member="M1", asset=acc.POINTS, amount=600))
    for op in ("a", "b"):
        till.redeem(op, "M1")
        till.post(op, "M1")
        till.write(en.Release(op=op, voucher=f"V-{op}", to=""))
    turn(office, till)
    return till


def right(number: str, name: str = "") -> sync.Want:
    return sync.Want(id=name or f"w-{number}", member=None, asset=acc.claim(number), amount=1)


def whys(answer: sync.SyncAnswer) -> dict[str, str]:
    return {one.want: one.why for one in answer.refused}


def audited(office: HeadOffice) -> list[tuple[str, str]]:
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(audit.c.action, audit.c.subject).order_by(audit.c.at))
        return [(row.action, row.subject) for row in rows]


# --- whose vouchers --------------------------------------------------------------------------------


@pytest.mark.parametrize(("rules", "why"), [(OWN, "store"), ("no pack", "store"), (ALL, "")])
def test_another_stores_voucher_is_lent_as_the_rule_pack_says(
    office: HeadOffice, issuer: Till, rules: str, why: str
) -> None:
    decide(office, 1, rules)
    other = enrolled(office, "K2", "0002")
    answer = turn(office, other, right("V-a"))
    assert whys(answer).get("w-V-a", "") == why
    assert len([one for one in answer.grants if one.want]) == (not why)
    assert all(one.voucher is None for one in answer.refused), "what it is worth is not told either"


def test_a_counter_of_the_store_is_lent_it_whatever_the_pack_says(office: HeadOffice, issuer: Till) -> None:
    other = enrolled(office, "K2")
    assert [one.want for one in turn(office, other, right("V-a")).grants if one.want] == ["w-V-a"]


def test_the_holder_is_not_asked_to_let_go_for_another_store(office: HeadOffice) -> None:
    till = enrolled(office, "K1")
    turn(office, till, sync.Want(id="p", member="M1", asset=acc.POINTS, amount=300))
    till.redeem("a", "M1")
    till.post("a", "M1")
    turn(office, till)
    assert whys(turn(office, enrolled(office, "K2", "0002"), right("V-a"))) == {"w-V-a": "store"}
    assert turn(office, till).instructions == ()


def claimed_elsewhere(office: HeadOffice, pack: int) -> sync.SyncAnswer:
    """K2 of another store was lent V-a under pack 1; pack 2 forbids it before its claim arrives."""
    decide(office, 1, ALL)
    other = enrolled(office, "K2", "0002")
    turn(office, other, right("V-a"))
    decide(office, 2, OWN)
    claim = en.Claim(op="a", voucher="V-a")
    n = len(other.log) + 1
    entry = en.Entry(
        n=n, id=f"late-{n}", kind=claim.KIND, at=NOW, zone="Asia/Shanghai", pack=pack, body=en.raw(claim)
    )
    other.write_bytes(en.encode(entry))
    return turn(office, other)


def test_a_claim_that_should_not_have_been_stands_and_is_disputed(office: HeadOffice, issuer: Till) -> None:
    """The gift is gone, and the voucher is used up: people look at it, nobody claims it once more."""
    answer = claimed_elsewhere(office, pack=2)
    assert [(one.verdict, one.reason) for one in answer.verdicts][-1] == ("disputed", "store")
    record = record_of(office, "V-a")
    assert (record["claimed"], record["disputed"]) == (True, True)
    assert books_of(office)[acc.SPENT, acc.claim("V-a")] == 1
    again = turn(office, enrolled(office, "K3"), right("V-a"))
    assert whys(again) == {"w-V-a": "settled"}


def test_a_claim_under_the_pack_that_allowed_it_is_posted(office: HeadOffice, issuer: Till) -> None:
    answer = claimed_elsewhere(office, pack=1)
    assert [one.verdict for one in answer.verdicts][-1] == "posted"


@pytest.mark.parametrize("pack", [-1, 2**40])
def test_a_pack_that_never_was_is_the_newest(office: HeadOffice, issuer: Till, pack: int) -> None:
    answer = claimed_elsewhere(office, pack)
    assert [one.verdict for one in answer.verdicts][-1] == "disputed"


# --- how many --------------------------------------------------------------------------------------


def test_a_device_asks_for_so_many_vouchers_within_an_hour(
    office: HeadOffice, issuer: Till, clock: Clock
) -> None:
    other = enrolled(office, "K2")
    first = turn(office, other, *(right(f"X-{n}") for n in range(PER_HOUR - 1)))
    assert set(whys(first).values()) == {"unknown-voucher"}
    for again in range(3):  # the same voucher counts once, whatever the want is called
        turn(office, other, right("X-0", f"again-{again}"))
    assert [one.want for one in turn(office, other, right("V-a")).grants if one.want] == ["w-V-a"]
    assert whys(turn(office, other, right("V-b"))) == {"w-V-b": "too-many"}
    assert whys(turn(office, other, right("V-b"), right("X-0"))) == {
        "w-V-b": "too-many",
        "w-X-0": "unknown-voucher",
    }
    assert audited(office) == [("limit-claims", "K2")], "one line, however often it is refused"
    assert device_record(office, "K2")["limits"] == [["limit-claims", NOW]]
    assert device_record(office, "K1")["limits"] == []
    assert [one.want for one in turn(office, enrolled(office, "K3"), right("V-b")).grants if one.want] == [
        "w-V-b"
    ]
    clock.at += HOUR_US
    assert whys(turn(office, other, right("X-9"))) == {"w-X-9": "unknown-voucher"}


def test_the_limit_is_kept_by_a_head_office_that_starts_again(
    office: HeadOffice, issuer: Till, clock: Clock
) -> None:
    other = enrolled(office, "K2")
    turn(office, other, *(right(f"X-{n}") for n in range(PER_HOUR)))
    later = HeadOffice(office.engine, lambda: clock.at + 60_000_000, CountedIds("h"), office.settings)
    assert whys(turn(later, other, right("V-a"))) == {"w-V-a": "too-many"}


def test_one_request_cannot_ask_for_more(office: HeadOffice, issuer: Till) -> None:
    other = enrolled(office, "K2")
    told = whys(turn(office, other, *(right(f"X-{n}") for n in range(50))))
    assert list(told.values()).count("too-many") == 50 - PER_HOUR
    assert list(told.values()).count("unknown-voucher") == PER_HOUR


def use_up(office: HeadOffice, till: Till) -> int:
    """Spend every number that is lent, and what comes for it; how many ranges that were."""
    seen = set()
    for op in range(PAR * (PER_DAY + 2)):
        mine = acc.escrow(till.device)
        held = [(asset, left) for (account, asset), left in till.fold({}).items() if account == mine]
        serial = next_serial(held)
        if serial is None:
            break
        seen.add(serial.lease)
        body = en.Redeem(
            op=f"{till.device}-{len(till.log)}-{op}", gift="G1", points=1, voucher=number_of(serial),
            expires=NOW, qr=b"", lease=serial.lease,
        )  # fmt: skip
        till.write(body, "M1")
        turn(office, till)
        turn(office, till)
    return len(seen)


def test_a_device_is_lent_so_many_ranges_in_a_day(office: HeadOffice, clock: Clock) -> None:
    """A stolen kiosk that redeems what it has no points for uses numbers up all the same."""
    till = enrolled(office, "K1")
    assert use_up(office, till) == PER_DAY
    assert audited(office) == [("limit-serials", "K1")]
    assert any(Range.of(asset) for _, asset in books_of(office)), "other numbers are left for its successor"
    clock.at += DAY_US + 1
    turn(office, till)
    assert use_up(office, till) > 0
