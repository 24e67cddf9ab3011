"""The bench: its buttons reach their parts, and only its own page may press them."""

import ast
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import segno

from kiosk.demo.bench import BUTTONS, bench
from kiosk.demo.clock import SharedClock
from kiosk.demo.lines import Answer, serve
from kiosk.demo.places import Places
from kiosk.hardware.cards.families import read_card
from kiosk.hardware.simulated.card_field import Field
from kiosk.hardware.simulated.chips import chip
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.hardware.simulated.scanner import SimulatedScanner
from kiosk.hardware.simulated.swipe import SimulatedSwipe
from kiosk.hardware.simulated.wedge import SimulatedWedge
from kiosk.hardware.simulated.wedge_keyboards import PipeKeyboard
from kiosk.hub import demo_shop

ROOT = Path(__file__).parents[2]
Story = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    here = Places(tmp_path / "s")
    here.lay_out()
    (here.papers / "0001.png").write_bytes(b"\x89PNG")
    return here


def _visit(places: Places, story: Story, host: str = "127.0.0.1:9000") -> None:
    async def visit() -> None:
        wire = httpx.ASGITransport(app=bench(places))
        async with httpx.AsyncClient(
            transport=wire, base_url=f"http://{host}", follow_redirects=True
        ) as browser:
            await story(browser)

    asyncio.run(visit())


def test_every_button_is_on_the_page_in_both_languages(places: Places) -> None:
    async def story(browser: httpx.AsyncClient) -> None:
        page = (await browser.get("/")).text
        for name, button in BUTTONS.items():
            assert f'action="/do/{name}"' in page
            assert button.zh in page
            assert button.en in page
        assert '<img src="/papers/0001.png"' in page
        assert "http" not in page.replace('"/', ""), "nothing from elsewhere"

    _visit(places, story)


def test_cards_of_every_family_can_be_tapped_and_have_a_member() -> None:
    bound = {("mifare-classic", uid) for uid in demo_shop.UIDS} | {("mifare-ultralight", demo_shop.TAG)}
    tapped = set()
    for button in BUTTONS.values():
        if button.line.get("family", "cpu") not in ("cpu", "purse"):
            made = chip(button.line["family"], button.line["card"])
            card = read_card(Field(made), made.atr)
            tapped.add((card.family, card.number))
    assert tapped <= bound
    assert {family for family, _ in tapped} == {family for family, _ in bound}


def test_a_button_reaches_its_part_and_says_how_it_went(places: Places) -> None:
    heard: list[Answer] = []

    async def cards(message: Answer) -> Answer:
        heard.append(message)
        return {"ok": message["do"] == "tap", "why": "no <card>"}

    async def story(browser: httpx.AsyncClient) -> None:
        async with await serve(places.control("cards"), cards):
            assert "Tap: too few points: ok" in (await browser.post("/do/tap-poor")).text
            assert "no &lt;card&gt;" in (await browser.post("/do/pull")).text
        assert "Cut the network: network.sock" in (await browser.post("/do/cut")).text

    _visit(places, story)
    assert heard == [{"do": "tap", "card": "6600000002", "family": "cpu"}, {"do": "pull"}]


def test_every_order_to_the_printer_is_one_it_knows(places: Places) -> None:
    with SimulatedPrinter(places.papers) as printer:
        for button in BUTTONS.values():
            if button.to == "printer":
                assert printer.do(button.line["do"], **{k: v for k, v in button.line.items() if k != "do"})[
                    "ok"
                ]


def test_every_order_to_swipe_reader_and_wedge_is_one_they_know(places: Places) -> None:
    with (
        SimulatedSwipe("msr605", places.swipe) as swipe,
        SimulatedWedge(PipeKeyboard(places.wedge)) as wedge,
    ):
        for name, button in BUTTONS.items():
            if button.to in ("swipe", "wedge"):
                device = swipe if button.to == "swipe" else wedge
                device.do("plug")
                assert device._order(button.line)["ok"], name


def test_every_order_to_the_scanner_is_one_it_knows(places: Places) -> None:
    with SimulatedScanner(places.scanner) as scanner:
        for name, button in BUTTONS.items():
            if button.to == "scanner":
                more = {"text": "CODE"} if button.last_voucher or button.phone else {}
                assert scanner._order(button.line | more)["ok"], name


def test_the_last_voucher_is_read_off_its_picture_and_scanned(places: Places) -> None:
    heard: list[Answer] = []

    async def scanner(message: Answer) -> Answer:
        heard.append(message)
        return {"ok": True}

    async def story(browser: httpx.AsyncClient) -> None:
        async with await serve(places.control("scanner"), scanner):
            assert "no voucher was printed yet" in (await browser.post("/do/scan-last")).text
            segno.make("6BF S0$8S", micro=False).save(str(places.papers / "0002.png"), scale=4, border=4)
            assert "Scan the last voucher: ok" in (await browser.post("/do/scan-last")).text

    (places.papers / "0001.png").unlink()
    _visit(places, story)
    assert heard == [{"do": "scan", "text": "6BF S0$8S"}]


def test_the_clock_moves_on(places: Places) -> None:
    async def story(browser: httpx.AsyncClient) -> None:
        await browser.post("/do/minute")
        await browser.post("/do/day")

    _visit(places, story)
    assert SharedClock(places.clock).offset() == (60 + 86_400) * 1_000_000


def test_papers_are_shown_and_nothing_else(places: Places) -> None:
    async def story(browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/papers/0001.png")).content == b"\x89PNG"
        for stranger in ("0002.png", "..%2Fclock", "%2e%2e/clock"):
            assert (await browser.get(f"/papers/{stranger}")).status_code == 404
        assert (await browser.post("/do/dance")).status_code == 404

    _visit(places, story)


def test_other_pages_may_not_press(places: Places) -> None:
    async def story(browser: httpx.AsyncClient) -> None:
        cross = await browser.post("/do/minute", headers={"Origin": "http://evil.example"})
        assert cross.status_code == 403

    async def rebound(browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/")).status_code == 403

    _visit(places, story)
    _visit(places, rebound, "evil.example:9000")
    assert SharedClock(places.clock).offset() == 0


def test_a_real_kiosk_knows_nothing_of_the_demo() -> None:
    for path in sorted((ROOT / "kiosk").rglob("*.py")):
        if path.is_relative_to(ROOT / "kiosk" / "demo"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.startswith("kiosk.demo") for name in names), path
