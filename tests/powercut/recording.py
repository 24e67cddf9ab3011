"""What one process told the disk: run it under the recorder, read its log."""

import atexit
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("recorder.c")
_RECORD = struct.Struct("<IiqII")
KINDS = {
    "o": "open",
    "c": "create",
    "x": "close",
    "w": "write",
    "t": "size",
    "s": "sync",
    "d": "sync folder",
    "u": "delete",
    "r": "rename",
}


class NotModelled(Exception):
    """The process used the disk in a way that a cut of it would not be modelled."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the kernel did before the next was asked. `what`: a name, bytes, or both names."""

    kind: str
    fd: int
    offset: int
    cleared: bool
    what: bytes


@cache
def recorder() -> Path:
    """The recorder, compiled for this machine; made anew in each process that needs it."""
    built = Path(tempfile.mkdtemp(prefix="recorder-")) / "recorder.so"
    atexit.register(shutil.rmtree, built.parent)
    strict = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, *strict, "-o", built, SOURCE, "-ldl", "-lpthread"], check=True)
    return built


def memory() -> Path | None:
    """Where files cost no disk: images are cut, not kept. None: wherever temporary files go."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) else None


def record(module: str, *words: str, folder: Path) -> tuple[Told, ...]:
    """Run `python -m module FOLDER words...` to its end; what it did to the files in `folder`."""
    log = Path(tempfile.mkdtemp(prefix="powercut-log-", dir=memory())) / "log"
    surroundings = os.environ | {
        "LD_PRELOAD": str(recorder()),
        "CUT_FOLDER": str(folder),
        "CUT_LOG": str(log),
    }
    try:
        command = [sys.executable, "-m", module, str(folder), *words]
        subprocess.run(command, cwd=ROOT, env=surroundings, check=True, timeout=600)
        return _read(log.read_bytes())
    finally:
        shutil.rmtree(log.parent)


def _read(log: bytes) -> tuple[Told, ...]:
    told, place = [], 0
    while place < len(log):
        kind, fd, offset, flag, length = _RECORD.unpack_from(log, place)
        place += _RECORD.size
        what = log[place : place + length]
        place += length
        if chr(kind) not in KINDS:
            raise NotModelled(what.decode())
        told.append(Told(KINDS[chr(kind)], fd, offset, bool(flag), what))
    return tuple(told)
