"""The stage: the one page that stands, and the slide to the next."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import PopMatrix, PushMatrix, Translate
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk import views
from kiosk.events import Event, Touched
from kiosk.screens.article import ArticleUpright, ArticleWide
from kiosk.screens.attract import AttractPage, AttractUpright, AttractWide
from kiosk.screens.busy import BusyUpright, BusyWide
from kiosk.screens.claim_desk import ClaimDeskSmall, ClaimDeskUpright, ClaimDeskWide
from kiosk.screens.confirm import ConfirmSmall, ConfirmUpright, ConfirmWide
from kiosk.screens.ease import EaseOpen, EasePage
from kiosk.screens.faces import Faces
from kiosk.screens.history import HistorySmall, HistoryUpright, HistoryWide
from kiosk.screens.home import HomeUpright, HomeWide
from kiosk.screens.listing import ListingUpright, ListingWide
from kiosk.screens.menu import MenuUpright, MenuWide
from kiosk.screens.notice import NoticeSmall, NoticeUpright, NoticeWide
from kiosk.screens.number_pad import NumberPadSmall, NumberPadUpright, NumberPadWide
from kiosk.screens.open_vouchers import OpenVouchersSmall, OpenVouchersUpright, OpenVouchersWide
from kiosk.screens.pin_pad import PinPadSmall, PinPadUpright, PinPadWide
from kiosk.screens.preview import PreviewUpright, PreviewWide
from kiosk.screens.question import QuestionUpright, QuestionWide
from kiosk.screens.shelf import ShelfLow, ShelfSmall, ShelfUpright, ShelfWide
from kiosk.screens.slides import Slides
from kiosk.screens.staff_home import StaffHomeUpright, StaffHomeWide
from kiosk.screens.still_there import StillTherePage
from kiosk.screens.take_voucher import TakeVoucherSmall, TakeVoucherUpright, TakeVoucherWide
from kiosk.screens.text_entry import TextEntrySmall, TextEntryUpright, TextEntryWide
from kiosk.screens.tokens import look
from kiosk.screens.verdict import VerdictUpright, VerdictWide
from kiosk.screens.widgets.framing import Page

PAGES: dict[type[views.View], tuple[type[Page], ...]] = {
    views.Attract: (AttractUpright, AttractWide),
    views.Busy: (BusyUpright, BusyWide),
    views.Home: (HomeUpright, HomeWide),
    views.Shelf: (ShelfUpright, ShelfWide, ShelfSmall),
    views.Confirm: (ConfirmUpright, ConfirmWide, ConfirmSmall),
    views.TakeVoucher: (TakeVoucherUpright, TakeVoucherWide, TakeVoucherSmall),
    views.Notice: (NoticeUpright, NoticeWide, NoticeSmall),
    views.History: (HistoryUpright, HistoryWide, HistorySmall),
    views.Menu: (MenuUpright, MenuWide),
    views.Listing: (ListingUpright, ListingWide),
    views.Question: (QuestionUpright, QuestionWide),
    views.Article: (ArticleUpright, ArticleWide),
    views.TextEntry: (TextEntryUpright, TextEntryWide, TextEntrySmall),
    views.NumberEntry: (NumberPadUpright, NumberPadWide, NumberPadSmall),
    views.PinPad: (PinPadUpright, PinPadWide, PinPadSmall),
    views.StaffHome: (StaffHomeUpright, StaffHomeWide),
    views.ClaimDesk: (ClaimDeskUpright, ClaimDeskWide, ClaimDeskSmall),
    views.Verdict: (VerdictUpright, VerdictWide),
    views.Preview: (PreviewUpright, PreviewWide),
    views.OpenVouchers: (OpenVouchersUpright, OpenVouchersWide, OpenVouchersSmall),
}
"""View -> its page in portrait, in landscape, and on a small panel where that is no small landscape."""

LOW: dict[type[views.View], type[Page]] = {views.Shelf: ShelfLow}
"""Pages in portrait that low reach arranges anew; the others keep their controls low anyway."""

DIALOGS = (views.StillThere, EaseOpen)


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


def _page_of(view: type[views.View]) -> type[Page]:
    upright, wide, *small = PAGES[view]
    if look.portrait:
        return LOW.get(view, upright) if look.low else upright
    return small[0] if look.small and small else wide


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
        self._forget_soon = Clock.create_trigger(self._forget, look.forget_s)
        self._slides: Slides | None = None
        self.fbind("size", self._fit)

    def show(self, view: views.View) -> None:
        """Draw a view: into the standing page if it is of the same kind, else on a new one."""
        page = self.page
        if page is not None and isinstance(page.view, EaseOpen):
            if isinstance(view, views.Attract) and view.ease and _alike(page.view.behind, view):
                page.view = replace(page.view, frame=view.frame, behind=view, ease=view.ease)
                return
        elif (
            isinstance(view, views.Attract) and page is not None and not isinstance(page.view, views.Attract)
        ):
            look.use(look.own_modes)  # the next visitor begins as every visitor does
        if page is not None and _alike(page.view, view):
            page.view = view
            return
        self._stand(view, slide=page is not None and type(page.view) is not type(view))

    def make(self, view: views.View) -> Page:
        """A page for a view, arranged to fill the stage."""
        if isinstance(view, views.StillThere):
            page: Page = StillTherePage(make=self.make, view=view)
        elif isinstance(view, EaseOpen):
            page = EasePage(switch=self._switch, close=self._close_ease, make=self.make, view=view)
        else:
            page = _page_of(type(view))(view=view)
        if self._slides is not None and isinstance(page, AttractPage):
            page.picture = self._slides.shown()
        page.tell = self._tell
        page.ease = self._open_ease
        page.size, page.pos = self.size, self.pos
        return page

    def play(self, slides: Slides) -> None:
        """The invitation's pictures, one after another while it stands."""
        self._slides = slides
        self._next_picture()
        Clock.schedule_interval(self._next_picture, slides.every_s)

    def _next_picture(self, *_: Any) -> None:
        page = self.page
        if self._slides is not None and isinstance(page, AttractPage):
            page.picture = self._slides.turned()

    def _open_ease(self) -> None:
        view = self.page.view if self.page is not None else None
        if isinstance(view, views.Attract) and view.ease is not None:
            self._stand(EaseOpen(view.frame, view, view.ease, look.modes), slide=False)
            self._forget_soon()

    def _switch(self, mode: str) -> None:
        view = self.page.view if self.page is not None else None
        if isinstance(view, EaseOpen):
            look.use(replace(look.modes, **{mode: not getattr(look.modes, mode)}))
            self._stand(replace(view, modes=look.modes), slide=False)

    def _close_ease(self) -> None:
        view = self.page.view if self.page is not None else None
        if isinstance(view, EaseOpen):
            self._stand(view.behind, slide=False)

    def _forget(self, *_: Any) -> None:
        """Nobody came after all: the invitation stands as it always does."""
        view = self.page.view if self.page is not None else None
        if isinstance(view, EaseOpen):
            view = view.behind
        if isinstance(view, views.Attract):
            look.use(look.own_modes)
            self._stand(view, slide=False)

    def _stand(self, view: views.View, slide: bool) -> None:
        self._settle()
        regular, bold = self._faces.of(view.frame.language)
        look.regular, look.bold = str(regular), str(bold)
        Window.clearcolor = look.canvas
        page, old, left = self.make(view), self.page, self._carrier
        page.arrange()
        self.page, self._carrier = page, Carrier(page)
        self.add_widget(self._carrier)
        if old is None or left is None:
            return
        dialog = isinstance(view, DIALOGS) or isinstance(old.view, DIALOGS)
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

    def stand_anew(self) -> None:
        """Build the standing page again: its size or the modes are others."""
        if self.page is not None:
            self._stand(self.page.view, slide=False)

    def _fit(self, *_: Any) -> None:
        width, height = (int(side) for side in self.size)
        if (width, height) == look.window or not width or not height:
            return
        look.fit(width, height)
        self.stand_anew()

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
        if look.modes != look.own_modes:
            self._forget_soon.cancel()
            self._forget_soon()
        if not self.still:
            return True
        return bool(super().on_touch_down(touch))


def _alike(old: views.View, new: views.View) -> bool:
    """Whether the page of one can draw the other."""
    return (
        type(old) is type(new)
        and old.frame.language == new.frame.language
        and (not isinstance(new, views.Notice) or (isinstance(old, views.Notice) and old.title == new.title))
    )


def picture_of_window(path: Path) -> Path:
    """What the window shows now, as a PNG at this path."""
    written = Path(Window.screenshot(name=str(path)))
    return written.replace(path)
