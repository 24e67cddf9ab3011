"""Where a shop's master keys come from: a credential that systemd hands over, or a file. TOML, bounded."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LONGEST = 4096


class NoKeys(Exception):
    """The keys are not there, or what is there are no keys; the sentence never holds any of them."""


def told(credential: str, key_file: str, environment: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The file's name and what it says; the credential goes before the file. NoKeys."""
    handed = Path(environment.get("CREDENTIALS_DIRECTORY", "")) / credential
    here = "CREDENTIALS_DIRECTORY" in environment and handed.exists()
    if not here and not key_file:
        raise NoKeys(f"no credential {credential} and no key_file")
    file = handed if here else Path(key_file)
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise ValueError
        return file.name, tomllib.loads(content.decode())
    except (OSError, ValueError) as trouble:
        # A parser's sentence may quote what it read: only its kind is told.
        raise NoKeys(f"{file.name} cannot be read: {type(trouble).__name__}") from None
