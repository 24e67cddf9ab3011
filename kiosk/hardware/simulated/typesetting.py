"""What the printer is told to print, laid out: steps in, rows of dots and white rows out."""

from kiosk.hardware.simulated.escpos_steps import QR, Character, Code, Order, Row
from kiosk.hardware.simulated.lettering import Line, Style
from kiosk.hardware.simulated.printed_codes import CodeSettings, bars, qr_function
from kiosk.hardware.simulated.printer_models import Model

SPACING = 30
Laid = list[bytes | int]
"""Rows of dots, and counts of white rows."""


class Typesetter:
    """The line that is being set, and all that commands have set before it."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.reset()

    def reset(self) -> None:
        """ESC @, or the power: forget the line and every setting."""
        self.line = Line(self._model)
        self._spacing = SPACING
        self._codes = CodeSettings()

    def set(self, step: Row | Character | Code) -> Laid:
        """Lay out what is to be printed; empty while the line goes on."""
        match step:
            case Row():
                return [*self.end_line(), *[self._placed(step.dots)] * step.times]
            case Code(kind, data):
                made = qr_function(data, self._codes) if kind == QR else bars(kind, data, self._codes)
                fits = made and len(made[0]) * 8 - 7 <= self.line.room
                return [*self.end_line(), *map(self._placed, made)] if fits else []
            case Character("\n"):
                return self.end_line() or [self._spacing]
            case Character(char):
                if self.line.put(char):
                    return []
                ended = self.end_line()
                self.line.put(char)
                return ended

    def obey(self, order: Order) -> Laid:
        """Change a setting, or feed."""
        match order.what:
            case "reset":
                self.reset()
            case "feed" | "cut":
                return [*self.end_line(), order.n]
            case "lines":
                return [*self.end_line(), order.n * self._spacing]
            case "spacing":
                self._spacing = order.n
            case "bar_height":
                self._codes.bar_height = order.n or 1
            case "bar_width":
                self._codes.bar_width = min(6, max(1, order.n))
            case _:
                _style(self.line.style, order)
                _place(self.line, order)
        return []

    def end_line(self) -> Laid:
        """The line as it stands, with the blank rows that part it from the next; nothing when it is empty."""
        if not self.line:
            return []
        drawn = self.line.rows()
        return [*drawn, max(0, self._spacing - len(drawn))]

    def _placed(self, dots: bytes) -> bytes:
        """A row of a picture where alignment and margin put it."""
        if not (indent := self.line.indent(len(dots) * 8)):
            return dots
        return (int.from_bytes(dots, "big") << (-indent % 8)).to_bytes(len(dots) + (indent + 7) // 8, "big")


def _style(style: Style, order: Order) -> None:
    n = order.n
    match order.what:
        case "size":
            style.wide, style.tall = (n >> 4 & 7) + 1, (n & 7) + 1
        case "mode":
            style.font, style.bold, style.underline = n & 1, bool(n & 8), n >> 7
            style.wide, style.tall = 1 + (n >> 5 & 1), 1 + (n >> 4 & 1)
        case "chinese_mode":
            style.wide, style.tall, style.underline = 1 + (n >> 2 & 1), 1 + (n >> 3 & 1), n >> 7
        case "bold":
            style.bold = bool(n & 1)
        case "reverse":
            style.reverse = bool(n & 1)
        case "underline":
            style.underline = n % 3
        case "font":
            style.font = n & 1
        case "gap":
            style.gap = n


def _place(line: Line, order: Order) -> None:
    match order.what:
        case "align":
            line.align = order.n
        case "tab":
            line.tab()
        case "at":
            line.move(order.n)
        case "by":
            line.step(order.n)
        case "left":
            line.left = order.n
        case "width":
            line.width = order.n
