"""What a voucher costs to send, beside plain python-escpos with the same picture, and what our printer takes.

`.venv/bin/python -m benchmarks.printing --vouchers 60`: bytes, milliseconds of CPU and seconds on the line,
medians, one way after the other; then vouchers a second into the simulated printer, and into a socket that
only drains.
"""

import contextlib
import io
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
from escpos.printer import Dummy
from PIL import Image

from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.letters import noto_mono
from kiosk.hardware.printers.native import Native
from kiosk.hardware.simulated.printer import SimulatedPrinter
from tests.printers.reading import raster
from tests.printers.sample import voucher

BAUDS = (9600, 115200)
IDENT = b"AbcD"


def plain(image: Image.Image) -> bytes:
    """The picture as python-escpos sends it when asked for nothing special."""
    paper = Dummy()
    paper.hw("INIT")
    with contextlib.redirect_stdout(io.StringIO()):  # it tells each time that its profile has no width
        paper.image(image, impl="bitImageRaster")
    paper.cut()
    return bytes(paper.output)


def cost(make: Callable[[], bytes], rounds: int) -> tuple[int, float]:
    """Bytes, and the median CPU milliseconds, of one voucher."""
    job, taken = make(), []
    for _ in range(rounds):
        began = time.process_time_ns()
        make()
        taken.append((time.process_time_ns() - began) / 1e6)
    return len(job), statistics.median(taken)


def drain(listener: socket.socket) -> None:
    """Take everything; after each voucher's mark, one byte back."""
    host, _ = listener.accept()
    mark, tail = escpos.process_id(IDENT), b""
    while data := host.recv(4096):
        seen = tail + data
        host.sendall(b"!" * seen.count(mark))
        tail = seen[-len(mark) + 1 :]


def rate(port: int, job: bytes, answer: int, vouchers: int) -> float:
    """Vouchers a second: each is sent when the last one was answered."""
    with socket.create_connection(("127.0.0.1", port)) as host:
        began = time.perf_counter()
        for _ in range(vouchers):
            host.sendall(job + escpos.process_id(IDENT))
            left = answer
            while left:
                left -= len(host.recv(left))
        return vouchers / (time.perf_counter() - began)


@click.command()
@click.option("--vouchers", default=60, show_default=True)
def main(vouchers: int) -> None:
    image = raster().draw(voucher("zh_CN"))
    native = Native(raster(), noto_mono(), "gb18030")
    ways: dict[str, Callable[[], bytes]] = {
        "python-escpos": lambda: plain(image),
        "ours, picture": lambda: escpos.sheet(image),
        "ours, letters": lambda: escpos.slips(native.slips(voucher("zh_CN"))),
    }
    base = 0
    print("| way | bytes | of python-escpos | CPU, ms |" + "".join(f" s at {baud} |" for baud in BAUDS))
    for name, make in ways.items():
        size, cpu = cost(make, vouchers)
        base = base or size
        seconds = "".join(f" {size * 10 / baud:.1f} |" for baud in BAUDS)
        print(f"| {name} | {size} | {size / base:.2f} | {cpu:.1f} |{seconds}")
    # Unasked states would be answered too, and only the mark's answer is counted.
    job = ways["ours, picture"]().replace(escpos.ASB_ON, b"")
    with tempfile.TemporaryDirectory() as folder, SimulatedPrinter(Path(folder)) as printer:
        simulated = rate(printer.port, job, 7, vouchers)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=drain, args=(listener,), daemon=True).start()
    drained = rate(listener.getsockname()[1], job, 1, vouchers)
    for name, figure in (("simulated printer", simulated), ("drained", drained)):
        print(f"{name}: {figure:.1f} vouchers/s, {figure * len(job) / 1e6:.1f} MB/s")
    print(f"simulated / drained: {simulated / drained:.3f}")


if __name__ == "__main__":
    main()
