"""`kioskctl cards`: what a technician asks of card readers and cards, without the kiosk."""

import logging
from pathlib import Path
from typing import Any

import click

from kiosk.commands.cards_service import Readers, masked, told


@click.group()
@click.option("--config", type=click.Path(exists=True, path_type=Path), help="The kiosk's settings.")
@click.option("--reader", default="", help="The reader's name; without it, the first that has a card.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.option("--show-numbers", is_flag=True, help="Whole numbers, on a terminal only.")
@click.option("--traffic", is_flag=True, help="Also what goes to the card and back, masked, on stderr.")
@click.pass_context
def cards(
    context: click.Context,
    *,
    config: Path | None,
    reader: str,
    as_json: bool,
    show_numbers: bool,
    traffic: bool,
) -> None:
    """Card readers and cards, without the kiosk: list, identify, read, prove, personalise, soak."""
    if traffic:
        from kiosk.hardware.readers.traffic import TRAFFIC, log

        logging.basicConfig(format="%(message)s")
        log.setLevel(TRAFFIC)
    context.obj = (Readers(config, reader, show=show_numbers), as_json)


@cards.command("list")
@click.pass_obj
def list_readers(given: tuple[Readers, bool]) -> None:
    """Each reader, and whether a card lies there."""
    readers, as_json = given
    told(readers.rows(), as_json=as_json)


@cards.command()
@click.pass_obj
def identify(given: tuple[Readers, bool]) -> None:
    """Whose card lies there: its family, its number (the last four), what it may claim."""
    readers, as_json = given
    with readers.card() as connection:
        card, _ = connection.read()
        number = card.number.decode() if card.number.isdigit() else card.number.hex()
        row = {
            "family": card.family,
            "number": masked(number, shown=readers.shown),
            "proof": card.proof.value,
        }
    told([row], as_json=as_json)


@cards.command()
@click.pass_obj
def read(given: tuple[Readers, bool]) -> None:
    """What the card tells anybody: its answer to reset and our applications on it."""
    from kiosk.commands.cards_read import told_by

    readers, as_json = given
    with readers.card() as connection:
        rows = [
            {"what": what, "says": masked(says, shown=readers.shown) if private else says}
            for what, says, private in told_by(connection)
        ]
    told(rows, as_json=as_json)


_KEY_FILE = click.option(
    "--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True
)


@cards.command()
@_KEY_FILE
@click.pass_obj
def prove(given: tuple[Readers, bool], key_file: Path) -> None:
    """Let a purse or an NTAG 424 prove itself, or check a card's record. Exit 1: it fails.

    The key file has 32 hex digits for a purse, and the table [ntag424] for an NTAG 424: `proof`, 32 hex
    digits. A MIFARE Classic, NTAG or Ultralight card proves nothing: its
    record is compared with the card, under a key file as for `personalise`.
    """
    from kiosk.commands.cards_issue import keeps_record
    from kiosk.hardware.cards.ntag424 import Ntag424

    readers, as_json = given
    with readers.card() as connection:
        if keeps_record(connection):
            looked = _record_checked
        else:
            looked = _ntag_proven if Ntag424(connection).found() else _purse_proven
        row = looked(readers, connection, key_file)
    told([row], as_json=as_json)


def _purse_proven(readers: Readers, connection: Any, key_file: Path) -> dict[str, Any]:
    from kiosk.commands.cards_read import proof_of
    from kiosk.hardware.cards.purse import NotGenuine

    try:
        key = bytes.fromhex(key_file.read_text("ascii"))
    except ValueError as bad:
        raise click.ClickException("The key file holds no hex digits.") from bad
    if len(key) != 16:
        raise click.ClickException("A master key has 16 bytes.")
    try:
        return {"serial": masked(proof_of(connection, key), shown=readers.shown), "proof": "genuine"}
    except NotGenuine as forged:
        raise click.ClickException("Not genuine: the card does not hold its key.") from forged


def _ntag_proven(readers: Readers, connection: Any, key_file: Path) -> dict[str, Any]:
    from kiosk.commands.cards_issue import ntag_keys_in
    from kiosk.hardware.cards.ntag424 import check
    from kiosk.hardware.cards.purse import NotGenuine
    from kiosk.hardware.cards.storage import read_uid

    uid = read_uid(connection)
    try:
        check(connection, uid, *ntag_keys_in(key_file, "proof"))
    except NotGenuine as forged:
        raise click.ClickException(f"Not genuine: {forged}.") from forged
    return {"uid": masked(uid.hex(), shown=readers.shown), "proof": "genuine"}


def _record_checked(readers: Readers, connection: Any, key_file: Path) -> dict[str, Any]:
    from kiosk.commands.cards_issue import keys_in, record_of
    from kiosk.hardware.cards.record import Standing

    uid, reading = record_of(connection, keys_in(key_file))
    if reading.standing is not Standing.GOOD or reading.record is None:
        raise click.ClickException(f"The card's record is {reading.standing.value}.")
    return {
        "uid": masked(uid, shown=readers.shown),
        "record": reading.standing.value,
        "written": reading.record.seq,
        "points": reading.record.points,
        "proof": "identity",
    }


@cards.command()
@_KEY_FILE
@click.option("--points", type=click.IntRange(0, 0xFFFF_FFFF), default=0, show_default=True)
@click.pass_obj
def personalise(given: tuple[Readers, bool], key_file: Path, points: int) -> None:
    """Make a blank MIFARE Classic, NTAG or Ultralight EV1 card one of the shop's, or finish a begun one.

    The key file is TOML with a table [keys.1]: `sector` and `record`, 32 hex digits each. For an NTAG 424 it
    has a table [ntag424]: `proof` and `issuer`; such a card keeps no points.
    """
    from kiosk.commands.cards_issue import issue, issue_ntag, keeps_record, keys_in
    from kiosk.hardware.cards.ntag424 import Ntag424

    readers, as_json = given
    with readers.card() as connection:
        if not keeps_record(connection) and Ntag424(connection).found():
            uid, fresh = issue_ntag(connection, key_file)
            now = "new" if fresh else "was one already"
            told([{"card": "ntag424", "uid": masked(uid, shown=readers.shown), "now": now}], as_json=as_json)
            return
        uid, made = issue(connection, keys_in(key_file), points)
        row = {
            "card": made.model,
            "uid": masked(uid, shown=readers.shown),
            "written": made.record.seq,
            "points": made.record.points,
            "now": "new" if made.fresh else "was one already",
        }
    told([row], as_json=as_json)


@cards.command()
@_KEY_FILE
@click.argument("message")
@click.pass_obj
def sun(given: tuple[Readers, bool], key_file: Path, message: str) -> None:
    """Check what an NTAG 424 DNA said: MESSAGE is its URL, or what stands behind the question mark.

    Exit 1: not ours. The key file is TOML with a table [sun]: `meta` and `file`, 32 hex digits each. A
    message that was copied says the same counter again: compare it with the highest seen of this tag.
    """
    from kiosk.commands.cards_issue import sun_keys_in
    from kiosk.hardware.cards.sun import NotGenuine, read

    readers, as_json = given
    try:
        said = read(message, sun_keys_in(key_file))
    except NotGenuine as refused:
        raise click.ClickException(f"Not genuine: {_NOT_GENUINE[refused.why]}.") from refused
    uid = masked(said.uid.hex(), shown=readers.shown)
    told([{"uid": uid, "counter": said.counter, "proof": "genuine if the counter is new"}], as_json=as_json)


_NOT_GENUINE = {
    "no-message": "this is no message of an NTAG 424",
    "key": "it was not made under the shop's keys",
    "code": "its code does not fit what it says",
}


@cards.command()
@click.option("--cycles", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--slots", type=click.IntRange(1, 14), default=14, show_default=True, help="Cards at once.")
@click.pass_obj
def soak(given: tuple[Readers, bool], cycles: int, slots: int) -> None:
    """Put cards down and take them away, at virtual readers; exit 1 if an event was lost, or left behind."""
    from kiosk.commands.cards_soak import Soak, SoakFailed
    from kiosk.hardware.simulated.pcscd import PcscdMissing

    try:
        counted = Soak(cycles, slots).run()
    except (SoakFailed, PcscdMissing) as failed:
        raise click.ClickException(str(failed)) from failed
    told([counted], as_json=given[1])
