"""A signed pack of still pictures for the invitation: a folder that head office made and nobody changed.

The folder has `pictures.json`, `pictures.sig` and the pictures: NAME.png for upright screens and
NAME_tall.png for lying ones. The signature is Ed25519 over the list, and the list has the SHA-256 of every
picture. What is returned is what was verified: no file is read twice.
"""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

CODE = "K-AT-01"
"""The fault of a pack that cannot be shown."""
LIST, SIGNATURE = "pictures.json", "pictures.sig"
TALL = "_tall"
MOST, BIGGEST, LARGEST = 12, 4 * 1024 * 1024, 2160
"""Pictures in a pack, bytes of a picture, pixels of its longer side."""
_CONTEXT = b"kiosk-pictures-1\0"
_PNG, _HEAD = b"\x89PNG\r\n\x1a\n", 24

_Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class BadPictures(ValueError):
    """The pack cannot be shown; says why."""


class _Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _Name
    upright: _Digest
    tall: _Digest


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seconds: Annotated[int, Meta(ge=6, le=600)]
    pictures: Annotated[tuple[_Listed, ...], Meta(min_length=1, max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Still:
    """One picture, as two PNG files."""

    upright: bytes = field(repr=False)
    tall: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pack:
    """Pictures in their order, and how many seconds each stays."""

    stills: tuple[Still, ...]
    seconds: int


def read_pictures(folder: Path, key: bytes) -> Pack:
    """The pack in a folder, if `key` (Ed25519, 32 bytes) signed it and nothing changed; else BadPictures."""
    listed = _read(folder / LIST)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_read(folder / SIGNATURE), _CONTEXT + listed)
        told = msgspec.json.decode(listed, type=_List)
    except InvalidSignature:
        raise BadPictures(f"{folder}: not signed by this key") from None
    except ValueError as wrong:  # a key of another length, or a list that is none
        raise BadPictures(f"{folder}: {wrong}") from wrong
    stills = tuple(
        Still(_proved(folder, one.name, one.upright), _proved(folder, one.name + TALL, one.tall))
        for one in told.pictures
    )
    return Pack(stills, told.seconds)


def sign_pictures(folder: Path, key: Ed25519PrivateKey, seconds: int) -> Pack:
    """List and sign the pictures of a folder, in the order of their names; the pack as kiosks read it.

    BadPictures if a kiosk would refuse it; then nothing is written.
    """
    names = sorted(file.stem for file in folder.glob("*.png") if not file.stem.endswith(TALL))
    try:
        listed = msgspec.json.encode(_List(seconds, tuple(_listed(folder, name) for name in names)))
        msgspec.json.decode(listed, type=_List)
    except msgspec.ValidationError as wrong:
        raise BadPictures(f"{folder}: {wrong}") from wrong
    _write(folder / LIST, listed)
    _write(folder / SIGNATURE, key.sign(_CONTEXT + listed))
    return read_pictures(folder, key.public_key().public_bytes_raw())


def _listed(folder: Path, name: str) -> _Listed:
    upright, tall = (hashlib.sha256(_picture(folder, one)).hexdigest() for one in (name, name + TALL))
    return _Listed(name, upright, tall)


def _proved(folder: Path, name: str, digest: str) -> bytes:
    png = _picture(folder, name)
    if hashlib.sha256(png).hexdigest() != digest:
        raise BadPictures(f"{folder / name}.png: not the picture that was signed")
    return png


def _picture(folder: Path, name: str) -> bytes:
    """A PNG file of bearable size; what its pixels are is the signer's word."""
    png = _read(folder / f"{name}.png")
    sides = [int.from_bytes(png[at : at + 4]) for at in (16, 20)]
    if len(png) < _HEAD or not png.startswith(_PNG) or not all(0 < side <= LARGEST for side in sides):
        raise BadPictures(f"{folder / name}.png: no PNG file of at most {LARGEST} pixels a side")
    return png


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(BIGGEST + 1)
    except OSError as trouble:
        raise BadPictures(f"{path}: {trouble.strerror}") from trouble
    if len(content) > BIGGEST:
        raise BadPictures(f"{path}: longer than {BIGGEST} bytes")
    return content


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    os.replace(draft, path)
