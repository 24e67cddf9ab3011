"""The command line: run, enrol, counter, printer, paper, status, claim, void, journal, simulate, hub ..."""

import logging
import sys
from pathlib import Path

import click

from kiosk.commands.journal import journal
from kiosk.settings import BadSettings, Settings, load


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """An in-store membership kiosk."""


def _settings(path: str) -> Settings:
    try:
        return load(Path(path))
    except BadSettings as trouble:
        raise click.ClickException(str(trouble)) from trouble


@main.command()
@click.argument("config", type=click.Path())
@click.option("--check", is_flag=True, help="Only look at the settings.")
def run(config: str, check: bool) -> None:
    """Be a kiosk, with these settings."""
    settings = _settings(config)
    from kiosk.commands.printer import problem

    if bad := problem(settings):
        raise click.ClickException(bad)
    if check:
        from kiosk.commands.paper import papers_of

        if wrong := papers_of(settings).problems:
            raise click.ClickException("\n".join(wrong))
        click.echo(f"{config}: good")
        return
    from kiosk import appliance
    from kiosk.commands.enrolled import gap

    if missing := gap(settings):
        raise click.ClickException(missing)
    logging.basicConfig(level=logging.INFO, format=appliance.LOG_FORMAT)
    sys.exit(appliance.run(settings))


@main.command()
@click.argument("config", type=click.Path())
@click.argument("code")
def enrol(config: str, code: str) -> None:
    """Take this kiosk in, with a one-time code from head office. May be repeated until it worked."""
    from kiosk.commands.enrol import CannotEnrol, take_in

    try:
        for line in take_in(_settings(config), code):
            click.echo(line)
    except CannotEnrol as trouble:
        raise click.ClickException(str(trouble)) from trouble


@main.command()
@click.argument("config", type=click.Path())
@click.argument("number")
@click.argument("code")
@click.option("--operator", default="", help="Who hands the gift over.")
def claim(config: str, number: str, code: str, operator: str) -> None:
    """Accept a voucher at the counter: exit 0 means hand over the gift, 1 means hand over nothing."""
    _at_the_counter(config, {"do": "claim", "number": number, "check": code, "operator": operator}, "given")


@main.command()
@click.argument("config", type=click.Path())
@click.argument("number")
@click.option("--operator", default="", help="Who looked.")
def void(config: str, number: str, operator: str) -> None:
    """Staff looked and the voucher never came out: make it void, the points return."""
    _at_the_counter(config, {"do": "void", "number": number, "operator": operator}, "void")


@main.command()
@click.argument("config", type=click.Path())
@click.option("--ready-file", type=click.Path(path_type=Path), help="Gets the port once the page is served.")
def counter(config: str, ready_file: Path | None) -> None:
    """Serve the counter's page: a device without screen and printer, where staff claim vouchers."""
    settings = _settings(config)
    from kiosk import appliance
    from kiosk.commands.counter import serve
    from kiosk.commands.enrolled import gap

    if missing := gap(settings):
        raise click.ClickException(missing)
    logging.basicConfig(level=logging.INFO, format=appliance.LOG_FORMAT)
    where = settings.counter
    scheme = "https" if where.certificate else "http"
    click.echo(f"The counter's page: {scheme}://{where.host}:{where.port}/")
    sys.exit(serve(settings, ready_file))


@main.command()
@click.argument("config", type=click.Path())
@click.option("--test", is_flag=True, help="Print a test sheet.")
def printer(config: str, test: bool) -> None:
    """Look at the printer while the kiosk is not running: how it is, what it can do, which fence it gets."""
    settings = _settings(config)
    from kiosk.commands.printer import looked_at, problem

    if bad := problem(settings):
        raise click.ClickException(bad)
    for line in looked_at(settings, test):
        click.echo(line)


@main.command()
@click.argument("config", type=click.Path())
def status(config: str) -> None:
    """Ask a running kiosk whether it reaches head office, and what waits to go up."""
    from kiosk.commands.status import lines
    from kiosk.control import NoAnswer, ask

    settings = _settings(config)
    try:
        said = ask(Path(settings.state.dir) / "control.sock", {"do": "ping"})
    except NoAnswer as silence:
        raise click.ClickException(f"The kiosk does not answer; is it running? ({silence})") from silence
    for line in lines(said, settings.device.zone):
        click.echo(line)


def _at_the_counter(config: str, message: dict[str, str], wanted: str) -> None:
    from kiosk.control import NoAnswer, ask_counter

    try:
        said = ask_counter(Path(_settings(config).state.dir) / "control.sock", message)
    except NoAnswer as silence:
        raise click.ClickException(f"The kiosk does not answer; is it running? ({silence})") from silence
    click.echo(f"{said['sentence']}  {said['gift']}".rstrip())
    sys.exit(0 if said["result"] == wanted else 1)


main.add_command(journal)


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def paper(arguments: tuple[str, ...]) -> None:
    """Papers and their templates: list, check FILE, preview KIND, text KIND, print self-test CONFIG."""
    from kiosk.commands.paper import paper as told

    told(arguments, prog_name="kioskctl paper")


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def pictures(arguments: tuple[str, ...]) -> None:
    """Packs of pictures for the invitation: key FILE, sign FOLDER --key FILE, check FOLDER --key HEX."""
    from kiosk.commands.pictures import pictures as told

    told(arguments, prog_name="kioskctl pictures")


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def cards(arguments: tuple[str, ...]) -> None:
    """Card readers and cards, without the kiosk: list, identify, read, prove, personalise, soak."""
    from kiosk.commands.cards import cards as told

    told(arguments, prog_name="kioskctl cards")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def gallery(arguments: tuple[str, ...]) -> None:
    """A screenshot of every screen: --out DIR [--size 1080x1920]."""
    _module("kiosk.screens.gallery", arguments)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def hub(arguments: tuple[str, ...]) -> None:
    """Be head office: --config config/hub.toml."""
    _module("kiosk.hub", arguments)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Tell whole shops' stories under simulated faults: --seeds N --start S [--plant NAME] [--trace]."""
    from kiosk.commands.simulate import simulate as told

    told(arguments, prog_name="kioskctl simulate")


@main.command()
@click.option("--check", is_flag=True, help="Only say what is not translated.")
def words(check: bool) -> None:
    """Gather sentences, merge them into the catalogues, compile them."""
    from kiosk.commands import words as catalogues

    if not check:
        catalogues.update()
    missing = {language: catalogues.untranslated(language) for language in catalogues.TRANSLATED}
    for language, sentences in missing.items():
        for sentence in sentences:
            click.echo(f"{language}: {sentence}")
    sys.exit(1 if any(missing.values()) else 0)


def _module(name: str, arguments: tuple[str, ...]) -> None:
    import runpy

    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__")


if __name__ == "__main__":
    main()
