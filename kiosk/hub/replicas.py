"""One step of a kiosk's download: what it lacks of the shop, of the deny list, and of its members."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.changes import DENY_EPOCH
from kiosk.hub.directory import Directory, mark_of
from kiosk.hub.feed import DENIED, Numbers, numbered, scope_of
from kiosk.hub.money import note_prices
from kiosk.hub.portraits import Portraits
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import cards, counter, devices
from kiosk.ledger import feed, sync


@dataclass(frozen=True, slots=True)
class Edition:
    """What was fixed while changes were numbered. Chunks read later are at least as new as it says."""

    epoch: str
    all_numbered: bool
    mark_n: int
    deny_epoch: int
    store: str


def edition(
    connection: sa.Connection, request: feed.ReplicaRequest, settings: HubSettings, generation: int
) -> Edition:
    """Number what waits, and note the prices that are about to be told. The device must be enrolled."""
    note_prices(connection)
    # These first: what they speak of is then numbered below, or was before.
    mark_n, deny_epoch = mark_of(connection, request.device).n, counter(connection, DENY_EPOCH)
    store = sa.select(devices.c.store).where(devices.c.device == request.device)
    numbers = Numbers(connection, settings)
    asked = [place for place in (request.denied, request.members) if place is not None]
    all_numbered = numbers.bring_up(asked, generation)
    return Edition(
        epoch=numbers.epoch(generation),
        all_numbered=all_numbered,
        mark_n=mark_n,
        deny_epoch=deny_epoch,
        store=str(connection.scalar(store)),
    )


class Replicas:
    """Answers one request, within one transaction that sees one moment."""

    def __init__(
        self, connection: sa.Connection, settings: HubSettings, edition: Edition, now: int, generation: int
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._edition = edition
        self._now = now
        self._generation = generation

    def answer(self, request: feed.ReplicaRequest) -> feed.ReplicaAnswer:
        """Shop if it differs, then the deny list, then members: at most one chunk of each."""
        device, settings = request.device, self._settings
        shop = Directory(self._connection, device, settings, self._now, self._generation).shop()
        denied = self._denied(request.denied)
        members = None if denied.more or request.members is None else self._members(device, request.members)
        return feed.ReplicaAnswer(
            gen=self._generation,
            as_of=self._now,
            mark_n=mark_of(self._connection, device).n,
            mark_whole=self._edition.mark_n,
            deny_epoch=self._edition.deny_epoch,
            denied=denied,
            members=members,
            shop=None if hashlib.sha256(sync.pack(shop)).digest() == request.shop else shop,
        )

    def _denied(self, place: feed.Place) -> feed.Chunk:
        since, found = self._found(DENIED, place)
        wanted = [bytes.fromhex(subject) for subject, _, gone in found if not gone]
        asked = sa.select(cards.c.hash, cards.c.why).where(cards.c.hash.in_(wanted))
        why = {bytes(card).hex(): told for card, told in self._connection.execute(asked)}
        rows = [feed.DeniedRow(bytes.fromhex(subject), why.get(subject, "")) for subject, _, _ in found]
        return self._chunk(since, found, len(rows), feed.pack_rows(rows))

    def _members(self, device: str, place: feed.Place) -> feed.Chunk:
        scope = scope_of(self._settings, device, self._edition.store)
        since, found = self._found(scope, place)
        rows = self._drawn(device, [(subject, gone) for subject, _, gone in found])
        size, kept = 0, 0
        for row in rows:
            size += len(row.facts) + len(row.cards) + len(row.member)
            if kept and size > feed.BYTES_MAX:
                break
            kept += 1
        return self._chunk(since, found, kept, feed.pack_rows(rows[:kept]))

    def _drawn(self, device: str, found: Sequence[tuple[str, bool]]) -> list[feed.MemberRow]:
        """A row for each subject; who is not there any more is gone."""
        names = [subject for subject, gone in found if not gone]
        portraits = Portraits(self._connection, device, self._settings)
        drawn = portraits.of(names, self._settings.replica.history_lines)
        held = self._cards(names)
        rows = []
        for subject, _ in found:
            portrait = drawn.get(subject)
            rows.append(
                feed.MemberRow(
                    subject,
                    portrait.home,
                    feed.pack_cards(tuple(held.get(subject, ()))),
                    feed.pack_facts(portrait.facts),
                )
                if portrait
                else feed.MemberRow(subject)
            )
        return rows

    def _cards(self, names: Sequence[str]) -> dict[str, list[feed.CardRow]]:
        """The cards that lead to these members now; those that are denied lead nowhere."""
        asked = sa.select(cards.c.member, cards.c.hash, cards.c.tail).where(
            cards.c.member.in_(names), cards.c.why == ""
        )
        held: dict[str, list[feed.CardRow]] = defaultdict(list)
        for member, card, tail in self._connection.execute(asked.order_by(cards.c.hash)):
            held[member].append(feed.CardRow(bytes(card), tail))
        return held

    def _found(self, scope: str, place: feed.Place) -> tuple[int, tuple[tuple[str, int, bool], ...]]:
        since = place.cursor if place.epoch == self._edition.epoch else 0
        return since, numbered(self._connection, scope, since, feed.ROWS_MAX)

    def _chunk(
        self, since: int, found: Sequence[tuple[str, int, bool]], kept: int, rows: bytes
    ) -> feed.Chunk:
        return feed.Chunk(
            epoch=self._edition.epoch,
            since=since,
            until=found[kept - 1][1] if kept else since,
            more=kept < len(found) or len(found) == feed.ROWS_MAX or not self._edition.all_numbered,
            rows=rows,
        )
