"""What a bar code scanner sends: codes, each ended by CR, LF or ETX, some begun by STX. Pure bytes."""

LONGEST = 512
"""Characters of the longest code that is believed; a voucher's has about 170."""
GAP_S = 0.5
"""A code comes in one breath: after a longer silence a new one begins, whatever came before."""

STX, ETX, CR, LF = 0x02, 0x03, 0x0D, 0x0A
_ENDS = frozenset((CR, LF, ETX))
_PRINTABLE = range(0x20, 0x7F)


class Frames:
    """Puts codes together, however the line cuts or joins them. Holds at most LONGEST bytes.

    Spaces belong to a code, also at its ends. A code with a byte that is no printable ASCII, or one too long,
    is dropped whole: half a code is worse than none.
    """

    def __init__(self) -> None:
        self._code = bytearray()
        self._spoilt = False
        self._heard_at = float("-inf")
        self.dropped = 0
        """How many codes were begun and not believed, for the log."""

    def feed(self, data: bytes, now: float) -> list[str]:
        """The codes that end in these bytes, which came at `now` (monotonic seconds)."""
        if data:
            if now - self._heard_at > GAP_S:
                self._begin()
            self._heard_at = now
        codes = []
        for byte in data:
            if byte in _ENDS:
                codes += self._end()
            elif byte == STX:
                self._begin()
            else:
                self._take(byte)
        return codes

    def _take(self, byte: int) -> None:
        if byte not in _PRINTABLE or len(self._code) >= LONGEST:
            self._spoilt = True
        if not self._spoilt:
            self._code.append(byte)

    def _end(self) -> list[str]:
        """The code, if there is one: after CR the LF of the same pair ends nothing."""
        code, whole = self._code.decode("ascii"), not self._spoilt
        if whole:
            self._code.clear()
        else:
            self._begin()
        return [code] if code and whole else []

    def _begin(self) -> None:
        """Forget what is there; it never became a code."""
        self.dropped += bool(self._code) or self._spoilt
        self._code.clear()
        self._spoilt = False
