"""Chinese from keys, by librime. It learns nothing: no user dictionary, and what was typed is cleared.

The library keeps one state for the whole process, so there is one `Rime`, opened and asked on one thread. It
builds what it needs of our schemas (once, some seconds) on a thread of its own.
"""

import logging
from ctypes import byref
from pathlib import Path

from kiosk.ports import Chosen, Composition, Reading
from kiosk.typing import names
from kiosk.typing.rime_api import NoRime, Traits, functions, give_back_memory, sized
from kiosk.typing.session import Session

log = logging.getLogger(__name__)

SHARED = Path("/usr/share/rime-data")
"""Where Debian keeps dictionaries and schemas."""
SCHEMAS = Path(__file__).parent / "schemas"
NEEDED = ("default.yaml", "luna_pinyin.dict.yaml", "stroke.dict.yaml", "essay.txt")
METHODS = ("pinyin", "double", "nine", "stroke")

ERRORS = 2
"""glog's level: what goes well is not said."""


def schema_of(method: str, names: bool) -> str:
    """The schema of ours that reads these keys. Strokes mean the same to everybody."""
    return "kiosk_stroke" if method == "stroke" else f"kiosk_{'name' if names else 'text'}_{method}"


class Rime:
    """The engine. `folder` is private to it and holds what it built of our schemas, never what was typed."""

    _open = False
    """Whether one is open in this process."""
    _set_up = False

    def __init__(self, folder: Path, shared: Path = SHARED, drawable: frozenset[int] = frozenset()) -> None:
        """Begin to build what is not built yet; NoRime says what is missing here.

        Only `drawable` code points are offered; where none are told, all are.
        """
        missing = [name for name in NEEDED if not (shared / name).is_file()]
        if missing:
            raise NoRime(
                f"{shared} has no {', '.join(missing)} (Debian: rime-data-luna-pinyin, rime-data-stroke)"
            )
        if Rime._open:
            raise NoRime("librime is open in this process already")
        self._api = functions()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _install(folder, shared)
        traits = sized(Traits())
        traits.shared_data_dir, traits.user_data_dir = str(shared).encode(), str(folder).encode()
        traits.distribution_name = traits.distribution_code_name = b"kiosk"
        traits.distribution_version, traits.app_name = b"1", b"rime.kiosk"
        traits.min_log_level, traits.log_dir = ERRORS, b""
        self._traits = traits  # the library keeps pointers into it
        Rime._open = True
        self._drawable = drawable
        self._sessions: dict[str, Session] = {}
        self._broken = False
        if not Rime._set_up:
            self._api.setup(byref(traits))  # its log can be begun only once in a process
            Rime._set_up = True
        self._api.initialize(byref(traits))
        self._api.start_maintenance(0)

    @property
    def version(self) -> str:
        """librime's own."""
        return str(self._api.get_version().decode())

    def ready(self) -> bool:
        """Whether everything is built. Schemas that cannot be are told in the log, once, and it never is."""
        if self._sessions or self._broken:
            return not self._broken
        if self._api.is_maintenance_mode():
            return False
        try:
            self._begin()
            give_back_memory()
        except NoRime as trouble:
            self._broken = True
            log.error("no Chinese can be typed: %s", trouble)
        return not self._broken

    def _begin(self) -> None:
        for method in METHODS:
            for of_names in (True, False):
                schema = schema_of(method, of_names)
                if schema not in self._sessions:
                    self._sessions[schema] = Session(self._api, schema, self._drawable)

    def wait(self) -> None:
        """Until it is built; for tests and commands, which have the time."""
        self._api.join_maintenance_thread()

    def read(self, composition: Composition, first: int, most: int) -> Reading:
        """What the keys may mean; nothing before it is ready."""
        if not self.ready():
            return Reading()
        return self._sessions[schema_of(composition.method, composition.names)].read(composition, first, most)

    def choose(self, composition: Composition, place: int) -> Chosen:
        """Take the candidate at this place."""
        return self._sessions[schema_of(composition.method, composition.names)].choose(composition, place)

    def forget(self) -> None:
        """Clear what is on its way, in every session."""
        for session in self._sessions.values():
            session.clear()

    def close(self) -> None:
        """End, once it is built what it builds; another may be opened afterwards."""
        self._api.join_maintenance_thread()
        self._sessions.clear()
        self._api.finalize()
        Rime._open = False


def _install(folder: Path, shared: Path) -> None:
    """Our schemas and the names into the engine's folder, when they are not those that lie there."""
    for source in SCHEMAS.iterdir():
        _write(folder / source.name, source.read_text(encoding="utf-8"))
    made_of = "\n".join(_version(path) for path in _sources(shared))
    mark = folder / "names-made-of.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != made_of:
        _write(folder / f"{names.NAME}.dict.yaml", names.dictionary(shared))
        _write(mark, made_of)


def _sources(shared: Path) -> list[Path]:
    tables = sorted(names.TABLES.iterdir())
    return [Path(names.__file__), *tables, *(shared / name for name in NEEDED)]


def _version(path: Path) -> str:
    told = path.stat()
    return f"{path.name} {told.st_size} {told.st_mtime_ns}"


def _write(target: Path, text: str) -> None:
    """Only what changed: the library builds again what is younger than what it built."""
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
