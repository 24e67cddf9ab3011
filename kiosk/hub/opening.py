"""Opening head office: database, counter, keys and authority, where the settings say they are."""

import fcntl
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kiosk.hub.authority import open_authority
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.generation import GenerationFile
from kiosk.hub.office import HeadOffice
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import open_database
from kiosk.ledger.ids import FreshIds

CARD_KEY_BYTES = 32
_OFFSET = struct.Struct("<q")


class HeadOfficeRuns(Exception):
    """Another process has this SQLite database: only one may (SQLite before 3.51.3 may corrupt it)."""


@contextmanager
def alone(settings: HubSettings) -> Iterator[None]:
    """Keep every other process of ours away from a SQLite database; PostgreSQL needs no keeping."""
    url = sa.make_url(settings.database.url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    with Path(f"{url.database}.lock").open("w", encoding="ascii") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise HeadOfficeRuns(f"{url.database} is in use by a head office that runs") from taken
        yield


def open_office(settings: HubSettings, now: Callable[[], int], shop_key: Path | None = None) -> HeadOffice:
    """Head office over the configured database; `shop_key`: instead of the configured card key."""
    generation = GenerationFile(Path(settings.database.generation_file))
    key_file = shop_key or Path(settings.enrolment.card_key_file)
    return HeadOffice(
        open_database(settings.database.url),
        now,
        FreshIds(now),
        settings,
        generation,
        shop_key=lambda: card_key(key_file),
    )


def open_desk(office: HeadOffice) -> EnrolmentDesk:
    """Where kiosks are taken in, with the authority and the card key; each is made at the first need."""
    settings = office.settings
    authority = open_authority(Path(settings.listen.authority), settings.shop.name, office.now())
    return EnrolmentDesk(office, card_key(Path(settings.enrolment.card_key_file)), authority)


def open_signer(office: HeadOffice) -> PhoneSigner:
    """Who signs the codes on members' phones; both keys are made at the first need."""
    settings = office.settings
    cards = card_key(Path(settings.enrolment.card_key_file))
    return PhoneSigner(
        office.engine, office.now, CodeKeys(card_key(Path(settings.phones.code_key_file)), cards)
    )


def card_key(file: Path) -> bytes:
    """A secret of the shop, 32 bytes; made if the file is not there."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(secrets.token_bytes(CARD_KEY_BYTES))
            fresh.flush()
            os.fsync(fresh.fileno())
    return file.read_bytes()


def shared_now(offset: Path | None) -> Callable[[], int]:
    """UTC microseconds, plus the signed offset in a file if there is one."""

    def now() -> int:
        shift = offset.read_bytes() if offset is not None and offset.exists() else b""
        return time.time_ns() // 1000 + (_OFFSET.unpack(shift)[0] if len(shift) == _OFFSET.size else 0)

    return now
