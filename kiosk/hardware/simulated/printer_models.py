"""Which printer is simulated: what the model knows, what its ROM holds, and how wide it prints."""

from dataclasses import dataclass
from typing import Literal

Rom = Literal["gb18030", "gb2312", "big5"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model. Immutable: what breaks later is a fault, not another model."""

    process_ids: bool = True
    """Whether it knows GS ( commands, process ids (GS ( H) and native QR codes among them."""
    unasked: bool = True
    """Whether it tells changes of its state unasked (GS a)."""
    reads_ahead: bool = False
    """Whether it goes on reading while it prints, and answers GS r when that is read, not printed."""
    named: bool = True
    """Whether it says who made it, which model it is and its firmware (GS I 65 to 68)."""
    rom: Rom = "gb18030"
    """Which Chinese characters it has; others come out as an empty box."""
    dots: int = 576
    """Dots a row: 576 on 80 mm paper, 384 on 58 mm."""
    dead_columns: tuple[int, ...] = ()
    """Dots of the head that never burn, from the left."""


MODELS: dict[str, Model] = {
    "epson": Model(),
    "old": Model(process_ids=False, unasked=False, reads_ahead=True),
    "gb2312": Model(rom="gb2312"),
    "big5": Model(rom="big5"),
    "narrow": Model(dots=384),
}
