"""Messages of NTAG 424 DNA: those that NXP published, and what is none of ours."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kiosk.commands.cards import cards
from kiosk.hardware.cards.keys import code
from kiosk.hardware.cards.sun import TEXT_MAX, NotGenuine, Sun, SunKeys, keys_of, read

ZERO = SunKeys(bytes(16), lambda _uid: bytes(16))
OURS = keys_of(bytes(range(16)), bytes(range(16, 32)))
PICC = "picc_data=EF963FF7828658A599F3041510671E88&cmac=94EED9EE65337086"
FILE = "picc_data=FD91EC264309878BE6345CBE53BADF40&enc=CEE9A53E3E463EF1F459635736738962&cmac=ECC1E7F6C6C73BF6"
PLAIN = "uid=041E3C8A2D6B80&ctr=000006&cmac=4B00064004B0B3D3"
PUBLISHED = [
    ("AN12196, encrypted PICC data", PICC, Sun(bytes.fromhex("04DE5F1EACC040"), 61)),
    ("AN12196, with file data", FILE, Sun(bytes.fromhex("04958CAA5C5E80"), 8, b"x" * 16)),
    ("AN12196, plain", PLAIN, Sun(bytes.fromhex("041E3C8A2D6B80"), 6)),
]


@pytest.mark.parametrize(("source", "message", "said"), PUBLISHED)
@pytest.mark.parametrize("before", ["", "https://shop.example/t?"])
def test_published_messages_are_read(source: str, message: str, said: Sun, before: str) -> None:
    assert read(before + message, ZERO) == said, source


@pytest.mark.parametrize("message", [PICC, FILE, PLAIN])
def test_a_tag_under_other_keys_is_not_ours(message: str) -> None:
    with pytest.raises(NotGenuine) as refused:
        read(message, OURS)
    assert refused.value.why in {"key", "code"}


@given(st.sampled_from([PICC, FILE, PLAIN]), st.data())
def test_a_digit_that_was_changed_is_seen(message: str, data: st.DataObject) -> None:
    digits = [at for at, sign in enumerate(message) if sign in "0123456789ABCDEF"]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from("0123456789ABCDEF").filter(lambda sign: sign != message[at]))
    with pytest.raises(NotGenuine):
        read(message[:at] + other + message[at + 1 :], ZERO)


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "uid=&ctr=&cmac=", PLAIN.replace("ctr=000006", "ctr=6"), PLAIN.replace("&", "&&&") * 9,
        PLAIN + "&uid=041E3C8A2D6B80", PLAIN.replace("04", "04 "), PICC.replace("EF96", "EF9"),
        FILE.replace("enc=", "enc=00"), "x" * (TEXT_MAX + 1), "https://[", PLAIN.replace("uid", "ｕｉｄ"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(NotGenuine):
        read(text, ZERO)


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    with pytest.raises(NotGenuine):
        read(text, ZERO)


def test_each_tag_has_a_file_key_of_its_own() -> None:
    keys = {OURS.file(bytes([place]) * 7) for place in range(20)}
    assert len(keys) == 20
    with pytest.raises(ValueError, match="16 bytes"):
        keys_of(bytes(16), bytes(16))
    assert "0102" not in repr(OURS)


def test_a_technician_checks_a_message(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(f'[sun]\nmeta = "{bytes(16).hex()}"\nfile = "{bytes(range(16)).hex()}"\n')
    other = CliRunner().invoke(cards, ["--json", "sun", PICC, "--key-file", str(keys)])
    assert other.exit_code == 1
    assert "Not genuine: its code does not fit" in other.output
    uid, counter = bytes.fromhex("04DE5F1EACC040"), 61
    ours = keys_of(bytes(16), bytes(range(16)))
    session = code(ours.file(uid), bytes.fromhex("3CC300010080") + uid + counter.to_bytes(3, "little"))
    message = f"uid={uid.hex()}&ctr={counter:06X}&cmac={code(session, b'')[1::2].hex()}"
    said = CliRunner().invoke(cards, ["--json", "sun", message, "--key-file", str(keys)])
    assert said.exit_code == 0, said.output
    assert '"counter": 61' in said.output
    assert uid.hex() not in said.output
    keys.write_text("[keys.1]\n")
    assert CliRunner().invoke(cards, ["sun", PICC, "--key-file", str(keys)]).exit_code == 1
