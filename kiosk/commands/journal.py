"""`kiosk journal`: read a kiosk's journal, and carry it to head office by hand."""

import json
import os
from pathlib import Path

import click

from kiosk.ports import JournalFailed
from kiosk.settings import BadSettings, Settings, load

EXPORT_S = 600.0
"""A kiosk that was without network for weeks has much to write."""

_state = click.argument("state", type=click.Path(exists=True, file_okay=False, path_type=Path))
_key = click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The key file."
)


@click.group()
def journal() -> None:
    """Read a kiosk's journal (of a kiosk that is not running, or of a copy); carry it to head office."""


@journal.command()
@_state
@_key
def show(state: Path, key: Path | None) -> None:
    """One JSON line an entry."""
    from kiosk.offline.reading import lines

    try:
        for line in lines(state / "journal.db", _key_of(state, key)):
            click.echo(json.dumps(line, ensure_ascii=False))
    except JournalFailed as failure:
        raise click.ClickException(str(failure)) from failure


@journal.command()
@_state
@_key
def verify(state: Path, key: Path | None) -> None:
    """Check the chain, the fold and what is kept of pruned entries."""
    from kiosk.offline.reading import verify as check

    try:
        click.echo(check(state / "journal.db", _key_of(state, key)))
    except JournalFailed as failure:
        raise click.ClickException(str(failure)) from failure


@journal.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also what head office has acknowledged.")
def export(config: Path, file: Path, *, everything: bool) -> None:
    """Write what waits to go up to FILE, by the running kiosk, or from its folder if none runs."""
    from kiosk.control import NoAnswer, ask

    try:
        settings = load(config)
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from bad
    file = file.absolute()
    message = {"do": "export", "file": str(file), "all": everything}
    try:
        count = ask(Path(settings.state.dir) / "control.sock", message, EXPORT_S)["entries"]
    except NoAnswer as silence:
        count = _export_closed(settings, file, everything, silence)
    click.echo(f"{count} entries in {file}")


@journal.command("import")
@click.argument("hub_config", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(hub_config: Path, file: Path) -> None:
    """Let the head office of HUB_CONFIG take FILE in. Twice is harmless."""
    from kiosk.hub.carried_in import take_file, told

    click.echo(told(take_file(hub_config, file)))


def _export_closed(settings: Settings, file: Path, everything: bool, silence: Exception) -> int:
    """From the file itself; if a kiosk has it open, what matters is why it did not answer."""
    from kiosk.offline.carrying import export
    from kiosk.offline.identity import FILE, IdentityUnusable, load_or_create
    from kiosk.offline.reading import closed
    from kiosk.offline.storage_key import storage_key

    state = Path(settings.state.dir)
    try:
        storage = storage_key(state, settings.state.key_file, os.environ)
        if not (state / FILE).exists():
            raise click.ClickException(f"{state} is no kiosk's folder")
        identity = load_or_create(state / FILE, storage_key=storage.key if storage.apart else None)
        with closed(state / "journal.db", storage.key) as journal:
            return export(journal, journal.device, identity.sign, file, everything=everything)
    except JournalFailed as failure:
        why = silence if failure.code == "K-JR-05" else failure
        raise click.ClickException(f"The journal cannot be read: {why}") from failure
    except (IdentityUnusable, OSError) as trouble:
        raise click.ClickException(str(trouble)) from trouble


def _key_of(state: Path, file: Path | None) -> bytes | None:
    """The key beside a journal or its copy, or the one that is named; None for a plain journal."""
    from kiosk.offline.storage_key import BESIDE, read_key

    found = file or state / BESIDE
    return read_key(found) if found.exists() else None
