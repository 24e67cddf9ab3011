"""The stage: the one page that stands, and the slide to the next."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.animation import Animation
from kivy.core.window import Window
from kivy.graphics import PopMatrix, PushMatrix, Translate
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk import views
from kiosk.events import Event, Touched
from kiosk.screens.attract import AttractUpright, AttractWide
from kiosk.screens.busy import BusyUpright, BusyWide
from kiosk.screens.claim_desk import ClaimDeskUpright, ClaimDeskWide
from kiosk.screens.confirm import ConfirmUpright, ConfirmWide
from kiosk.screens.faces import Faces
from kiosk.screens.history import HistoryUpright, HistoryWide
from kiosk.screens.home import HomeUpright, HomeWide
from kiosk.screens.notice import NoticeUpright, NoticeWide
from kiosk.screens.open_vouchers import OpenVouchersUpright, OpenVouchersWide
from kiosk.screens.pin_pad import PinPadUpright, PinPadWide
from kiosk.screens.shelf import ShelfUpright, ShelfWide
from kiosk.screens.staff_home import StaffHomeUpright, StaffHomeWide
from kiosk.screens.still_there import StillTherePage
from kiosk.screens.take_voucher import TakeVoucherUpright, TakeVoucherWide
from kiosk.screens.tokens import look
from kiosk.screens.verdict import VerdictUpright, VerdictWide
from kiosk.screens.widgets.framing import Page

PAGES: dict[type[views.View], tuple[type[Page], type[Page]]] = {
    views.Attract: (AttractUpright, AttractWide),
    views.Busy: (BusyUpright, BusyWide),
    views.Home: (HomeUpright, HomeWide),
    views.Shelf: (ShelfUpright, ShelfWide),
    views.Confirm: (ConfirmUpright, ConfirmWide),
    views.TakeVoucher: (TakeVoucherUpright, TakeVoucherWide),
    views.Notice: (NoticeUpright, NoticeWide),
    views.History: (HistoryUpright, HistoryWide),
    views.PinPad: (PinPadUpright, PinPadWide),
    views.StaffHome: (StaffHomeUpright, StaffHomeWide),
    views.ClaimDesk: (ClaimDeskUpright, ClaimDeskWide),
    views.Verdict: (VerdictUpright, VerdictWide),
    views.OpenVouchers: (OpenVouchersUpright, OpenVouchersWide),
}
"""View -> its page in portrait and in landscape."""


class Carrier(Widget):
    """Carries a page in from the side: one moved matrix, nothing is arranged again."""

    shift = NumericProperty(0)

    def __init__(self, page: Page, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.canvas.before:
            PushMatrix()
            self._moved = Translate(0, 0)
        with self.canvas.after:
            PopMatrix()
        self.add_widget(page)

    def on_shift(self, *_: Any) -> None:
        """Move what is drawn."""
        self._moved.x = round(self.shift)


class Stage(Widget):
    """Holds the standing page; lives on Kivy's thread."""

    def __init__(self, tell: Callable[[Event], None], faces: Faces, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tell = tell
        self._faces = faces
        self._touched_at = float("-inf")
        self._slide: Animation | None = None
        self._leaving: Carrier | None = None
        self._carrier: Carrier | None = None
        self.page: Page | None = None
        self.fbind("size", self._fit)

    def show(self, view: views.View) -> None:
        """Draw a view: into the standing page if it is of the same kind, else on a new one."""
        page = self.page
        if page is not None and self._same_page(page.view, view):
            page.view = view
            return
        self._stand(view, slide=page is not None and type(page.view) is not type(view))

    def make(self, view: views.View) -> Page:
        """A page for a view, arranged to fill the stage."""
        if isinstance(view, views.StillThere):
            page: Page = StillTherePage(make=self.make, view=view)
        else:
            upright, wide = PAGES[type(view)]
            page = (upright if look.portrait else wide)(view=view)
        page.tell = self._tell
        page.size, page.pos = self.size, self.pos
        return page

    def _same_page(self, old: views.View, new: views.View) -> bool:
        return (
            type(old) is type(new)
            and old.frame.language == new.frame.language
            and (
                not isinstance(new, views.Notice)
                or (isinstance(old, views.Notice) and old.title == new.title)
            )
        )

    def _stand(self, view: views.View, slide: bool) -> None:
        self._settle()
        regular, bold = self._faces.of(view.frame.language)
        look.regular, look.bold = str(regular), str(bold)
        page, old, left = self.make(view), self.page, self._carrier
        page.arrange()
        self.page, self._carrier = page, Carrier(page)
        self.add_widget(self._carrier)
        if old is None or left is None:
            return
        dialog = isinstance(view, views.StillThere) or isinstance(old.view, views.StillThere)
        if not slide or dialog or look.reduced_motion:
            self.remove_widget(left)
            return
        self._leaving = left
        self._carrier.shift = self.width
        self._slide = Animation(shift=0, d=look.page_s, t="out_cubic")
        self._slide.bind(on_complete=lambda *_: self._settle())
        self._slide.start(self._carrier)

    def _settle(self) -> None:
        slide, self._slide = self._slide, None
        if slide is not None and self._carrier is not None:
            slide.cancel(self._carrier)
            self._carrier.shift = 0
        if self._leaving is not None:
            self.remove_widget(self._leaving)
            self._leaving = None

    def _fit(self, *_: Any) -> None:
        width, height = (int(side) for side in self.size)
        if (width, height) == look.window or not width or not height:
            return
        look.fit(width, height)
        if self.page is not None:
            self._stand(self.page.view, slide=False)

    @property
    def still(self) -> bool:
        """Whether nothing slides."""
        return self._slide is None

    def on_touch_down(self, touch: Any) -> bool:
        """Only a finger (or the left button) counts; any touch says somebody is here."""
        if getattr(touch, "button", "left") != "left":
            return True
        now = time.monotonic()
        if now - self._touched_at >= look.touched_every_s:
            self._touched_at = now
            self._tell(Touched())
        if not self.still:
            return True
        return bool(super().on_touch_down(touch))


def picture_of_window(path: Path) -> Path:
    """What the window shows now, as a PNG at this path."""
    written = Path(Window.screenshot(name=str(path)))
    return written.replace(path)
