"""Packs of pictures: what head office signed is shown, anything else is refused."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.appliance import play_pictures
from kiosk.commands.pictures import pictures
from kiosk.offline.pictures import (
    BIGGEST,
    CODE,
    LARGEST,
    LIST,
    MOST,
    SIGNATURE,
    BadPictures,
    read_pictures,
    sign_pictures,
)
from kiosk.settings import Screen

ART = Path(__file__).parents[2] / "kiosk" / "screens" / "art" / "png"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, art in (("a-tea", "notice_gift"), ("b-scent", "notice_clock")):
        for tall in ("", "_tall"):
            (tmp_path / f"{name}{tall}.png").write_bytes((ART / f"{art}{tall}.png").read_bytes())
    return tmp_path


@pytest.fixture
def signed(folder: Path) -> Path:
    sign_pictures(folder, KEY, seconds=12)
    return folder


def test_a_signed_pack_is_read_in_the_order_of_its_names(signed: Path) -> None:
    pack = read_pictures(signed, PUBLIC)
    assert pack.seconds == 12
    assert [still.upright for still in pack.stills] == [
        (signed / f"{name}.png").read_bytes() for name in ("a-tea", "b-scent")
    ]
    assert pack.stills[0].tall == (signed / "a-tea_tall.png").read_bytes()


@pytest.mark.parametrize("name", [LIST, SIGNATURE, "a-tea.png", "b-scent_tall.png"])
def test_a_pack_with_one_changed_bit_is_refused(signed: Path, name: str) -> None:
    content = bytearray((signed / name).read_bytes())
    for place in (0, len(content) // 2, len(content) - 1):
        content[place] ^= 1
        (signed / name).write_bytes(content)
        with pytest.raises(BadPictures):
            read_pictures(signed, PUBLIC)
        content[place] ^= 1
    (signed / name).write_bytes(content)
    assert read_pictures(signed, PUBLIC)


@pytest.mark.parametrize("name", [LIST, SIGNATURE, "a-tea.png", "b-scent_tall.png"])
def test_a_pack_that_lacks_a_file_is_refused(signed: Path, name: str) -> None:
    (signed / name).unlink()
    with pytest.raises(BadPictures, match=name):
        read_pictures(signed, PUBLIC)


def test_somebody_elses_signature_and_no_key_at_all_are_refused(signed: Path) -> None:
    for key in (Ed25519PrivateKey.generate().public_key().public_bytes_raw(), b"", bytes(31)):
        with pytest.raises(BadPictures):
            read_pictures(signed, key)


def test_what_lies_beside_the_list_is_not_shown(signed: Path) -> None:
    (signed / "more.png").write_bytes((signed / "a-tea.png").read_bytes())
    assert len(read_pictures(signed, PUBLIC).stills) == 2


def test_a_pack_that_a_kiosk_would_refuse_is_not_signed(folder: Path) -> None:
    png = (folder / "a-tea.png").read_bytes()
    huge = png[:16] + (LARGEST + 1).to_bytes(4) + png[20:]
    for content in (b"", b"GIF89a", huge, png + bytes(BIGGEST)):
        (folder / "a-tea.png").write_bytes(content)
        with pytest.raises(BadPictures):
            sign_pictures(folder, KEY, seconds=12)
    (folder / "a-tea.png").write_bytes(png)
    with pytest.raises(BadPictures):
        sign_pictures(folder, KEY, seconds=0)
    for place in range(MOST):
        for tall in ("", "_tall"):
            (folder / f"x{place}{tall}.png").write_bytes(png)
    with pytest.raises(BadPictures):
        sign_pictures(folder, KEY, seconds=12)
    assert not (folder / LIST).exists()


def test_the_command_makes_a_key_signs_and_checks(folder: Path) -> None:
    file = folder / "attract.key"
    made = CliRunner().invoke(pictures, ["key", str(file)])
    told = made.output.split('"')[1]
    assert file.stat().st_mode & 0o077 == 0
    assert CliRunner().invoke(pictures, ["key", str(file)]).exit_code == 1, "a key is never made anew"
    assert CliRunner().invoke(pictures, ["sign", str(folder), "--key", str(file)]).exit_code == 0
    assert CliRunner().invoke(pictures, ["check", str(folder), "--key", told]).exit_code == 0
    assert CliRunner().invoke(pictures, ["check", str(folder), "--key", PUBLIC.hex()]).exit_code == 1


def test_the_kiosk_shows_a_good_pack_and_names_the_fault_of_a_bad_one(signed: Path) -> None:
    shown: list[tuple[int, float]] = []

    def play(pairs: object, every_s: float) -> None:
        shown.append((len(list(pairs)), every_s))  # type: ignore[call-overload]

    assert play_pictures(Screen(), play) == ""
    assert shown == []
    screen = Screen(pictures=str(signed), pictures_key=PUBLIC.hex())
    assert play_pictures(screen, play) == ""
    assert shown == [(2, 12)]
    (signed / SIGNATURE).write_bytes(bytes(64))
    assert play_pictures(screen, play) == CODE
    assert len(shown) == 1
