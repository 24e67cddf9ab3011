"""What the kiosk remembers of head office, in a file of its own: its writing never delays a redemption."""

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.ledger import feed, sync
from kiosk.ledger.sync import Account, Gift
from kiosk.offline.disk import DiskError
from kiosk.offline.replica_download import Download, unpacked
from kiosk.offline.replica_file import ReplicaFile, is_spoilt, put
from kiosk.offline.replica_rows import allow_here, deny_here, give_card
from kiosk.ports import DenyAge

log = logging.getLogger(__name__)

DENY_MAX_AGE_S = 72 * 3600.0
_CONFIRM_EVERY_US = 600_000_000
"""That the deny list is still the newest is stored this often: each sync would wear the medium out."""

_ACCOUNT = """SELECT m.member, m.home, m.gen, m.mark_n, m.as_of, m.facts, c.tail
    FROM cards c JOIN members m ON m.n = c.n WHERE c.card = ?"""
_PERSON = "SELECT n, gen, mark_n, as_of, cards FROM members WHERE member = ?"
_INSERT = "INSERT INTO members VALUES (NULL, ?, ?, 1, ?, ?, ?, ?, x'', ?)"
_UPDATE = "UPDATE members SET home = ?, asked = 1, gen = ?, mark_n = ?, as_of = ?, facts = ? WHERE n = ?"


class StoredReplica:
    """Implements ports.Replica on any thread: members and denied cards are read from the file."""

    def __init__(
        self,
        path: Path,
        key: bytes | None = None,
        *,
        deny_max_age_s: float = DENY_MAX_AGE_S,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._file = ReplicaFile(path, key)
        self._download = Download(self._file, timer)
        self._deny_max_age_s = deny_max_age_s
        self._shop, self._shop_hash = feed.Shop(), b""
        self._confirmed_at = self._confirmed_stored = 0
        self._load()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # --- ports.Replica ---------------------------------------------------------------------------

    def account(self, card: bytes) -> Account | None:
        """Whose card this is by its keyed hash, with figures as of their moment; None if unknown here."""
        try:
            found = self._file.one(_ACCOUNT, (card,))
            if found is None:
                return None
            member, home, gen, mark_n, as_of, facts, tail = found
            return feed.account_of(
                feed.unpack_facts(facts),
                member=member,
                card=card,
                tail=tail,
                home=bool(home),
                gen=gen,
                mark_n=mark_n,
                as_of=as_of,
            )
        except (DiskError, feed.MalformedRows) as trouble:
            self._troubled(trouble)
            return None

    def remember(self, account: Account) -> None:
        """Keep a newer answer about a member we hold, or whose home this is. Others are not kept."""
        if not self._file.holds_members:
            return
        try:
            with self._file.transaction() as connection:
                self._remember(connection, account)
        except (DiskError, feed.MalformedRows) as trouble:
            self._troubled(trouble)

    def denied(self, card: bytes) -> str:
        """Why this card must not be served, or ''."""
        try:
            found = self._file.one("SELECT why FROM denied WHERE card = ?", (card,))
        except DiskError as trouble:
            self._troubled(trouble)
            return ""
        return str(found[0]) if found else ""

    def deny(self, card: bytes, why: str) -> None:
        """Serve this card here no more, also before head office has heard of it."""
        try:
            with self._file.transaction() as connection:
                deny_here(connection, card, why)
        except DiskError as trouble:
            self._troubled(trouble)

    def allow(self, card: bytes) -> None:
        """Serve this card here again, also before head office has heard of it."""
        try:
            with self._file.transaction() as connection:
                allow_here(connection, card)
        except DiskError as trouble:
            self._troubled(trouble)

    def deny_age(self, now: int) -> DenyAge:
        """How long ago (at `now`, UTC microseconds) our deny list was last known to be the newest."""
        seconds = (now - self._confirmed_at) / 1e6
        if not self._confirmed_at or seconds < 0:  # never, or the clock was set back since
            return DenyAge(float("inf"), too_old=True)
        return DenyAge(seconds, too_old=seconds > self._deny_max_age_s)

    def gifts(self) -> tuple[Gift, ...]:
        """The catalogue."""
        return self._shop.gifts

    def rules(self) -> str:
        """The rule pack's text."""
        return self._shop.rules

    def pack(self) -> int:
        """The rule pack's version."""
        return self._shop.pack

    # --- what the wiring needs -------------------------------------------------------------------

    def claim_key(self, key_id: int) -> feed.ClaimKey | None:
        """Whose vouchers this key signs, if they are honoured here."""
        return self._shop.claim_keys.get(key_id)

    def phone_key(self, key_id: int) -> bytes | None:
        """The public key of codes on members' phones, 32 bytes."""
        return self._shop.phone_keys.get(key_id)

    def revoked(self, number: str) -> str:
        """Why this voucher is worth nothing though its date is not over, or ''."""
        return self._shop.revoked.get(number, "")

    def staff_card(self, card: bytes) -> feed.Colleague | None:
        """Whose staff card this is by its keyed hash."""
        return next((one for one in self._shop.staff if card in one.cards), None)

    def colleague(self, staff: str) -> feed.Colleague | None:
        """Somebody of the store's staff by their id."""
        return next((one for one in self._shop.staff if one.id == staff), None)

    def masked_name(self, member: str) -> str:
        """What may be shown of a member's name, or ''."""
        try:
            found = self._file.one("SELECT facts FROM members WHERE member = ?", (member,))
            return feed.unpack_facts(found[0]).name if found else ""
        except (DiskError, feed.MalformedRows) as trouble:
            self._troubled(trouble)
            return ""

    def is_home(self, member: str) -> bool:
        """Whether this kiosk is this member's home."""
        try:
            found = self._file.one("SELECT home FROM members WHERE member = ?", (member,))
        except DiskError as trouble:
            self._troubled(trouble)
            return False
        return bool(found and found[0])

    # --- what the uploader needs -----------------------------------------------------------------

    def counted(self, n: int) -> int:
        """Of our entries up to n, those that every member's figures here count already.

        What lies beyond must stay in the journal: without the network, balances are these figures and it.
        """
        return min(n, self._download.mark_whole) if self._file.holds_members else n

    def versions(self) -> tuple[int, int, int]:
        """(catalogue, pack, deny epoch) as head office last told them; zeros before the first download."""
        return self._shop.catalogue, self._shop.pack, self._download.heard_epoch

    def deny_epoch(self) -> int:
        """How new the deny list is that we hold: never less than before."""
        return self._download.deny_epoch

    def whole(self) -> bool:
        """Whether nothing of a download is unfinished."""
        return self._download.whole()

    def confirm_denied(self, epoch: int, now: int) -> None:
        """Head office named its newest deny epoch at `now`: if we have it, our list is fresh again."""
        if not self._download.denied_complete or epoch > self._download.deny_epoch:
            return
        self._confirmed_at = now
        if not 0 <= now - self._confirmed_stored < _CONFIRM_EVERY_US:
            self._confirmed_stored = now
            self._store("confirmed", now)

    def request(self, device: str) -> feed.ReplicaRequest:
        """What to ask for next."""
        return self._download.request(device, self._shop_hash)

    def take(self, answer: feed.ReplicaAnswer) -> bool:
        """Store one step of a download; True if another should follow at once.

        MalformedRows: nothing of the part that cannot be read was stored.
        """
        if answer.shop is not None:
            packed = sync.pack(answer.shop)
            self._store("shop", packed)
            self._shop, self._shop_hash = answer.shop, hashlib.sha256(packed).digest()
        try:
            return self._download.take(answer)
        except DiskError as trouble:
            self._troubled(trouble)
            return False

    def sweep(self) -> bool:
        """Drop a slice of what a complete download did not bring; False when nothing is left to drop."""
        try:
            return self._download.sweep()
        except DiskError as trouble:
            self._troubled(trouble)
            return False

    # --- inside ----------------------------------------------------------------------------------

    def _remember(self, connection: Any, account: Account) -> None:
        found = connection.execute(_PERSON, (account.member,)).fetchone()
        told = (account.gen, account.mark_n, account.as_of)
        if found is None and not account.home:
            return
        if found is not None and tuple(found[1:4]) >= told:
            return
        facts = feed.pack_facts(feed.facts_of(account, feed.HISTORY_LINES))
        if found is None:
            values = (account.member, account.home, *told, self._download.turn, facts)
            n, cards = connection.execute(_INSERT, values).lastrowid, b""
        else:
            n, cards = found[0], found[4]
            connection.execute(_UPDATE, (account.home, *told, facts, n))
        self._keep_card(connection, account, n, cards)

    def _keep_card(self, connection: Any, account: Account, n: int, cards: bytes) -> None:
        leads = connection.execute("SELECT n FROM cards WHERE card = ?", (account.card,)).fetchone()
        if leads is not None and leads[0] == n:
            return
        others = tuple(card for card in feed.unpack_cards(cards) if card.card != account.card)
        held = (*others, feed.CardRow(account.card, account.card_tail))
        give_card(connection, account.card, account.card_tail, n, account.as_of)
        connection.execute("UPDATE members SET cards = ? WHERE n = ?", (feed.pack_cards(held), n))

    def _store(self, name: str, value: object) -> None:
        try:
            with self._file.transaction() as connection:
                put(connection, name, value)
        except DiskError as trouble:
            self._troubled(trouble)

    def _load(self) -> None:
        packed = self._file.meta("shop", b"")
        self._shop = unpacked(feed.Shop, packed)
        self._shop_hash = hashlib.sha256(packed).digest() if packed else b""
        self._confirmed_at = self._confirmed_stored = int(self._file.meta("confirmed", 0))

    def _troubled(self, trouble: Exception) -> None:
        """It is only a copy: serve as if nothing were known; what cannot be read at all is begun anew."""
        log.warning("K-RP-01 the replica cannot be used: %s", trouble)
        if isinstance(trouble, feed.MalformedRows) or is_spoilt(trouble):
            self._download.begin_anew()
            self._load()
