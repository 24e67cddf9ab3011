"""Run head office: `python -m kiosk.hub --config config/hub.toml`; its other verbs are `... VERB --help`."""

import json
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from kiosk.hub.authority import AuthorityUnusable
from kiosk.hub.carried_in import import_file
from kiosk.hub.demo_shop import seed
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.opening import HeadOfficeRuns, alone, card_key, open_office, shared_now
from kiosk.hub.serving import serve
from kiosk.hub.settings import BadSettings, HubSettings, read_settings
from kiosk.hub.tables import devices, members
from kiosk.hub.verbs import VERBS


@click.group(invoke_without_command=True)
@click.option("--config", "config", type=click.Path(path_type=Path), help="hub.toml")
@click.option("--demo", is_flag=True, help="Fill an empty database with the demo shop, serve its read pages.")
@click.option("--port", type=int, help="Instead of the configured port; 0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="A folder for database, counter and card key.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Gets the port once requests are taken.")
@click.option("--clock", type=click.Path(path_type=Path), help="8 bytes: microseconds to add to real time.")
@click.option(
    "--card-key",
    "shop_key",
    type=click.Path(path_type=Path),
    help="The shop's key for card hashes, 32 bytes.",
)
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
    shop_key: Path | None,
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
    try:
        with alone(settings):
            office = open_office(settings, shared_now(clock), shop_key)
            kiosk = read_enrolment(enrol) if enrol else None
            if kiosk is not None:
                enrol_once(office, kiosk)
            if demo:
                key = card_key(shop_key or Path(settings.enrolment.card_key_file))
                seed_once(office, key, kiosk.device if kiosk else None)
            serve(office, ready_file)
    except (HeadOfficeRuns, AuthorityUnusable) as trouble:
        raise click.ClickException(str(trouble)) from trouble


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
        desk = msgspec.structs.replace(changed.enrolment, card_key_file=str(state / "card.key"))
        codes = msgspec.structs.replace(changed.phones, code_key_file=str(state / "phone-codes.key"))
        changed = msgspec.structs.replace(changed, phones=codes)
        door = msgspec.structs.replace(changed.listen, authority=str(state / "authority"))
        changed = msgspec.structs.replace(changed, database=place, enrolment=desk, listen=door)
    if demo:
        # Everybody's PIN is printed in the manual: cheap verifiers lose nothing and start at once.
        pin = msgspec.structs.replace(
            changed.pin, offline_pin="software", argon2_time=1, argon2_kib=1024, argon2_lanes=1
        )
        changed = msgspec.structs.replace(changed, demo=True, pin=pin)
    return changed


for verb in (*VERBS, import_file):
    main.add_command(verb)


if __name__ == "__main__":
    main()
