"""Being taken in by head office: own keys, an authority that the code vouches for, one answer, kept."""

import hmac
import os
import ssl
from pathlib import Path

from kiosk.ledger.enrolment import EnrolmentCode, EnrolRequest, fingerprint, proof_part
from kiosk.offline.identity import FILE, Place, enrolled_place, own_keys, settle
from kiosk.offline.transport import enrol_over, fetch_unverified

CA = "ca.pem"
_AUTHORITY_MAX = 16 * 1024


class AuthorityDiffers(Exception):
    """Whoever answered is not the head office that made the code, or the code was mistyped."""


def enrol(
    url: str, code: EnrolmentCode, state: Path, timeout_s: float, storage_key: bytes | None = None
) -> Place:
    """Take this device in; safe to repeat with the same code until it worked.

    Leaves `identity` and `ca.pem` in the state folder. Otherwise AuthorityDiffers, HubUnreachable,
    HubRefused, or IdentityUnusable if the folder is another kiosk's. A `storage_key` seals the keys.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = own_keys(state / FILE, storage_key)
    authority = _vouched(fetch_unverified(f"{url}/v1/authority", timeout_s, _AUTHORITY_MAX), code)
    _pin(authority, state)
    device = keys.device_key.public_key().public_bytes_raw()
    voucher = keys.voucher_key.public_key().public_bytes_raw()
    proof = keys.device_key.sign(proof_part(code.secret, device, voucher))
    asked = EnrolRequest(code=code.secret, device_public=device, voucher_public=voucher, proof=proof)
    answer = enrol_over(url, str(state / CA), asked, timeout_s)
    place = Place(answer.device, answer.store, answer.kiosk, answer.zone)
    settle(state / FILE, place, answer.voucher_key_id, answer.card_key, storage_key)
    return place


def pinned_authority(state: Path) -> str:
    """The file of the authority this kiosk was enrolled under; '' if there is none."""
    file = state / CA
    return str(file) if file.exists() else ""


def _vouched(told: bytes, code: EnrolmentCode) -> str:
    """The authority's certificate, encoded anew from the very bytes whose fingerprint is the code's."""
    try:
        certificate = ssl.PEM_cert_to_DER_cert(told.decode("ascii"))
    except ValueError as wrong:
        raise AuthorityDiffers("who answers there shows no certificate; is it head office?") from wrong
    if not hmac.compare_digest(fingerprint(certificate), code.fingerprint):
        raise AuthorityDiffers(
            "The code is not of the head office that answers there: it was mistyped, the address is wrong,"
            " or somebody stands between."
        )
    return ssl.DER_cert_to_PEM_cert(certificate)


def _pin(authority: str, state: Path) -> None:
    """Keep it, durably; a kiosk that is enrolled never changes whom it trusts."""
    file = state / CA
    if file.exists() and file.read_text(encoding="ascii") == authority:
        return
    if file.exists() and enrolled_place(state / FILE) is not None:
        raise AuthorityDiffers(f"{state} was enrolled by another head office; begin with an empty folder")
    draft = file.with_name(f"{CA}.new")
    with draft.open("w", encoding="ascii") as opened:
        opened.write(authority)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)  # made durable with the identity's rename, which syncs the folder
