"""Sample views of staff pages in three languages, as samples.py has those of visitors. Long on purpose."""

from dataclasses import replace
from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.screens.sample_words import WORDS

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

SENTENCES = {
    "sign_out": ("退出登录", "登出", "Sign out"),
    "who": ("欧阳雪晴", "歐陽雪晴", "Alexandra Lindström"),
    "hello": ("您好，欧阳雪晴", "您好，歐陽雪晴", "Hello, Alexandra Lindström"),
    "record": ("店长。您在这里的操作会记在您名下。", "店長。您在這裡的操作會記在您名下。",
               "Manager. What you do here is kept in the records under your name."),
    "near_end": ("打印纸快用完了。", "列印紙快用完了。", "The paper is nearly used up."),
    "claim": ("核销礼品券", "核銷禮品券", "Claim a voucher"),
    "claim_note": ("顾客出示礼品券：核对后交付礼品", "顧客出示禮品券：核對後交付禮品",
                   "Check a voucher, hand over the gift"),
    "look": ("待核对的券", "待核對的券", "Vouchers to look into"),
    "look_note": ("12 张待核对", "12 張待核對", "12 prints to check"),
    "printer": ("打印机", "印表機", "Printer"),
    "ready": ("可以打印", "可以列印", "Ready to print"),
    "pin_title": ("员工登录", "員工登入", "Staff sign-in"),
    "pin_note": ("欧阳雪晴，您好。请输入您的自助机密码。", "歐陽雪晴，您好。請輸入您的自助機密碼。",
                 "Hello, Alexandra Lindström. Please type your PIN for the kiosks."),
    "staff_pin": ("员工密码", "員工密碼", "Staff PIN"),
    "number": ("券号", "券號", "Voucher number"),
    "check": ("校验码", "校驗碼", "Check code"),
    "hint": ("请把券上的二维码对准扫描器，或输入 14 位券号。",
             "請把券上的 QR 碼對準掃描器，或輸入 14 位券號。",
             "Hold the voucher's code under the scanner, or type its 14 digits."),
    "wrong": ("有一位数字不对，请对照券面。", "有一位數字不對，請對照券面。",
              "One digit is wrong. Compare it with the voucher."),
    "submit": ("核对这张券", "核對這張券", "Check this voucher"),
    "valid": ("有效，请交付礼品", "有效，請交付禮品", "Valid: hand over the gift"),
    "valid_note": ("已核销。请收回纸券，它已用完。", "已核銷。請收回紙券，它已用完。",
                   "It is claimed now. Keep the paper, it is used up."),
    "already": ("已经领取过", "已經領取過", "Already claimed"),
    "already_note": ("已经领取过，请勿再交付。", "已經領取過，請勿再交付。",
                     "Already claimed. Hand over nothing."),
    "claimed": ("领取时间：12月31日 21:48", "領取時間：12月31日 21:48", "Claimed on 31 December 21:48"),
    "unsure": ("现在无法确认", "現在無法確認", "Cannot be sure now"),
    "unsure_note": ("是真券，但没有网络，无法确认是否已被领取。请先不要发放礼品。券仍然有效，请稍后再问。",
                    "是真券，但沒有網路，無法確認是否已被領取。請先不要發放禮品。券仍然有效，請稍後再問。",
                    "Genuine, but without the network nobody can tell whether it was used. Ask again."),
    "gift": ("礼品", "禮品", "Gift"),
    "next_one": ("下一张", "下一張", "Next voucher"),
    "again": ("再问一次", "再問一次", "Ask again"),
    "look_first": ("打印机没能确认这些券是否打出，请先找一找纸券。",
                   "印表機沒能確認這些券是否印出，請先找一找紙券。",
                   "The printer could not say whether these came out. Look for the paper first."),
    "no_paper": ("没有纸券", "沒有紙券", "No paper"),
    "paper": ("纸券在这里", "紙券在這裡", "Paper is here"),
    "when": ("12月31日 21:48", "12月31日 21:48", "31 December 21:48"),
    "member": ("欧**青", "歐**青", "Alexandra W***"),
    "nothing": ("没有待核对的券：每张打印都有结果。", "沒有待核對的券：每張列印都有結果。",
                "Nothing to check: every print is accounted for."),
}  # fmt: skip
Tone = Literal["go", "stop", "wait"]
_PLACES = {"zh_CN": 0, "zh_TW": 1, "en": 2}


class StaffSamples:
    """Sample views of staff pages in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._shared = WORDS[language]

    def say(self, key: str) -> str:
        """A word or sentence, of staff or of everybody."""
        return SENTENCES[key][_PLACES[self.language]] if key in SENTENCES else self._shared[key]

    def frame(self, *foot: views.Foot) -> views.Frame:
        """What stands around."""
        labels = (*(self.say(place) for place in foot), self.say("sign_out"))
        return views.Frame(self.language, self.say("shop"), self.say("who"), (*foot, "leave"), labels)

    def every(self) -> dict[str, views.View]:
        """Every sample by name."""
        return {
            "staff_pin": self.pin_pad(),
            "staff_home": self.home(),
            "claim_desk": self.desk(""),
            "claim_desk_wrong": self.desk("wrong"),
            "claim_desk_check": self.check(),
            "verdict_go": self.verdict("go", "check", "valid"),
            "verdict_stop": self.verdict("stop", "x", "already", self.say("claimed"), self.say("kiosk")),
            "verdict_wait": self.verdict("wait", "offline", "unsure"),
            "open_vouchers": self.open(3),
            "open_vouchers_none": self.open(0),
        }

    def pin_pad(self) -> views.PinPad:
        """A staff PIN."""
        return views.PinPad(
            frame=self.frame(), title=self.say("pin_title"), sentence=self.say("pin_note"), ticket="ticket-2",
            pin_label=self.say("staff_pin"), pin_hint=self.say("pin_hint"), pin_length=6,
            error=self.say("pin_wrong"), clear=self.say("clear"), backspace=self.say("backspace"),
            cancel=self.say("cancel"), confirm=self.say("understood"),
        )  # fmt: skip

    def home(self) -> views.StaffHome:
        """A manager's tiles."""
        tiles = (
            views.Choice(self.say("claim"), ev.ClaimDeskOpened(), icon="ticket", note=self.say("claim_note")),
            views.Choice(self.say("look"), ev.OpenVouchersOpened(), icon="eye", note=self.say("look_note")),
            views.Choice(self.say("printer"), ev.PaperCareOpened(), icon="print", note=self.say("ready")),
        )
        return views.StaffHome(
            self.frame(), self.say("hello"), self.say("record"), tiles, self.say("near_end")
        )

    def desk(self, error: str) -> views.ClaimDesk:
        """A number is typed."""
        return views.ClaimDesk(
            frame=self.frame("back"), title=self.say("claim"), number_label=self.say("number"),
            groups=("0001", "0388", "8888", "88") if error else ("0001", "03", "", ""),
            group_sizes=(4, 4, 4, 2), check_label=self.say("check"), check="", check_size=6, typing="number",
            keys="1234567890", hint=self.say("hint"), error=self.say(error) if error else "",
            clear=self.say("clear"), backspace=self.say("backspace"),
            submit=views.Choice(self.say("submit"), ev.VoucherTyped(), icon="check", primary=True),
            ready=False,
        )  # fmt: skip

    def check(self) -> views.ClaimDesk:
        """A check code is typed: the widest letters."""
        return replace(
            self.desk("wrong"), error="", check="WMWMWM", typing="check", keys=ALPHABET, ready=True
        )

    def verdict(self, tone: Tone, icon: str, said: str, *facts: str) -> views.Verdict:
        """An answer."""
        onward = views.Choice(self.say("next_one"), ev.NextVoucher(), icon="ticket", primary=True)
        again = views.Choice(self.say("again"), ev.VoucherTyped())
        return views.Verdict(
            frame=self.frame("back"), tone=tone, icon=icon, headline=self.say(said),
            sentence=self.say(f"{said}_note"), gift_label=self.say("gift"), gift=self.say("gift_4"),
            picture="gift_04" if tone == "go" else "gift_04_grey", number_label=self.say("number"),
            number="0001 0388 8888 88", facts=facts, choices=(again, onward) if tone == "wait" else (onward,),
        )  # fmt: skip

    def open(self, prints: int) -> views.OpenVouchers:
        """Prints to look into."""
        rows = tuple(
            views.OpenVoucher(
                f"0001 0388 8888 8{place}", self.say("when"), self.say(f"gift_{place + 1}"),
                self.say("member"),
                (views.Choice(self.say("no_paper"), ev.NoPaperFound(str(place)), icon="x"),
                 views.Choice(self.say("paper"), ev.ClaimDeskOpened(str(place)), icon="ticket")),
            )
            for place in range(prints)
        )  # fmt: skip
        return views.OpenVouchers(
            frame=self.frame("back"), title=self.say("look"), sentence=self.say("look_first"), rows=rows,
            empty=self.say("nothing"), page=2, pages=4, page_text=self.say("page"),
            previous=self.say("previous"), following=self.say("next"),
        )  # fmt: skip
