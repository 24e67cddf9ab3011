"""Prints that nobody could vouch for: each with its facts, and what staff found as two buttons."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets import rows
from kiosk.screens.widgets.box import Box
from kiosk.screens.widgets.buttons import Push, pushed
from kiosk.screens.widgets.framing import Page
from kiosk.views import Choice

__all__ = ["OpenVouchersUpright", "OpenVouchersWide", "rows"]


class VoucherCard(Box):
    """One print; its buttons under it, or beside it in landscape."""

    row = ObjectProperty(rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ids.answers.fill(self.row.answers, _answer)


def _answer(choice: Choice) -> Push:
    push = pushed(choice, least=look.quiet, style="body", pad_x=look.s16)
    push.icon = "" if look.small or look.low else choice.icon
    return push


class VoucherCardUpright(VoucherCard):
    """Portrait."""


class VoucherCardWide(VoucherCard):
    """Landscape."""


class OpenVouchersPage(Page):
    """Draws views.OpenVouchers."""

    card: type[VoucherCard] = VoucherCardUpright

    def drawn(self) -> None:
        """The cards."""
        card = VoucherCardWide if look.low else self.card
        self.ids.cards.fill(self.view.rows, lambda row: card(row=row))
        self.ids.empty.text = "" if self.view.rows else self.view.empty


class OpenVouchersUpright(OpenVouchersPage):
    """Portrait."""


class OpenVouchersWide(OpenVouchersPage):
    """Landscape."""

    card = VoucherCardWide


class OpenVouchersSmall(OpenVouchersPage):
    """A small panel: what to do stands beside the title."""

    card = VoucherCardWide


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
