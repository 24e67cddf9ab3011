"""The way to head office: the one home of HTTP requests. Every request is signed (RFC 9421, Ed25519).

Connections only ever go out, so a kiosk works behind any NAT. TLS is 1.3; `ca_file` pins head office.
"""

import ssl
import time
import warnings
from typing import Any, TypeVar

import msgspec
import requests
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning, InvalidHeader
from urllib3.util import Retry, create_urllib3_context

from kiosk.ledger import sync as wire
from kiosk.ledger.enrolment import EnrolAnswer, EnrolRequest
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest
from kiosk.ports import Newcomer, PinChange

MESSAGEPACK = "application/msgpack"
LABEL = "kiosk"
COVERED = ("@method", "@path", "content-digest", "content-type")
ANSWER_MAX = 64 * 1024 * 1024
"""Bytes of one answer: a replica of many thousand home members still fits."""
_CHUNK = 64 * 1024
COMPRESS_FROM = 1400
"""Bytes of a body: what fits into one packet anyway stays as it is."""
RETRY_AFTER_MAX_S = 300.0
"""Longer than this nobody stays away: a date in the answer is read by our own clock, which may be wrong."""

M = TypeVar("M", bound=msgspec.Struct)


class HubUnreachable(Exception):
    """No answer, or none that makes sense. Whether head office acted on the request is not known."""


class HubRefused(Exception):
    """Head office answered that it will not. `code` is stable, `detail` is for a technician.

    `retry_after_s`: not before so many seconds, where it said so.
    """

    def __init__(self, status: int, code: str, detail: str, retry_after_s: float = 0.0) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


class HttpHub:
    """Head office over HTTP. Each thread makes its own; proxies and netrc are ignored."""

    def __init__(
        self, base_url: str, device: str, key: Ed25519PrivateKey, timeout_s: float = 5.0, ca_file: str = ""
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._device = device
        self._timeout_s = timeout_s
        self._session = open_session(ca_file)
        self._compressor = zstandard.ZstdCompressor()
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

    def phone(self, phone: str, entry: str, pin: str) -> wire.PhoneAnswer:
        """Whose phone is this, if this is their PIN?"""
        asked = wire.PhoneRequest(device=self._device, phone=phone, entry=entry, pin=pin)
        return self._ask("POST", "/v1/phone", wire.pack(asked), wire.PhoneAnswer)

    def code(self, name: str, entry: str) -> wire.CodeAnswer:
        """Send a one-time code to somebody's phone."""
        asked = wire.CodeRequest(device=self._device, name=name, entry=entry)
        return self._ask("POST", "/v1/code", wire.pack(asked), wire.CodeAnswer)

    def new_pin(self, change: PinChange) -> wire.NewPinAnswer:
        """Set a PIN."""
        asked = wire.NewPinRequest(
            device=self._device, name=change.name, entry=change.entry, proof=change.proof, pin=change.pin
        )
        return self._ask("POST", "/v1/new-pin", wire.pack(asked), wire.NewPinAnswer)

    def join_code(self, number: str, entry: str) -> wire.CodeAnswer:
        """Send a one-time code to the phone of somebody who joins."""
        asked = wire.JoinCodeRequest(device=self._device, number=number, entry=entry)
        return self._ask("POST", "/v1/join-code", wire.pack(asked), wire.CodeAnswer)

    def join(self, newcomer: Newcomer) -> wire.JoinAnswer:
        """Hand over the key of what somebody told who joined, and perhaps their first PIN."""
        asked = wire.JoinRequest(
            device=self._device, member=newcomer.member, key=newcomer.key, pin=newcomer.pin
        )
        return self._ask("POST", "/v1/join", wire.pack(asked), wire.JoinAnswer)

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        """The next step of the download of what to keep for the time without network."""
        return self._ask("POST", "/v1/replica", wire.pack(request), ReplicaAnswer)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _ask(self, method: str, path: str, body: bytes, kind: type[M]) -> M:
        headers: dict[str, str] = {"Content-Type": MESSAGEPACK}
        covered: tuple[str, ...] = COVERED
        if len(body) >= COMPRESS_FROM:
            # Digest and signature cover the bytes on the wire, and what they are compressed with.
            body = self._compressor.compress(body)
            headers["Content-Encoding"] = "zstd"
            covered = (*COVERED, "content-encoding")
        asked = requests.Request(method, self._base_url + path, data=body or None, headers=headers)
        prepared = self._session.prepare_request(asked)
        self._signer.sign(
            prepared, key_id=self._device, label=LABEL, covered_component_ids=covered, body=body
        )
        return understood(*exchange(self._session, prepared, self._timeout_s), kind)


class _Tls13(HTTPAdapter):
    """Speaks TLS 1.3 only. The context trusts nobody by itself: the session's `verify` says whom to trust."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_3)
        super().init_poolmanager(*args, ssl_context=context, **options)


def open_session(ca_file: str) -> requests.Session:
    """A session that trusts this authority (a PEM file) and nobody else; the system's with ''."""
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file or True
    session.mount("https://", _Tls13())
    return session


def fetch_unverified(url: str, timeout_s: float, most: int) -> bytes:
    """What whoever answers here says, for the caller to check. HubUnreachable if nobody does."""
    with requests.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        session.trust_env, session.verify = False, False
        asked = session.prepare_request(requests.Request("GET", url))
        status, _, received = exchange(session, asked, timeout_s, most)
    if status != requests.codes.ok:
        raise HubUnreachable(f"HTTP {status} at {url}")
    return received


def enrol_over(base_url: str, ca_file: str, asked: EnrolRequest, timeout_s: float) -> EnrolAnswer:
    """Be taken in by the head office that this authority signed, and by nobody else."""
    with open_session(ca_file) as session:
        request = requests.Request("POST", f"{base_url}/v1/enrol", data=wire.pack(asked))
        prepared = session.prepare_request(request)
        return understood(*exchange(session, prepared, timeout_s), EnrolAnswer)


def exchange(
    session: requests.Session, prepared: requests.PreparedRequest, timeout_s: float, most: int = ANSWER_MAX
) -> tuple[int, float, bytes]:
    """Send once, read everything: status, Retry-After in seconds, body. HubUnreachable if that fails."""
    deadline = time.monotonic() + timeout_s
    try:
        with session.send(prepared, stream=True, timeout=timeout_s, allow_redirects=False) as answer:
            return answer.status_code, _retry_after_s(answer), _read(answer, deadline, most)
    except (requests.RequestException, OSError) as trouble:
        raise HubUnreachable(_cause(trouble)) from trouble


def _retry_after_s(answer: requests.Response) -> float:
    """Seconds or an HTTP date, bounded; 0 when there is none that makes sense."""
    try:
        told = Retry().parse_retry_after(answer.headers.get("Retry-After", "0"))
    except InvalidHeader:
        return 0.0
    return min(max(0.0, told), RETRY_AFTER_MAX_S)


def _cause(trouble: BaseException) -> str:
    """One sentence for a technician; a certificate that is refused says what is wrong with it."""
    links: BaseException | None = trouble
    while links is not None:
        if isinstance(links, ssl.SSLCertVerificationError):
            return f"whoever answers is not head office: {links.verify_message}"
        links = links.__cause__ or links.__context__
    return str(trouble)


def _read(answer: requests.Response, deadline: float, most: int) -> bytes:
    """The whole body, within deadline and bound: a socket's timeout begins anew at each byte."""
    parts: list[bytes] = []
    left = most
    for part in answer.iter_content(_CHUNK):
        left -= len(part)
        if left < 0:
            raise HubUnreachable(f"the answer has more than {most} bytes")
        if time.monotonic() > deadline:
            raise HubUnreachable("the answer took too long")
        parts.append(part)
    return b"".join(parts)


def understood(status: int, retry_after_s: float, received: bytes, kind: type[M]) -> M:
    """The message in an answer; HubRefused if it is a refusal, HubUnreachable if it makes no sense."""
    if status == 200:
        try:
            return wire.unpack(kind, received)
        except wire.MalformedMessage as wrong:
            raise HubUnreachable(f"the answer is no {kind.__name__}: {wrong}") from wrong
    try:
        trouble = wire.unpack(wire.Trouble, received)
    except wire.MalformedMessage as wrong:
        raise HubUnreachable(f"HTTP {status} from somebody who is not head office") from wrong
    raise HubRefused(status, trouble.code, trouble.detail, retry_after_s)
