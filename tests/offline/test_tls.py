"""Real TLS on loopback: who may be head office, and a kiosk that is taken in over it."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.commands.enrol import CannotEnrol, take_in
from kiosk.commands.enrolled import gap
from kiosk.hub.authority import AuthorityUnusable, open_authority, server_file
from kiosk.hub.enrolment import EnrolmentDesk
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_desk
from kiosk.hub.serving import configured
from kiosk.ledger.enrolment import EnrolmentCode
from kiosk.offline.enrolment import AuthorityDiffers, enrol, pinned_authority
from kiosk.offline.identity import NotEnrolled, enrolled_place, load_or_create, own_keys
from kiosk.offline.transport import HttpHub, HubRefused, HubUnreachable
from kiosk.settings import Settings, parse
from tests.offline.shop import card_of, open_office

DAY = 86_400_000_000
KEY = Ed25519PrivateKey.generate()


@dataclass
class Served:
    """A head office that answers, and what it makes codes with."""

    office: HeadOffice
    port: int
    folder: Path

    @property
    def desk(self) -> EnrolmentDesk:
        return open_desk(self.office)

    def url(self, name: str = "localhost") -> str:
        return f"https://{name}:{self.port}"

    def code(self, kiosk: str = "07") -> EnrolmentCode:
        return self.desk.issue("0001", kiosk).code


@contextmanager
def serving(folder: Path, names: tuple[str, ...] = ("localhost",)) -> Iterator[Served]:
    office = open_office()
    settings = office.settings
    listen = msgspec.structs.replace(
        settings.listen, tls=True, names=names, authority=str(folder / "authority")
    )
    keys = msgspec.structs.replace(settings.enrolment, card_key_file=str(folder / "card.key"))
    office.settings = msgspec.structs.replace(settings, listen=listen, enrolment=keys)
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configured(office))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield Served(office, door.getsockname()[1], folder)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("hub")) as served:
        yield served


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Another head office, with an authority of its own."""
    with serving(tmp_path_factory.mktemp("stranger")) as served:
        yield served


def ca_of(served: Served) -> str:
    return str(served.folder / "authority" / "ca.pem")


def asked(url: str, ca_file: str) -> str:
    """What a kiosk that nobody enrolled hears: the refusal's code, once TLS let it through."""
    with pytest.raises(HubRefused) as refused:
        HttpHub(url, "kiosk-9", KEY, ca_file=ca_file).account(card_of("m1"))
    return refused.value.code


def unheard(url: str, ca_file: str) -> str:
    with pytest.raises(HubUnreachable) as unreachable:
        HttpHub(url, "kiosk-9", KEY, ca_file=ca_file).account(card_of("m1"))
    return str(unreachable.value)


def test_the_pinned_authority_is_believed(hub: Served) -> None:
    assert asked(hub.url(), ca_of(hub)) == "signature"


def test_another_authority_is_not(hub: Served, stranger: Served) -> None:
    assert "whoever answers is not head office" in unheard(hub.url(), ca_of(stranger))


def test_the_systems_authorities_do_not_count_beside_a_pinned_one(hub: Served, tmp_path: Path) -> None:
    assert "whoever answers is not head office" in unheard(hub.url(), "")
    assert unheard(hub.url(), str(tmp_path / "missing.pem"))


def test_a_wrong_name_is_refused(hub: Served) -> None:
    assert "whoever answers is not head office" in unheard(hub.url("127.0.0.1"), ca_of(hub))


def test_what_is_older_than_tls_13_is_refused_on_both_sides(hub: Served, tmp_path: Path) -> None:
    old = ssl.create_default_context(cafile=ca_of(hub))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", hub.port)) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line, server_hostname="localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.load_cert_chain(hub.folder / "authority" / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as door:
        ends: list[str] = []

        def answer() -> None:
            caller, _ = door.accept()
            try:
                ends.append(str(server.wrap_socket(caller, server_side=True).version()))
            except ssl.SSLError as refused:
                ends.append(refused.reason)
            caller.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert unheard(f"https://localhost:{door.getsockname()[1]}", ca_of(hub))
        thread.join(10)
    assert ends == ["UNSUPPORTED_PROTOCOL"]


# --- enrolment -----------------------------------------------------------------------------------


def test_a_kiosk_is_taken_in_and_served(hub: Served, tmp_path: Path) -> None:
    code = hub.code("11")
    place = enrol(hub.url(), code, tmp_path, 5)
    assert (place.device, place.store, place.kiosk) == ("kiosk-0001-11", "0001", "11")
    identity = load_or_create(tmp_path / "identity")
    assert identity.place == place
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o600
    assert (hub.folder / "card.key").read_bytes() in (tmp_path / "identity").read_bytes()
    kiosk = HttpHub(hub.url(), place.device, identity.device_key, ca_file=pinned_authority(tmp_path))
    assert kiosk.account(card_of("m1")).standing == "known"
    before = (tmp_path / "identity").read_bytes()
    assert enrol(hub.url(), code, tmp_path, 5) == place, "safe to repeat"
    assert (tmp_path / "identity").read_bytes() == before


def test_keys_are_there_before_head_office_hears_of_them(hub: Served, tmp_path: Path) -> None:
    keys = own_keys(tmp_path / "identity")
    assert enrolled_place(tmp_path / "identity") is None
    with pytest.raises(NotEnrolled):
        load_or_create(tmp_path / "identity")
    enrol(hub.url(), hub.code("12"), tmp_path, 5)
    again = load_or_create(tmp_path / "identity")
    assert again.device_public == keys.device_key.public_key().public_bytes_raw()
    assert again.voucher_public == keys.voucher_key.public_key().public_bytes_raw()


def test_a_device_that_lost_its_keys_is_another_device(hub: Served, tmp_path: Path) -> None:
    code = hub.code("10")
    enrol(hub.url(), code, tmp_path, 5)
    (tmp_path / "identity").unlink()
    with pytest.raises(HubRefused) as refused:
        enrol(hub.url(), code, tmp_path, 5)
    assert refused.value.code == "code-used"


def test_an_answer_that_was_torn_is_asked_for_again(hub: Served, tmp_path: Path) -> None:
    code = hub.code("13")
    own_keys(tmp_path / "identity")
    only_keys = (tmp_path / "identity").read_bytes()
    place = enrol(hub.url(), code, tmp_path, 5)
    (tmp_path / "identity").write_bytes(only_keys)  # the disk lost what came last
    assert enrol(hub.url(), code, tmp_path, 5) == place


def test_somebody_between_is_noticed_before_anything_is_told(
    hub: Served, stranger: Served, tmp_path: Path
) -> None:
    with pytest.raises(AuthorityDiffers):
        enrol(stranger.url(), hub.code("14"), tmp_path, 5)
    assert not pinned_authority(tmp_path)
    assert enrolled_place(tmp_path / "identity") is None


def test_an_authority_that_is_shown_but_not_owned_does_not_help(
    hub: Served, stranger: Served, tmp_path: Path
) -> None:
    """Whoever copies head office's certificate cannot answer for it: the code stays unspent."""
    mine, theirs = Path(ca_of(hub)).read_bytes(), stranger.desk
    assert theirs.authority.pem != mine
    (tmp_path / "ca.pem").write_bytes(mine)
    assert "whoever answers is not head office" in unheard(stranger.url(), pinned_authority(tmp_path))


def test_an_enrolled_kiosk_never_changes_whom_it_trusts(
    hub: Served, stranger: Served, tmp_path: Path
) -> None:
    enrol(hub.url(), hub.code("15"), tmp_path, 5)
    pinned = (tmp_path / "ca.pem").read_bytes()
    with pytest.raises(AuthorityDiffers):
        enrol(stranger.url(), stranger.code("15"), tmp_path, 5)
    assert (tmp_path / "ca.pem").read_bytes() == pinned


def settings(hub: Served, state: Path, kiosk: str, url: str = "") -> Settings:
    return parse(
        f'[device]\nid = "kiosk-0001-{kiosk}"\nstore = "0001"\nkiosk = "{kiosk}"\n'
        f'[hub]\nurl = "{url or hub.url()}"\n[state]\ndir = "{state}"\n'
    )


def test_the_command_line_says_what_to_do(hub: Served, tmp_path: Path) -> None:
    state = tmp_path / "state"
    told = settings(hub, state, "16")
    assert "kioskctl enrol CONFIG CODE" in gap(told)
    code = hub.code("16")
    lines = list(take_in(told, code.text().lower().replace("-", " ")))
    assert "kiosk-0001-16" in lines[0]
    assert gap(told) == ""
    assert 'id = "kiosk-0001-16"' in gap(settings(hub, state, "17"))
    other = settings(hub, tmp_path / "other", "18")
    assert list(take_in(other, hub.code("19").qr()))[-2:] == ['id = "kiosk-0001-19"', 'kiosk = "19"']


def test_with_a_storage_key_no_key_ever_lies_open(hub: Served, tmp_path: Path) -> None:
    state, key = tmp_path / "state", os.urandom(32)
    (tmp_path / "key").write_bytes(key)
    text = f'[device]\nid = "kiosk-0001-21"\nstore = "0001"\nkiosk = "21"\n[hub]\nurl = "{hub.url()}"\n'
    told = parse(f'{text}[state]\ndir = "{state}"\nkey_file = "{tmp_path / "key"}"\n')
    state.mkdir()
    keys = own_keys(state / "identity", key)
    assert keys.device_key.private_bytes_raw() not in (state / "identity").read_bytes()
    assert "kioskctl enrol" in gap(told), "sealed keys are no enrolment"
    code = hub.code("21")
    for _ in range(2):
        list(take_in(told, code.text()))
    assert gap(told) == ""
    content = (state / "identity").read_bytes()
    identity = load_or_create(state / "identity", storage_key=key)
    assert identity.device_public == keys.device_key.public_key().public_bytes_raw()
    for secret in (keys.device_key, keys.voucher_key):
        assert secret.private_bytes_raw() not in content
    assert (hub.folder / "card.key").read_bytes() not in content
    (tmp_path / "key").write_bytes(os.urandom(32))
    with pytest.raises(CannotEnrol, match="another storage key"):
        list(take_in(told, code.text()))


@pytest.mark.parametrize("typed", ["", "AAAA-BBBB", "U" * 32])
def test_what_is_no_code_is_not_sent(hub: Served, tmp_path: Path, typed: str) -> None:
    with pytest.raises(CannotEnrol, match="look at the code again"):
        list(take_in(settings(hub, tmp_path, "16"), typed))


def test_every_refusal_is_one_sentence(hub: Served, tmp_path: Path) -> None:
    good = hub.code("20")
    wrong = EnrolmentCode(bytes(10), good.fingerprint)
    with pytest.raises(CannotEnrol, match="not known"):
        list(take_in(settings(hub, tmp_path, "20"), wrong.text()))
    with pytest.raises(CannotEnrol, match="mistyped"):
        list(take_in(settings(hub, tmp_path, "20"), EnrolmentCode(good.secret, bytes(10)).text()))
    with pytest.raises(CannotEnrol, match="must be https"):
        list(take_in(settings(hub, tmp_path, "20", "http://127.0.0.1:1"), good.text()))
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = f"https://127.0.0.1:{door.getsockname()[1]}"
    with pytest.raises(CannotEnrol, match="cannot be reached"):
        list(take_in(settings(hub, tmp_path, "20", closed), good.text()))


def test_enrolment_needs_tls(hub: Served) -> None:
    paths = {getattr(route, "path", "") for route in configured(hub.office).app.routes}  # type: ignore[union-attr]
    assert {"/v1/authority", "/v1/enrol"} <= paths
    plain = msgspec.structs.replace(hub.office.settings.listen, tls=False)
    before = hub.office.settings
    hub.office.settings = msgspec.structs.replace(before, listen=plain)
    paths = {getattr(route, "path", "") for route in configured(hub.office).app.routes}  # type: ignore[union-attr]
    hub.office.settings = before
    assert not {"/v1/authority", "/v1/enrol"} & paths


# --- the authority -------------------------------------------------------------------------------


def test_the_authority_is_made_once_and_read_by_us_alone(tmp_path: Path) -> None:
    first, second = (open_authority(tmp_path / "a", "Shop", DAY) for _ in range(2))
    assert first.pem == second.pem
    file = tmp_path / "a" / "authority.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(AuthorityUnusable, match="read by others"):
        open_authority(tmp_path / "a", "Shop", DAY)
    file.chmod(0o600)
    file.write_bytes(b"nonsense")
    with pytest.raises(AuthorityUnusable):
        open_authority(tmp_path / "a", "Shop", DAY)
    one, other = open_authority(tmp_path / "b", "B", DAY), open_authority(tmp_path / "c", "C", DAY)
    (tmp_path / "b" / "authority.pem").write_bytes(
        (tmp_path / "b" / "authority.pem").read_bytes().replace(one.pem, other.pem)
    )
    with pytest.raises(AuthorityUnusable, match="do not belong together"):
        open_authority(tmp_path / "b", "B", DAY)


def test_a_server_certificate_is_renewed_in_time(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, "Shop", DAY)

    def made(day: int, *names: str) -> x509.Certificate:
        file = server_file(tmp_path, authority, names or ("hub.example.com", "192.0.2.1"), day * DAY)
        assert file.stat().st_mode & 0o777 == 0o600
        return x509.load_pem_x509_certificate(file.read_bytes())

    first = made(1)
    assert made(1 + 397 - 31) == first
    assert made(1 + 397 - 29) != first
    assert made(1, "other.example.com").serial_number != made(1).serial_number
    (tmp_path / "server.pem").write_bytes(b"torn")
    names = made(2).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.example.com"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]


def test_a_kiosk_without_a_clock_still_believes(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, "Shop", 20_000 * DAY)
    server = x509.load_pem_x509_certificate(
        server_file(tmp_path, authority, ("localhost",), 20_000 * DAY).read_bytes()
    )
    assert {one.not_valid_before_utc.year for one in (authority.certificate, server)} == {1970}


def test_a_new_authority_makes_a_new_server_certificate(tmp_path: Path) -> None:
    server_file(tmp_path, open_authority(tmp_path, "Shop", DAY), ("localhost",), DAY)
    os.unlink(tmp_path / "authority.pem")
    authority = open_authority(tmp_path, "Shop", DAY)
    file = server_file(tmp_path, authority, ("localhost",), DAY)
    x509.load_pem_x509_certificate(file.read_bytes()).verify_directly_issued_by(authority.certificate)
    assert (tmp_path / "ca.pem").read_bytes() == authority.pem
