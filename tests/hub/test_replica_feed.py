"""What kiosks download of head office's members and lost cards, on both engines."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
import sqlalchemy as sa
from hub_shop import MEMBERS, opened
from till import Till

from kiosk.hub import changes
from kiosk.hub.books import Books, disputed
from kiosk.hub.feed_tables import feed as numbers
from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import Grants, Replica
from kiosk.hub.tables import cards, members
from kiosk.ledger import accounts as acc
from kiosk.ledger import feed, sync
from kiosk.ledger.legs import Transfer


@dataclass
class Copy:
    """A kiosk's download, kept in dictionaries."""

    office: HeadOffice
    device: str = "K1"
    denied_at: feed.Place = field(default_factory=feed.Place)
    members_at: feed.Place = field(default_factory=feed.Place)
    people: dict[str, feed.MemberRow] = field(default_factory=dict)
    denied: dict[bytes, str] = field(default_factory=dict)
    answer: feed.ReplicaAnswer | None = None

    def ask(self) -> feed.ReplicaAnswer:
        asked = feed.ReplicaRequest(device=self.device, denied=self.denied_at, members=self.members_at)
        return self.office.replica(asked)

    def step(self) -> tuple[list[feed.DeniedRow], list[feed.MemberRow], bool]:
        answer = self.answer = self.ask()
        lost = feed.unpack_rows(feed.DeniedRow, answer.denied.rows)
        self.denied.update({row.card: row.why for row in lost})
        self.denied_at = feed.Place(epoch=answer.denied.epoch, cursor=answer.denied.until)
        rows, more = [], answer.denied.more
        if answer.members is not None:
            rows = feed.unpack_rows(feed.MemberRow, answer.members.rows)
            self.people.update({row.member: row for row in rows})
            self.members_at = feed.Place(epoch=answer.members.epoch, cursor=answer.members.until)
            more = more or answer.members.more
        return lost, rows, more

    def catch_up(self) -> tuple[list[feed.DeniedRow], list[feed.MemberRow]]:
        """Everything that is new."""
        lost: list[feed.DeniedRow] = []
        rows: list[feed.MemberRow] = []
        more = True
        while more:
            some, others, more = self.step()
            lost, rows = lost + some, rows + others
        return lost, rows

    def points(self, member: str) -> int:
        return feed.unpack_facts(self.people[member].facts).points


@pytest.fixture
def copy(office: HeadOffice, till: Till) -> Copy:
    """All members belong to the store of K1."""
    with office.engine.begin() as connection:
        for member in MEMBERS:
            changes.place(connection, member, "0001")
    return Copy(office)


@pytest.fixture
def postgres_office(postgres_url: str) -> Iterator[HeadOffice]:
    """Only PostgreSQL commits in another order than it begins."""
    for office in opened(postgres_url, Grants()):
        office.enrol(Till("K1").enrolment())
        yield office


def card_of(member: str) -> bytes:
    return member.encode().ljust(32, b".")


def earn(connection: sa.Connection, member: str, points: int, name: str) -> None:
    """Points from a source of their own, so that only the member's balance is locked."""
    books = Books(connection)
    books.move(Transfer(name, disputed(name), acc.member(member), acc.POINTS, points))
    books.write()


def policy(office: HeadOffice, **changed: object) -> None:
    office.settings = msgspec.structs.replace(office.settings, replica=Replica(**changed))  # type: ignore[arg-type]


def test_a_full_download_is_the_delta_from_nothing(copy: Copy) -> None:
    _, rows = copy.catch_up()
    assert sorted(row.member for row in rows) == list(MEMBERS)
    assert copy.catch_up() == ([], [])
    row = copy.people["M3"]
    facts = feed.unpack_facts(row.facts)
    assert feed.unpack_cards(row.cards) == (feed.CardRow(card_of("M3"), "0001"),)
    assert (row.home, facts.name, facts.points, facts.escrow) == (True, "张*伟", 1000, 0)
    assert facts.verifier.startswith("$argon2id$")
    assert not copy.people["M1"].home
    assert feed.unpack_facts(copy.people["M1"].facts).verifier == ""


def test_whoever_moves_comes_again_with_the_figures_an_answer_would_give(
    copy: Copy, office: HeadOffice, till: Till
) -> None:
    copy.catch_up()
    want = sync.Want(id="w", member="M1", asset="points", amount=300)
    till.hear(office.sync(till.request(None, None, want)))
    till.redeem("op", "M1")
    till.post("op", "M1")
    till.hear(office.sync(till.request()))
    _, rows = copy.catch_up()
    assert {row.member for row in rows} == {"M1", "M3"}  # M3's points were placed ahead at home
    asked = office.account(sync.AccountRequest(device="K1", card=card_of("M1"))).account
    assert asked is not None
    facts = feed.unpack_facts(copy.people["M1"].facts)
    assert facts == feed.facts_of(asked, feed.HISTORY_LINES)
    assert facts.history[0].points == -300
    assert copy.answer is not None
    assert (copy.answer.gen, copy.answer.mark_n, copy.answer.mark_whole) == (
        asked.gen,
        till.mark.n,
        till.mark.n,
    )


def test_deleted_members_and_those_of_other_stores_leave_tombstones(copy: Copy, office: HeadOffice) -> None:
    office.enrol(dataclasses.replace(Till("K2").enrolment(), store="0002"))
    other = Copy(office, "K2")
    copy.catch_up()
    assert other.catch_up() == ([], [])
    with office.engine.begin() as connection:
        changes.displace(connection, "M1", "0001")
        changes.place(connection, "M1", "0002")
        connection.execute(sa.delete(cards).where(cards.c.member == "M2"))
        connection.execute(sa.delete(members).where(members.c.id == "M2"))
        changes.touch(connection, ["M2"])
    _, rows = copy.catch_up()
    assert rows == [feed.MemberRow("M1"), feed.MemberRow("M2")]
    assert [row.member for row in other.catch_up()[1]] == ["M1"]


def test_lost_cards_have_their_own_epoch_and_lead_nowhere(copy: Copy, office: HeadOffice) -> None:
    office.sync(Till("K1").request())  # what is placed ahead is placed
    copy.catch_up()
    for step, why in ((1, "lost"), (2, "")):
        with office.engine.begin() as connection:
            changes.deny(connection, card_of("M1"), why)
        lost, rows = copy.catch_up()
        assert lost == [feed.DeniedRow(card_of("M1"), why)]
        assert [row.member for row in rows] == ["M1"]
        assert bool(feed.unpack_cards(rows[0].cards)) == (not why)
        assert copy.answer is not None
        assert copy.answer.deny_epoch == step
        assert office.sync(Till("K1").request()).state.deny_epoch == step


def test_many_changes_come_in_chunks_of_a_size_and_a_cut_download_goes_on(
    copy: Copy, office: HeadOffice
) -> None:
    names = [f"N{place:05}" for place in range(feed.ROWS_MAX * 2 + 7)]
    row = {"name": "李*", "lifetime": 0, "home": None, "verifier": ""}
    with office.engine.begin() as connection:
        connection.execute(sa.insert(members), [{"id": name, **row} for name in names])
        connection.execute(sa.insert(changes.member_stores), [{"member": n, "store": "0001"} for n in names])
        changes.touch(connection, names)
    sizes = []
    more = True
    while more:
        again = Copy(office, members_at=copy.members_at, denied_at=copy.denied_at)  # a restart in between
        _, rows, more = again.step()
        copy.members_at, copy.denied_at = again.members_at, again.denied_at
        copy.people.update(again.people)
        sizes.append(len(rows))
    assert max(sizes) == feed.ROWS_MAX
    assert sorted(copy.people) == sorted([*names, *MEMBERS])


def test_a_chunk_has_a_size_in_bytes_too(copy: Copy, office: HeadOffice) -> None:
    copy.catch_up()
    with office.engine.begin() as connection:
        row = {"name": "李" * 200_000, "lifetime": 0, "home": None, "verifier": ""}
        names = [f"N{place}" for place in range(3)]
        connection.execute(sa.insert(members), [{"id": name, **row} for name in names])
        for name in names:
            changes.place(connection, name, "0001")
    rounds = 0
    more = True
    while more:
        _, _, more = copy.step()
        rounds += 1
    assert rounds == 3
    assert {*names} < copy.people.keys()


@pytest.mark.parametrize(
    ("change", "who"),
    [
        (lambda office: policy(office, members="home"), {"M3"}),
        (lambda office: policy(office, members="all"), {"M1", "M2", "M3"}),
        (lambda office: policy(office, history_lines=3), {"M1", "M2", "M3"}),
        (lambda office: office.restored("a drill"), {"M1", "M2", "M3"}),
    ],
)
def test_another_policy_or_generation_begins_anew(
    copy: Copy, office: HeadOffice, change: Callable[[HeadOffice], None], who: set[str]
) -> None:
    copy.catch_up()
    before = copy.members_at
    change(office)
    _, rows = copy.catch_up()
    assert copy.members_at.epoch != before.epoch
    assert {row.member for row in rows} == who


def test_a_kiosk_that_has_seen_more_than_we_know_begins_anew(copy: Copy, office: HeadOffice) -> None:
    """A restored database counts from an old number again, and gives numbers a second time."""
    copy.catch_up()
    before = copy.members_at
    copy.members_at = feed.Place(epoch=before.epoch, cursor=before.cursor + 5)
    _, rows = copy.catch_up()
    assert copy.members_at.epoch != before.epoch
    assert {row.member for row in rows} == set(MEMBERS)


def test_a_change_that_is_rolled_back_is_none(copy: Copy, office: HeadOffice) -> None:
    copy.catch_up()
    with office.engine.connect() as connection, connection.begin() as turn:
        earn(connection, "M1", 5, "never")
        turn.rollback()
    assert copy.catch_up() == ([], [])


def test_what_commits_late_is_not_missed(postgres_office: HeadOffice) -> None:
    """The transaction that began and wrote first commits last, after the others' changes were downloaded."""
    office = postgres_office
    copy = stocked(office)
    copy.catch_up()
    with office.engine.connect() as early, early.begin() as turn:
        earn(early, "M1", 1, "early")
        with office.engine.begin() as late:
            earn(late, "M2", 2, "late")
        assert [row.member for row in copy.catch_up()[1]] == ["M2"]
        seen = copy.members_at.cursor
        turn.commit()
    assert [row.member for row in copy.catch_up()[1]] == ["M1"]
    assert copy.members_at.cursor > seen
    assert (copy.points("M1"), copy.points("M2")) == (1001, 1002)


def test_no_change_is_missed_while_many_write_and_some_read(postgres_office: HeadOffice) -> None:
    office = postgres_office
    copies = [stocked(office), Copy(office)]
    done = threading.Event()
    troubles: list[BaseException] = []

    def write(place: int) -> None:
        for turn in range(40):
            member = MEMBERS[(place + turn) % 3]
            with office.engine.begin() as connection:
                earn(connection, member, 1, f"t{place}-{turn}")

    def read(copy: Copy) -> None:
        try:
            while not done.is_set():
                before = copy.members_at.cursor
                copy.step()
                assert copy.members_at.cursor >= before
        except BaseException as trouble:
            troubles.append(trouble)

    writers = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    readers = [threading.Thread(target=read, args=(copy,)) for copy in copies]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert troubles == []
    for copy in copies:
        copy.catch_up()
        assert sum(copy.points(member) for member in MEMBERS) == 3 * 1000 + 4 * 40
    with office.engine.begin() as connection:
        given = connection.scalars(sa.select(numbers.c.version)).all()
    assert len(given) == len(set(given))


def stocked(office: HeadOffice) -> Copy:
    with office.engine.begin() as connection:
        for member in MEMBERS:
            changes.place(connection, member, "0001")
    return Copy(office)
