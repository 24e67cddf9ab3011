"""The restore counter, in a file of its own: a restored database must not bring back an old one."""

import os
from pathlib import Path


def read_generation(path: Path) -> int:
    """The restore counter in its file; a file that is not there is made, with 1."""
    if path.exists():
        return int(path.read_text(encoding="ascii"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="ascii") as file:
        file.write("1\n")
        file.flush()
        os.fsync(file.fileno())
    return 1
