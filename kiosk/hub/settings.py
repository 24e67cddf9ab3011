"""Head office's settings: typed, complete, and strict about names it does not know."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Stable = Literal["two-backups", "standby", "none"]


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of hub.toml."""


class Listen(_Section, frozen=True, kw_only=True):
    """Where kiosks reach us. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8700
    body_bytes: Positive = 1024 * 1024
    syncs_at_once: Positive = 32
    tls: bool = False
    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("localhost", "127.0.0.1")
    authority: str = "authority"


class Database(_Section, frozen=True, kw_only=True):
    """Where the books are, and the restore counter that must not be in them."""

    url: str = "sqlite:///hub.db"
    generation_file: str = "generation"
    lanes: Positive = 1


class Grants(_Section, frozen=True, kw_only=True):
    """How far ahead rights are placed at the kiosks."""

    lease_par: Positive = 3
    lease_low: Annotated[int, msgspec.Meta(ge=0, le=9)] = 1
    """Fewer than the ten that a kiosk keeps when it gives pieces back."""
    serial_par: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 5000
    serial_ranges_per_day: Positive = 12
    claims_per_hour: Positive = 300
    home_points: NotNegative = 5000
    home_tries: NotNegative = 5
    per_sync: Positive = 200


class Risk(_Section, frozen=True, kw_only=True):
    """Points that a kiosk may stand in for. Whose and how many of each member says the rule pack."""

    per_device: NotNegative = 0


class Pin(_Section, frozen=True, kw_only=True):
    """How PINs are stored and guarded. The argon2 defaults are OWASP's."""

    tries: Positive = 5
    tries_all_routes: Positive = 15
    offline_pin: Literal["none", "software", "hardware"] = "none"
    argon2_time: Positive = 2
    argon2_kib: Annotated[int, msgspec.Meta(ge=8)] = 19456
    argon2_lanes: Positive = 1


class Phones(_Section, frozen=True, kw_only=True):
    """Members who are known by their phone. `looks` 0: nobody is, at any kiosk."""

    looks: NotNegative = 0
    looks_per_hour: Positive = 60
    codes_per_day: Positive = 5
    code_minutes: Positive = 5
    code_key_file: str = "phone-codes.key"


class Backup(_Section, frozen=True, kw_only=True):
    """When kiosks may forget, and where the backups go that head office makes by itself."""

    folder: str = ""
    stable: Stable = "two-backups"


class Enrolment(_Section, frozen=True, kw_only=True):
    """How kiosks are taken in. The card key must outlive the database: every card is filed under it."""

    code_minutes: Positive = 30
    wrong_codes: Positive = 10
    wrong_minutes: Positive = 60
    card_key_file: str = "card.key"


class Console(_Section, frozen=True, kw_only=True):
    """How staff sign in at head office."""

    idle_minutes: Positive = 15
    wrong_pins: Positive = 5
    wrong_per_source: Positive = 30


class Replica(_Section, frozen=True, kw_only=True):
    """Which members a kiosk knows without the network, and how much of their history."""

    members: Literal["home", "store", "all"] = "store"
    history_lines: Annotated[int, msgspec.Meta(ge=0, le=20)] = 20


class Shop(_Section, frozen=True, kw_only=True):
    """The shop as kiosks and histories name it."""

    name: str = "示例生活馆"
    store: str = "0001"
    zone: str = "Asia/Shanghai"
    language: str = "zh_CN"
    rules: str = "config/rules/demo.toml"
    history_lines: Positive = 60


class Tills(_Section, frozen=True, kw_only=True):
    """How far a shop's till is believed: what a stolen token could do at most."""

    points_per_day: Positive = 200_000
    days_back: Positive = 7
    unknown_per_hour: Positive = 60


class Merges(_Section, frozen=True, kw_only=True):
    """Whether kiosks may say that two accounts are one person's; nothing proves yet what they say."""

    by_kiosks: bool = False


class HubSettings(_Section, frozen=True, kw_only=True):
    """Everything in hub.toml."""

    listen: Listen = Listen()
    database: Database = Database()
    grants: Grants = Grants()
    risk: Risk = Risk()
    pin: Pin = Pin()
    phones: Phones = Phones()
    enrolment: Enrolment = Enrolment()
    console: Console = Console()
    backup: Backup = Backup()
    merges: Merges = Merges()
    tills: Tills = Tills()
    shop: Shop = Shop()
    replica: Replica = Replica()
    demo: bool = False


class BadSettings(ValueError):
    """A setting that cannot be used; the reason names it."""


def read_settings(path: Path) -> HubSettings:
    """The settings in a TOML file; BadSettings says what does not fit and what may have been meant."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise BadSettings(f"{path}: {trouble}") from trouble
    return settings_from(found)


def settings_from(found: dict[str, Any]) -> HubSettings:
    """The settings in a parsed document."""
    _check_names(found, HubSettings, "")
    try:
        return msgspec.convert(found, HubSettings)
    except msgspec.ValidationError as trouble:
        raise BadSettings(str(trouble)) from trouble


def _check_names(found: dict[str, Any], kind: type[msgspec.Struct], above: str) -> None:
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in found.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean '{above}{close[0]}'?" if close else ""
            raise BadSettings(f"There is no setting '{above}{name}'.{hint}")
        section = known[name]
        if isinstance(section, type) and issubclass(section, msgspec.Struct) and isinstance(value, dict):
            _check_names(value, section, f"{above}{name}.")
