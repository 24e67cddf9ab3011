"""The command line's way to a head office that runs: its console over HTTPS, on this very machine."""

from pathlib import Path
from typing import Any

import requests

from kiosk.hub.console_routes import PREFIX
from kiosk.hub.settings import HubSettings

_PATIENCE_S = 15.0


class ConsoleRefused(Exception):
    """The console said no, or nobody answered. The text is for whoever typed the command."""


class ConsoleClient:
    """One person at the console."""

    def __init__(self, settings: HubSettings) -> None:
        listen = settings.listen
        self._base = f"{'https' if listen.tls else 'http'}://{listen.names[0]}:{listen.port}{PREFIX}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Connection"] = "close"
        if listen.tls:
            self._session.verify = str(Path(listen.authority) / "ca.pem")

    def sign_in(self, staff: str, pin: str) -> None:
        """Be somebody from now on."""
        token = self.ask("sign-in", {"staff": staff, "pin": pin})["token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, verb: str, told: dict[str, Any]) -> dict[str, Any]:
        """What the console answers; ConsoleRefused if it does not."""
        try:
            answer = self._session.post(self._base + verb, json=told, timeout=_PATIENCE_S)
            content: dict[str, Any] = answer.json()
        except requests.RequestException as trouble:
            raise ConsoleRefused(f"{self._base}: {trouble}") from trouble
        if answer.status_code != requests.codes.ok:
            raise ConsoleRefused(f"{content.get('code')}: {content.get('detail')}")
        return content
