"""A program that writes to a file through shared memory, which the recorder cannot follow."""

import mmap
import sys
from pathlib import Path

path = Path(sys.argv[1]) / "f"
path.write_bytes(bytes(mmap.PAGESIZE))
with path.open("r+b") as opened:
    mmap.mmap(opened.fileno(), mmap.PAGESIZE).close()
