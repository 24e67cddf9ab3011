"""What the parts of a demo are told is what they understand."""

import json
import socket
import tomllib
from pathlib import Path

import pytest

from kiosk.demo import opening
from kiosk.demo.places import Places
from kiosk.hub.settings import settings_from
from kiosk.notify import tell
from kiosk.offline.identity import load_or_create
from kiosk.settings import parse

PORTS = opening.Ports(hub=1001, network=1002, printer=1003, reader_socket="/run/x")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    here = Places(tmp_path / "s")
    here.lay_out()
    return here


@pytest.mark.parametrize("offscreen", [True, False])
def test_the_kiosk_understands_its_settings(places: Places, offscreen: bool) -> None:
    settings = parse(opening.kiosk_config(places, PORTS, offscreen=offscreen))
    assert settings.hub.url == "http://127.0.0.1:1002", "through the network that can be cut"
    assert settings.printer.address == "127.0.0.1:1003"
    assert settings.screen.offscreen is offscreen
    assert settings.pin.offline == "software"
    assert settings.state.dir == str(places.kiosk)


def test_the_hub_understands_its_settings(places: Places) -> None:
    settings = settings_from(tomllib.loads(opening.hub_config(places)))
    assert settings.demo
    assert Path(settings.shop.rules).exists()


def test_the_device_shows_public_keys_only(places: Places) -> None:
    opening.enrol_device(places)
    first = places.device.read_text()
    told = json.loads(first)
    identity = load_or_create(places.kiosk / "identity")
    assert bytes.fromhex(told["public_key"]) == identity.device_public
    assert bytes.fromhex(told["voucher_public"]) == identity.voucher_public
    assert identity.device_key.private_bytes_raw().hex() not in first
    assert (places.hub / "card.key").stat().st_mode & 0o077 == 0
    opening.enrol_device(places)
    assert places.device.read_text() == first, "keys are made once"


def test_ready_is_heard_once_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opening.first_frame(tmp_path / "n") as told:
        assert isinstance(told, socket.socket)
        assert not opening.ready_was_told(told)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        tell("READY=1")
        assert opening.ready_was_told(told)


def test_ready_files_name_a_port_bare_or_in_json() -> None:
    assert opening.port_in("8700\n") == 8700
    assert opening.port_in('{"port": 8701, "papers": "x"}') == 8701
