"""The voucher is printed: arrows first, then what to do with it; time left in digits."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.widgets import ring
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.rows import StepLine
from kiosk.views import Step

__all__ = ["TakeVoucherUpright", "TakeVoucherWide", "ring"]


class TakeVoucherPage(Page):
    """Draws views.TakeVoucher."""

    def drawn(self) -> None:
        """The numbered steps."""
        self.ids.steps.show(tuple(enumerate(self.view.steps, start=1)), _step)


def _step(numbered: tuple[int, Step]) -> StepLine:
    return StepLine(number=numbered[0], step=numbered[1])


class TakeVoucherUpright(TakeVoucherPage):
    """Portrait."""


class TakeVoucherWide(TakeVoucherPage):
    """Landscape."""


class TakeVoucherSmall(TakeVoucherPage):
    """A small panel: the time left stands under the picture."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
