"""Files and records of one ISO 7816-4 card, over a channel. Every length that a card names is bounded."""

from kiosk.hardware.cards.apdu import (
    CardGarbled,
    CardRefused,
    Channel,
    Status,
    chained,
    command,
    exchange,
    read_binary,
    select,
)

FILE_MAX = 4096
"""Bytes of the longest file that is read."""

RECORDS_MAX = 32
CHUNK = 256
SFIS = range(1, 31)
OFFSET_MAX = 0x7FFF

_ENDED = frozenset({Status.FILE_ENDED, Status.BEYOND_END})
_NO_MORE = frozenset({Status.NO_RECORD, Status.NOT_FOUND})


def select_file(fid: int) -> bytes:
    """SELECT a file by its identifier (two bytes), with its FCI."""
    return command(bytes.fromhex("00A40000"), fid.to_bytes(2, "big"), CHUNK)


def read_short(sfi: int, offset: int, expect: int = CHUNK) -> bytes:
    """READ BINARY of the file with this short identifier, which thereby becomes the current one."""
    _check(sfi)
    return command(bytes((0x00, 0xB0, 0x80 | sfi, offset)), expect=expect)


def read_record(sfi: int, number: int, expect: int = CHUNK) -> bytes:
    """READ RECORD by its number, from 1, out of the file with this short identifier."""
    _check(sfi)
    return command(bytes((0x00, 0xB2, number, sfi << 3 | 0x04)), expect=expect)


def _check(sfi: int) -> None:
    if sfi not in SFIS:
        raise ValueError("a short file identifier is 1 to 30")


def _take(answer: tuple[bytes, int], what: str) -> bytes:
    """The data of a good answer; CardRefused for any other."""
    data, status = answer
    if status != Status.OK:
        raise CardRefused(what, status)
    return data


class Files:
    """What a card keeps in files. Its verbs raise CardRefused (the card said no) or another CardTrouble."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def choose(self, aid: bytes) -> bytes:
        """Select an application by name; the bytes of its FCI."""
        return _take(exchange(self._channel, select(aid)), "SELECT")

    def choose_file(self, fid: int) -> bytes:
        """Select a file or directory by identifier; the bytes of its FCI."""
        return _take(exchange(self._channel, select_file(fid)), "SELECT")

    def put(self, header: bytes, data: bytes, expect: int | None = None) -> bytes:
        """Send data of any length under one header, chained; what the card answers to the last part."""
        *first, last = chained(header, data, expect)
        for part in first:
            _take(self._channel.send(part), "chained command")
        return _take(exchange(self._channel, last) if expect else self._channel.send(last), "command")

    def whole(self, sfi: int | None = None) -> bytes:
        """All bytes of a file, or of the current one; CardGarbled when it is longer than FILE_MAX."""
        first = read_binary() if sfi is None else read_short(sfi, 0)
        gathered, status = exchange(self._channel, first)
        if status != Status.OK and status not in _ENDED:
            raise CardRefused("READ BINARY", status)
        more = gathered
        while len(more) == CHUNK and status == Status.OK:
            if len(gathered) > FILE_MAX - CHUNK:
                raise CardGarbled("a file without end")
            more, status = exchange(self._channel, read_binary(offset=len(gathered)))
            if status != Status.OK and status not in _ENDED:
                raise CardRefused("READ BINARY", status)
            gathered += more
        return gathered

    def part(self, sfi: int, offset: int, length: int) -> bytes:
        """`length` bytes (at most 256) of a file from `offset`; CardGarbled for another number of them.

        Beyond the reach of a short identifier (255) the file is made current first.
        """
        if not 0 <= offset <= OFFSET_MAX or not 1 <= length <= CHUNK:
            raise ValueError("no such part of a file")
        if offset <= 0xFF:
            asked = read_short(sfi, offset, length)
        else:
            _take(exchange(self._channel, read_short(sfi, 0, 1)), "READ BINARY")
            asked = read_binary(offset, length & 0xFF)
        data = _take(exchange(self._channel, asked), "READ BINARY")
        if len(data) != length:
            raise CardGarbled(f"{len(data)} bytes instead of {length}")
        return data

    def records(self, sfi: int, length: int) -> tuple[bytes, ...]:
        """The records of a file, in the card's order; CardGarbled when one has another length."""
        found: list[bytes] = []
        for number in range(1, RECORDS_MAX + 1):
            data, status = exchange(self._channel, read_record(sfi, number, length))
            if status in _NO_MORE:
                break
            if status != Status.OK:
                raise CardRefused("READ RECORD", status)
            if len(data) != length:
                raise CardGarbled(f"a record of {len(data)} bytes")
            found.append(data)
        return tuple(found)
