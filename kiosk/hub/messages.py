"""Messages to members' phones: an outbox in the database, and whoever carries them from there.

A message is written in the transaction that decides it. So nobody waits for a gateway, and an answer about a
phone that nobody has takes as long as any other.
"""

from dataclasses import asdict, dataclass, field
from typing import Protocol

import sqlalchemy as sa

from kiosk.hub.member_tables import messages

CODE_TEXTS = {
    "zh_CN": "【{shop}】验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人，店员也不会向您索取。",
    "zh_TW": "【{shop}】驗證碼 {code}，{minutes} 分鐘內有效。請勿告訴任何人，店員也不會向您索取。",
    "en": "{shop}: your code is {code}, good for {minutes} minutes. Tell nobody, our staff never ask for it.",
}
JOIN_TEXTS = {
    "zh_CN": "【{shop}】入会验证码 {code}，{minutes} 分钟内有效。请只在店内自助机上输入，勿告诉任何人。",
    "zh_TW": "【{shop}】入會驗證碼 {code}，{minutes} 分鐘內有效。請只在店內自助機上輸入，勿告訴任何人。",
    "en": "{shop}: your code to join is {code}, good for {minutes} minutes. Type it here, tell nobody.",
}
JOIN_AGAIN_TEXTS = {
    "zh_CN": "【{shop}】验证码 {code}，{minutes} 分钟内有效。您的号码已是会员，直接刷卡或用手机号登录即可；"
    "若继续登记，总部会为您合并两个账户。",
    "zh_TW": "【{shop}】驗證碼 {code}，{minutes} 分鐘內有效。您的號碼已是會員，直接刷卡或用手機號登入即可；"
    "若繼續登記，總部會為您合併兩個帳戶。",
    "en": "{shop}: your code is {code}, good for {minutes} minutes. This number is a member's already: sign "
    "in by card or phone. If you go on, head office joins the two accounts.",
}
"""To the phone alone: the kiosk looks the same, whoever it is."""


class CodeSender(Protocol):
    """Brings a text to a phone: an SMS gateway, or the demo's bench."""

    def send(self, number: str, text: str) -> None:
        """Hand it over. Whatever it raises, the message stays and is sent again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One text for one phone; worth sending from `at` until `ends_at` (UTC microseconds)."""

    id: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    at: int
    ends_at: int


@dataclass(slots=True)
class Tray:
    """A CodeSender that only collects: the demo's bench shows what is in it."""

    lines: list[dict[str, str]] = field(default_factory=list)

    def send(self, number: str, text: str) -> None:
        """Lay it down."""
        self.lines.append({"number": number, "text": text})


def put(connection: sa.Connection, message: Message) -> None:
    """Write a message, and forget those whose time is over."""
    connection.execute(sa.delete(messages).where(messages.c.ends_at <= message.at))
    connection.execute(sa.insert(messages).values(**asdict(message)))


def carry(engine: sa.Engine, sender: CodeSender, now: int) -> int:
    """Send what waits, the oldest first; how many. What was handed over is gone."""
    with engine.begin() as connection:
        asked = sa.select(messages).where(messages.c.ends_at > now).order_by(messages.c.at, messages.c.id)
        waiting = connection.execute(asked).all()
    for row in waiting:
        sender.send(row.number, row.text)
        with engine.begin() as connection:
            connection.execute(sa.delete(messages).where(messages.c.id == row.id))
    return len(waiting)
