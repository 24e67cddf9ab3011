"""A settings file tells every problem at once, and the sample file tells every setting."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from kiosk.settings import BadSettings, Section, Settings, load, parse

SAMPLE = Path(__file__).parents[2] / "config" / "kiosk.toml"

GOOD = """
[device]
id = "k1"
store = "0001"
kiosk = "03"
[hub]
url = "http://127.0.0.1:8000"
"""


def _fields(section: type[Section]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(section)}


@pytest.mark.parametrize("table", _fields(Settings))
def test_sample_lists_every_setting_with_its_default(table: str) -> None:
    written = tomllib.loads(SAMPLE.read_text())[table]
    known = _fields(_fields(Settings)[table].type)
    assert list(written) == list(known)
    for key, field in known.items():
        if not field.required:
            assert msgspec.convert(written[key], field.type) == field.default


def test_sample_is_usable_and_says_a_sentence_before_every_setting() -> None:
    load(SAMPLE)
    lines = SAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line):
            assert re.match(r"# .+[.;,:].*", lines[number - 1]) or lines[number - 1].endswith("."), line


def test_least_file_takes_the_defaults() -> None:
    settings = parse(GOOD)
    assert settings.screen.idle_s == 30
    assert settings.printer.width == 576


def test_every_problem_is_told_with_its_line() -> None:
    text = """[device]
id = "k1"
stor = "0001"
kiosk = 3
[hub]
url = "https://h"
[screen]
idel_s = 3
width = 9
[pirnter]
"""
    with pytest.raises(BadSettings) as told:
        parse(text, "k.toml")
    assert told.value.problems == (
        "k.toml, line 10: pirnter: is not a setting. Did you mean 'printer'?",
        "k.toml, line 3: device.stor: is not a setting. Did you mean 'store'?",
        "k.toml, line 1: device.store: is missing, and has no default",
        "k.toml, line 4: device.kiosk: Expected `str`, got `int` (it says 3)",
        "k.toml, line 8: screen.idel_s: is not a setting. Did you mean 'idle_s'?",
        "k.toml, line 9: screen.width: Expected `int` >= 320 (it says 9)",
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('url = "http://hub.example.com"', "must be https"),
        ('url = "hub.example.com"', "must be an address such as"),
        ('url = "https://user:pw@hub.example.com"', "plain address"),
        ('url = "http://[::1"', "is no address"),
        ('url = "https://h"\n[printer]\naddress = "COM1"', "host:port"),
        ('url = "https://h"\n[printer]\nkind = "serial"\naddress = "COM1"', "device such as"),
        ('url = "https://h"\n[state]\ndir = "here"', "absolute"),
        ('url = "https://h"\n[screen]\nlanguages = ["en", "en"]', "twice"),
        ('url = "https://h"\n[screen]\nlanguages = ["fr"]', "Invalid enum value 'fr'"),
        ('url = "https://h"\nurl = "https://h"', "overwrite"),
        ('url = "https://h"\n[pin]\noffline = true', "pin.offline"),
    ],
)
def test_what_is_refused(change: str, told: str) -> None:
    with pytest.raises(BadSettings, match=re.escape(told)):
        parse(GOOD.replace('url = "http://127.0.0.1:8000"', change))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:9", "http://localhost:80", "https://hub.cn"]
)
def test_hub_addresses_that_are_fine(url: str) -> None:
    assert parse(GOOD.replace("http://127.0.0.1:8000", url)).hub.url == url


def test_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "k.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match="cannot be read"):
        load(tmp_path / "k.toml")
    (tmp_path / "k.toml").write_bytes(b"#" * 70_000)
    with pytest.raises(BadSettings, match="longer than"):
        load(tmp_path / "k.toml")
