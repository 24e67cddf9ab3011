"""Head office's own certificate authority: small, in files of its own, never in the database.

Kiosks pin its certificate, so nobody else's signature lets anybody pretend to be head office.
"""

import datetime as dt
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiosk.ledger.enrolment import fingerprint

AUTHORITY_DAYS = 20 * 365
SERVER_DAYS = 397
RENEW_DAYS = 30
_ALWAYS = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Certificates begin here: a kiosk whose clock battery died believes it is 1970, and must still upload."""


class AuthorityUnusable(Exception):
    """The authority's file is damaged, or others may read it."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that was opened. `certificate` is its own."""

    certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        """What kiosks pin."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> bytes:
        """What an enrolment code says of this authority."""
        return fingerprint(self.certificate.public_bytes(serialization.Encoding.DER))

    def certify(self, names: Sequence[str], now: int) -> bytes:
        """A server's fresh key, its certificate for these names and ours, as PEM. `now`: UTC microseconds."""
        key = ec.generate_private_key(ec.SECP256R1())
        ours = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _draft(_name(names[0]), self.certificate.subject, key, now, SERVER_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ours), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        return _private(key) + certificate.public_bytes(serialization.Encoding.PEM) + self.pem


def open_authority(folder: Path, shop: str, now: int) -> Authority:
    """The authority in this folder; made when there is none.

    `authority.pem` is key and certificate, for us alone; `ca.pem` the certificate, for those who trust it.
    AuthorityUnusable if the file cannot be used.
    """
    file = folder / "authority.pem"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two processes may begin at once: the first to link wins, both read what is there.
        _publish(file, _fresh_authority(shop, now), os.link)
    content = _read_private(file)
    try:
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError as wrong:
        raise AuthorityUnusable(f"{file}: {wrong}") from wrong
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise AuthorityUnusable(f"{file}: key and certificate do not belong together")
    authority = Authority(certificate, key)
    public = folder / "ca.pem"
    if not public.exists() or public.read_bytes() != authority.pem:
        _publish(public, authority.pem, os.replace)
    return authority


def server_file(folder: Path, authority: Authority, names: Sequence[str], now: int) -> Path:
    """The server's key and chain (`server.pem`); made anew when 30 days are left or the names changed."""
    file = folder / "server.pem"
    if not file.exists() or not _still_good(_read_private(file), authority, names, now):
        _publish(file, authority.certify(names, now), os.replace)
    return file


def server_context(file: Path) -> ssl.SSLContext:
    """TLS 1.3 and nothing older, with the server's file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(file)
    return context


def _fresh_authority(shop: str, now: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{shop} head office")
    certificate = (
        _draft(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _private(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: int, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_ALWAYS)
        .not_valid_after(_date(now) + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _still_good(content: bytes, authority: Authority, names: Sequence[str], now: int) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(content)
        certificate.verify_directly_issued_by(authority.certificate)
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    left = certificate.not_valid_after_utc - _date(now)
    return left > dt.timedelta(days=RENEW_DAYS) and list(told) == [_general(name) for name in names]


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _date(now: int) -> dt.datetime:
    return _ALWAYS + dt.timedelta(microseconds=now)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read_private(file: Path) -> bytes:
    with file.open("rb") as opened:
        mode = os.fstat(opened.fileno()).st_mode
        if mode & 0o077:
            raise AuthorityUnusable(f"{file} may be read by others (mode {mode & 0o777:o})")
        return opened.read()


def _publish(file: Path, content: bytes, put: Callable[[str, Path], None]) -> None:
    """Whole or not at all, and readable by us alone (mkstemp makes 0600)."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            put(draft, file)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink(missing_ok=True)
