"""Reports of members, as logs tell them: what they may say, and what head office makes of it."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hub_shop import books_of
from member_desk import Moment, knowing_phones
from till import Till

from kiosk.hub.api import create_app
from kiosk.hub.inspection import inspect
from kiosk.hub.member_tables import doubts
from kiosk.hub.office import HeadOffice
from kiosk.hub.shop_staff import ShopStaff
from kiosk.hub.staff import Person, Staff
from kiosk.hub.tables import cards, counter
from kiosk.ledger import entries as en

MINE, THEIRS, STAFFS, FRESH = (name.ljust(32, b".") for name in (b"M1", b"M2", b"staff", b"fresh"))
DOUBT = en.Doubt(at=5, what="tea", points=-300, where="0001")


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    for office in knowing_phones(database, Moment()):
        Staff(office.engine, office.settings).add(Person("dora", "Dora", "assistant"), "135790135790")
        desk = ShopStaff(office.engine, office.settings, office.pins)
        desk.assign("dora", "0001", "135790")
        desk.bind("dora", STAFFS, "0001")
        yield office
        with office.engine.begin() as connection:
            assert list(inspect(connection)) == []


@pytest.fixture
def till(office: HeadOffice) -> Till:
    till = Till("K1")
    office.enrol(till.enrolment())
    return till


def told(
    office: HeadOffice, till: Till, *bodies: en.Body, member: str | None = "M1"
) -> list[tuple[str, str]]:
    """What was made of these, in their order."""
    first = len(till.log) + 1
    for body in bodies:
        till.write(body, member)
    answer = office.sync(till.request())
    till.hear(answer)
    return [(one.verdict, one.reason) for one in answer.verdicts if first <= one.n < first + len(bodies)]


def why(office: HeadOffice, card: bytes) -> str | None:
    with office.engine.begin() as connection:
        return connection.scalar(sa.select(cards.c.why).where(cards.c.hash == card))


def test_a_lost_card_is_denied_in_a_new_epoch_once_and_again(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        before = counter(connection, "deny_epoch")
    assert told(office, till, en.Lost(card=MINE), en.Lost(card=MINE)) == [("posted", "")] * 2
    assert why(office, MINE) == "lost"
    with office.engine.begin() as connection:
        assert counter(connection, "deny_epoch") > before


@pytest.mark.parametrize("card", [THEIRS, STAFFS, FRESH])
def test_nobody_reports_another_ones_card(office: HeadOffice, till: Till, card: bytes) -> None:
    assert told(office, till, en.Lost(card=card)) == [("disputed", "not-their-card")]
    assert why(office, THEIRS) == ""


def test_a_card_of_nobody_is_bound_once_and_to_one_member(office: HeadOffice, till: Till) -> None:
    bound = en.Bound(card=FRESH, tail="0777")
    assert told(office, till, bound, bound) == [("posted", "")] * 2
    assert told(office, till, bound, member="M2") == [("disputed", "card-known")]
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(cards.c.member, cards.c.tail).where(cards.c.hash == FRESH)).all()
    assert [tuple(row) for row in rows] == [("M1", "0777")]


@pytest.mark.parametrize("card", [THEIRS, STAFFS])
def test_no_card_that_is_somebodys_is_taken_over(office: HeadOffice, till: Till, card: bytes) -> None:
    assert told(office, till, en.Bound(card=card, tail="1")) == [("disputed", "card-known")]


def test_two_members_in_one_batch_do_not_both_get_it(office: HeadOffice, till: Till) -> None:
    till.write(en.Bound(card=FRESH, tail="1"), "M1")
    till.write(en.Bound(card=FRESH, tail="1"), "M2")
    verdicts = office.sync(till.request()).verdicts
    assert [one.verdict for one in verdicts] == ["posted", "disputed"]


@pytest.mark.parametrize(
    ("body", "member"),
    [
        (en.Lost(card=MINE), None),
        (en.Lost(card=MINE), "nobody"),
        (en.Lost(card=b"short"), "M1"),
        (en.Bound(card=FRESH, tail="x" * 99), "M1"),
        (en.Doubt(at=-1, what="", points=0, where=""), "M1"),
        (en.Doubt(at=1, what="\x00", points=0, where=""), "M1"),
        (en.Doubt(at=1, what="", points=10**15, where=""), "M1"),
    ],
)
def test_what_makes_no_sense_is_set_aside(
    office: HeadOffice, till: Till, body: en.Body, member: str | None
) -> None:
    ((verdict, _reason),) = told(office, till, body, member=member)
    assert verdict == "quarantined"
    assert why(office, MINE) == ""


MERGE, PART = (
    kind(alias="M2", into="M1", **more) for kind, more in ((en.Merge, {"proof": "pin"}), (en.Unmerge, {}))
)


def entry_by_entry(office: HeadOffice, till: Till, told: list[tuple[en.Body, str | None]]) -> list[str]:
    """What was made of the last of these, each sent alone."""
    for body, member in told:
        till.write(body, member)
        answer = office.sync(till.request())
        till.hear(answer)
    return [one.reason or one.verdict for one in answer.verdicts][-1:]


def in_one_batch(office: HeadOffice, till: Till, told: list[tuple[en.Body, str | None]]) -> list[str]:
    """What was made of the last of these, all sent together, as after a backup was put back."""
    for body, member in told:
        till.write(body, member)
    return [one.reason or one.verdict for one in office.sync(till.request()).verdicts][-1:]


@pytest.mark.parametrize("send", [entry_by_entry, in_one_batch])
@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ([(MERGE, None), (en.Lost(card=THEIRS), "M1")], "posted"),
        ([(MERGE, None), (en.Lost(card=MINE), "M2")], "posted"),
        ([(MERGE, None), (PART, None), (en.Lost(card=THEIRS), "M2")], "posted"),
        # They were one person when the visitor was told that nobody serves the card any more.
        ([(MERGE, None), (PART, None), (en.Lost(card=THEIRS), "M1")], "posted"),
        ([(MERGE, None), (PART, None), (en.Lost(card=MINE), "M2")], "not-their-card"),
        ([(MERGE, None), (en.Bound(card=THEIRS, tail="1"), "M1")], "posted"),
        (
            [
                (MERGE, None),
                (en.Bound(card=FRESH, tail="1"), "M2"),
                (PART, None),
                (en.Lost(card=FRESH), "M2"),
            ],
            "posted",
        ),
        ([(MERGE, None), (PART, None), (MERGE, None), (en.Lost(card=THEIRS), "M1")], "posted"),
    ],
)
def test_cards_of_two_people_who_are_one_and_are_parted(
    office: HeadOffice,
    till: Till,
    send: Callable[[HeadOffice, Till, list[tuple[en.Body, str | None]]], list[str]],
    told: list[tuple[en.Body, str | None]],
    verdict: str,
) -> None:
    assert send(office, till, told) == [verdict]


def test_people_look_into_doubts_at_the_console(office: HeadOffice, till: Till) -> None:
    Staff(office.engine, office.settings).add(Person("anna", "Anna", "manager"), "135790135790")
    told(office, till, DOUBT)
    door = TestClient(create_app(office), client=("127.0.0.1", 1))

    def signed_in(staff: str) -> dict[str, str]:
        said = door.post("/v1/console/sign-in", json={"staff": staff, "pin": "135790135790"}).json()
        return {"Authorization": f"Bearer {said['token']}"}

    anna = signed_in("anna")
    assert door.get("/v1/console/doubts", headers=signed_in("dora")).status_code == 403
    (line,) = door.get("/v1/console/doubts", headers=anna).json()["doubts"]
    assert (line["member"], line["points"], line["device"]) == ("M1", -300, "K1")
    seen = {"entry": line["entry"]}
    assert door.post("/v1/console/doubt-seen", json=seen, headers=anna).status_code == 200
    assert door.get("/v1/console/doubts", headers=anna).json()["doubts"] == []
    assert door.post("/v1/console/doubt-seen", json=seen, headers=anna).status_code == 404


def test_doubts_are_kept_once_for_people_to_look_into(office: HeadOffice, till: Till) -> None:
    told(office, till, DOUBT)
    office.sync(till.request(1))
    with office.engine.begin() as connection:
        rows = connection.execute(sa.select(doubts.c.member, doubts.c.points)).all()
    assert [tuple(row) for row in rows] == [("M1", -300)]
    assert books_of(office)[("member:M1", "points")] == 1000


def test_a_new_card_takes_the_place_of_the_old_ones_at_once(office: HeadOffice, till: Till) -> None:
    replaced = en.Replaced(card=FRESH, tail="0777", old=(MINE,))
    assert told(office, till, replaced, replaced) == [("posted", "")] * 2
    assert (why(office, MINE), why(office, FRESH)) == ("replaced", "")
    assert told(office, till, en.Bound(card=FRESH, tail="1"), member="M2") == [("disputed", "card-known")]


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (en.Replaced(card=FRESH, tail="1", old=(THEIRS,)), ("disputed", "not-their-card")),
        (en.Replaced(card=FRESH, tail="1", old=(MINE, STAFFS)), ("disputed", "not-their-card")),
        (en.Replaced(card=THEIRS, tail="1", old=(MINE,)), ("disputed", "card-known")),
        (en.Replaced(card=STAFFS, tail="1", old=(MINE,)), ("disputed", "card-known")),
        (en.Replaced(card=FRESH, tail="1", old=(b"short",)), ("quarantined", "amount-or-name")),
        (en.Replaced(card=MINE, tail="1", old=(MINE,)), ("quarantined", "amount-or-name")),
        (en.Replaced(card=FRESH, tail="1" * 99, old=(MINE,)), ("quarantined", "amount-or-name")),
        (en.Replaced(card=FRESH, tail="1", old=(MINE,) * 17), ("quarantined", "amount-or-name")),
    ],
)
def test_a_card_is_replaced_wholly_or_not_at_all(
    office: HeadOffice, till: Till, body: en.Replaced, verdict: tuple[str, str]
) -> None:
    assert told(office, till, body) == [verdict]
    assert (why(office, MINE), why(office, THEIRS), why(office, FRESH)) == ("", "", None)


def test_a_new_card_in_the_place_of_a_frozen_one_is_frozen(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.update(cards).where(cards.c.hash == MINE).values(why="frozen"))
    assert told(office, till, en.Replaced(card=FRESH, tail="1", old=(MINE,))) == [("posted", "")]
    assert (why(office, MINE), why(office, FRESH)) == ("replaced", "frozen")
