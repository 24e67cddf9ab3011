"""Every page that is typed at, as the desk draws it, with the engine that reads Chinese."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.number_entry import NumberAsk, number_page
from kiosk.desk.privacy import redacted
from kiosk.desk.text_entry import OnCard, TextAsk, enter_text
from kiosk.desk.world import World
from tests.typing.hand import Hand

SAID = {
    "zh_CN": (
        "请输入姓名",
        "和证件一致，方便领取生日礼",
        "银卡会员",
        "姓名只用于会员资料，屏幕上只显示一部分",
        "下一步",
        "请输入手机号",
        "用来找回会员卡，不会收到广告",
        "手机号",
        "请看一看，手机号以 1 开头。",
        "重新发送验证码",
        "想说的话",
    ),
    "zh_TW": (
        "請輸入姓名",
        "和證件一致，方便領取生日禮",
        "銀卡會員",
        "姓名只用於會員資料，螢幕上只顯示一部分",
        "下一步",
        "請輸入手機號碼",
        "用來找回會員卡，不會收到廣告",
        "手機號碼",
        "請看一看，手機號碼以 1 開頭。",
        "重新發送驗證碼",
        "想說的話",
    ),
    "en": (
        "Please type your name",
        "As on your identity card, so that birthday gifts find you",
        "Silver member",
        "Your name is kept with your membership; screens show only part of it",
        "Next step",
        "Please type your mobile number",
        "It finds your membership again; nobody will send you advertisements",
        "Mobile number",
        "Please look again: mobile numbers begin with 1.",
        "Send me a new code",
        "What you would like to tell us",
    ),
}


def typing_pages(world: World, language: str) -> Iterator[tuple[str, views.View]]:
    title, sentence, tier, hint, submit, phone, why, label, wrong, again, words = SAID[language]
    name = TextAsk(
        title, sentence, kind="name", least=2, hint=hint, submit=submit, card=OnCard("silver", tier),
        placeholder=label, check=lambda _say, text: wrong if text in ("张伟", "張偉") else "",
    )  # fmt: skip
    hand = Hand(world, enter_text(world, name), language)
    yield "name-empty", hand.sees
    yield from _named(hand)
    world.shop = replace(world.shop, panel_mm=135)
    hand = Hand(world, enter_text(world, name), language)
    yield "name-narrow", hand.sees
    yield "name-narrow-latin", hand.see("pad:latin")
    world.shop = replace(world.shop, panel_mm=0)
    hand = Hand(world, enter_text(world, TextAsk(words, most=60, submit=submit)), language)
    hand.say("pad:pinyin")
    for _ in range(7):
        hand.tap(*"nihao", "space")
    yield "text-long", hand.see("x")
    yield "text-digits", hand.see("pad:digits")
    yield "code", Hand(world, enter_text(world, TextAsk(words, kind="code")), language).see("7")
    engine, world.typing = world.typing, None
    yield "name-without-engine", Hand(world, enter_text(world, name), language).sees
    world.typing = engine
    asked = NumberAsk(phone, label, why, submit=submit, hint=hint)
    yield "phone-empty", number_page(world, world.say, asked, "t", "")
    half = number_page(world, world.say, asked, "t", "138001")
    yield "phone", half
    yield "phone-wrong", replace(number_page(world, world.say, asked, "t", "23800138000"), error=wrong)
    code = replace(asked, groups=(6,), label=again)
    choices = (views.Choice(again, ev.Submitted("again")),)
    yield "one-time-code", replace(number_page(world, world.say, code, "t", "4711"), choices=choices)
    for name_, view in (("name-hidden", hand.sees), ("phone-hidden", half)):
        yield name_, replace(redacted(view), frame=view.frame)


def _named(hand: Hand) -> Iterator[tuple[str, views.View]]:
    hand.say("pad:pinyin")
    yield "name-pinyin", hand.see(*"zhangwei")
    yield "name-candidates", hand.see("leaf:1")
    hand.say("leaf:0")
    hand.pick("張" if hand.world.say.language == "zh_TW" else "张")
    yield "name-half", hand.sees
    hand.pick("偉" if hand.world.say.language == "zh_TW" else "伟")
    yield "name-done", hand.sees
    hand.say("done")
    yield "name-wrong", hand.sees
    hand.say("clear")
    for pad, keys in (("double", "vhwz"), ("nine", "94264934"), ("stroke", "hhsh"), ("latin", "Zhang")):
        hand.say(f"pad:{pad}")
        yield f"name-{pad}-empty", hand.sees
        yield f"name-{pad}", hand.see(*keys)
        hand.say("clear")
