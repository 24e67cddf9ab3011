"""What a printer can do, found out once while it prints nothing."""

from dataclasses import dataclass

from kiosk.hardware.printers.profiles import Profile
from kiosk.hardware.printers.session import LinkLost, PrinterSession

FIRMWARE, MAKER, MODEL = 65, 66, 67
"""What GS I can be asked for."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a printer said and showed of itself. Texts are '' where it says nothing."""

    process_id: bool
    unasked: bool
    maker: str
    model: str
    firmware: str


def probe(session: PrinterSession, profile: Profile, ident: bytes) -> Capabilities:
    """Ask a printer that is well and has nothing to do. LinkLost when it falls silent meanwhile.

    Old printers may take the question for text: it never ends a line, and is dropped afterwards.
    """
    known = profile.fence == "process-id"
    if profile.fence == "auto":
        known = session.knows(ident)
    maker, model, firmware = (session.tells(n) for n in (MAKER, MODEL, FIRMWARE))
    if session.trouble() and not known:  # it was no answer that a fault kept back
        raise LinkLost("trouble while it was asked")
    return Capabilities(known, session.unasked, maker, model, firmware)
