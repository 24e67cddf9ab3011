"""Run head office: `python -m kiosk.hub --config config/hub.toml`; its other verbs are `... VERB --help`."""

import json
import os
import secrets
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa
import uvicorn

from kiosk.hub.api import create_app
from kiosk.hub.demo_shop import seed
from kiosk.hub.generation import read_generation
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.settings import BadSettings, HubSettings, read_settings
from kiosk.hub.tables import devices, members, open_database
from kiosk.ledger.ids import FreshIds

_OFFSET = struct.Struct("<q")


@click.group(invoke_without_command=True)
@click.option("--config", "config", type=click.Path(path_type=Path), help="hub.toml")
@click.option("--demo", is_flag=True, help="Fill an empty database with the demo shop, serve its read pages.")
@click.option("--port", type=int, help="Instead of the configured port; 0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="A folder for database, counter and card key.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Gets the port once requests are taken.")
@click.option("--clock", type=click.Path(path_type=Path), help="8 bytes: microseconds to add to real time.")
@click.option("--card-key", type=click.Path(path_type=Path), help="The shop's key for card hashes, 32 bytes.")
@click.option("--enrol-demo-device", "enrol", type=click.Path(path_type=Path), help="A JSON file: a kiosk.")
@click.pass_context
def main(
    context: click.Context,
    *,
    config: Path | None,
    demo: bool,
    port: int | None,
    state: Path | None,
    ready_file: Path | None,
    clock: Path | None,
    card_key: Path | None,
    enrol: Path | None,
) -> None:
    """Serve kiosks until told to stop, unless a verb says what else to do."""
    if context.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("--config is missing: which hub.toml?")
    try:
        settings = _settled(read_settings(config), state, demo=demo, port=port)
    except BadSettings as wrong:
        raise click.ClickException(str(wrong)) from wrong
    office = open_office(settings, shared_now(clock))
    kiosk = read_enrolment(enrol) if enrol else None
    if kiosk is not None:
        enrol_once(office, kiosk)
    if demo:
        key = _card_key(card_key or (state or Path()) / "card.key")
        seed_once(office, key, kiosk.device if kiosk else None)
    serve(office, ready_file)


def open_office(settings: HubSettings, now: Callable[[], int]) -> HeadOffice:
    """Head office over the configured database."""
    generation = read_generation(Path(settings.database.generation_file))
    return HeadOffice(open_database(settings.database.url), now, FreshIds(now), settings, generation)


def shared_now(offset: Path | None) -> Callable[[], int]:
    """UTC microseconds, plus the signed offset in a file if there is one."""

    def now() -> int:
        shift = offset.read_bytes() if offset is not None and offset.exists() else b""
        return time.time_ns() // 1000 + (_OFFSET.unpack(shift)[0] if len(shift) == _OFFSET.size else 0)

    return now


def read_enrolment(file: Path) -> Enrolment:
    """A kiosk as it describes itself: JSON, keys in hex."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return Enrolment(
        device=told["device"],
        public_key=bytes.fromhex(told["public_key"]),
        store=told["store"],
        kiosk=told["kiosk"],
        voucher_key_id=told["voucher_key_id"],
        voucher_public=bytes.fromhex(told["voucher_public"]),
    )


def enrol_once(office: HeadOffice, kiosk: Enrolment) -> None:
    """Enrol a kiosk unless it is."""
    with office.engine.begin() as connection:
        known = connection.scalar(sa.select(devices.c.device).where(devices.c.device == kiosk.device))
    if known is None:
        office.enrol(kiosk)


def seed_once(office: HeadOffice, card_key: bytes, home_device: str | None) -> None:
    """Fill the demo shop unless it has members."""
    with office.engine.begin() as connection:
        filled = connection.scalar(sa.select(members.c.id).limit(1))
    if filled is None:
        rules = Path(office.settings.shop.rules).read_text(encoding="utf-8")
        seed(office, card_key, rules, home_device)


def serve(office: HeadOffice, ready_file: Path | None) -> None:
    """Take requests until SIGTERM or SIGINT."""
    listen = office.settings.listen
    door = socket.create_server((listen.host, listen.port), backlog=128)
    options = uvicorn.Config(create_app(office), log_level="warning", access_log=False, lifespan="off")
    port = door.getsockname()[1]
    click.echo(f"head office listens on http://{listen.host}:{port}")
    if ready_file is not None:
        # The socket listens already: whoever connects from now on is answered.
        unfinished = ready_file.with_suffix(".part")
        unfinished.write_text(f"{port}\n", encoding="ascii")
        unfinished.replace(ready_file)
    uvicorn.Server(options).run(sockets=[door])


def _settled(settings: HubSettings, state: Path | None, *, demo: bool, port: int | None) -> HubSettings:
    """The settings with what the command line says put over them."""
    changed = settings
    if port is not None:
        changed = msgspec.structs.replace(changed, listen=msgspec.structs.replace(changed.listen, port=port))
    if state is not None:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = msgspec.structs.replace(
            changed.database, url=f"sqlite:///{state / 'hub.db'}", generation_file=str(state / "generation")
        )
        changed = msgspec.structs.replace(changed, database=place)
    if demo:
        # Everybody's PIN is printed in the manual: cheap verifiers lose nothing and start at once.
        pin = msgspec.structs.replace(
            changed.pin, offline_pin="software", argon2_time=1, argon2_kib=1024, argon2_lanes=1
        )
        changed = msgspec.structs.replace(changed, demo=True, pin=pin)
    return changed


def _card_key(file: Path) -> bytes:
    """The shop's card key; made if the file is not there."""
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(secrets.token_bytes(32))
    return file.read_bytes()


if __name__ == "__main__":
    main()
