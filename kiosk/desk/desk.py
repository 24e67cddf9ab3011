"""The desk: one visit after another. It hands events to the journey and shows what the journey draws."""

import logging
from collections.abc import Callable
from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.attract import attract
from kiosk.desk.counter import answer, printed_late
from kiosk.desk.devices import Devices
from kiosk.desk.elsewhere import Elsewhere
from kiosk.desk.expiry import Expiry
from kiosk.desk.next_card import NextCard
from kiosk.desk.pages import Journey, Page, VisitEnded, frame
from kiosk.desk.privacy import redacted
from kiosk.desk.staff import arrival
from kiosk.desk.staff_counter import ScreenCounter
from kiosk.desk.surplus import Surplus
from kiosk.desk.take_card import LeftIn
from kiosk.desk.world import World
from kiosk.ports import JournalFailed, NotHeld
from kiosk.words import DEFAULT, LANGUAGES, Words

log = logging.getLogger(__name__)

STAFF_S = 120
"""How long a page waits for the staff that its visitor went to fetch."""

NEWS = (
    ev.AccountAnswered,
    ev.PinAnswered,
    ev.MemberAnswered,
    ev.RightsChanged,
    ev.Printed,
    ev.PrinterChanged,
    ev.CardUnreadable,
    ev.CardDone,
)
"""What a journey may be waiting for; it is no sign that somebody still stands there."""


class Desk:
    """Runs on one thread: `handle` is told events, `show` is given views."""

    def __init__(self, world: World, show: Callable[[views.View], None]) -> None:
        self._world = world
        self._show = show
        self._shown: views.View | None = None
        self._words = {code: Words(code, world.shop.zone) for code in LANGUAGES}
        self._elsewhere = Elsewhere(world)
        self._expiry = Expiry(world)
        self._surplus = Surplus(world)
        self._counter = ScreenCounter(world.counter, lambda asked: answer(world, self._elsewhere, asked))
        world.counter = self._counter
        self._journey: Journey[None] | None = None
        self._page: Page | None = None
        self._drawn_for: Journey[None] | None = None
        self._staff_called = False
        self._touched_at = world.clock.monotonic()
        self._page_since = self._touched_at
        self._next = NextCard()
        self._devices = Devices(world)
        self._left_in = LeftIn(world)
        self.out_of_service = ""
        """A fault code when nobody can be served; the process then ends and recovers at its next start."""

    def start(self) -> None:
        """Show the invitation."""
        self._invite()

    def handle(self, event: ev.Event) -> None:
        """Take one event; a journal that failed ends all service."""
        if self.out_of_service or self._meant_for_nobody(event):
            return
        try:
            self._take(event)
        except JournalFailed as failure:
            self._stop_serving(failure.code, failure.detail)
        except NotHeld as refused:
            # Nothing was written. A right that went away in between must not end the kiosk; whoever stands
            # here did not ask for it, so their page stays.
            log.error("refused: %s", refused)

    def _take(self, event: ev.Event) -> None:
        now = self._world.clock.monotonic()
        self._elsewhere.hear(event)
        self._left_in.hear(event)
        match event:
            case ev.StorageFailed(code=code, detail=detail):
                self._stop_serving(code, detail)
            case ev.Ticked():
                self._tick(now)
            case ev.LinkChanged(up=up):
                self._world.connected = up
                self._pass_on(event)
            case ev.ClaimAsked() | ev.VoidAsked():
                answer(self._world, self._elsewhere, event)
            case ev.Printed(outcome=ev.Outcome.CONFIRMED) if not self._held:
                printed_late(self._world, event)
                self._pass_on(event)
            case ev.CardTapped():
                self._tapped(event)
            case ev.CardRemoved(reader=reader):
                self._removed(reader)
            case ev.ReaderChanged() | ev.ScannerChanged():
                self._devices.hear(event)
                self._pass_on(event)
            case _ if isinstance(event, NEWS):
                self._devices.note(event)
                self._pass_on(event)
            case _:
                self._touched_at = now
                self._touch(event)

    def _meant_for_nobody(self, event: ev.Event) -> bool:
        """A code under the scanner means nothing to a page that does not ask for one.

        Calling staff means nothing to staff, and keeps no page of theirs open.
        """
        if isinstance(event, ev.StaffCalled):
            return self._page is not None and self._page.staff
        return isinstance(event, ev.CodeScanned) and not (self._page is not None and self._page.scans)

    # --- fingers ---------------------------------------------------------------------------------

    def _touch(self, event: ev.Event) -> None:
        if isinstance(event, ev.Touched):
            self._draw()
        elif isinstance(event, ev.LanguageChosen):
            self._world.say = self._words.get(event.language, self._world.say)
            self._draw()
        elif isinstance(event, ev.StaffCalled):
            self._staff_called = not self._held
            log.info("staff called")
            self._draw()
        elif isinstance(event, ev.Stayed) and self._staff_called:
            self._staff_called = False
            self._draw()
        elif isinstance(event, ev.Left):
            self._leave()
        else:
            self._pass_on(event)

    def _leave(self) -> None:
        if self._page is None or not self._page.held:
            self._end_visit()

    # --- cards -----------------------------------------------------------------------------------

    def _tapped(self, tap: ev.CardTapped) -> None:
        """A card begins a visit of its own, unless a page asked for it; during a print it waits its turn.

        A page that asks whether anybody is still there asks for no card: whoever taps now came later.
        """
        alone = self._staff_called or isinstance(self._shown, views.StillThere)
        if self._page is not None and self._page.taps and not alone:
            self._touched_at = self._world.clock.monotonic()
            self._pass_on(tap)
            return
        if self._page is not None and self._page.held:
            self._next.put(tap, self._world.clock.monotonic())
            return
        self._end_visit(then=tap)

    def _removed(self, reader: str) -> None:
        self._next.left(reader)
        if reader in self._world.shop.inserted_readers:
            self._leave()

    # --- time ------------------------------------------------------------------------------------

    def _tick(self, now: float) -> None:
        if self._staff_called and not self._held:
            if now >= self._touched_at + STAFF_S:
                self._end_visit()
                return
        elif self._page is not None and self._page.countdown_s and not self._page.held:
            if now >= max(self._page_since, self._touched_at) + self._page.countdown_s:
                self._end_visit()
                return
        elif self._visiting and not self._held and now >= self._touched_at + self._patience_s:
            self._end_visit()
            return
        elif not self._visiting:
            self._expiry.step(now)
            self._surplus.step(now)
        self._pass_on(ev.Ticked(now))

    @property
    def _visiting(self) -> bool:
        return not isinstance(self._shown, views.Attract)

    @property
    def _held(self) -> bool:
        return self._page is not None and self._page.held

    @property
    def _patience_s(self) -> int:
        return self._world.shop.idle_s + self._world.shop.countdown_s

    # --- the journey -----------------------------------------------------------------------------

    def _invite(self) -> None:
        self._begin(attract(self._world, self._devices.readers_gone))

    def _begin(self, journey: Journey[None]) -> None:
        self._journey = journey
        self._touched_at = self._world.clock.monotonic()
        self._advance(lambda: next(journey))

    def _pass_on(self, event: ev.Event) -> None:
        journey = self._journey
        if journey is not None:
            self._advance(lambda: journey.send(event))

    def _end_visit(self, then: ev.CardTapped | None = None) -> None:
        """Clear the screen, whatever is open; what the journey still owes it does while it ends."""
        journey, self._journey = self._journey, None
        if journey is not None:
            try:
                journey.throw(VisitEnded())
            except (VisitEnded, StopIteration):
                pass
            except NotHeld as refused:
                log.error("refused at the end of a visit: %s", refused)
            else:
                journey.close()
        self._after(then)

    def _after(self, tap: ev.CardTapped | None) -> None:
        waited = self._next.take(self._world.clock.monotonic())
        tap = tap or waited
        self._staff_called = False
        if tap is None and self._left_in.any:
            self._begin(self._left_in.ask())  # in the words of whoever left it
            return
        if not isinstance(self._shown, views.Attract):
            self._world.say = self._words[DEFAULT]  # the one before chose it, not the one who comes
        if tap is not None:
            self._begin(arrival(self._world, self._counter, tap))
            return
        self._invite()

    def _advance(self, step: Callable[[], Page]) -> None:
        try:
            page = step()
        except StopIteration:
            self._journey = None
            self._after(None)
            return
        except NotHeld as refused:
            self._cut_short(refused)
            return
        if page is not self._page:
            self._page = page
            self._page_since = self._world.clock.monotonic()
        # Somebody else's page never stays, not even for a moment.
        ours = self._drawn_for is self._journey or isinstance(self._shown, views.Attract)
        if ours and self._world.clock.monotonic() < self._page_since + page.after_s:
            return
        self._draw()

    def _cut_short(self, refused: NotHeld) -> None:
        """A right went away between the look at it and the act. Nothing was written; the visitor is told."""
        log.error("refused: %s", refused)
        self._journey = None
        if (tap := self._next.take(self._world.clock.monotonic())) is not None:
            self._after(tap)
            return
        self._staff_called = False
        self._begin(notices.read_it(notices.cut_short(self._world)))

    # --- the view --------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._page is None:
            return
        self._drawn_for = self._journey
        view = self._view(self._page)
        if view != self._shown:
            self._shown = view
            self._show(view)

    def _view(self, page: Page) -> views.View:
        world, say, now = self._world, self._world.say, self._world.clock.monotonic()
        if self._staff_called and not page.held:
            return notices.staff_called(world, say)
        if page.countdown_s:
            spent = now - max(self._page_since, self._touched_at)
            return page.draw(say, max(0, page.countdown_s - int(spent)))
        view = page.draw(say, 0)
        idle = now - self._touched_at
        if isinstance(view, views.Attract | views.StillThere) or page.held or idle < world.shop.idle_s:
            return view
        left = max(0, self._patience_s - int(idle))
        return self._still_there(say, view, left)

    def _still_there(self, say: Words, behind: views.View, left: int) -> views.StillThere:
        return views.StillThere(
            frame=replace(frame(self._world, say), foot=(), foot_labels=()),
            behind=redacted(behind),
            title=say("Are you still there?"),
            sentence=say(
                "This page clears itself in {seconds} seconds. Your points and balance are not affected.",
                seconds=left,
            ),
            seconds_left=left,
            seconds_total=self._world.shop.countdown_s,
            stay=say("Continue"),
            leave=say("Exit now"),
        )

    def _stop_serving(self, code: str, detail: str) -> None:
        log.critical("out of service: %s %s", code, detail)
        self.out_of_service = code
        self._journey = None
        self._show(notices.out_of_service(self._world, self._world.say, code))
