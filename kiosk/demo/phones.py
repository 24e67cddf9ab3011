"""Members' phones in the demo: what they show, and what is sent to them."""

from dataclasses import dataclass, field

import requests

from kiosk.demo.evidence import Missing
from kiosk.demo.places import Places

NUMBER = "13800000001"
"""Whose phone lies on the bench: the member who is at home here."""
_SHOWN = 5
_TIMEOUT_S = 5


def code_shown(places: Places, number: str = NUMBER) -> str:
    """The code that this phone shows now. Missing: head office signs none."""
    return str(_told(places, f"/v1/demo/phones/{number}").get("text", ""))


@dataclass(slots=True)
class Texts:
    """The last messages that reached phones, the newest first, as (number, text)."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def look(self, places: Places) -> list[tuple[str, str]]:
        """Take what has come since; head office being away is no news."""
        try:
            found = _told(places, "/v1/demo/messages").get("messages", [])
        except Missing:
            found = []
        fresh = [(one["number"], one["text"]) for one in found if isinstance(one, dict)]
        self.lines = [*reversed(fresh), *self.lines][:_SHOWN]
        return self.lines


def _told(places: Places, path: str) -> dict[str, list[dict[str, str]] | str]:
    try:
        port = int(places.ready("hub").read_text(encoding="ascii"))
        with requests.Session() as line:
            line.trust_env = False
            answer = line.get(f"http://127.0.0.1:{port}{path}", timeout=_TIMEOUT_S)
            told = answer.json() if answer.ok else None
    except (OSError, ValueError, requests.RequestException) as trouble:
        raise Missing(f"head office does not answer: {trouble}") from trouble
    if not isinstance(told, dict):
        raise Missing(f"head office says {answer.status_code}")
    return told
