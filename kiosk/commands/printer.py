"""What a technician asks of the printer, without the kiosk: how it is, what it can do, a test sheet."""

from collections.abc import Iterator

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome, Printed
from kiosk.hardware.printers.profiles import BadProfile, load_profile
from kiosk.hardware.printers.service import NOT_SET_UP, PrinterService, open_printer
from kiosk.membership import paper
from kiosk.settings import Settings

WORDS = {
    "": "ready",
    "K-PR-01": "out of paper",
    "K-PR-02": "its cover is open",
    "K-PR-03": "its cutter is stuck",
    "K-PR-04": "it reports an error",
    "K-PR-05": "no answer (is the kiosk running? Most printers speak to one at a time)",
    "K-PR-06": "offline, perhaps by its button",
    "K-PR-07": "that paper cannot be drawn",
    NOT_SET_UP: "none is set up",
}
"""For technicians, who read English; what visitors and staff see is the desk's."""


def problem(settings: Settings) -> str:
    """Why the printer's settings cannot be used, or ''."""
    try:
        load_profile(settings.printer.profile)
    except BadProfile as bad:
        return str(bad)
    return ""


def looked_at(settings: Settings, test: bool) -> Iterator[str]:
    """The lines to say, as they become known; a test sheet is printed behind the fence, too."""
    events: list[Event] = []
    printer = open_printer(settings.printer, events.append, RealClock())
    if not isinstance(printer, PrinterService):
        yield WORDS[NOT_SET_UP]
        return
    where = settings.printer
    code = printer.look()
    yield f"{where.kind} {where.address}, profile {where.profile}: {_said(code)}"
    if told := printer.capabilities():
        yield f"model: {' '.join(filter(None, (told.maker, told.model, told.firmware))) or 'it does not say'}"
        fence = "process ids: the strong fence" if told.process_id else "no process ids: the weaker fence"
        yield f"{fence}; tells its state unasked: {'yes' if told.unasked else 'no'}"
    if test and not code:
        printer.print("test", 1, test_sheet(settings, told.model if told else ""))
        printer.step(0)
        ended = next(event for event in reversed(events) if isinstance(event, Printed))
        why = "" if ended.outcome is Outcome.CONFIRMED else f": {_said(ended.why)}"
        yield f"test sheet: {ended.outcome.value}{why}"


def _said(code: str) -> str:
    return f"{code} {WORDS.get(code, '')}".strip()


def test_sheet(settings: Settings, model: str) -> paper.Paper:
    """Everything a voucher is made of: both scripts, rules, a table, both codes."""
    where = settings.printer
    return paper.Paper(
        "zh_CN",
        (
            paper.Title("打印测试 Printer test"),
            paper.Rule(),
            paper.Row("设备 Device", settings.device.id),
            paper.Row("打印机 Printer", model or where.kind),
            paper.Row("纸宽 Width", f"{where.width} dots"),
            paper.Row("生僻字 Rare", "䶮 喆 㐂"),
            paper.Row("標點 Marks", "，。￥「」《》—…"),
            paper.Rule(),
            paper.QR(f"TEST {settings.device.id.upper()}"),
            paper.Text("若字迹清晰、二维码可扫，则一切正常。", "center", small=True),
            paper.Text("All is well if this reads clearly and the code scans.", "center", small=True),
        ),
    )
