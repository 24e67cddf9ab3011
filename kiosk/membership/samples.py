"""Sample facts of every kind of paper: the longest names and the rarest characters that stores meet.

What prints these prints everything: templates are proved with them, and technicians preview them.
"""

from collections.abc import Callable

from kiosk.membership.facts import (
    BirthdayFacts,
    BirthdayLine,
    Facts,
    InvitationFacts,
    SelfTestFacts,
    SelfTestLine,
    ShiftFacts,
    ShiftLine,
    SlipFacts,
    StatementFacts,
    StatementLine,
    VoucherFacts,
)

RARE = "䶮 喆 㐂"
"""Rare characters of names; the last is in no printer's letters of Big5."""
MARKS = "，。￥「」《》—…×·"
_CODE = "6BF5HE%8E" + "0Q9XNL:3ZK7W2P/V4" * 7 + "$*+."
_SHOPS = {
    "zh_CN": "示例生活馆（解放碑旗舰店）",
    "zh_TW": "示例生活館（解放碑旗艦店）",
    "en": "Sample Living, Riverside Flagship Store",
}
_GIFTS = {
    "zh_CN": "《白茶香氛》蜡烛礼盒，手工玻璃杯×2·限量￥128",
    "zh_TW": "《白茶香氛》蠟燭禮盒，手工玻璃杯×2·限量￥128",
    "en": "White tea scented candle gift box, two hand-blown glasses × limited edition",
}
_DAYS = {"zh_CN": "2026年12月31日", "zh_TW": "2026年12月31日", "en": "30 September 2026"}
_PLACES = {
    "zh_CN": "一楼服务台，东门入口左侧「会员中心」",
    "zh_TW": "一樓服務台，東門入口左側「會員中心」",
    "en": "Member service desk, ground floor, left of the east entrance",
}
_NAMES = {"zh_CN": f"欧阳*䶮、{RARE}", "zh_TW": f"歐陽*䶮、{RARE}", "en": f"Wolfeschlegelstein* B* 䶮 {RARE}"}
_TIERS = {"zh_CN": "黑金卡·终身", "zh_TW": "黑金卡·終身", "en": "Black gold, lifetime"}
_ENTRIES = {
    "zh_CN": ("购物", "兑换《白茶香氛》蜡烛礼盒", "积分更正，服务台"),
    "zh_TW": ("購物", "兌換《白茶香氛》蠟燭禮盒", "積分更正，服務台"),
    "en": ("Purchase", "White tea scented candle gift box", "Correction at the counter"),
}
_SHIFT = {
    "zh_CN": ("交付礼品", "充值", "新会员", "新卡"),
    "zh_TW": ("交付禮品", "儲值", "新會員", "新卡"),
    "en": ("Gifts handed over", "Top-ups", "New members", "New cards"),
}
_EXPIRING = {
    "zh_CN": "其中 1,200 分将于 12月31日 到期。",
    "zh_TW": "其中 1,200 分將於 12月31日 到期。",
    "en": "1,200 of these points expire on 31 December.",
}
_REASON = {"zh_CN": "找零有误", "zh_TW": "找零有誤", "en": "Wrong change"}
_WELL = {"zh_CN": "正常", "zh_TW": "正常", "en": "well"}
_PARTS = {
    "zh_CN": ("读卡器", "条码扫描器", "网络"),
    "zh_TW": ("讀卡機", "條碼掃描器", "網路"),
    "en": ("Card reader", "Bar code scanner", "Network"),
}
_PERIODS = {"zh_CN": "12月1日—12月7日", "zh_TW": "12月1日—12月7日", "en": "1 to 7 December"}


def sample(kind: str, language: str) -> Facts:
    """Facts of one kind, as long as they get. KeyError: no such kind or language."""
    return _SAMPLES[kind](language)


def _printed(language: str) -> str:
    return f"{_DAYS[language]} 14:33"


def _voucher(language: str) -> VoucherFacts:
    return VoucherFacts(
        shop=_SHOPS[language],
        kiosk="12",
        printed=_printed(language),
        gift=_GIFTS[language],
        picture="gift_01",
        member=_NAMES[language],
        points="1,234,567",
        valid_until=_DAYS[language],
        pickup=_PLACES[language],
        number="0001 0300 0441 62",
        check="7KQ2WX",
        code=_CODE,
        reprint=12,
        due="¥12,345.60",
    )


def _statement(language: str) -> StatementFacts:
    bought, taken, corrected = _ENTRIES[language]
    days = {"en": ("1 Jun", "30 Sep", "31 Dec")}.get(language, ("6月1日", "9月30日", "12月31日"))
    return StatementFacts(
        shop=_SHOPS[language],
        kiosk="12",
        printed=_printed(language),
        member=_NAMES[language],
        card="**** 4416",
        tier=_TIERS[language],
        points="1,234,567",
        as_of=_printed(language),
        expiring=_EXPIRING[language],
        lines=(
            StatementLine(days[0], bought, "+1,234"),
            StatementLine(days[1], taken, "−1,234,567"),
            StatementLine(days[2], corrected, "+50"),
        ),
    )


def _slip(language: str) -> SlipFacts:
    return SlipFacts(
        shop=_SHOPS[language],
        kiosk="12",
        printed=_printed(language),
        member=_NAMES[language],
        number="**** 0738",
        code="MEMBER:830012974410552607384",
    )


def _invitation(language: str) -> InvitationFacts:
    return InvitationFacts(
        shop=_SHOPS[language],
        kiosk="12",
        printed=_printed(language),
        member=_NAMES[language],
        number="R8K2 744B",
        code="R8K2744B",
        gives=_EXPIRING[language],
    )


def _shift(language: str) -> ShiftFacts:
    counts = (("97", "¥1,164.00"), ("38", "¥11,400.00"), ("12", ""), ("7", ""))
    return ShiftFacts(
        shop=_SHOPS[language],
        kiosk="12",
        printed=_printed(language),
        staff=_NAMES[language],
        began=f"{_DAYS[language]} 08:00",
        ended=_printed(language),
        expected="¥13,064.00",
        counted="¥13,059.50",
        difference="−¥4.50",
        reason=_REASON[language],
        left="¥500.00",
        lines=tuple(
            ShiftLine(what, count, money)
            for what, (count, money) in zip(_SHIFT[language], counts, strict=True)
        ),
    )


def _self_test(language: str) -> SelfTestFacts:
    return SelfTestFacts(
        device="kiosk-0001-03-riverside-flagship-store-a",
        kiosk="12",
        printed=_printed(language),
        printer="EPSON TM-T88VII 40.12 ESC/POS",
        width="576",
        letters="GB18030",
        code="TEST KIOSK-0001-03-RIVERSIDE",
        lines=tuple(SelfTestLine(part, _WELL[language]) for part in _PARTS[language]),
    )


def _birthdays(language: str) -> BirthdayFacts:
    days = {"en": ("1 December", "7 December")}.get(language, ("12月1日", "12月7日"))
    return BirthdayFacts(
        shop=_SHOPS[language],
        printed=_printed(language),
        period=_PERIODS[language],
        count="2",
        lines=tuple(BirthdayLine(day, _NAMES[language], _TIERS[language]) for day in days),
    )


_SAMPLES: dict[str, Callable[[str], Facts]] = {
    "voucher": _voucher,
    "statement": _statement,
    "slip": _slip,
    "invitation": _invitation,
    "shift": _shift,
    "self-test": _self_test,
    "birthdays": _birthdays,
}
