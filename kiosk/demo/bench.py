"""The bench: a plain web page, on this machine only, where a person plays visitor, printer and weather."""

import asyncio
import html
import os
import socket
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

from kiosk.control import NoAnswer, ask
from kiosk.demo.clock import SharedClock
from kiosk.demo.evidence import Missing, code_on
from kiosk.demo.phones import Texts, code_shown
from kiosk.demo.places import Places
from kiosk.demo.relay import announce

_VOUCHERS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Button:
    """One button: where its line goes, what it says there, what it says here."""

    to: str
    line: dict[str, Any]
    zh: str
    en: str
    last_voucher: bool = False
    """Whether the line also carries the code on the newest voucher, as `text`."""
    purse: bool = False
    """Whether the line also carries the card with a purse, as `card`."""
    phone: bool = False
    """Whether the line also carries the code that a member's phone shows now, as `text`."""


def _tap(card: str, family: str = "cpu") -> dict[str, Any]:
    return {"do": "tap", "card": card, "family": family}


_MEMBER = ["%M6600000001^ZHANG/WEI?", ";6600000001?", ""]
_BANK = ["%B4111111111111111^DOE/JANE^30121011000?", ";4111111111111111=30121011000?", ""]
"""A number that card schemes publish for tests; it belongs to nobody."""


def _swipe(tracks: list[str], **more: Any) -> dict[str, Any]:
    return {"do": "swipe", "tracks": tracks, **more}


BUTTONS: dict[str, Button] = {
    "tap-home": Button("cards", _tap("6600000001"), "本店会员刷卡", "Tap: member at home here"),
    "tap-other": Button("cards", _tap("6600000100"), "普通会员刷卡", "Tap: member from elsewhere"),
    "tap-poor": Button("cards", _tap("6600000002"), "积分不足的卡", "Tap: too few points"),
    "tap-purse": Button(
        "cards",
        {"do": "tap", "family": "purse"},
        "卡上有积分的卡",
        "Tap: points on the card itself",
        purse=True,
    ),
    "tap-classic": Button(
        "cards", _tap("04A1B2C1", "classic-1k"), "MIFARE Classic 卡", "Tap: MIFARE Classic"
    ),
    "tap-ntag": Button("cards", _tap("04A1B2C3D4E5F6", "ntag213"), "NTAG 卡", "Tap: NTAG213"),
    "tap-lost": Button("cards", _tap("6600000901"), "挂失的卡", "Tap: card reported lost"),
    "tap-unknown": Button("cards", _tap("6600000999"), "不认识的卡", "Tap: unknown card"),
    "tap-manager": Button("cards", _tap("6600000801"), "店长刷工卡", "Show staff card: manager, PIN 135790"),
    "tap-assistant": Button(
        "cards", _tap("6600000802"), "店员刷工卡", "Show staff card: assistant, PIN 135791"
    ),
    "tap-mei": Button("cards", _tap("6600000801"), "员工卡：陈梅 135790", "Tap: staff, manager"),
    "tap-lin": Button("cards", _tap("6600000802"), "员工卡：林晓 135791", "Tap: staff, assistant"),
    "pull": Button("cards", {"do": "pull"}, "拿走卡片", "Take the card away"),
    "mute": Button("cards", {"do": "fault", "kind": "mute"}, "下一张卡不应答", "Next card is mute"),
    "torn": Button(
        "cards", {"do": "fault", "kind": "pull_mid_read"}, "下一张卡中途拿走", "Next card leaves early"
    ),
    "scan-last": Button("scanner", {"do": "scan"}, "扫最新的券", "Scan the last voucher", last_voucher=True),
    "phone-code": Button("scanner", {"do": "scan"}, "手机出示会员码", "A phone shows its code", phone=True),
    "scan-strange": Button(
        "scanner", {"do": "scan", "text": "6901234567892"}, "扫别的码", "Scan another code"
    ),
    "scan-noise": Button("scanner", {"do": "garbage"}, "扫描器乱码", "Scanner sends noise"),
    "scanner-out": Button("scanner", {"do": "unplug"}, "拔掉扫描器", "Unplug the scanner"),
    "scanner-in": Button("scanner", {"do": "plug"}, "插上扫描器", "Plug the scanner in"),
    "swipe-member": Button("swipe", _swipe(_MEMBER), "刷会员磁条卡", "Swipe a member card"),
    "swipe-back": Button("swipe", _swipe(_MEMBER, reverse=True), "反向刷卡", "Swipe it the other way"),
    "swipe-bank": Button("swipe", _swipe(_BANK), "刷银行卡", "Swipe a bank card"),
    "swipe-bad": Button("swipe", _swipe(_MEMBER, spoil=[2]), "没刷好", "A bad swipe"),
    "swipe-hang": Button("swipe", {"do": "fault", "kind": "hang"}, "刷卡器死机", "The swipe reader hangs"),
    "swipe-well": Button("swipe", {"do": "all_well"}, "刷卡器恢复", "It works again"),
    "swipe-out": Button("swipe", {"do": "unplug"}, "拔掉刷卡器", "Unplug the swipe reader"),
    "swipe-in": Button("swipe", {"do": "plug"}, "插上刷卡器", "Plug the swipe reader in"),
    "wedge-member": Button(
        "wedge", {"do": "type", "text": "".join(_MEMBER)}, "键盘口刷会员卡", "Member card at the wedge"
    ),
    "wedge-bank": Button(
        "wedge", {"do": "type", "text": "".join(_BANK)}, "键盘口刷银行卡", "Bank card at the wedge"
    ),
    "wedge-lost": Button(
        "wedge", {"do": "overrun", "text": "".join(_MEMBER)}, "键盘口丢键", "The wedge loses keys"
    ),
    "wedge-out": Button("wedge", {"do": "unplug"}, "拔掉键盘口读卡器", "Unplug the wedge"),
    "wedge-in": Button("wedge", {"do": "plug"}, "插上键盘口读卡器", "Plug the wedge in"),
    "paper-out": Button("printer", {"do": "paper_out"}, "缺纸", "Paper out"),
    "mid-print": Button(
        "printer", {"do": "paper_out_after", "rows": 200}, "打印中途缺纸", "Paper out in mid-print"
    ),
    "refill": Button("printer", {"do": "refill"}, "换纸", "New paper roll"),
    "cover-open": Button("printer", {"do": "open_cover"}, "打开上盖", "Open the cover"),
    "cover-close": Button("printer", {"do": "close_cover"}, "合上上盖", "Close the cover"),
    "jam": Button("printer", {"do": "jam"}, "切刀卡纸", "Jam the cutter"),
    "clear-jam": Button("printer", {"do": "clear_jam"}, "排除卡纸", "Clear the jam"),
    "deaf": Button("printer", {"do": "lose_replies"}, "丢失应答", "Lose its replies"),
    "hear": Button("printer", {"do": "find_replies"}, "恢复应答", "Send replies again"),
    "offline": Button("printer", {"do": "offline"}, "按离线键", "Take it off line"),
    "online": Button("printer", {"do": "online"}, "恢复联机", "Put it on line"),
    "hot": Button("printer", {"do": "overheat"}, "打印头过热", "Overheat the head"),
    "cool": Button("printer", {"do": "cool_down"}, "打印头冷却", "Cool the head down"),
    "near-end": Button("printer", {"do": "near_end"}, "纸将尽", "Paper near its end"),
    "forgetful": Button(
        "printer", {"do": "refill_and_forget"}, "换纸并丢失任务", "New roll, and the job is lost"
    ),
    "broken-knife": Button("printer", {"do": "break_cutter"}, "切刀损坏", "Break the cutter"),
    "new-knife": Button("printer", {"do": "repair_cutter"}, "更换切刀", "Repair the cutter"),
    "power-mid": Button(
        "printer", {"do": "off_after_bytes", "bytes": 20_000}, "打印中途断电", "Power cut in mid-print"
    ),
    "noise": Button("printer", {"do": "noise_before"}, "应答夹杂乱码", "Noise before its answers"),
    "slow": Button("printer", {"do": "line_speed", "bytes_per_s": 12_000}, "线路变慢", "Slow line"),
    "late": Button("printer", {"do": "late_replies", "milliseconds": 500}, "应答迟到", "Late answers"),
    "liar": Button("printer", {"do": "print_nothing"}, "谎称已打印", "It says it prints, and does not"),
    "well": Button("printer", {"do": "all_well"}, "排除线路与机头故障", "End faults of line and head"),
    "off": Button("printer", {"do": "off"}, "关打印机", "Switch printer off"),
    "on": Button("printer", {"do": "on"}, "开打印机", "Switch printer on"),
    "cut": Button("network", {"do": "cut"}, "断网", "Cut the network"),
    "heal": Button("network", {"do": "heal"}, "恢复网络", "Heal the network"),
}
MINUTES: dict[str, tuple[int, str, str]] = {
    "minute": (60, "快进一分钟", "One minute on"),
    "day": (86_400, "快进一天", "One day on"),
}
GROUPS: tuple[tuple[str, str], ...] = (
    ("cards", "会员卡 Cards"),
    ("scanner", "扫描器 Scanner"),
    ("swipe", "刷卡器 Swipe reader"),
    ("wedge", "键盘口读卡器 Keyboard wedge"),
    ("printer", "打印机 Printer"),
    ("network", "网络 Network"),
)

_STYLE = """
body { font: 17px/1.5 "Noto Sans CJK SC", "Noto Sans", sans-serif; background: #f6f1ea; color: #2b2521 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1rem; margin: 1.6rem 0 .5rem }
form { display: inline-block; margin: 0 .5rem .5rem 0 }
button { font: inherit; padding: .6rem .9rem; border: 1px solid #b9a893; border-radius: .6rem }
button { background: #fff; color: inherit; cursor: pointer }
button small { display: block; color: #6d6057 } button:focus-visible { outline: 3px solid #9c2f3d }
.said { padding: .6rem 1rem; background: #fff; border-left: 4px solid #9c2f3d }
figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top }
img { width: 14rem; border: 1px solid #d8cbbb; background: #fff }
"""
_TOP = "<!doctype html><html lang=zh><meta charset=utf-8><title>试验台 Bench</title>"


def page(places: Places, said: str, texts: list[tuple[str, str]] | None = None) -> str:
    """The whole page; `said` is how the last button went, `texts` what reached phones."""
    parts = [
        f"{_TOP}<style>{_STYLE}</style><main><h1>试验台 Bench</h1>",
        f"<p class=said role=status>{html.escape(said)}</p>" if said else "",
    ]
    for to, title in GROUPS:
        shown = (_form(name, button.zh, button.en) for name, button in BUTTONS.items() if button.to == to)
        parts += [f"<h2>{title}</h2>", *shown]
    parts.append("<h2>时钟 Clock</h2>")
    parts += [_form(name, zh, en) for name, (_seconds, zh, en) in MINUTES.items()]
    parts.append("<h2>手机短信 Messages</h2>")
    parts += [f"<p class=said>{html.escape(number)}: {html.escape(text)}</p>" for number, text in texts or ()]
    parts.append("<h2>小票 Vouchers</h2>")
    parts += [
        f'<figure><a href="/papers/{name}"><img src="/papers/{name}" alt="{name}"></a>'
        f"<figcaption>{name}</figcaption></figure>"
        for name in map(html.escape, vouchers(places)[-_VOUCHERS_SHOWN:][::-1])
    ]
    return "".join([*parts, "</main></html>"])


def vouchers(places: Places) -> list[str]:
    """File names of what was printed, oldest first."""
    with os.scandir(places.papers) as found:
        pictures = [(entry.stat().st_mtime_ns, entry.name) for entry in found if entry.name.endswith(".png")]
    return [name for _, name in sorted(pictures)]


def _newest(places: Places) -> Path:
    """The picture of the last voucher that was printed. Missing: none was."""
    printed = vouchers(places)
    if not printed:
        raise Missing("no voucher was printed yet")
    return places.papers / printed[-1]


def _form(name: str, zh: str, en: str) -> str:
    return f'<form method=post action="/do/{name}"><button>{zh}<small>{en}</small></button></form>'


def press(places: Places, clock: SharedClock, name: str) -> str:
    """Do what a button says; the sentence that tells how it went."""
    if name in MINUTES:
        seconds, zh, en = MINUTES[name]
        clock.advance(seconds)
        return f"{zh} {en}: ok"
    button = BUTTONS[name]
    try:
        text = {"text": code_on(_newest(places))} if button.last_voucher else {}
        text |= {"text": code_shown(places)} if button.phone else {}
        card = {"card": str(places.purse)} if button.purse else {}
        ask(places.control(button.to), button.line | text | card)
    except (NoAnswer, Missing) as trouble:
        return f"{button.zh} {button.en}: {trouble}"
    return f"{button.zh} {button.en}: ok"


def bench(places: Places) -> FastAPI:
    """The application. It answers only to this machine's own browser pages."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    clock = SharedClock(places.clock)
    said, texts = [""], Texts()

    @app.middleware("http")
    async def own_pages_only(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        host = request.headers.get("host", "")
        origin = request.headers.get("origin", f"http://{host}")
        if host.rpartition(":")[0] not in ("127.0.0.1", "localhost") or origin != f"http://{host}":
            return PlainTextResponse("only from the bench's own page", 403)
        return await answer(request)

    @app.get("/")
    async def show() -> HTMLResponse:
        return HTMLResponse(page(places, said[0], await asyncio.to_thread(texts.look, places)))

    @app.post("/do/{name}")
    async def do(name: str) -> Response:
        if name not in BUTTONS and name not in MINUTES:
            return PlainTextResponse("no such button", 404)
        said[0] = await asyncio.to_thread(press, places, clock, name)
        return RedirectResponse("/", 303)

    @app.get("/papers/{name}")
    async def paper(name: str) -> Response:
        if name not in vouchers(places):
            return PlainTextResponse("no such voucher", 404)
        return FileResponse(places.papers / name)

    return app


def main() -> None:
    """The bench's own process."""
    parser = ArgumentParser(prog="kiosk.demo.bench", description=__doc__)
    parser.add_argument("--state", required=True, type=Path)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    places = Places(asked.state)
    listener = socket.create_server(("127.0.0.1", asked.port))
    announce(places.ready("bench"), str(listener.getsockname()[1]))
    uvicorn.Server(uvicorn.Config(bench(places), log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
