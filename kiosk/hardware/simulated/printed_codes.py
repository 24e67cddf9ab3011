"""Bar codes and QR codes that the printer makes itself, as rows of dots. A home of segno and zxing-cpp."""

from dataclasses import dataclass

_KINDS = {0: "UPCA", 2: "EAN13", 3: "EAN8", 4: "Code39", 5: "ITF", 6: "Codabar"}
_NAMES = _KINDS | {kind + 65: name for kind, name in _KINDS.items()} | {72: "Code93", 73: "Code128"}
_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}


@dataclass(slots=True)
class CodeSettings:
    """What GS h, GS w and the QR functions before a code have set; sizes in dots."""

    bar_height: int = 162
    bar_width: int = 3
    module: int = 3
    level: str = "l"
    stored: bytes = b""


def bars(kind: int, data: bytes, settings: CodeSettings) -> list[bytes]:
    """The bars of GS k, without a quiet zone; nothing for data that makes no code, as printers do."""
    import zxingcpp
    from PIL import Image

    text = _of_sets(data) if kind == 73 else data.decode("ascii", "replace")
    if kind not in _NAMES or not text:
        return []
    try:
        form = getattr(zxingcpp.BarcodeFormat, _NAMES[kind])
        drawn = zxingcpp.create_barcode(text, form).to_image(add_quiet_zones=False)
    except (ValueError, RuntimeError, TypeError):
        return []
    modules = bytes(memoryview(drawn))[: drawn.shape[1]]
    row = Image.frombytes("L", (len(modules), 1), bytes(255 - module for module in modules)).convert("1")
    return [row.resize((row.width * settings.bar_width, 1), Image.Resampling.NEAREST).tobytes()] * (
        settings.bar_height
    )


def qr_function(data: bytes, settings: CodeSettings) -> list[bytes]:
    """GS ( k for QR codes, from its function on: sets, stores, or prints what is stored."""
    import segno
    from PIL import Image

    match data[0]:
        case 67:
            settings.module = min(16, max(1, data[1]))
        case 69:
            settings.level = _LEVELS.get(data[1], "l")
        case 80:
            settings.stored = data[2:]
        case 81 if settings.stored:
            try:
                code = segno.make_qr(settings.stored, error=settings.level, boost_error=False)
            except ValueError:  # longer than any code
                return []
            bits = [bytes(255 if dark else 0 for dark in row) for row in code.matrix]
            small = Image.frombytes("L", (len(bits[0]), len(bits)), b"".join(bits)).convert("1")
            size = (small.width * settings.module, small.height * settings.module)
            large, stride = small.resize(size, Image.Resampling.NEAREST).tobytes(), (size[0] + 7) // 8
            return [large[at : at + stride] for at in range(0, len(large), stride)]
    return []


def _of_sets(data: bytes) -> str:
    """The text of CODE128 data: {A and {B are letters, {C pairs of digits, {{ a brace."""
    text, pairs, at = "", False, 0
    while at < len(data):
        if data[at] == ord("{") and at + 1 < len(data):
            pairs = data[at + 1] == ord("C") if data[at + 1] in b"ABC" else pairs
            text += "{" if data[at + 1] == ord("{") else ""
            at += 2
            continue
        text += f"{data[at]:02d}" if pairs else chr(data[at])
        at += 1
    return text
