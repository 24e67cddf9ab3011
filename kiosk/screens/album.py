"""The gallery's page: every picture beside its name, and its faults in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body { margin: 2rem; font: 16px/1.5 system-ui, sans-serif; background: #f4f5f1; color: #17211e; }
h2 { margin: 3rem 0 1rem; border-bottom: 1px solid #d5dcd7; }
.shots { display: flex; flex-wrap: wrap; gap: 1.5rem; }
figure { margin: 0; width: 220px; }
figure.wide { width: 400px; }
img { width: 100%; display: block; border-radius: 8px; box-shadow: 0 2px 8px #17211e22; }
figcaption { margin-top: .4rem; font-size: 14px; }
li { font-size: 13px; }
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page as it was seen: `way` is plain, dark or a mode."""

    size: str
    way: str
    language: str
    name: str
    faults: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it belongs, in words."""
        return f"{self.size} {self.way} {self.language} {self.name}"

    @property
    def picture(self) -> str:
        """Its file, from the album's folder."""
        return f"{self.size}/{self.way}/{self.language}/{self.name}.png"

    def with_faults(self, faults: Sequence[str]) -> "Shot":
        """The same, judged."""
        return replace(self, faults=tuple(faults))

    def told(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @staticmethod
    def of(told: dict[str, Any]) -> "Shot":
        """From what `told` said."""
        return Shot(**{**told, "faults": tuple(told["faults"])})


def write_album(folder: Path, shots: Sequence[Shot]) -> Path:
    """Write index.html beside the pictures."""
    groups: dict[tuple[str, str, str], list[Shot]] = {}
    for shot in shots:
        groups.setdefault((shot.size, shot.way, shot.language), []).append(shot)
    wrong = sum(bool(shot.faults) for shot in shots)
    parts = [
        f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{STYLE}</style>",
        f"<h1>{len(shots)} pages, {wrong} with faults</h1>",
    ]
    for (size, way, language), group in groups.items():
        parts.append(f"<h2>{escape(size)} · {escape(way)} · {escape(language)}</h2><div class=shots>")
        parts += [_figure(shot) for shot in group]
        parts.append("</div>")
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def _figure(shot: Shot) -> str:
    width, height = (int(side) for side in shot.size.split("x"))
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in shot.faults)
    return (
        f'<figure class="{"wide" if width > height else "tall"}">'
        f'<a href="{escape(shot.picture)}"><img loading=lazy src="{escape(shot.picture)}" '
        f'alt="{escape(shot.place)}"></a>'
        f"<figcaption>{escape(shot.name)}<ul>{faults}</ul></figcaption></figure>"
    )
