"""Who sends this request, and is it whole? RFC 9421 signatures (Ed25519) over a recomputed Content-Digest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from kiosk.hub.declined import Declined

LABEL = "kiosk"
COVERED = ("@method", "@path", "content-digest", "content-type")
ALSO = ("content-encoding",)
"""Covered wherever it is sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an HTTP request that a signature speaks of."""

    method: str
    url: str
    headers: Mapping[str, str]


class _Keys(HTTPSignatureKeyResolver):  # type: ignore[misc]
    def __init__(self, public_key: Callable[[str], bytes | None]) -> None:
        self._public_key = public_key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        key = self._public_key(key_id)
        return Ed25519PublicKey.from_public_bytes(key) if key else None


class _Verifier(HTTPMessageVerifier):  # type: ignore[misc]
    def validate_created_and_expires(self, sig_input: Any, max_age: object = None) -> None:
        """`created` must be there, but decides nothing.

        A kiosk whose clock battery died must still be able to upload; replays are stopped by sequence, hash
        and entry ids, not by time.
        """
        del max_age
        if type(sig_input.params.get("created")) is not int:
            raise InvalidSignature("the signature has no 'created'")


class Doorman:
    """Lets signed requests in. `public_key` finds an enrolled device's key."""

    def __init__(self, public_key: Callable[[str], bytes | None]) -> None:
        self._verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_Keys(public_key))

    def admit(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
        """The id of the device that signed this; Declined (401) if none did, or not this body."""
        # The host is not covered (a proxy may change it), so any will do.
        message = Request(method, f"http://hub{path}", headers)
        names = {name.lower() for name in headers}
        if "content-digest" not in names:
            raise Declined(401, "signature", "there is no Content-Digest")
        # The digest is over the bytes on the wire; what they are compressed with must be signed as well.
        covered = (*COVERED, *ALSO) if names.intersection(ALSO) else COVERED
        try:
            results = self._verifier.verify(message, require_components=covered, max_age=None, body=body)
        except (HTTPMessageSignaturesException, ValueError) as wrong:
            raise Declined(401, "signature", str(wrong)) from wrong
        if len(results) != 1 or results[0].label != LABEL:
            raise Declined(401, "signature", f"exactly one signature labelled '{LABEL}' is expected")
        return str(results[0].parameters["keyid"])
