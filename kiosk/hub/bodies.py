"""Bodies on their way in: read no further than a limit, and inflated no further than it either."""

import zstandard
from fastapi import Request

from kiosk.hub.declined import Declined

ENCODING = "zstd"


async def read_body(request: Request, limit: int) -> bytes:
    """The bytes on the wire, read no further than the limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_much(limit)
        parts.append(part)
    return b"".join(parts)


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """The message in a body. Its frame says how large it is: beyond the limit nothing is inflated at all.

    Declined: 413 beyond the limit, 415 for an encoding we do not know, 400 when it is not what it says.
    """
    if not encoding:
        return body
    if encoding != ENCODING:
        raise Declined(415, "encoding", f"a body is plain or {ENCODING}")
    try:
        size = zstandard.get_frame_parameters(body).content_size
        if size == zstandard.CONTENTSIZE_UNKNOWN:
            raise Declined(400, "malformed", "the frame does not say how large its content is")
        if size > limit:
            raise _too_much(limit)
        return zstandard.ZstdDecompressor().decompress(body, allow_extra_data=False)
    except zstandard.ZstdError as wrong:
        raise Declined(400, "malformed", f"this is not {ENCODING}: {wrong}") from wrong


def _too_much(limit: int) -> Declined:
    return Declined(413, "too-much", f"a body has at most {limit} bytes")
