"""What can be held against what the screen said: the paper, the hub's books, the kiosk's journal."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image

from kiosk.membership import vouchers

_PAUSE = 0.05
_PATIENCE = 20.0


class Missing(Exception):
    """A piece of evidence that must be there is not, or does not hold."""


OURS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)
"""What our papers bear. Some other kinds have so little redundancy that ordinary dots may read as one."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a printed voucher says in its signed code, and where the picture of the paper lies."""

    picture: Path
    number: str
    gift: str
    points: int
    check: str


def printed(papers: Path, before: frozenset[Path]) -> Path:
    """The one paper that was not there before. Missing: none came, or more than one."""
    deadline = time.monotonic() + _PATIENCE
    while not (new := frozenset(papers.glob("*.png")) - before):
        if time.monotonic() > deadline:
            raise Missing(f"no paper came out into {papers}")
        time.sleep(_PAUSE)
    if len(new) > 1:
        raise Missing(f"{len(new)} papers came out where one should have: {sorted(new)}")
    return next(iter(new))


def code_on(picture: Path) -> str:
    """What the one code on a picture says. Missing: there is none, or more than one."""
    with Image.open(picture) as paper:
        found = zxingcpp.read_barcodes(paper.convert("L"), formats=OURS)
    if len(found) != 1:
        told = ", ".join(f"{code.format} at {code.position}" for code in found)
        raise Missing(f"{picture}: {len(found)} codes can be read, not one: {told}")
    return str(found[0].text)


def read_voucher(picture: Path, public: bytes) -> Voucher:
    """Read the code off the picture and check its signature. Missing: no code, or a forged one."""
    code = code_on(picture)
    try:
        ticket, told, signature = vouchers.parse_qr(code)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, told)
    except vouchers.NotAVoucher as other:
        raise Missing(f"{picture}: its code is no voucher: {other}") from other
    except InvalidSignature as forged:
        raise Missing(f"{picture}: the signature is not this kiosk's") from forged
    return Voucher(picture, ticket.number, ticket.gift, ticket.points, vouchers.check_code(signature))


def hub_record(hub: str, number: str, **wanted: object) -> dict[str, Any]:
    """The hub's books about a voucher, once they say what is wanted. Missing: they never do."""
    deadline = time.monotonic() + _PATIENCE
    with requests.Session() as line:
        line.trust_env = False
        while True:
            answer = line.get(f"{hub}/v1/record/{number}", timeout=5)
            record: dict[str, Any] = answer.json() if answer.ok else {}
            if record and all(record.get(name) == value for name, value in wanted.items()):
                return record
            if time.monotonic() > deadline:
                raise Missing(f"the hub does not say {wanted} of {number}: {record or answer.status_code}")
            time.sleep(_PAUSE)


def hub_knows(hub: str, number: str) -> bool:
    """Whether the hub has heard of this voucher."""
    with requests.Session() as line:
        line.trust_env = False
        return line.get(f"{hub}/v1/record/{number}", timeout=5).ok


def journal_lines(state: Path, copy: Path) -> list[dict[str, Any]]:
    """What `kiosk journal show` tells, of a copy that `kiosk journal verify` found whole.

    The running kiosk keeps the original shut. Missing: three copies in a row were torn.
    """
    trouble = ""
    for _ in range(3):  # the kiosk may write between the copies of its two files
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(mode=0o700)
        for part in (*state.glob("journal.db*"), state / "storage-key"):
            shutil.copy(part, copy / part.name)
        status, _said, trouble = kiosk_command("journal", "verify", str(copy))
        if status == 0:
            status, said, trouble = kiosk_command("journal", "show", str(copy))
            return [json.loads(line) for line in said.splitlines()]
    raise Missing(f"the journal cannot be read: {trouble}")


def kiosk_command(*words: str) -> tuple[int, str, str]:
    """Run `kiosk WORDS` as staff would: its exit status, what it said, what it complained of."""
    said = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-m", "kiosk", *words], capture_output=True, text=True, timeout=60, check=False
    )
    return said.returncode, said.stdout.strip(), said.stderr.strip()
