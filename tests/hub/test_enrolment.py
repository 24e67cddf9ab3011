"""One-time codes at head office: whom they take in, how often, how long, and who may guess."""

import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from restoring import Restorable
from till import NOW, Till

from kiosk.hub.authority import open_authority
from kiosk.hub.console_tables import codes
from kiosk.hub.declined import Declined
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.generation import GenerationFile
from kiosk.hub.knocks import source_of
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import devices
from kiosk.ledger import sync
from kiosk.ledger.enrolment import EnrolAnswer, EnrolRequest, proof_part

CARD_KEY = b"c" * 32
MINUTE = 60_000_000


@dataclass
class Newcomer:
    """A kiosk that has its keys and nothing else."""

    device: Ed25519PrivateKey
    voucher: Ed25519PrivateKey

    def request(self, code: bytes) -> EnrolRequest:
        device = self.device.public_key().public_bytes_raw()
        voucher = self.voucher.public_key().public_bytes_raw()
        proof = self.device.sign(proof_part(code, device, voucher))
        return EnrolRequest(code=code, device_public=device, voucher_public=voucher, proof=proof)


def newcomer() -> Newcomer:
    return Newcomer(Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())


@pytest.fixture
def desk(office: HeadOffice, tmp_path: Path) -> EnrolmentDesk:
    return EnrolmentDesk(office, CARD_KEY, open_authority(tmp_path / "authority", "Test", NOW))


def refused(desk: EnrolmentDesk, request: EnrolRequest, source: str = "192.0.2.1") -> str:
    with pytest.raises(Declined) as declined:
        desk.enrol(request, source)
    return declined.value.code


def later(office: HeadOffice, minutes: int) -> None:
    at = office.now() + minutes * MINUTE
    office.now = lambda: at


def test_a_code_takes_one_kiosk_in_once(desk: EnrolmentDesk, office: HeadOffice) -> None:
    code = desk.issue("0001", "04").code
    first, second = newcomer(), newcomer()
    answer = desk.enrol(first.request(code.secret), "192.0.2.1")
    assert (answer.device, answer.store, answer.kiosk) == ("kiosk-0001-04", "0001", "04")
    assert (answer.zone, answer.card_key) == (office.settings.shop.zone, CARD_KEY)
    assert office.public_key(answer.device) == first.request(b"").device_public
    assert desk.enrol(first.request(code.secret), "192.0.2.1") == answer, "its answer was torn: it asks again"
    assert refused(desk, second.request(code.secret)) == "code-used"
    half = Newcomer(first.device, second.voucher)
    assert refused(desk, half.request(code.secret)) == "code-used"


def test_a_number_is_taken_for_ever_and_voucher_keys_differ(desk: EnrolmentDesk, till: Till) -> None:
    with pytest.raises(Declined) as declined:
        desk.issue("0001", till.enrolment().kiosk)
    assert declined.value.code == "kiosk-number-known"
    numbers = [
        desk.enrol(newcomer().request(desk.issue(store, kiosk).code.secret), "192.0.2.1").voucher_key_id
        for store, kiosk in (("0001", "04"), ("0001", "05"), ("0002", "04"))
    ]
    assert len({till.enrolment().voucher_key_id, *numbers}) == 4


def test_a_newer_code_for_a_place_voids_the_older_one(desk: EnrolmentDesk) -> None:
    old, new = desk.issue("0001", "04").code, desk.issue("0001", "04").code
    assert refused(desk, newcomer().request(old.secret)) == "code-wrong"
    assert desk.enrol(newcomer().request(new.secret), "192.0.2.1").kiosk == "04"


def test_a_code_ends_used_or_not(desk: EnrolmentDesk, office: HeadOffice) -> None:
    kiosk, used, unused = newcomer(), desk.issue("0001", "04").code, desk.issue("0001", "05").code
    desk.enrol(kiosk.request(used.secret), "192.0.2.1")
    later(office, office.settings.enrolment.code_minutes)
    assert refused(desk, kiosk.request(used.secret)) == "code-expired"
    assert refused(desk, newcomer().request(unused.secret)) == "code-expired"


def test_keys_are_one_kiosks_only(desk: EnrolmentDesk) -> None:
    kiosk = newcomer()
    desk.enrol(kiosk.request(desk.issue("0001", "04").code.secret), "192.0.2.1")
    assert refused(desk, kiosk.request(desk.issue("0001", "05").code.secret)) == "key-known"


def test_the_proof_binds_code_and_keys(desk: EnrolmentDesk) -> None:
    code = desk.issue("0001", "04").code
    good, other = newcomer().request(code.secret), newcomer().request(code.secret)
    for spoilt in (
        msgspec.structs.replace(good, voucher_public=other.voucher_public),
        msgspec.structs.replace(good, device_public=other.device_public),
        msgspec.structs.replace(good, proof=bytes(64)),
        msgspec.structs.replace(good, device_public=b"short"),
        msgspec.structs.replace(good, voucher_public=b""),
    ):
        assert refused(desk, spoilt) == "proof"
    assert desk.enrol(good, "192.0.2.1").kiosk == "04"


def test_guessing_is_limited_for_each_source_and_survives_a_restart(
    desk: EnrolmentDesk, office: HeadOffice
) -> None:
    code, guess = desk.issue("0001", "04").code, newcomer().request(bytes(10))
    most = office.settings.enrolment.wrong_codes
    assert {refused(desk, guess) for _ in range(most)} == {"code-wrong"}
    again = EnrolmentDesk(office, CARD_KEY, desk.authority)
    right = newcomer().request(code.secret)
    with pytest.raises(Declined) as limited:
        again.enrol(right, "192.0.2.1")
    assert (limited.value.status, limited.value.code) == (429, "too-often")
    assert limited.value.retry_after_s == office.settings.enrolment.wrong_minutes * 60
    assert again.enrol(right, "192.0.2.2").kiosk == "04", "others are not held up"
    later(office, office.settings.enrolment.wrong_minutes)
    assert refused(again, guess) == "code-wrong", "a new window"


def test_right_answers_do_not_use_tries_up(desk: EnrolmentDesk, office: HeadOffice) -> None:
    kiosk, code = newcomer(), desk.issue("0001", "04").code
    for _ in range(office.settings.enrolment.wrong_codes * 2):
        desk.enrol(kiosk.request(code.secret), "192.0.2.1")


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_site_is_one_source(address: str, source: str) -> None:
    assert source_of(address) == source


def test_no_secret_is_stored(desk: EnrolmentDesk, office: HeadOffice) -> None:
    code = desk.issue("0001", "04").code
    with office.engine.begin() as connection:
        (row,) = connection.execute(sa.select(codes))
    assert code.secret not in [bytes(value) for value in row if isinstance(value, bytes | memoryview)]


def test_many_at_once_with_one_code_are_one_kiosk(desk: EnrolmentDesk, office: HeadOffice) -> None:
    code = desk.issue("0001", "04").code
    crowd = [newcomer().request(code.secret) for _ in range(6)]
    ends: list[EnrolAnswer | str] = []

    def come(request: EnrolRequest, source: str) -> None:
        try:
            ends.append(desk.enrol(request, source))
        except Declined as declined:
            ends.append(declined.code)

    threads = [
        threading.Thread(target=come, args=(request, f"192.0.2.{n}")) for n, request in enumerate(crowd)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(isinstance(end, EnrolAnswer) for end in ends) == 1
    assert [end for end in ends if isinstance(end, str)] == ["code-used"] * 5
    with office.engine.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(devices)) == 1


@pytest.mark.parametrize(("store", "kiosk"), [("1", "04"), ("0001", "4"), ("000a", "04"), ("0001", "٠٤")])
def test_a_place_is_written_in_digits(desk: EnrolmentDesk, store: str, kiosk: str) -> None:
    with pytest.raises(Declined) as declined:
        desk.issue(store, kiosk)
    assert declined.value.code == "malformed"


def test_a_frozen_kiosk_is_refused_at_the_door_at_once(desk: EnrolmentDesk, office: HeadOffice) -> None:
    device = desk.enrol(newcomer().request(desk.issue("0001", "04").code.secret), "192.0.2.1").device
    asked = sync.AccountRequest(device=device, card=b"M1".ljust(32, b"."))
    assert office.account(asked).standing == "known"
    with office.engine.begin() as connection:
        connection.execute(sa.update(devices).where(devices.c.device == device).values(frozen="stolen"))
    with pytest.raises(Declined) as declined:
        office.account(asked)
    assert declined.value.status == 403


def test_a_kiosk_that_a_restore_forgot_shares_nothing_with_the_next(tmp_path: Path) -> None:
    hub = Restorable(GenerationFile(tmp_path / "generation"))
    copy = hub.backup()

    def enrolled() -> EnrolAnswer:
        desk = EnrolmentDesk(hub.office, CARD_KEY, open_authority(tmp_path / "authority", "Test", NOW))
        return desk.enrol(newcomer().request(desk.issue("0001", "04").code.secret), "192.0.2.1")

    forgotten = enrolled()
    hub.restore(copy)
    hub.office.restored("set back to yesterday")
    after = enrolled()
    assert after.device != forgotten.device
    assert after.voucher_key_id > forgotten.voucher_key_id
