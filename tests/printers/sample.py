"""A voucher as the desk lays it out, with a real signature, for the tests of everything below it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.membership import paper, vouchers

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NUMBER = vouchers.voucher_number("0001", "03", 4416)
TICKET = vouchers.Ticket(7, NUMBER, "gift_01", 3600, 1_767_196_800_000_000)
TOLD = vouchers.payload(TICKET)
SIGNATURE = KEY.sign(TOLD)

_WORDS = {
    "zh_CN": ("示例生活馆", "礼品券", "补打 1", "白茶香氛蜡烛", "会员", "张*伟", "使用积分", "有效期至",
              "2025年12月31日", "领取地点", "一楼服务台", "券号", "校验码",
              "请到服务台出示本券。本券限兑一件，用后作废。", "2025年12月1日 14:33  3 号机"),
    "zh_TW": ("示例生活館", "禮品券", "補印 1", "白茶香氛蠟燭", "會員", "張*偉", "使用點數", "有效期限至",
              "2025年12月31日", "領取地點", "一樓服務台", "券號", "檢查碼",
              "請至服務台出示本券。本券限兌換一件，用後作廢。", "2025年12月1日 14:33  3 號機"),
    "en": ("Sample Living", "Gift voucher", "REPRINT 1", "White tea scented candle", "Member", "Z* W*",
           "Points used", "Valid until", "31 December 2025", "Pick up at", "Service desk, ground floor",
           "Voucher number", "Check code",
           "Show this voucher at the counter. It is good for one gift, once.",
           "1 December 2025 14:33  Kiosk 3"),
}  # fmt: skip


def voucher(language: str, attempt: int = 1) -> paper.Paper:
    """A whole voucher; from the second attempt on marked as a copy."""
    (shop, title, copy, gift, member, name, used, until, day, where, place, number, check, show, foot) = (
        _WORDS[language]
    )
    return paper.Paper(
        language,
        (
            paper.Text(shop, "center", strong=True),
            paper.Title(title),
            *((paper.Text(copy, "center", strong=True),) if attempt > 1 else ()),
            paper.Picture("gift_01"),
            paper.Title(gift),
            paper.Rule(),
            paper.Row(member, name),
            paper.Row(used, "3,600"),
            paper.Row(until, day, strong=True),
            paper.Row(where, place),
            paper.Rule(),
            paper.QR(vouchers.qr_text(TOLD, SIGNATURE)),
            paper.Row(number, vouchers.shown(NUMBER), strong=True),
            paper.Row(check, vouchers.check_code(SIGNATURE), strong=True),
            paper.Gap(8),
            paper.Text(show, "center", small=True),
            paper.Text(foot, "center", small=True),
        ),
    )
