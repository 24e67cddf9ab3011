"""The replica's file: whose card leads where at every moment of a download, and what outlives what."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kiosk.ledger import feed
from kiosk.ledger.sync import Account
from kiosk.offline.replica import StoredReplica
from tests.offline.bench import DEVICE
from tests.offline.shop import card_of

FULL = "1.1"


@dataclass
class Source:
    """Head office's feed as a kiosk sees it, set by hand: each change gets the next number at once."""

    epoch: str = FULL
    gen: int = 1
    now: int = 1_000
    mark: int = 0
    deny_epoch: int = 0
    members: dict[str, tuple[int, feed.MemberRow]] = field(default_factory=dict)
    denied: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    numbers: int = 0
    rows: int = 2
    """Rows of one chunk: small, so that most downloads are halves of something."""

    def put(self, member: str, *cards: bytes, points: int = 0, home: bool = False) -> None:
        self.members[member] = (self._next(), row(member, *cards, points=points, home=home))

    def drop(self, member: str) -> None:
        self.members[member] = (self._next(), feed.MemberRow(member))

    def deny(self, card: bytes, why: str) -> None:
        self.deny_epoch += 1
        self.denied[card] = (self._next(), why)

    def anew(self) -> None:
        """A restored head office: what is gone leaves no trace."""
        self.gen += 1
        self.epoch = f"{self.gen}.1"

    def answer(self, asked: feed.ReplicaRequest) -> feed.ReplicaAnswer:
        self.now += 1
        lost = [feed.DeniedRow(card, why) for card, (_, why) in _in_order(self.denied)]
        denied = self._chunk(asked.denied, [number for _, (number, _) in _in_order(self.denied)], lost)
        people = _in_order(self.members)
        members = None
        if asked.members is not None and not denied.more:
            rows = [told for _, (_, told) in people]
            members = self._chunk(asked.members, [number for _, (number, _) in people], rows)
        return feed.ReplicaAnswer(
            gen=self.gen, as_of=self.now, mark_n=self.mark, mark_whole=self.mark,
            deny_epoch=self.deny_epoch, denied=denied, members=members,
        )  # fmt: skip

    def _chunk(self, place: feed.Place, numbers: list[int], rows: list[msgspec.Struct]) -> feed.Chunk:
        since = place.cursor if place.epoch == self.epoch else 0
        behind = [(number, told) for number, told in zip(numbers, rows, strict=True) if number > since]
        some = behind[: self.rows]
        return feed.Chunk(
            epoch=self.epoch,
            since=since,
            until=some[-1][0] if some else since,
            more=len(behind) > len(some),
            rows=feed.pack_rows([told for _, told in some]),
        )

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers


def _in_order(numbered: dict) -> list:  # type: ignore[type-arg]
    return sorted(numbered.items(), key=lambda item: item[1][0])


def row(member: str, *cards: bytes, points: int = 0, home: bool = False) -> feed.MemberRow:
    facts = feed.MemberFacts(f"{member}*", "", 0, 0, "", points, 0, 0, 5, "", ())
    held = tuple(feed.CardRow(card, "0001") for card in cards)
    return feed.MemberRow(member, home, feed.pack_cards(held), feed.pack_facts(facts))


def account(member: str, card: bytes, **more: int | bool) -> Account:
    told = {
        "points": 0, "cash": 0, "escrow": 0, "mark_n": 0, "as_of": 0, "lifetime": 0, "gen": 1, **more
    }  # fmt: skip
    return Account(member=member, card=card, name="*", card_tail="0001", tier="", **told)  # type: ignore[arg-type]


def fill(replica: StoredReplica, source: Source, steps: int = 1_000) -> bool:
    """Download, at most so many steps; True when nothing is left."""
    for _ in range(steps):
        if not (replica.sweep() or replica.take(source.answer(replica.request(DEVICE)))):
            break
    else:
        return False
    while replica.sweep():
        pass
    return True


def whose(replica: StoredReplica, card: bytes) -> str | None:
    found = replica.account(card)
    return found.member if found else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "replica.db"


@pytest.fixture
def replica(path: Path) -> Iterator[StoredReplica]:
    opened = StoredReplica(path)
    yield opened
    opened.close()


@pytest.fixture
def source() -> Source:
    return Source()


# --- whose card ----------------------------------------------------------------------------------


def test_a_card_that_is_nearly_known_is_unknown(replica: StoredReplica, source: Source) -> None:
    known = bytes(range(32))
    source.put("m1", known)
    assert fill(replica, source)
    assert whose(replica, known) == "m1"
    for near in (known[:-1] + b"\0", b"\x01" + known[1:], known[:31], known + b"\0", b"", known[::-1]):
        assert whose(replica, near) is None


def test_a_card_follows_its_member_in_any_order(replica: StoredReplica, source: Source) -> None:
    card, other = card_of("a card"), card_of("another")
    source.put("m1", card)
    source.put("m2", other)
    assert fill(replica, source)
    source.rows = 1
    for first, second in (("m2", "m1"), ("m1", "m2")):  # taker before giver, then giver before taker
        source.put(first, *([card, other] if first == "m2" else [card]))
        source.put(second, *([card, other] if second == "m2" else []))
        taker = "m2" if first == "m2" else "m1"
        replica.take(source.answer(replica.request(DEVICE)))
        assert whose(replica, card) in (taker, None)
        source.put("m1", *([] if taker == "m2" else [card]))
        source.put("m2", *([card, other] if taker == "m2" else [other]))
        assert fill(replica, source)
        assert whose(replica, card) == taker
        assert whose(replica, other) == "m2"


def test_a_deleted_member_is_nobody_and_their_number_is_never_another_ones(
    replica: StoredReplica, source: Source
) -> None:
    source.put("m1", card_of("m1"))
    assert fill(replica, source)
    source.drop("m1")
    source.put("m2", card_of("m2"))
    assert fill(replica, source)
    assert whose(replica, card_of("m1")) is None
    assert whose(replica, card_of("m2")) == "m2"


def test_a_new_epoch_keeps_what_is_held_until_it_is_whole(
    path: Path, replica: StoredReplica, source: Source
) -> None:
    people = [f"m{place}" for place in range(6)]
    for member in people:
        source.put(member, card_of(member), points=1)
    assert fill(replica, source)
    source.anew()
    source.members = {m: (n, told) for m, (n, told) in source.members.items() if m != "m0"}
    for member in people[1:]:
        source.put(member, card_of(member), points=2)
    assert not fill(replica, source, steps=1)  # a first chunk only
    replica.close()
    again = StoredReplica(path)
    assert [whose(again, card_of(member)) for member in people] == people
    assert not again.whole()
    assert fill(again, source)
    assert again.whole()
    assert [whose(again, card_of(member)) for member in people] == [None, *people[1:]]
    assert {again.account(card_of(member)).points for member in people[1:]} == {2}  # type: ignore[union-attr]
    again.close()


def test_a_cut_download_goes_on_from_the_last_stored_chunk(path: Path, source: Source) -> None:
    people = [f"m{place}" for place in range(7)]
    for member in people:
        source.put(member, card_of(member))
    asked = []
    for _ in people:
        replica = StoredReplica(path)
        asked.append(replica.request(DEVICE).members.cursor)  # type: ignore[union-attr]
        replica.take(source.answer(replica.request(DEVICE)))
        replica.close()
    assert asked == [0, 2, 4, 6, 7, 7, 7]
    replica = StoredReplica(path)
    assert [whose(replica, card_of(member)) for member in people] == people
    replica.close()


def test_an_answer_that_comes_twice_or_too_late_changes_nothing(
    replica: StoredReplica, source: Source
) -> None:
    source.put("m1", card_of("m1"), points=1)
    old = source.answer(replica.request(DEVICE))
    assert fill(replica, source)
    source.put("m1", points=2)
    assert fill(replica, source)
    replica.take(old)
    assert whose(replica, card_of("m1")) is None
    assert replica.request(DEVICE).members == feed.Place(epoch=FULL, cursor=2)


# --- newer knowledge -----------------------------------------------------------------------------


def test_an_answer_newer_than_the_chunk_stays(replica: StoredReplica, source: Source) -> None:
    """The chunk was made before our upload, the answer after it; the chunk arrives last."""
    source.put("m1", card_of("m1"), points=1000)
    assert fill(replica, source)
    source.put("m1", card_of("m1"), points=1000)
    late = source.answer(replica.request(DEVICE))
    replica.remember(account("m1", card_of("m1"), points=700, mark_n=4, as_of=source.now + 1))
    replica.take(late)
    found = replica.account(card_of("m1"))
    assert found is not None
    assert (found.points, found.mark_n) == (700, 4)
    source.mark = 5
    source.put("m1", card_of("m1"), points=600)
    assert fill(replica, source)
    found = replica.account(card_of("m1"))
    assert found is not None
    assert (found.points, found.mark_n) == (600, 5)


def test_our_entries_are_counted_only_when_everything_is_there(
    replica: StoredReplica, source: Source
) -> None:
    assert replica.counted(9) == 0
    source.mark = 7
    for member in ("m1", "m2", "m3"):
        source.put(member, card_of(member))
    assert not fill(replica, source, steps=1)
    assert replica.counted(9) == 0
    assert fill(replica, source)
    assert (replica.counted(9), replica.counted(5)) == (7, 5)
    source.anew()
    source.mark = 9
    source.put("m1", card_of("m1"))
    assert not fill(replica, source, steps=1)
    assert replica.counted(9) == 7
    assert fill(replica, source)
    assert replica.counted(9) == 9


@pytest.mark.parametrize(
    ("stored", "told", "kept"),
    [
        ({"mark_n": 4, "as_of": 10}, {"mark_n": 4, "as_of": 11}, "told"),
        ({"mark_n": 4, "as_of": 10}, {"mark_n": 5, "as_of": 9}, "told"),  # the hub's clock was set back
        ({"mark_n": 4, "as_of": 10}, {"mark_n": 3, "as_of": 11}, "stored"),  # made before our upload
        ({"mark_n": 4, "as_of": 10}, {"mark_n": 4, "as_of": 9}, "stored"),
        ({"mark_n": 4, "as_of": 10}, {"mark_n": 0, "as_of": 9, "gen": 2}, "told"),  # restored from a backup
    ],
)
def test_of_two_answers_the_newer_counts(
    replica: StoredReplica, stored: dict[str, int], told: dict[str, int], kept: str
) -> None:
    replica.remember(account("m1", card_of("m1"), home=True, points=1, **stored))
    replica.remember(account("m1", card_of("m1"), home=True, points=2, **told))
    found = replica.account(card_of("m1"))
    assert found is not None
    assert found.points == (2 if kept == "told" else 1)


def test_strangers_are_not_kept_and_those_who_are_known_are(path: Path, source: Source) -> None:
    replica = StoredReplica(path)
    source.put("m1", card_of("m1"), home=True)
    assert fill(replica, source)
    replica.remember(account("stranger", card_of("stranger"), as_of=5_000))
    assert whose(replica, card_of("stranger")) is None
    assert replica.is_home("m1")
    replica.remember(account("m1", card_of("new card"), points=9, as_of=5_000))
    replica.close()
    again = StoredReplica(path)
    assert whose(again, card_of("new card")) == "m1"
    assert not again.is_home("m1")
    again.close()


def test_a_card_that_an_answer_moved_is_not_moved_back_by_an_older_chunk(
    replica: StoredReplica, source: Source
) -> None:
    source.put("m1", card_of("m1"))
    source.put("m2")
    assert fill(replica, source)
    source.put("m1", card_of("m1"), points=5)
    late = source.answer(replica.request(DEVICE))
    replica.remember(account("m2", card_of("m1"), as_of=source.now + 1))
    replica.take(late)
    assert whose(replica, card_of("m1")) == "m2"
    source.now += 5
    source.put("m1", card_of("m1"))  # head office corrects itself
    source.put("m2")
    assert fill(replica, source)
    assert whose(replica, card_of("m1")) == "m1"


# --- cards that must not be served ---------------------------------------------------------------


def test_an_older_deny_list_may_add_but_never_lift(path: Path, source: Source) -> None:
    replica = StoredReplica(path)
    for name in ("a", "b", "c"):
        source.deny(card_of(name), "lost")
    assert fill(replica, source)
    assert replica.deny_epoch() == 3
    older = Source(epoch="2.1", gen=2)  # restored to before anything was lost
    older.deny(card_of("d"), "frozen")
    older.deny(card_of("a"), "")
    assert fill(replica, older)
    assert [replica.denied(card_of(name)) for name in "abcd"] == ["lost", "lost", "lost", "frozen"]
    assert (replica.deny_epoch(), replica.versions()[2]) == (3, 2)
    replica.close()
    again = StoredReplica(path)
    assert again.deny_epoch() == 3
    older.deny(card_of("c"), "cancelled")  # it counts as far as we do: its list is the newest now
    assert fill(again, older)
    assert [again.denied(card_of(name)) for name in "abcd"] == ["", "", "cancelled", "frozen"]
    assert again.deny_epoch() == 3
    older.deny(card_of("d"), "")
    assert fill(again, older)
    assert again.denied(card_of("d")) == ""
    again.close()


def test_the_deny_list_comes_before_the_members(replica: StoredReplica, source: Source) -> None:
    source.put("m1", card_of("m1"))
    for place in range(5):
        source.deny(card_of(f"d{place}"), "lost")
    assert not fill(replica, source, steps=2)
    assert whose(replica, card_of("m1")) is None
    assert fill(replica, source)
    assert [replica.denied(card_of(f"d{place}")) for place in range(5)] == ["lost"] * 5


def test_a_deny_list_grows_old(path: Path, source: Source) -> None:
    hour = 3_600_000_000
    replica = StoredReplica(path, deny_max_age_s=3600)
    replica.confirm_denied(0, 10 * hour)
    assert replica.deny_age(10 * hour).too_old  # nothing was ever downloaded
    source.deny(card_of("a"), "lost")
    assert fill(replica, source)
    replica.confirm_denied(2, 10 * hour)
    assert replica.deny_age(10 * hour).too_old  # there is a newer one than ours
    replica.confirm_denied(1, 10 * hour)
    young, old = replica.deny_age(10 * hour + hour // 2), replica.deny_age(11 * hour + 1_000_000)
    assert (young.seconds, young.too_old) == (1800, False)
    assert (old.seconds, old.too_old) == (3601, True)
    assert replica.deny_age(9 * hour).too_old  # a clock that was set back proves nothing
    replica.close()
    again = StoredReplica(path, deny_max_age_s=3600)
    assert not again.deny_age(10 * hour + 1).too_old
    again.close()


# --- trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [b"nonsense", feed.pack_rows([feed.Place()]), feed.pack_rows([row("m", bytes(1_500_000))] * 4)],
    ids=["nonsense", "other rows", "far too much"],
)
def test_rows_that_make_no_sense_change_nothing(replica: StoredReplica, source: Source, rows: bytes) -> None:
    source.put("m1", card_of("m1"))
    assert fill(replica, source)
    good = source.answer(replica.request(DEVICE))
    assert good.members is not None
    bad = msgspec.structs.replace(good.members, rows=rows, until=99)
    with pytest.raises(feed.MalformedRows):
        replica.take(msgspec.structs.replace(good, members=bad))
    assert whose(replica, card_of("m1")) == "m1"
    assert replica.request(DEVICE).members == feed.Place(epoch=FULL, cursor=1)


@pytest.mark.parametrize("spoil", ["noise", "another version", "another key"])
def test_an_unreadable_replica_is_begun_anew(path: Path, source: Source, spoil: str) -> None:
    source.put("m1", card_of("m1"))
    first = StoredReplica(path, bytes(32) if spoil == "another key" else None)
    assert fill(first, source)
    if spoil == "another version":
        with first._file.transaction() as connection:
            connection.execute("PRAGMA user_version = 99")
    first.close()
    if spoil == "noise":
        path.write_bytes(os.urandom(8192))
    replica = StoredReplica(path, bytes(31) + b"\1" if spoil == "another key" else None)
    assert whose(replica, card_of("m1")) is None
    assert replica.versions() == (0, 0, 0)
    assert fill(replica, source)
    assert whose(replica, card_of("m1")) == "m1"
    replica.close()


def test_a_replica_that_spoils_while_it_serves_is_begun_anew(path: Path, source: Source) -> None:
    for place in range(300):
        source.put(f"m{place}", card_of(f"m{place}"))
    source.rows = 300
    first = StoredReplica(path)
    assert fill(first, source)
    first.close()
    with path.open("r+b") as opened:  # every page but the first: it opens, and cannot be read
        size = path.stat().st_size
        opened.seek(4096)
        opened.write(os.urandom(size - 4096))
    replica = StoredReplica(path)
    found = [whose(replica, card_of(f"m{place}")) for place in range(300)]
    assert set(found) == {None}
    assert fill(replica, source)
    assert [whose(replica, card_of(f"m{place}")) for place in range(300)] == list(source.members)
    replica.close()


def test_where_no_file_can_be_kept_memory_holds_no_members(tmp_path: Path, source: Source) -> None:
    source.put("m1", card_of("m1"))
    source.deny(card_of("a"), "lost")
    first = StoredReplica(tmp_path / "replica.db")
    for place in (tmp_path / "no such folder" / "replica.db", tmp_path / "replica.db"):  # one is in use
        replica = StoredReplica(place)
        assert replica.request(DEVICE).members is None
        assert fill(replica, source)
        assert replica.denied(card_of("a")) == "lost"
        assert whose(replica, card_of("m1")) is None
        replica.close()
    first.close()


def test_the_desk_reads_while_a_download_is_stored(replica: StoredReplica, source: Source) -> None:
    source.rows = 50
    for place in range(400):
        source.put(f"m{place}", card_of(f"m{place}"))
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            for place in range(0, 400, 37):
                found = whose(replica, card_of(f"m{place}"))
                if found not in (None, f"m{place}"):
                    wrong.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    assert fill(replica, source)
    done.set()
    reader.join()
    assert wrong == []


# --- any history ---------------------------------------------------------------------------------

PEOPLE, CARDS = ("m1", "m2", "m3"), tuple(bytes([place]) * 32 for place in range(4))


class AnyHistory(RuleBasedStateMachine):
    """Cards move, members come and go, downloads stop anywhere: no card leads to whom it never was given."""

    def __init__(self) -> None:
        super().__init__()
        self.replica = StoredReplica(Path(":memory:"))
        self.replica._file.holds_members = True
        self.source = Source(rows=1)
        self.owners: dict[bytes, str] = {}
        self.ever: dict[bytes, set[str]] = {card: set() for card in CARDS}

    @rule(card=st.sampled_from(CARDS), member=st.sampled_from(PEOPLE))
    def give(self, card: bytes, member: str) -> None:
        before = self.owners.get(card)
        self.owners[card] = member
        self.ever[card].add(member)
        for one in {before, member} - {None}:
            self._tell(str(one))

    @rule(member=st.sampled_from(PEOPLE))
    def leave(self, member: str) -> None:
        self.owners = {card: owner for card, owner in self.owners.items() if owner != member}
        if member in self.source.members:
            self.source.drop(member)

    @rule()
    def restore(self) -> None:
        self.source.anew()
        self.source.members = {name: told for name, told in self.source.members.items() if told[1].facts}

    @rule(steps=st.integers(1, 4))
    def download(self, steps: int) -> None:
        fill(self.replica, self.source, steps)

    @rule(card=st.sampled_from(CARDS))
    def ask(self, card: bytes) -> None:
        owner = self.owners.get(card)
        if owner:
            self.source.now += 1
            self.replica.remember(account(owner, card, as_of=self.source.now, gen=self.source.gen))

    @rule()
    def finish(self) -> None:
        assert fill(self.replica, self.source)
        for card in CARDS:
            assert whose(self.replica, card) == self.owners.get(card)

    @invariant()
    def nobody_is_somebody_else(self) -> None:
        for card in CARDS:
            assert whose(self.replica, card) in {None, *self.ever[card]}

    def teardown(self) -> None:
        self.replica.close()

    def _tell(self, member: str) -> None:
        self.source.put(member, *(card for card, owner in self.owners.items() if owner == member))


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyHistory = AnyHistory.TestCase


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_or_refused(received: bytes) -> None:
    try:
        feed.unpack_rows(feed.MemberRow, received)
    except feed.MalformedRows:
        return
