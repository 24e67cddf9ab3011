"""Paper: a roll of finite length, the strip that hangs out, and pictures of what was cut off."""

import re
from pathlib import Path

DOTS = 576
"""A row of 80 mm paper."""
ROLL_ROWS = 400_000
"""50 m at 8 rows a millimetre."""
NEAR_END_ROWS = 8_000
"""The last metre."""


class PaperRoll:
    """Rows leave the roll for the strip; a cut turns the strip into a picture in `papers`."""

    def __init__(self, papers: Path, dots: int = DOTS, dead_columns: tuple[int, ...] = ()) -> None:
        self._dots, self._row_bytes = dots, dots // 8
        self._alive = (1 << dots) - 1
        for column in dead_columns:
            self._alive &= ~(1 << dots - 1 - column)
        self._all_alive = not dead_columns
        papers.mkdir(parents=True, exist_ok=True)
        self._papers = papers
        self._strip = bytearray()
        found = (re.match(r"voucher-(\d{1,9})", path.name) for path in papers.glob("voucher-*.png"))
        self._last = max((int(name[1]) for name in found if name), default=0)
        self.fallen: list[str] = []
        """Names of the latest pictures."""
        self.left = ROLL_ROWS
        """Rows until this roll ends."""

    @property
    def rows(self) -> int:
        """Rows on the strip since the last cut."""
        return len(self._strip) // self._row_bytes

    @property
    def state(self) -> str:
        """present | near_end | out."""
        if self.left <= 0:
            return "out"
        return "near_end" if self.left <= NEAR_END_ROWS else "present"

    def print(self, dots: bytes) -> None:
        """Burn one row; narrower ones end in white, wider ones are lost at the edge."""
        row = dots[: self._row_bytes].ljust(self._row_bytes, b"\0")
        if not self._all_alive:
            row = (int.from_bytes(row, "big") & self._alive).to_bytes(self._row_bytes, "big")
        self._strip += row
        self.left -= 1

    def feed(self, rows: int) -> int:
        """Move on by so many white rows, or as many as there are; how many it was."""
        moved = min(rows, self.left)
        self._strip += bytes(self._row_bytes * moved)
        self.left -= moved
        return moved

    def cut(self) -> Path | None:
        """Let the strip fall as a picture; None when there is no strip."""
        return self._fall("")

    def tear(self) -> Path | None:
        """Take a strip out that has ink on it but was never cut; a white one is no paper to anybody."""
        if any(self._strip):
            return self._fall("-torn")
        self._strip.clear()
        return None

    def _fall(self, how: str) -> Path | None:
        from PIL import Image

        if not self.rows:
            return None
        self._last += 1
        picture = self._papers / f"voucher-{self._last:04d}{how}.png"
        beginning = picture.with_suffix(".part")
        Image.frombytes("1", (self._dots, self.rows), bytes(self._strip), "raw", "1;I").save(beginning, "PNG")
        self.fallen = [*self.fallen[-9:], picture.name]
        beginning.replace(picture)  # whoever watches the folder never sees half a picture
        self._strip.clear()
        return picture
