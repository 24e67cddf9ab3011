"""The card service as one command uses it, and how a command tells what it found."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from kiosk.settings import BadSettings, load

SHOWN = 4
"""Characters of a number that are always told."""


def told(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """A plain table, or JSON."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    heads = list(rows[0]) if rows else []
    lines = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def masked(number: str, *, shown: bool) -> str:
    """The last four characters, and as many dots as there were others."""
    return number if shown else "•" * max(0, len(number) - SHOWN) + number[-SHOWN:]


class Readers:
    """The card service as one command uses it: a context of its own, and the reader that was meant."""

    def __init__(self, config: Path | None, reader: str, *, show: bool) -> None:
        self._config, self._reader = config, reader
        self.shown = show and sys.stdout.isatty()
        if show and not self.shown:
            click.echo("Numbers are shown on a terminal only.", err=True)
        if socket := self._socket():
            os.environ["PCSCLITE_CSOCK_NAME"] = socket

    def _socket(self) -> str:
        try:
            return load(self._config).reader.socket if self._config else ""
        except BadSettings as bad:
            raise click.ClickException(str(bad)) from bad

    def rows(self) -> list[dict[str, Any]]:
        """Each reader: whether a card lies there, and whether some program has it."""
        from kiosk.hardware.cards.presence import EXCLUSIVE, IN_USE, PRESENT
        from kiosk.hardware.pcsc import ReaderGone, Service

        rows = []
        with plainly(), Service() as service:
            for name in service.readers():
                try:
                    state = service.state(name) or 0
                except ReaderGone:
                    rows.append({"reader": name, "card": "?", "used by": "unplugged"})
                    continue
                used = "alone" if state & EXCLUSIVE else "shared" if state & IN_USE else "nobody"
                rows.append({"reader": name, "card": "yes" if state & PRESENT else "no", "used by": used})
        return rows

    @contextmanager
    def card(self) -> Iterator[Any]:
        """The card of the meant reader, or of the first that has one; left as it was."""
        from kiosk.clock import RealClock
        from kiosk.hardware.pcsc import CardBusy, Service
        from kiosk.hardware.readers.connection import CardConnection

        name = self._reader or self._first_with_card()
        with plainly(), Service() as service:
            try:
                connection = CardConnection(service, name, RealClock(), shared=False)
            except CardBusy:
                raise click.ClickException(self._who_has_it(name)) from None
            try:
                yield connection
            finally:
                connection.close(reset=False)

    def _first_with_card(self) -> str:
        rows = self.rows()
        if not rows:
            raise click.ClickException("There is no card reader.")
        for row in rows:
            if row["card"] == "yes":
                return str(row["reader"])
        raise click.ClickException("No card lies on any reader.")

    def _who_has_it(self, name: str) -> str:
        from kiosk.control import NoAnswer, ask

        who = "Another program (a running kiosk?)"
        if self._config is not None:
            try:
                ask(Path(load(self._config).state.dir) / "control.sock", {"do": "ping"})
                who = "The kiosk is running and"
            except NoAnswer:
                who = "Another program, not the kiosk,"
        return f"{who} has the card on {name!r}. Take the card away, or stop that program, and try again."


@contextmanager
def plainly() -> Iterator[None]:
    """Trouble with cards and readers, as a sentence."""
    from kiosk.hardware.cards.apdu import CardTrouble
    from kiosk.hardware.pcsc import ReaderGone, ServiceLost

    try:
        yield
    except ServiceLost as lost:
        raise click.ClickException(f"{lost.code}: the card service cannot be reached ({lost})") from lost
    except ReaderGone as gone:
        raise click.ClickException("That reader is not there.") from gone
    except CardTrouble as trouble:
        raise click.ClickException(f"The card cannot be read: {trouble.why} ({trouble})") from trouble
