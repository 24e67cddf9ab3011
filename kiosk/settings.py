"""The settings of one kiosk: typed, strict, and every problem told at once with its place."""

import difflib
import ipaddress
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

Language = Literal["zh_CN", "zh_TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh_CN", "zh_TW", "en")

_Seconds = Annotated[int, Meta(ge=1, le=3600)]
_BIGGEST = 64 * 1024


class BadSettings(ValueError):
    """The file cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file."""


class Device(Section, frozen=True, kw_only=True):
    """Which kiosk this is, and where it stands."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    store: Annotated[str, Meta(pattern=r"^[0-9]{4}$")]
    kiosk: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]
    zone: str = "Asia/Shanghai"


class Shop(Section, frozen=True, kw_only=True):
    """The shop's name, as it stands on screen and paper."""

    zh_CN: Annotated[str, Meta(min_length=1, max_length=40)] = "会员服务"  # noqa: N815
    zh_TW: Annotated[str, Meta(min_length=1, max_length=40)] = "會員服務"  # noqa: N815
    en: Annotated[str, Meta(min_length=1, max_length=40)] = "Member Service"


class Hub(Section, frozen=True, kw_only=True):
    """Head office."""

    url: str
    ca: str = ""
    timeout_s: _Seconds = 5


class Reader(Section, frozen=True, kw_only=True):
    """The card readers."""

    kind: Literal["pcsc", "disabled"] = "pcsc"
    socket: str = ""
    shared: bool = False
    inserted: tuple[str, ...] = ()


class Purse(Section, frozen=True, kw_only=True):
    """Points that lie on the card itself."""

    kind: Literal["pboc", "disabled"] = "disabled"
    key_file: str = ""


class Records(Section, frozen=True, kw_only=True):
    """The sealed records on storage cards."""

    kind: Literal["checked", "required", "disabled"] = "disabled"
    key_file: str = ""


class Scanner(Section, frozen=True, kw_only=True):
    """The bar code scanner."""

    kind: Literal["serial", "disabled"] = "disabled"
    address: str = ""
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600


class Swipe(Section, frozen=True, kw_only=True):
    """The reader of magnetic stripes."""

    kind: Literal["msr605", "msr605-raw", "plain", "disabled"] = "disabled"
    address: str = ""
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600


class Wedge(Section, frozen=True, kw_only=True):
    """A reader that pretends to be a keyboard."""

    kind: Literal["cards", "codes", "disabled"] = "disabled"
    device: str = ""


class Printer(Section, frozen=True, kw_only=True):
    """The voucher printer."""

    kind: Literal["tcp", "serial", "usb", "file", "disabled"] = "tcp"
    address: str = "127.0.0.1:9100"
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    flow: Literal["none", "xonxoff", "rtscts"] = "none"
    width: Literal[384, 576] = 576
    profile: Annotated[str, Meta(min_length=1, max_length=200)] = "escpos"
    papers: str = ""


class Screen(Section, frozen=True, kw_only=True):
    """The touch screen."""

    width: Annotated[int, Meta(ge=320, le=7680)] = 1080
    height: Annotated[int, Meta(ge=320, le=7680)] = 1920
    inches: Annotated[float, Meta(ge=0, le=200)] = 0.0
    fullscreen: bool = True
    offscreen: bool = False
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=3)] = LANGUAGES
    idle_s: _Seconds = 30
    countdown_s: _Seconds = 15
    brand: str = ""
    ground: Literal["light", "dark"] = "light"
    pictures: str = ""
    pictures_key: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    large_text: bool = False
    low_reach: bool = False
    high_contrast: bool = False
    less_motion: bool = False


class State(Section, frozen=True, kw_only=True):
    """Where the kiosk keeps what it must not lose."""

    dir: str = "/var/lib/kiosk"
    key_file: str = ""
    second_copy: str = ""


class Pin(Section, frozen=True, kw_only=True):
    """PINs without the network."""

    offline: Literal["none", "software"] = "none"
    phone: bool = False


class Deny(Section, frozen=True, kw_only=True):
    """The list of cards that must not be served."""

    max_age_hours: Annotated[int, Meta(ge=1, le=8760)] = 72


class Counter(Section, frozen=True, kw_only=True):
    """The counter's page, where this device serves one. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8770
    certificate: str = ""
    key: str = ""
    idle_s: _Seconds = 300


class Settings(Section, frozen=True, kw_only=True):
    """Everything a kiosk is told."""

    device: Device
    hub: Hub
    shop: Shop = Shop()
    reader: Reader = Reader()
    purse: Purse = Purse()
    records: Records = Records()
    scanner: Scanner = Scanner()
    swipe: Swipe = Swipe()
    wedge: Wedge = Wedge()
    printer: Printer = Printer()
    screen: Screen = Screen()
    state: State = State()
    pin: Pin = Pin()
    deny: Deny = Deny()
    counter: Counter = Counter()


def load(path: Path) -> Settings:
    """Read and check a file; BadSettings tells every problem in it, each with its line."""
    try:
        with path.open("rb") as opened:
            text = opened.read(_BIGGEST + 1).decode()
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadSettings((f"{path}: cannot be read: {trouble}",)) from trouble
    if len(text.encode()) > _BIGGEST:
        raise BadSettings((f"{path}: longer than {_BIGGEST} bytes",))
    return parse(text, str(path))


def parse(text: str, name: str = "settings") -> Settings:
    """Check the text of a settings file; `name` is what the problems call it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise BadSettings((f"{name}: {trouble}",)) from trouble
    problems = list(_problems(tables)) or list(_across(msgspec.convert(tables, Settings)))
    if problems:
        raise BadSettings(tuple(f"{name}{_line(text, key)}: {key}: {what}" for key, what in problems))
    return msgspec.convert(tables, Settings)


def _problems(tables: dict[str, Any]) -> Iterator[tuple[str, str]]:
    sections = {field.name: field for field in msgspec.structs.fields(Settings)}
    yield from ((key, _stranger(key, sections)) for key in tables if key not in sections)
    for name, section in sections.items():
        table = tables.get(name, {})
        if not isinstance(table, dict):
            yield name, f"must be a table, [{name}]"
            continue
        yield from _problems_of(name, section.type, table)


def _problems_of(name: str, section: type[Section], table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    fields = {field.name: field for field in msgspec.structs.fields(section)}
    yield from ((f"{name}.{key}", _stranger(key, fields)) for key in table if key not in fields)
    for key, field in fields.items():
        if key not in table:
            if field.required:
                yield f"{name}.{key}", "is missing, and has no default"
            continue
        try:
            msgspec.convert(table[key], field.type)
        except msgspec.ValidationError as trouble:
            yield f"{name}.{key}", f"{trouble} (it says {table[key]!r})"


def _stranger(key: str, known: dict[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return "is not a setting." + (f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}.")


def _across(settings: Settings) -> Iterator[tuple[str, str]]:
    """What no single field can tell."""
    yield from (("hub.url", what) for what in _bad_url(settings.hub.url))
    if what := _bad_printer(settings.printer):
        yield "printer.address", what
    folders = (
        ("printer.papers", settings.printer.papers),
        ("screen.brand", settings.screen.brand),
        ("screen.pictures", settings.screen.pictures),
    )
    yield from ((name, "must be an absolute path") for name, at in folders if at and not at.startswith("/"))
    if settings.screen.pictures and not settings.screen.pictures_key:
        yield "screen.pictures_key", "must say whose signature the pictures need"
    if settings.scanner.kind == "serial" and not settings.scanner.address.startswith("/"):
        yield "scanner.address", "must be a device such as /dev/serial/by-path/... for kind = 'serial'"
    if settings.swipe.kind != "disabled" and not settings.swipe.address.startswith("/"):
        yield "swipe.address", "must be a device such as /dev/serial/by-path/... for a reader that is there"
    if settings.wedge.kind != "disabled" and not settings.wedge.device:
        yield "wedge.device", "must be a device file, vendor:product or a keyboard's name"
    if not Path(settings.state.dir).is_absolute():
        yield "state.dir", "must be an absolute path"
    for name, place in (("key_file", settings.state.key_file), ("second_copy", settings.state.second_copy)):
        if place and not Path(place).is_absolute():
            yield f"state.{name}", "must be an absolute path"
    yield from _across_counter(settings.counter)
    if len(set(settings.screen.languages)) != len(settings.screen.languages):
        yield "screen.languages", "names a language twice"


def _across_counter(counter: Counter) -> Iterator[tuple[str, str]]:
    if bool(counter.certificate) != bool(counter.key):
        yield "counter.certificate", "needs counter.key, and the other way round"
    elif not counter.certificate and not _loopback(counter.host):
        yield "counter.host", "other machines reach the page by TLS only: set certificate and key"
    for name, place in (("certificate", counter.certificate), ("key", counter.key)):
        if place and not Path(place).is_absolute():
            yield f"counter.{name}", "must be an absolute path"


PRINTER_ADDRESSES = {
    "tcp": (r".+:\d{1,5}", "host:port"),
    "serial": (r"/.+", "a device such as /dev/serial/by-path/..."),
    "usb": (r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:.{1,60})?", "vendor:product[:serial], such as 04b8:0202"),
    "file": (r"/.+", "a device such as /dev/usb/lp0"),
}


def _bad_printer(printer: Printer) -> str:
    form, words = PRINTER_ADDRESSES.get(printer.kind, (".*", ""))
    fits = re.fullmatch(form, printer.address) is not None
    return "" if fits else f"must be {words} for kind = {printer.kind!r}"


def _bad_url(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as trouble:
        yield f"is no address: {trouble}"
        return
    if parts.scheme not in ("http", "https") or not host:
        yield "must be an address such as https://hub.example.com"
    elif parts.scheme == "http" and not _loopback(host):
        yield "must be https: plain http is allowed to this machine only"
    elif parts.username or parts.password or parts.query or parts.fragment:
        yield "must be a plain address, without user, query or fragment"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _line(text: str, key: str) -> str:
    """', line N' of the setting, or of its table, where it can be found."""
    table, _, name = key.partition(".")
    here, found = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[\s*([\w-]+)\s*\]", line)
        if heading:
            here = heading[1]
            found = found or (number if here == table else 0)
        assigned = re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line)
        if assigned and ((here == table and assigned[1] == name) or (not here and assigned[1] == table)):
            return f", line {number}"
    return f", line {found}" if found else ""


def main() -> int:
    """`python -m kiosk.settings FILE`: say whether a file can be used; 2 when it cannot."""
    try:
        load(Path(sys.argv[1]))
    except BadSettings as bad:
        sys.stderr.write(f"{bad}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
