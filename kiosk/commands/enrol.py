"""Taking this kiosk in: what the command line says before, during and after."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.commands.enrolled import differing
from kiosk.ledger.enrolment import BadCode, read_code
from kiosk.offline.enrolment import CA, AuthorityDiffers, enrol
from kiosk.offline.identity import FILE, IdentityUnusable
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.settings import Settings


class CannotEnrol(Exception):
    """It did not work, and nothing was changed that a second try would miss. The text says what to do."""


def take_in(settings: Settings, typed: str) -> Iterator[str]:
    """Enrol with a code as it was typed or scanned; the lines to show. CannotEnrol if that fails."""
    if not settings.hub.url.startswith("https://"):
        raise CannotEnrol("[hub] url must be https: enrolment hands a secret over.")
    state = Path(settings.state.dir)
    try:
        place = enrol(settings.hub.url.rstrip("/"), read_code(typed), state, settings.hub.timeout_s)
    except BadCode as wrong:
        raise CannotEnrol(f"Please look at the code again: {wrong}.") from wrong
    except HubRefused as refusal:
        raise CannotEnrol(f"Head office refused: {refusal.detail} ({refusal.code}).") from refusal
    except HubUnreachable as trouble:
        raise CannotEnrol(
            f"Head office cannot be reached: {trouble}. Repeat this command while the code is good."
        ) from trouble
    except (AuthorityDiffers, IdentityUnusable) as trouble:
        raise CannotEnrol(str(trouble)) from trouble
    yield f"This kiosk is {place.device} now: kiosk {place.kiosk} of store {place.store}."
    yield f"Keys and card key: {state / FILE}; head office's authority: {state / CA}."
    corrections = tuple(differing(settings, place))
    if corrections:
        yield "Please correct these settings, then start it:"
        yield from corrections
