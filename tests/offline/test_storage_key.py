"""What lies on a disk, and who can read it."""

import os
from pathlib import Path

import msgspec
import pytest

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.offline.disk import connect, is_plain
from kiosk.offline.identity import IdentityUnusable, enrolled_place, load_or_create, own_keys
from kiosk.offline.reading import verify
from kiosk.offline.storage_key import BESIDE, CREDENTIAL, storage_key
from kiosk.ports import Draft, JournalFailed
from tests.offline.bench import TEA, Shelf, open_journal, printing, redeem, stocked

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
CANARY = "canary-member-0199"


def test_a_credential_goes_before_a_file_and_a_file_is_made_once(tmp_path: Path) -> None:
    state, apart = tmp_path / "state", tmp_path / "apart"
    state.mkdir()
    apart.mkdir()
    made = storage_key(state, "", {})
    assert not made.apart
    assert (state / BESIDE).stat().st_mode & 0o077 == 0
    assert storage_key(state, "", {}) == made
    elsewhere = storage_key(state, str(apart / "key"), {})
    assert elsewhere.apart
    assert elsewhere.key != made.key
    (apart / CREDENTIAL).write_bytes(KEY)
    handed = storage_key(state, "", {"CREDENTIALS_DIRECTORY": str(apart)})
    assert (handed.key, handed.apart) == (KEY, True)
    assert repr(KEY)[2:-1] not in repr(handed)


@pytest.mark.parametrize("spoilt", [b"", b"short", b"g" * 64, b"00" * 31, bytes(33)])
def test_a_spoilt_key_is_named(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / BESIDE).write_bytes(spoilt)
    with pytest.raises(JournalFailed) as failed:
        storage_key(tmp_path, "", {})
    assert failed.value.code == "K-JR-08"
    assert (tmp_path / BESIDE).read_bytes() == spoilt


def test_a_lost_key_is_named_and_none_is_made_in_its_place(tmp_path: Path) -> None:
    key = storage_key(tmp_path, "", {}).key
    stocked(tmp_path / "journal.db", key=key).close()
    (tmp_path / BESIDE).unlink()
    with pytest.raises(JournalFailed) as failed:
        storage_key(tmp_path, "", {})
    assert failed.value.code == "K-JR-08"
    assert not (tmp_path / BESIDE).exists()


@pytest.mark.parametrize("wrong", [OTHER, None])
def test_another_key_opens_nothing_and_changes_nothing(tmp_path: Path, wrong: bytes | None) -> None:
    path = tmp_path / "journal.db"
    stocked(path, key=KEY).close()
    before = path.read_bytes()
    with pytest.raises(JournalFailed) as failed:
        open_journal(path, key=wrong)
    assert failed.value.code == ("K-JR-08" if wrong else "K-JR-03")
    assert path.read_bytes() == before
    open_journal(path, key=KEY).close()


def test_a_plain_journal_is_encrypted_at_its_next_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = stocked(path)
    tail = journal.tail()
    journal.close()
    assert is_plain(path)
    again = open_journal(path, key=KEY)
    assert again.hash_at(tail.n) == tail.hash
    assert again.rights(TEA) == 10
    again.close()
    assert not is_plain(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["journal.db"]
    assert "hold together" in verify(path, KEY)


def test_a_copy_that_was_being_encrypted_when_the_power_went_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    stocked(path).close()
    path.with_name("journal.db.encrypting").write_bytes(os.urandom(5000))
    open_journal(path, key=KEY).close()
    assert "hold together" in verify(path, KEY)


def test_a_stolen_card_tells_nothing_but_with_its_key_it_tells_everything(tmp_path: Path) -> None:
    """Grep the whole image, write-ahead log included, while the kiosk has it open."""
    state, apart = tmp_path / "state", tmp_path / "apart"
    state.mkdir()
    apart.mkdir()
    stored = storage_key(state, str(apart / "key"), {})
    identity = load_or_create(state / "identity", card_key=b"card-key" * 4, storage_key=stored.key)
    journal = open_journal(state / "journal.db", key=stored.key)
    shelf = Shelf(journal)
    shelf.put(acc.POINTS, 1000, CANARY)
    shelf.put(TEA, 5)
    journal.append(redeem("op-canary", member=CANARY, voucher="0001030000001"), printing("op-canary"))
    journal.append(Draft(en.PinTried(route="UID-04A1B2C3", ok=True, where="hub"), member=CANARY))
    canaries = [CANARY, "op-canary", "0001030000001", "UID-04A1B2C3"]
    hidden = [name.encode() for name in canaries] + [
        identity.device_key.private_bytes_raw(),
        b"card-key" * 4,
    ]
    image = {file.name: file.read_bytes() for file in state.iterdir() if file.is_file()}
    assert {"journal.db", "journal.db-wal", "identity"} <= image.keys()
    assert [(name, what) for name, held in image.items() for what in hidden if what in held] == []
    journal.close()
    # Whoever also has the key reads it all: a key on the same card hides nothing.
    found = connect(state / "journal.db", stored.key)
    told = b"".join(row[0] for row in found.execute("SELECT stored FROM entries"))
    found.conn.close()
    assert [name for name in canaries if name.encode() not in told] == []
    same = load_or_create(state / "identity", storage_key=stored.key)
    assert same.device_public == identity.device_public


def test_an_identity_is_sealed_and_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    plain = load_or_create(path)
    sealed = load_or_create(path, storage_key=KEY)
    assert (sealed.device_public, sealed.voucher_public) == (plain.device_public, plain.voucher_public)
    assert plain.device_key.private_bytes_raw() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert enrolled_place(path) == plain.place
    for key in (None, OTHER):
        with pytest.raises(IdentityUnusable):
            load_or_create(path, storage_key=key)
    with pytest.raises(IdentityUnusable):
        own_keys(path)
    spoilt = msgspec.msgpack.decode(path.read_bytes())
    spoilt["sealed"] = bytes([spoilt["sealed"][0] ^ 1]) + spoilt["sealed"][1:]
    path.write_bytes(msgspec.msgpack.encode(spoilt))
    with pytest.raises(IdentityUnusable):
        load_or_create(path, storage_key=KEY)
