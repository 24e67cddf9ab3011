"""The traffic with cards, for technicians: what was asked and how it ended, never what it was about.

Keys, PINs, numbers and balances travel in the data of commands and answers, in places that differ from family
to family. So all data is masked but for names of applications, which stand for a shop and not for a person.
"""

import logging

TRAFFIC = 5
"""Below DEBUG: nobody gets it who did not ask for it by this number."""

log = logging.getLogger("kiosk.cards.traffic")
logging.addLevelName(TRAFFIC, "TRAFFIC")

_SELECT_BY_NAME = bytes.fromhex("00a40400")
_NAME_BYTES = range(5, 17)


def note(reader: str, command: bytes, answer: bytes) -> None:
    """Log one exchange, masked."""
    if log.isEnabledFor(TRAFFIC):
        log.log(TRAFFIC, "%s %s", reader, masked(command, answer))


def masked(command: bytes, answer: bytes) -> str:
    """`00A40400 [8] F04D454D42455201 -> [12] 9000`: header, lengths of data, status."""
    head, body = command[:4].hex().upper(), _body(command)
    shown = f" {body.hex().upper()}" if _is_name(command, body) else ""
    said = f"[{len(answer) - 2}] {answer[-2:].hex().upper()}" if len(answer) >= 2 else "nothing"
    return f"{head} [{len(body)}]{shown} -> {said}"


def _body(command: bytes) -> bytes:
    """The data field of a short command; of anything else all that follows the header."""
    rest = command[4:]
    if len(rest) <= 1:
        return b""
    data = rest[1 : 1 + rest[0]]
    return data if len(data) == rest[0] and len(rest) - len(data) <= 2 else rest


def _is_name(command: bytes, body: bytes) -> bool:
    """Only what is surely a name: SELECT by name, as long as names are, and nothing left over."""
    return command[:4] == _SELECT_BY_NAME and len(body) in _NAME_BYTES and command[4] == len(body)
