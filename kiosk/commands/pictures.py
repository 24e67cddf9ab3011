"""`kioskctl pictures`: packs of pictures for the invitation: a key, a signature, a look at them."""

import os
from pathlib import Path

import click
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.offline.pictures import BadPictures, Pack, read_pictures, sign_pictures

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group()
def pictures() -> None:
    """Packs of pictures for the invitation: make a key, sign a folder, check it."""


@pictures.command()
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make the key that signs packs, for head office's safe; prints what kiosks are told of it."""
    made = Ed25519PrivateKey.generate()
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as trouble:
        raise click.ClickException(f"{file}: {trouble.strerror}") from trouble
    with os.fdopen(handle, "wb") as opened:
        opened.write(pem)
    click.echo(f'pictures_key = "{made.public_key().public_bytes_raw().hex()}"')


@pictures.command()
@_FOLDER
@click.option("--key", "file", type=click.Path(path_type=Path), required=True, help="From `pictures key`.")
@click.option("--seconds", type=int, default=12, show_default=True, help="How long each picture stays.")
def sign(folder: Path, file: Path, seconds: int) -> None:
    """Sign the pictures that lie in a folder: NAME.png upright, NAME_tall.png for lying screens."""
    try:
        _say(folder, sign_pictures(folder, _private(file), seconds))
    except BadPictures as bad:
        raise click.ClickException(str(bad)) from bad


@pictures.command()
@_FOLDER
@click.option("--key", "told", required=True, help="The key as in the settings, 64 hex digits.")
def check(folder: Path, told: str) -> None:
    """Whether a kiosk with this key would show the pack."""
    try:
        _say(folder, read_pictures(folder, bytes.fromhex(told)))
    except ValueError as bad:
        raise click.ClickException(str(bad)) from bad


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        found = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError) as trouble:
        raise click.ClickException(f"{file}: {trouble}") from trouble
    if not isinstance(found, Ed25519PrivateKey):
        raise click.ClickException(f"{file}: no Ed25519 key")
    return found


def _say(folder: Path, pack: Pack) -> None:
    click.echo(f"{folder}: {len(pack.stills)} pictures, {pack.seconds} s each")
