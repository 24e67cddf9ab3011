"""A visitor with a script: taps a card, takes a gift, and holds screen, paper, hub and journal together.

First with the network, then without it; at the end staff claim one voucher twice. Exit 0 only when all agree.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.control import NoAnswer, ask
from kiosk.demo import evidence
from kiosk.demo.evidence import Missing, Voucher
from kiosk.demo.places import Places
from kiosk.demo.screen import NotSeen, Screen, pattern_of
from kiosk.words import Words

HOME_CARD = "6600000001"
PIN = "246810"
SOONEST_GIFTS = ("蜂蜜润唇膏", "黄铜钥匙扣")
_FIGURE = r"[\d,]+"
_WHOLE = ["redeem", "printing", "post"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the screen said when the voucher was there: number without blanks, points used and left."""

    number: str
    used: int
    left: int


class Visitor:
    """One person with one card at one demo kiosk, speaking simplified Chinese."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._screen = Screen(places.control("pilot"), places.shots)
        self._say = Words("zh_CN", ZoneInfo("Asia/Shanghai"))
        self._device = json.loads(places.device.read_text())
        self.hub = f"http://127.0.0.1:{places.ready('hub').read_text().strip()}"
        self._shot = 0

    def take_gift(self, gift: str) -> tuple[Told, Voucher]:
        """From the invitation to the voucher, and the paper that came with it."""
        say, screen = self._say, self._screen
        before = frozenset(self._places.papers.glob("*.png"))
        screen.wait(say("Please tap your member card"))
        self._shoot("attract")
        self.tap(HOME_CARD)
        choose = screen.wait(say("Choose a gift"))
        self._shoot("home")
        screen.press(choose)
        self._find_on_shelf(gift)
        self._shoot("shelf")
        screen.press(gift)
        confirm = screen.wait_match(pattern_of(say("Confirm, use {points} points"), points=_FIGURE))
        screen.keys(PIN)
        self._shoot("confirm")
        screen.press(confirm[0])
        told = self._read_voucher_page()
        self._shoot("voucher")
        picture = evidence.printed(self._places.papers, before)
        voucher = evidence.read_voucher(picture, bytes.fromhex(self._device["voucher_public"]))
        screen.press(say("I have it, done"))
        screen.wait(say("Please tap your member card"))
        self.pull()
        return told, voucher

    def tap(self, card: str) -> None:
        """Put a card on the reader."""
        ask(self._places.control("cards"), {"do": "tap", "card": card, "family": "cpu"})

    def pull(self) -> None:
        """Take the card away."""
        ask(self._places.control("cards"), {"do": "pull"})

    def network(self, do: str) -> None:
        """cut or heal; returns when the kiosk's screen knows."""
        ask(self._places.control("network"), {"do": do})
        warning = self._say("No network right now. Your points are safe.")
        wanted = do == "cut"
        self._screen.until(lambda texts: (warning in texts) == wanted, f"network {do}", 40)

    def claim(self, voucher: Voucher) -> tuple[int, str]:
        """Staff at the counter: exit status and sentence of `kiosk claim`."""
        config = str(self._places.config("kiosk"))
        status, said, trouble = evidence.kiosk_command("claim", config, voucher.number, voucher.check)
        return status, said or trouble

    def journal(self, voucher: Voucher) -> list[str]:
        """The kinds of entry that the journal holds about a voucher, in order."""
        lines = evidence.journal_lines(self._places.kiosk, self._places.root / "journal-copy")
        return kinds_about(lines, voucher.number)

    def _find_on_shelf(self, gift: str) -> None:
        say, screen = self._say, self._screen
        screen.wait(say("Gift shelf"))
        for _ in range(12):
            texts = screen.texts()
            if gift in texts:
                return
            if say("Next") not in texts:
                break
            screen.press(say("Next"))
            screen.until(lambda now, before=texts: now != before, "next page", 10)  # type: ignore[misc]
        screen.wait(gift, 1)

    def _read_voucher_page(self) -> Told:
        say, screen = self._say, self._screen
        done = screen.wait_match(
            pattern_of(say("Done. {points} points used, {after} left."), points=_FIGURE, after=_FIGURE), 40
        )
        number = screen.wait_match(pattern_of(say("Voucher {number}"), number=r"[\d \-]+"))
        return Told(
            "".join(filter(str.isdigit, number["number"])), _figure(done["points"]), _figure(done["after"])
        )

    def _shoot(self, what: str) -> None:
        self._shot += 1
        self._screen.shoot(f"{self._shot:02}-{what}")


def kinds_about(lines: Sequence[dict[str, Any]], number: str) -> list[str]:
    """The kinds of the entries of one voucher's operation, in order."""
    ops = {
        line["body"]["op"] for line in lines if line["kind"] == "redeem" and line["body"]["voucher"] == number
    }
    return [
        line["kind"] for line in lines if isinstance(line["body"], dict) and line["body"].get("op") in ops
    ]


def _figure(text: str) -> int:
    return int(text.replace(",", ""))


class Report:
    """Says what agrees and what does not, line by line."""

    def __init__(self) -> None:
        self.wrong = 0

    def check(self, agrees: bool, what: str) -> None:
        """One comparison."""
        self.wrong += not agrees
        print(f"      {'agrees' if agrees else 'DIFFERS'}  {what}", flush=True)


def story(visitor: Visitor, report: Report) -> tuple[list[Voucher], dict[str, Any]]:
    """The whole visit; the vouchers, and the hub's record of the last one."""
    online, offline = SOONEST_GIFTS
    print("      visit   with the network", flush=True)
    told, voucher = visitor.take_gift(online)
    record = evidence.hub_record(visitor.hub, told.number, state="posted")
    compare(report, told, voucher, record)
    report.check(
        visitor.journal(voucher) == ["redeem", "printing", "post"], "journal: redeem, printing, post"
    )

    print("      visit   without the network", flush=True)
    visitor.network("cut")
    told, second = visitor.take_gift(offline)
    report.check(not evidence.hub_knows(visitor.hub, told.number), "hub: has not heard of it yet")
    report.check(visitor.journal(second) == _WHOLE, f"journal: {', '.join(_WHOLE)}")
    visitor.network("heal")
    record = evidence.hub_record(visitor.hub, told.number, state="posted")
    compare(report, told, second, record)

    print("      counter the first voucher is shown twice", flush=True)
    status, said = visitor.claim(voucher)
    report.check(status == 0, f"first time: {said}")
    status, said = visitor.claim(voucher)
    report.check(status == 1, f"second time: {said}")
    record = evidence.hub_record(visitor.hub, voucher.number, claimed=True)
    report.check(visitor.journal(voucher) == [*_WHOLE, "claim"], "journal: one claim")
    return [voucher, second], record


def compare(report: Report, told: Told, voucher: Voucher, record: dict[str, Any]) -> None:
    """Screen, paper and hub about one voucher."""
    report.check(
        voucher.number == told.number == record["voucher"], f"screen, paper, hub: number {told.number}"
    )
    report.check(
        voucher.points == told.used == record["points"], f"screen, paper, hub: {told.used} points used"
    )
    report.check(voucher.gift == record["gift"], f"paper, hub: gift {voucher.gift}")
    left = record["member_points"] + record["escrow_points"]
    report.check(left == told.left, f"screen, hub: {told.left} points left")
    report.check(record["chain_ok"] is True, "hub: the kiosk's log is whole")


def main() -> int:
    """The visitor's own process; 0 when everything agreed."""
    parser = ArgumentParser(prog="kiosk.demo.visitor", description=__doc__)
    parser.add_argument("--state", required=True, type=Path)
    places = Places(parser.parse_args().state)
    report = Report()
    try:
        vouchers, record = story(Visitor(places), report)
    except (Missing, NotSeen, NoAnswer) as trouble:
        print(f"      DIFFERS  {trouble}", flush=True)
        return 1
    book = places.root / "hub-record.json"
    book.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    print(f"      screenshots  {places.shots}")
    for voucher in vouchers:
        print(f"      voucher      {voucher.picture}")
    print(f"      hub record   {book}")
    print(
        "All agree: screen, paper, hub and journal." if not report.wrong else f"{report.wrong} things differ."
    )
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
