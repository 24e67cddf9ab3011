"""`kioskctl paper`: what papers look like, without a printer; and a self-test sheet with one."""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome, Printed
from kiosk.hardware.printers.letters import CannotDraw, noto
from kiosk.hardware.printers.plain import render_text
from kiosk.hardware.printers.proof import proof, stationery_of
from kiosk.hardware.printers.raster import WIDTHS, Raster
from kiosk.hardware.printers.service import PICTURES, PrinterService, open_printer
from kiosk.membership import paper as papers
from kiosk.membership.facts import KINDS, SelfTestFacts
from kiosk.membership.samples import sample
from kiosk.membership.stationery import SHIPPED, Stationery, read, shipped
from kiosk.membership.template_rules import BadTemplate
from kiosk.membership.templates import LANGUAGES
from kiosk.settings import BadSettings, Settings, load
from kiosk.words import Words

_KIND = click.argument("kind", type=click.Choice(tuple(KINDS)))
_LANGUAGE = click.option("--language", type=click.Choice(LANGUAGES), default="zh_CN", show_default=True)
_TEMPLATE = click.option(
    "--template", type=click.Path(path_type=Path), help="A template instead of the shipped one."
)
_WIDTH = click.option(
    "--width", type=click.Choice([str(width) for width in WIDTHS]), default="576", show_default=True
)


@click.group()
def paper() -> None:
    """Papers and their templates: list, check, look at them, print a self-test sheet."""


@paper.command(name="list")
def list_() -> None:
    """Every kind of paper, and where its shipped template lies."""
    for kind in KINDS:
        click.echo(f"{kind:10} {SHIPPED / kind}.toml")


@paper.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Whether a template can be used: every problem with its line; printed on both widths."""
    if file.stem not in KINDS:
        raise click.ClickException(f"{file}: a template is called {'.toml, '.join(KINDS)}.toml")
    try:
        template = read(file, file.stem)
    except BadTemplate as bad:
        raise click.ClickException(str(bad)) from bad
    for width in WIDTHS:
        if trouble := proof(template, _raster(width)):
            raise click.ClickException(f"{file}: {width} dots: {trouble}")
    click.echo(f"{file}: good")


@paper.command()
@_KIND
@_LANGUAGE
@_WIDTH
@_TEMPLATE
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PNG to write.")
def preview(kind: str, language: str, width: str, template: Path | None, out: Path) -> None:
    """A paper with the longest facts, as dots in a PNG."""
    try:
        out.write_bytes(_raster(int(width)).preview(_sheet(kind, language, template)))
    except (CannotDraw, OSError) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    click.echo(str(out))


@paper.command()
@_KIND
@_LANGUAGE
@_TEMPLATE
@click.option("--columns", type=click.IntRange(24, 120), default=48, show_default=True)
def text(kind: str, language: str, template: Path | None, columns: int) -> None:
    """A paper with the longest facts, as text."""
    try:
        click.echo(render_text(_sheet(kind, language, template), columns), nl=False)
    except ValueError as trouble:
        raise click.ClickException(str(trouble)) from trouble


@paper.command(name="print")
@click.argument("kind", type=click.Choice(["self-test"]))
@click.argument("config", type=click.Path(path_type=Path))
@_LANGUAGE
def print_(kind: str, config: Path, language: str) -> None:
    """Print a sheet behind the fence, while the kiosk is not running: exit 0 means that it came out."""
    del kind
    try:
        settings = load(config)
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from bad
    events: list[Event] = []
    printer = open_printer(settings.printer, events.append, RealClock())
    if not isinstance(printer, PrinterService):
        raise click.ClickException("no printer is set up")
    printer.look()
    known = printer.capabilities()
    model = " ".join(filter(None, (known.maker, known.model, known.firmware))) if known else ""
    facts = self_test(settings, language, model)
    printer.print("self-test", 1, papers_of(settings).paper(facts, language))
    printer.step(0)
    ended = next(event for event in reversed(events) if isinstance(event, Printed))
    click.echo(f"{ended.outcome.value} {ended.why}".rstrip())
    sys.exit(0 if ended.outcome is Outcome.CONFIRMED else 1)


def papers_of(settings: Settings) -> Stationery:
    """The templates that a kiosk with these settings uses, and what is wrong with its own ones."""
    return stationery_of(settings.printer.papers, settings.printer.width)


def self_test(settings: Settings, language: str, model: str) -> SelfTestFacts:
    """The facts of a technician's sheet."""
    where, now = settings.printer, RealClock().now()
    words = Words(language, ZoneInfo(settings.device.zone))
    return SelfTestFacts(
        device=settings.device.id,
        kiosk=str(int(settings.device.kiosk)),
        printed=f"{words.full_day(words.local(now).date())} {words.time(now)}",
        printer=model or where.kind,
        width=str(where.width),
        letters=where.profile,
        code=f"TEST {settings.device.id.upper()}",
    )


def _sheet(kind: str, language: str, template: Path | None) -> papers.Paper:
    try:
        chosen = read(template, kind) if template else shipped().templates[kind]
    except BadTemplate as bad:
        raise click.ClickException(str(bad)) from bad
    return chosen.fill(sample(kind, language), language)


def _raster(width: int) -> Raster:
    return Raster(width, noto(), PICTURES)
