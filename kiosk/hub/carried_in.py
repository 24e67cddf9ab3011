"""Uploads that somebody carried here in a file: they go the way of all uploads, so twice is harmless."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import HeadOfficeRuns, alone, open_office, shared_now
from kiosk.hub.settings import BadSettings, read_settings
from kiosk.ledger import carried
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire


class NotTaken(Exception):
    """Head office could not take a frame in; the sentence names it."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a file: verdicts over all its entries, and how far the device's log is held now."""

    device: str
    verdicts: Counter[str]
    mark: int


def take_in(office: HeadOffice, file: Path) -> TakenIn:
    """Every frame, in order. carried.Torn before anything is taken in if the file is not whole; NotTaken."""
    with file.open("rb") as opened:
        for _ in carried.read(opened):
            pass
    taken = TakenIn("", Counter(), 0)
    with file.open("rb") as opened:
        for frame, message in enumerate(carried.read(opened), 1):
            taken = _one(office, frame, message, taken.verdicts)
    return taken


def _one(office: HeadOffice, frame: int, message: bytes, verdicts: Counter[str]) -> TakenIn:
    try:
        request = _as_signed(wire.unpack(wire.SyncRequest, message))
        if not request.entries:
            raise NotTaken(f"frame {frame}: it holds no entries, and nothing else of it is signed")
        answer = office.sync(request)
    except (wire.MalformedMessage, Declined) as trouble:
        raise NotTaken(f"frame {frame}: {trouble}") from trouble
    last = request.first + len(request.entries) - 1
    if answer.mark.n < last:
        raise NotTaken(
            f"frame {frame}: {request.device}'s log is held here up to {answer.mark.n}, "
            f"the frame holds {request.first} to {last}; export it with --all, or look whether it is frozen"
        )
    verdicts.update(told.verdict for told in answer.verdicts if request.first <= told.n <= last)
    return TakenIn(request.device, verdicts, answer.mark.n)


def _as_signed(request: wire.SyncRequest) -> wire.SyncRequest:
    """Only the entries: over the network the whole request is signed, in a file only they are."""
    nothing = wire.Mark(n=0, hash=en.GENESIS)
    return msgspec.structs.replace(request, gen_seen=0, mark_seen=nothing, down_ack=0, wants=(), frozen="")


def take_file(config: Path, file: Path) -> TakenIn:
    """The same with the head office of these settings. click.ClickException says what is in the way."""
    try:
        settings = read_settings(config)
        with alone(settings):
            return take_in(open_office(settings, shared_now(None)), file)
    except carried.Torn as torn:
        raise click.ClickException(f"{file}: {torn}") from torn
    except (BadSettings, HeadOfficeRuns, NotTaken, OSError) as trouble:
        raise click.ClickException(str(trouble)) from trouble


def told(taken: TakenIn) -> str:
    """A sentence with the counts."""
    if not taken.device:
        return "nothing was in it"
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(taken.verdicts.items()))
    return f"{taken.device}: {counts or 'no entries'}; held up to entry {taken.mark}"


@click.command("import")
@click.option("--config", type=click.Path(path_type=Path), required=True, help="hub.toml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(*, config: Path, file: Path) -> None:
    """Take in what a kiosk exported. Twice is harmless; so is the kiosk's own upload afterwards."""
    click.echo(told(take_file(config, file)))
