"""Downloads into the replica: where each part stands, which chunk fits, what a complete one outdates."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from kiosk.ledger import feed, sync
from kiosk.offline import replica_rows as rows_of
from kiosk.offline.replica_file import ReplicaFile, put
from kiosk.offline.replica_rows import SLICE, Moment

S = TypeVar("S", bound=msgspec.Struct)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the download of one part has come. `turn` numbers the full downloads, from 1.

    `complete`: everything was brought once; `whole`: what this turn did not bring is swept, too. `upto` is
    the highest number of a row before it began. `older`: head office knows less than we do, and only adds.
    """

    epoch: str = ""
    cursor: int = 0
    turn: int = 0
    upto: int = 0
    complete: bool = False
    whole: bool = False
    older: bool = False

    def before(self, chunk: feed.Chunk) -> "Progress | None":
        """Where a chunk belongs: to what we have, to a new beginning, or nowhere."""
        if chunk.epoch == self.epoch:
            return self if chunk.since == self.cursor else None
        return Progress(epoch=chunk.epoch, turn=self.turn + 1) if chunk.since == 0 else None

    def after(self, chunk: feed.Chunk) -> "Progress":
        """The same with this chunk stored."""
        return msgspec.structs.replace(self, cursor=chunk.until, complete=self.complete or not chunk.more)


class Pace:
    """How many rows one transaction takes: as many as this medium stores while nobody notices the wait."""

    AIM_S = 0.02
    LEAST = 50

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self.rows = SLICE // 4

    @contextmanager
    def watch(self, rows: int) -> Iterator[None]:
        """Time the storing of so many rows, and learn from it."""
        began = self._timer()
        yield
        took = self._timer() - began
        if took > 0 and rows >= self.LEAST:
            fitting = int(rows * self.AIM_S / took)
            self.rows = max(self.LEAST, min(SLICE, self.rows * 2, fitting))


class Download:
    """The deny list and the members, as far as they came. One thread at a time downloads; any may look."""

    def __init__(self, file: ReplicaFile, timer: Callable[[], float]) -> None:
        self._file = file
        self._pace = Pace(timer)
        self._changing = threading.RLock()
        self.load()

    def load(self) -> None:
        """Begin where the file says."""
        with self._changing:
            self._denied = unpacked(Progress, self._file.meta("denied", b""))
            self._members = unpacked(Progress, self._file.meta("members", b""))
            self.deny_epoch = self.heard_epoch = int(self._file.meta("deny_epoch", 0))
            self.mark_whole = int(self._file.meta("mark_whole", 0))
            self._sweeper = self._sweeping()

    def begin_anew(self) -> None:
        """The file cannot be read: an empty one, and everything from the start."""
        with self._changing:
            self._file.begin_anew()
            self.load()

    @property
    def turn(self) -> int:
        """Which full download of the members this is."""
        return self._members.turn

    @property
    def denied_complete(self) -> bool:
        """Whether a whole deny list was ever stored."""
        return self._denied.complete

    def whole(self) -> bool:
        """Whether nothing is unfinished."""
        return self._denied.whole and (self._members.whole or not self._file.holds_members)

    def request(self, device: str, shop: bytes) -> feed.ReplicaRequest:
        """What to ask for next."""
        return feed.ReplicaRequest(
            device=device,
            shop=shop,
            denied=_place(self._denied),
            members=_place(self._members) if self._file.holds_members else None,
        )

    def take(self, answer: feed.ReplicaAnswer) -> bool:
        """Store one step; True if another should follow at once. MalformedRows: that part was not stored."""
        with self._changing:
            more = self._take_denied(answer)
            if answer.members is not None and self._file.holds_members:
                more = self._take_members(answer, answer.members) or more
        return more

    def sweep(self) -> bool:
        """Drop one slice of what a complete download did not bring; False when nothing is left to drop."""
        with self._changing:
            return next(self._sweeper, False)

    # --- the parts -------------------------------------------------------------------------------

    def _take_denied(self, answer: feed.ReplicaAnswer) -> bool:
        chunk, older = answer.denied, answer.deny_epoch < self.deny_epoch
        if self._denied.older and not older and chunk.since:
            # Head office has caught up with us: from now on its list counts, from the beginning.
            self._denied = Progress(turn=self._denied.turn)
            return True
        progress = self._denied.before(chunk)
        if progress is None:
            return False
        rows = feed.unpack_rows(feed.DeniedRow, chunk.rows)
        only_add = older or (progress.older and chunk.since > 0)
        done = msgspec.structs.replace(progress.after(chunk), older=only_add)
        with self._file.transaction() as connection:
            rows_of.put_denied(connection, rows, done.turn, only_add=only_add)
            put(connection, "denied", sync.pack(done))
            if done.complete and not only_add:
                put(connection, "deny_epoch", answer.deny_epoch)
        self._denied = done
        if done.complete:
            self.heard_epoch = answer.deny_epoch
            self.deny_epoch = max(self.deny_epoch, answer.deny_epoch)
        if done.complete and not progress.complete:
            self._sweeper = self._sweeping()
        return chunk.more

    def _take_members(self, answer: feed.ReplicaAnswer, chunk: feed.Chunk) -> bool:
        progress = self._members.before(chunk)
        if progress is None:
            return False
        if progress.turn != self._members.turn:
            progress = msgspec.structs.replace(progress, upto=self._highest())
        rows = feed.unpack_rows(feed.MemberRow, chunk.rows)
        done = progress.after(chunk)
        moment = Moment(answer.gen, answer.mark_n, answer.as_of)
        here, start = progress, 0
        while here is not done:
            some = rows[start : start + self._pace.rows]
            start += len(some)
            # Until the last slice is stored the chunk is not: it would come again, which does no harm.
            here = done if start >= len(rows) else progress
            with self._pace.watch(len(some)), self._file.transaction() as connection:
                rows_of.put_members(connection, some, moment, here.turn)
                put(connection, "members", sync.pack(here))
                if here is done and not chunk.more:
                    put(connection, "mark_whole", answer.mark_whole)
            self._members = here
        if not chunk.more:
            self.mark_whole = answer.mark_whole
        if done.complete and not progress.complete:
            self._sweeper = self._sweeping()
        return chunk.more

    def _highest(self) -> int:
        found = self._file.one("SELECT seq FROM sqlite_sequence WHERE name = 'members'")
        return int(found[0]) if found else 0

    def _sweeping(self) -> Iterator[bool]:
        denied, members = self._denied, self._members
        if denied.complete and not denied.whole:
            if not denied.older:
                for _ in rows_of.sweep_denied(self._file, denied.turn):
                    yield True
            self._denied = self._swept("denied", self._denied)
        if members.complete and not members.whole:
            for _ in rows_of.sweep_members(self._file, members.turn, members.upto):
                yield True
            self._members = self._swept("members", self._members)

    def _swept(self, name: str, progress: Progress) -> Progress:
        done = msgspec.structs.replace(progress, whole=True)
        with self._file.transaction() as connection:
            put(connection, name, sync.pack(done))
        return done


def unpacked(kind: type[S], packed: bytes) -> S:
    """A stored value; an empty one if it cannot be read."""
    try:
        return sync.unpack(kind, packed) if packed else kind()
    except sync.MalformedMessage:
        return kind()


def _place(progress: Progress) -> feed.Place:
    return feed.Place(epoch=progress.epoch, cursor=progress.cursor)
