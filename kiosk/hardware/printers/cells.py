"""Papers laid out in cells, as printers with letters of their own and logs do: Latin one cell, Chinese two.

A line is a text with its blanks in it, so that whoever writes it needs no arithmetic any more. Codes and
pictures have no cells: they stay parts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.hardware.printers.columns import Column, columns
from kiosk.hardware.printers.wrapping import balanced, lines, plain, widest
from kiosk.membership import paper

Measure = Callable[[str], int]
"""The cells of a text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of letters. `wide` and `tall` say how many times as large they are: 1 or 2."""

    text: str
    strong: bool = False
    wide: int = 1
    tall: int = 1


Laid = Line | paper.Part


class Cells:
    """Lays parts out on lines of so many cells."""

    def __init__(self, columns_: int, measure: Measure) -> None:
        self.columns = columns_
        self._measure = measure

    def laid_out(self, part: paper.Part) -> list[Laid]:
        """The lines of a part; itself where it has none (codes, pictures, rules, gaps and cuts)."""
        match part:
            case paper.Title(text):
                return self._title(text)
            case paper.Text():
                told = self._paragraph(part.text, centred=part.align == "center")
                return [Line(text, strong=part.strong) for text in told]
            case paper.Row():
                return [Line(text, strong=part.strong) for text in self._row(part.label, part.value)]
            case paper.Table():
                return self._table(part)
            case _:
                return [part]

    def _title(self, text: str) -> list[Laid]:
        """One or two lines twice as large, or more that are only taller."""
        large = balanced(text, self.columns // 2, self._measure)
        if len(large) <= 2:
            return [Line(self._centred(line, self.columns // 2), True, 2, 2) for line in large]
        return [Line(line, True, 1, 2) for line in self._paragraph(text, centred=True)]

    def _paragraph(self, text: str, *, centred: bool) -> list[str]:
        if not centred:
            return lines(text, self.columns, self._measure)
        return [self._centred(line, self.columns) for line in balanced(text, self.columns, self._measure)]

    def _centred(self, line: str, room: int) -> str:
        return " " * ((room - self._measure(line)) // 2) + line

    def _row(self, label: str, value: str) -> list[str]:
        """Label and value on one line; a value without room for that goes under its label, flush right."""
        label, value = plain(label), plain(value)
        blank = self.columns - self._measure(label) - self._measure(value)
        if blank >= 2:
            return [label + " " * blank + value]
        below = balanced(value, self.columns, self._measure)
        return lines(label, self.columns, self._measure) + [self._right(line, self.columns) for line in below]

    def _right(self, line: str, room: int) -> str:
        return " " * (room - self._measure(line)) + line

    def _table(self, part: paper.Table) -> list[Laid]:
        """ValueError when the cells do not add up."""
        told = [row for row in (part.heading, *part.rows) if row]
        least = tuple(
            max((int(widest(row[place], self._measure)) for row in told), default=0)
            for place in range(len(part.weights))
        )
        across = columns(part.weights, self.columns, 1, least)
        done: list[Laid] = []
        for row in told:
            wrapped = [
                [
                    self._right(line, column.width) if column.right else line
                    for line in lines(cell, column.width, self._measure)
                ]
                for column, cell in zip(across, row, strict=True)
            ]
            for place in range(max(map(len, wrapped))):
                beside = [cell[place : place + 1] for cell in wrapped]
                done.append(Line(self._joined(across, beside), strong=row is part.heading))
            if row is part.heading:
                done.append(paper.Rule())
        return done

    def _joined(self, across: tuple[Column, ...], cells: list[list[str]]) -> str:
        line = ""
        for column, told in zip(across, cells, strict=True):
            if told:
                line += " " * (column.left - self._measure(line)) + told[0]
        return line
