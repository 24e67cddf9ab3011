"""Steps of cards, as logs of kiosks tell them: head office's order decides, and every kiosk hears of it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from member_desk import Moment, knowing_phones
from till import Till

from kiosk.hub.exceptions import exceptions
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import cards, counter
from kiosk.ledger import entries as en

MINE, STRIPE, FRESH = (name.ljust(32, b".") for name in (b"M1", b"stripe", b"fresh"))
LOSE = en.CardStep(card=MINE, step="lose", was="", reason="mislaid")
FIND = en.CardStep(card=MINE, step="find", was="lost", reason="handed-in")
HOLD = en.CardStep(card=MINE, step="hold", was="", reason="suspected")
RELEASE = en.CardStep(card=MINE, step="release", was="held", reason="cleared")


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for office in knowing_phones(database, Moment()):
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    return enrolled(office, "K1")


def enrolled(office: HeadOffice, name: str) -> Till:
    till = Till(name)
    office.enrol(till.enrolment())
    return till


def told(
    office: HeadOffice, till: Till, *bodies: en.Body, operator: str | None = "mei"
) -> list[tuple[str, str]]:
    first = len(till.log) + 1
    for body in bodies:
        member = None if isinstance(body, en.CardStep) else "M1"
        till.write(body, member, operator=operator)
    answer = office.sync(till.request())
    till.hear(answer)
    return [(one.verdict, one.reason) for one in answer.verdicts if first <= one.n < first + len(bodies)]


def state(office: HeadOffice, card: bytes = MINE) -> str | None:
    with office.engine.begin() as connection:
        return connection.scalar(sa.select(cards.c.why).where(cards.c.hash == card))


def epoch(office: HeadOffice) -> int:
    with office.engine.begin() as connection:
        return counter(connection, "deny_epoch")


def test_each_step_reaches_the_deny_list_under_a_new_epoch(office: HeadOffice, till: Till) -> None:
    for body, after in ((LOSE, "lost"), (FIND, ""), (HOLD, "held"), (RELEASE, "")):
        before = epoch(office)
        assert told(office, till, body) == [("posted", "")]
        assert state(office) == after
        assert epoch(office) > before


def test_steps_of_one_batch_follow_each_other(office: HeadOffice, till: Till) -> None:
    assert told(office, till, LOSE, FIND, HOLD) == [("posted", "")] * 3
    assert state(office) == "held"


def test_the_same_step_twice_changes_nothing_more(office: HeadOffice, till: Till) -> None:
    assert told(office, till, LOSE, LOSE) == [("posted", "")] * 2
    office.sync(till.request(1))
    assert state(office) == "lost"


def test_of_two_kiosks_the_second_is_told_and_all_hear_the_state_again(
    office: HeadOffice, till: Till
) -> None:
    other = enrolled(office, "K2")
    assert told(office, till, HOLD) == [("posted", "")]
    before = epoch(office)
    assert told(office, other, LOSE) == [("disputed", "card-state")]
    assert state(office) == "held"
    assert epoch(office) > before
    with office.engine.begin() as connection:
        shown = [item for item in exceptions(connection, "0001") if item.reason == "card-state"]
    assert [item.device for item in shown] == ["K2"]
    assert "stays as they left it" in shown[0].means


def test_a_member_who_reports_a_frozen_card_does_not_make_it_one_to_be_found(
    office: HeadOffice, till: Till
) -> None:
    assert told(office, till, HOLD, en.Lost(card=MINE)) == [("posted", "")] * 2
    assert state(office) == "held"
    assert told(office, till, FIND) == [("disputed", "card-state")]


def test_a_replaced_card_is_never_found(office: HeadOffice, till: Till) -> None:
    replaced = en.Replaced(card=FRESH, tail="0777", old=(MINE,))
    assert told(office, till, LOSE, replaced, FIND) == [
        ("posted", ""),
        ("posted", ""),
        ("disputed", "card-state"),
    ]
    assert state(office) == "replaced"


def test_chip_and_stripe_of_one_card_go_together(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        row = connection.execute(sa.select(cards).where(cards.c.hash == MINE)).one()
        connection.execute(sa.insert(cards).values(hash=STRIPE, member=row.member, tail=row.tail, why=""))
    told(office, till, LOSE)
    assert (state(office), state(office, STRIPE)) == ("lost", "lost")
    told(office, till, FIND)
    assert (state(office), state(office, STRIPE)) == ("", "")


def test_what_a_store_froze_is_no_way_in_by_a_new_card(office: HeadOffice, till: Till) -> None:
    told(office, till, HOLD)
    assert told(office, till, en.Bound(card=FRESH, tail="0777")) == [("posted", "")]
    assert state(office, FRESH) == "held"


@pytest.mark.parametrize(
    ("body", "operator", "verdict"),
    [
        (en.CardStep(card=FRESH, step="lose", was="", reason="mislaid"), "mei", ("disputed", "card-unknown")),
        (
            en.CardStep(card=b"short", step="lose", was="", reason="mislaid"),
            "mei",
            ("quarantined", "amount-or-name"),
        ),
        (
            en.CardStep(card=MINE, step="lose", was="", reason="cleared"),
            "mei",
            ("quarantined", "amount-or-name"),
        ),
        (LOSE, None, ("quarantined", "amount-or-name")),
    ],
)
def test_what_makes_no_sense_is_set_aside(
    office: HeadOffice, till: Till, body: en.CardStep, operator: str | None, verdict: tuple[str, str]
) -> None:
    assert told(office, till, body, operator=operator) == [verdict]
    assert state(office) == ""
