"""Taking this kiosk in: what the command line says before, during and after."""

import os
from collections.abc import Iterator
from pathlib import Path

from kiosk.commands.enrolled import differing
from kiosk.ledger.enrolment import BadCode, read_code
from kiosk.offline.enrolment import CA, AuthorityDiffers, enrol
from kiosk.offline.identity import FILE, IdentityUnusable
from kiosk.offline.storage_key import storage_key
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.ports import JournalFailed
from kiosk.settings import Settings


class CannotEnrol(Exception):
    """It did not work, and nothing was changed that a second try would miss. The text says what to do."""


def take_in(settings: Settings, typed: str) -> Iterator[str]:
    """Enrol with a code as it was typed or scanned; the lines to show. CannotEnrol if that fails."""
    if not settings.hub.url.startswith("https://"):
        raise CannotEnrol("[hub] url must be https: enrolment hands a secret over.")
    state = Path(settings.state.dir)
    try:
        url, code = settings.hub.url.rstrip("/"), read_code(typed)
        place = enrol(url, code, state, settings.hub.timeout_s, _storage_key(settings, state))
    except BadCode as wrong:
        raise CannotEnrol(f"Please look at the code again: {wrong}.") from wrong
    except HubRefused as refusal:
        raise CannotEnrol(f"Head office refused: {refusal.detail} ({refusal.code}).") from refusal
    except HubUnreachable as trouble:
        raise CannotEnrol(
            f"Head office cannot be reached: {trouble}. Repeat this command while the code is good."
        ) from trouble
    except (AuthorityDiffers, IdentityUnusable, JournalFailed) as trouble:
        raise CannotEnrol(str(trouble)) from trouble
    yield f"This kiosk is {place.device} now: kiosk {place.kiosk} of store {place.store}."
    yield f"Keys and card key: {state / FILE}; head office's authority: {state / CA}."
    corrections = tuple(differing(settings, place))
    if corrections:
        yield "Please correct these settings, then start it:"
        yield from corrections


def _storage_key(settings: Settings, state: Path) -> bytes | None:
    """What seals the keys from their first moment, where the settings or systemd name such a key already."""
    if not settings.state.key_file and "CREDENTIALS_DIRECTORY" not in os.environ:
        return None  # none is made here: the kiosk's first start knows better where it lies
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = storage_key(state, settings.state.key_file, os.environ)
    return key.key if key.apart else None
