"""Sample views in three languages, for the gallery and the tests of drawing. Long on purpose."""

from dataclasses import fields, replace

from kiosk import events as ev
from kiosk import views
from kiosk.screens.sample_words import WORDS
from kiosk.screens.service_samples import ServiceSamples
from kiosk.screens.staff_samples import StaffSamples

LANGUAGES = (("zh_CN", "简体中文"), ("zh_TW", "繁體中文"), ("en", "English"))


class Samples:
    """Sample views in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = WORDS[language]

    def say(self, key: str) -> str:
        """A word or sentence."""
        return self._words[key]

    def frame(self, *foot: views.Foot, fact: str = "kiosk") -> views.Frame:
        """What stands around."""
        labels = tuple(self.say(place) for place in foot)
        return views.Frame(self.language, self.say("shop"), self.say(fact), foot, labels)

    def every(self) -> dict[str, views.View]:
        """Every sample by name."""
        home, confirm = self.home(), self.confirm()
        offline = replace(home.frame, offline=self.say("offline"))
        return {
            "attract": self.attract(),
            "busy": views.Busy(self.frame("staff"), self.say("busy"), self.say("busy_note")),
            "home": home,
            "home_offline": replace(home, frame=offline, tier="diamond", tier_name=self.say("diamond"),
                                    progress_text="", next_tier="", expiring="",
                                    points="1,286,340", balance="¥12,486.00"),
            "home_new": replace(home, tier="member", tier_name=self.say("member"), history=(), points="0",
                                balance="¥0.00", expiring="", progress=0.0, choices=()),
            "shelf": self.shelf(),
            "shelf_empty": replace(self.shelf(), tiles=(), empty=self.say("shelf_empty"), reach_on=True,
                                   reach_state=self.say("on"), page=1, pages=1,
                                   following=self.say("last_page"), frame=replace(self.shelf().frame,
                                   offline=self.say("offline"))),
            "confirm": confirm,
            "confirm_error": replace(confirm, error=self.say("pin_wrong"),
                                     frame=replace(confirm.frame, offline=self.say("offline"))),
            "voucher": self.voucher(),
            "printer": self.printer(),
            "staff_coming": self.plain("bell", "bell_title", "bell_note"),
            "card_lost": self.plain("card", "card_title", "card_note"),
            "pin_locked": self.plain("lock", "lock_title", "lock_note"),
            "no_network": self.plain("network", "network_title", "network_note"),
            "sold_out": self.plain("shelf", "shelf_title", "shelf_note"),
            "tap_first": self.plain("gift", "gift_title", "gift_note"),
            "closed": self.plain("clock", "clock_title", "clock_note"),
            "history": self.history(),
            "still_there": self.still_there(),
            **ServiceSamples(self.language).every(),
            **StaffSamples(self.language).every(),
        }  # fmt: skip

    def attract(self) -> views.Attract:
        """The invitation."""
        return views.Attract(
            frame=self.frame("staff"),
            invitation=self.say("invitation"),
            sentence=self.say("invitation_note"),
            reader=self.say("reader"),
            languages=tuple(views.Language(code, name, code == self.language) for code, name in LANGUAGES),
            choices=(
                views.Choice(self.say("browse"), ev.ShelfOpened(), icon="gift"),
                views.Choice(self.say("staff"), ev.StaffCalled(), icon="bell"),
            ),
            ease=views.Ease(*(self.say(f"ease_{field.name}") for field in fields(views.Ease))),
        )

    def lines(self) -> tuple[views.HistoryRow, ...]:
        """Some history."""
        return tuple(
            views.HistoryRow(when, self.say(what), points, self.say("where"))
            for when, what, points in (
                ("2026-11-08", "bought", "+1,268"),
                ("2026-10-21", "redeemed", "−3,600"),
                ("2026-10-02", "bonus", "+200"),
            )
        )

    def home(self) -> views.Home:
        """A gold member."""
        return views.Home(
            frame=self.frame("staff", "leave"),
            greeting=self.say("greeting"),
            tier="gold",
            tier_name=self.say("gold"),
            card_tail=self.say("tail"),
            points_label=self.say("points_label"),
            points="12,480",
            balance_label=self.say("balance"),
            balance="¥186.00",
            as_of=self.say("as_of"),
            progress_text=self.say("progress"),
            progress=0.83,
            next_tier=self.say("diamond"),
            expiring=self.say("expiring"),
            history_title=self.say("history_title"),
            history=self.lines(),
            history_empty=self.say("history_empty"),
            redeem=views.Choice(self.say("redeem"), ev.ShelfOpened(), icon="gift", primary=True),
            choices=(views.Choice(self.say("history"), ev.HistoryOpened(), icon="list"),),
            today_title=self.say("today_title"),
            today=(
                views.Choice(self.say("today_gift"), ev.OptionChosen("t", "gift"), icon="gift",
                             note=self.say("today_note")),
                views.Choice(self.say("today_reach"), ev.ShelfOpened(), icon="store"),
            ),
        )  # fmt: skip

    def shelf(self) -> views.Shelf:
        """Four gifts, one out of reach."""
        tiles = tuple(
            views.GiftTile(f"g{n}", self.say(f"gift_{n}"), price, self.say("unit"), self.say(status),
                           f"gift_0{n}", reachable, few)
            for n, price, status, reachable, few in (
                (1, "3,600", "in_stock", True, False),
                (2, "1,200", "two_left", True, True),
                (3, "2,800", "in_stock", True, False),
                (4, "16,000", "short", False, False),
            )
        )  # fmt: skip
        tabs = tuple(
            views.Tab(self.say(f"tab_{n}"), ev.CategoryChosen(str(n) if n else ""), n == 0) for n in range(5)
        )
        return views.Shelf(
            frame=self.frame("back", "staff", "leave"),
            title=self.say("shelf"),
            points_label=self.say("points_label"),
            points="12,480",
            tabs=tabs,
            count=self.say("count"),
            reach_label=self.say("reach"),
            reach_state=self.say("off"),
            reach_on=False,
            tiles=tiles,
            empty="",
            page=1,
            pages=4,
            page_text=self.say("page"),
            previous=self.say("first_page"),
            following=self.say("next"),
        )

    def confirm(self) -> views.Confirm:
        """One candle."""
        return views.Confirm(
            frame=self.frame("staff", "leave"),
            title=self.say("confirm_title"),
            ticket="ticket-1",
            gift=self.say("gift_1"),
            picture="gift_01",
            quantity=self.say("quantity"),
            pickup=self.say("pickup"),
            before_label=self.say("before"),
            before="12,480",
            cost_label=self.say("cost"),
            cost="−3,600",
            after_label=self.say("after"),
            after="8,880",
            pin_label=self.say("pin"),
            pin_hint=self.say("pin_hint"),
            pin_length=6,
            error="",
            clear=self.say("clear"),
            backspace=self.say("backspace"),
            cancel=self.say("cancel"),
            confirm=self.say("confirm"),
        )

    def voucher(self) -> views.TakeVoucher:
        """Printed."""
        return views.TakeVoucher(
            frame=self.frame("staff", fact="time"),
            title=self.say("voucher_title"),
            sentence=self.say("voucher_note"),
            steps=tuple(views.Step(self.say(f"step_{n}"), self.say(f"step_{n}_note")) for n in (1, 2, 3)),
            seconds_left=24,
            seconds_total=30,
            leaving=self.say("leaving"),
            choices=(
                views.Choice(self.say("stay"), ev.Stayed()),
                views.Choice(self.say("taken"), ev.VoucherTaken(), icon="check", primary=True),
            ),
        )

    def printer(self) -> views.Notice:
        """Nobody knows whether paper came out."""
        return views.Notice(
            frame=self.frame("leave", fact="time"),
            picture="printer",
            title=self.say("printer_title"),
            sentence=self.say("printer_note"),
            points=self.say("printer_points"),
            code_label=self.say("code_label"),
            code="K7 4821",
            code_facts=(self.say("code_fact"), self.say("kiosk")),
            question=self.say("question"),
            answers=(
                views.Choice(self.say("yes"), ev.PaperSeen(True), icon="check", note=self.say("yes_note")),
                views.Choice(self.say("no"), ev.PaperSeen(False), icon="x", note=self.say("no_note")),
            ),
            choices=(views.Choice(self.say("come"), ev.StaffCalled(), icon="bell", primary=True),),
            reassurance=self.say("reassurance"),
        )

    def plain(self, picture: str, title: str, sentence: str) -> views.Notice:
        """A notice with little in it."""
        return views.Notice(
            frame=self.frame("back", "staff", "leave"),
            picture=picture,
            title=self.say(title),
            sentence=self.say(sentence),
            points=self.say("safe"),
            choices=(views.Choice(self.say("understood"), ev.WentBack(), icon="check", primary=True),),
            seconds_left=12,
            seconds_total=20,
        )

    def history(self) -> views.History:
        """A page of lines."""
        return views.History(
            frame=self.frame("back", "staff", "leave"),
            title=self.say("history"),
            points_label=self.say("points_label"),
            points="12,480",
            rows=self.lines() + self.lines()[:2],
            empty=self.say("history_empty"),
            page=2,
            pages=3,
            page_text=self.say("page"),
            previous=self.say("previous"),
            following=self.say("next"),
        )

    def still_there(self) -> views.StillThere:
        """The dialog over a page without values."""
        gone = "••••"
        behind = replace(
            self.home(), greeting="", card_tail=gone, points=gone, balance=gone, progress_text="",
            progress=0.0, expiring="", history=(),
        )  # fmt: skip
        return views.StillThere(
            frame=behind.frame,
            behind=behind,
            title=self.say("still_title"),
            sentence=self.say("still_note"),
            seconds_left=15,
            seconds_total=30,
            stay=self.say("stay"),
            leave=self.say("leave_now"),
        )
