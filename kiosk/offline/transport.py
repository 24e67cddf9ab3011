"""The way to head office: the one home of HTTP requests. Every request is signed (RFC 9421, Ed25519)."""

import time
from typing import TypeVar

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from kiosk.ledger import sync as wire

MESSAGEPACK = "application/msgpack"
LABEL = "kiosk"
COVERED = ("@method", "@path", "content-digest", "content-type")
ANSWER_MAX = 64 * 1024 * 1024
"""Bytes of one answer: a replica of many thousand home members still fits."""
_CHUNK = 64 * 1024

M = TypeVar("M", bound=msgspec.Struct)


class HubUnreachable(Exception):
    """No answer, or none that makes sense. Whether head office acted on the request is not known."""


class HubRefused(Exception):
    """Head office answered that it will not. `code` is stable, `detail` is for a technician."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


class HttpHub:
    """Head office over HTTP. Each thread makes its own; proxies and netrc are ignored."""

    def __init__(
        self, base_url: str, device: str, key: Ed25519PrivateKey, timeout_s: float = 5.0, ca_file: str = ""
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._device = device
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.trust_env = False
        if ca_file:
            self._session.verify = ca_file
        keys = MappingKeyResolver(public_keys={}, private_keys={device: key})
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys)

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """Upload a batch, ask for rights, take grants."""
        return self._ask("POST", "/v1/sync", wire.pack(request), wire.SyncAnswer)

    def account(self, card: bytes) -> wire.AccountAnswer:
        """Whose card is this?"""
        asked = wire.AccountRequest(device=self._device, card=card)
        return self._ask("POST", "/v1/account", wire.pack(asked), wire.AccountAnswer)

    def pin(self, member: str, route: str, entry: str, pin: str) -> wire.PinAnswer:
        """Check a PIN. `entry` is the id of the journalled try."""
        asked = wire.PinRequest(device=self._device, member=member, route=route, entry=entry, pin=pin)
        return self._ask("POST", "/v1/pin", wire.pack(asked), wire.PinAnswer)

    def replica(self) -> wire.Replica:
        """What to keep for the time without network."""
        return self._ask("GET", "/v1/replica", b"", wire.Replica)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _ask(self, method: str, path: str, body: bytes, kind: type[M]) -> M:
        deadline = time.monotonic() + self._timeout_s
        asked = requests.Request(
            method, self._base_url + path, data=body or None, headers={"Content-Type": MESSAGEPACK}
        )
        prepared = self._session.prepare_request(asked)
        self._signer.sign(
            prepared, key_id=self._device, label=LABEL, covered_component_ids=COVERED, body=body
        )
        try:
            with self._session.send(
                prepared, stream=True, timeout=self._timeout_s, allow_redirects=False
            ) as answer:
                received = _read(answer, deadline)
        except (requests.RequestException, OSError) as trouble:
            raise HubUnreachable(str(trouble)) from trouble
        return _understood(answer.status_code, received, kind)


def _read(answer: requests.Response, deadline: float) -> bytes:
    """The whole body, within deadline and bound: a socket's timeout begins anew at each byte."""
    parts: list[bytes] = []
    left = ANSWER_MAX
    for part in answer.iter_content(_CHUNK):
        left -= len(part)
        if left < 0:
            raise HubUnreachable(f"the answer has more than {ANSWER_MAX} bytes")
        if time.monotonic() > deadline:
            raise HubUnreachable("the answer took too long")
        parts.append(part)
    return b"".join(parts)


def _understood(status: int, received: bytes, kind: type[M]) -> M:
    if status == 200:
        try:
            return wire.unpack(kind, received)
        except wire.MalformedMessage as wrong:
            raise HubUnreachable(f"the answer is no {kind.__name__}: {wrong}") from wrong
    try:
        trouble = wire.unpack(wire.Trouble, received)
    except wire.MalformedMessage as wrong:
        raise HubUnreachable(f"HTTP {status} from somebody who is not head office") from wrong
    raise HubRefused(status, trouble.code, trouble.detail)
