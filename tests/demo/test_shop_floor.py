"""Mishaps on the floor of one whole demo shop: pcscd, head office, printer, window and network all real."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.control import ask
from kiosk.demo import evidence, opening
from kiosk.demo.clock import SharedClock
from kiosk.demo.crew import Crew
from kiosk.demo.places import Places, fresh
from kiosk.demo.screen import Screen, pattern_of
from kiosk.demo.visitor import PIN, kinds_about
from kiosk.hardware.simulated import pcscd
from kiosk.hardware.simulated.purse_eeprom import Eeprom
from kiosk.words import Words

pytestmark = [
    pytest.mark.window,
    pytest.mark.pcscd,
    pytest.mark.skipif(bool(pcscd.missing()), reason=pcscd.missing() or "all is there"),
]

HOME, POOR, STRANGER = "6600000001", "6600000002", "6600000530"
LOST, NOBODYS = "6600000901", "6600000999"
POOR_POINTS = 50
GIFT, WRONG_PIN = "玫瑰护手霜", "000000"
_FIGURE = r"[\d,]+"
_NUMBER = r"[\d ]+"


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return b""


@dataclass
class Floor:
    """One open shop, and what a visitor can do in it."""

    crew: Crew
    screen: Screen
    say: Words
    clock: SharedClock

    @property
    def places(self) -> Places:
        return self.crew.places

    def order(self, who: str, do: str, **more: object) -> dict[str, object]:
        return ask(self.places.control(who), {"do": do, **more})

    def tap(self, card: str) -> None:
        self.order("cards", "tap", card=card, family="cpu")

    def papers(self) -> frozenset[Path]:
        return frozenset(self.places.papers.glob("*.png"))

    def invited(self, patience: float = 20) -> None:
        self.screen.wait(self.say("Please tap your member card"), patience)

    def sees(self, sentence: str, patience: float = 20, **unknown: str) -> dict[str, str]:
        return self.screen.wait_match(pattern_of(self.say(sentence), **unknown), patience).groupdict()

    def presses(self, sentence: str) -> None:
        button = self.say(sentence)
        self.screen.press(self.screen.find(lambda text: text == button, button))

    def leaves(self) -> None:
        """Out of whatever page stands, the card taken along."""
        self.order("cards", "pull")
        if self.say("Please tap your member card") not in self.screen.texts():
            self.screen.press(self.say("Exit"))
        self.invited()

    def goes_to_the_shelf(self, card: str) -> None:
        self.tap(card)
        self.presses("Choose a gift")
        self.screen.wait(self.say("Gift shelf"))

    def chooses(self, card: str, gift: str = GIFT) -> str:
        """To the confirm page of a gift; what its button says."""
        self.goes_to_the_shelf(card)
        self.picks(gift, wanted="Confirm your gift", other="The printer needs our staff", back="OK")
        return self.screen.wait_match(pattern_of(self.say("Confirm, use {points} points"), points=_FIGURE))[0]

    def picks(self, gift: str, *, wanted: str, other: str, back: str) -> None:
        """Picks a gift until the wanted page comes: the kiosk looks at its printer every two seconds."""
        answers = (self.say(wanted), self.say(other))
        for _ in range(6):
            self.screen.press(gift)
            if self.screen.find(lambda text: text in answers, wanted) == answers[0]:
                return
            self.presses(back)
            self.screen.wait(self.say("Gift shelf"))
        raise AssertionError(f"never came: {wanted}")

    def confirms(self, button: str, pin: str = PIN) -> None:
        self.screen.keys(pin)
        self.screen.press(button)

    def confirms_to_a_deaf_printer(self) -> None:
        """Until the answers are lost between two looks at the printer, so that only the print finds out."""
        wanted, resting = self.say("Your voucher was not printed"), self.say("The printer needs our staff")
        for _ in range(6):
            button = self.chooses(HOME)
            self.screen.keys(PIN)
            self.order("printer", "lose_replies")
            self.screen.press(button)
            if self.screen.find(lambda text: text in (wanted, resting), wanted, 40) == wanted:
                return
            self.order("printer", "find_replies")  # the look came first: once more
            self.leaves()
        raise AssertionError(f"never came: {wanted}")

    def number(self) -> str:
        """The voucher's number on the page that says to take it."""
        told = self.sees("Voucher {number}", 40, number=_NUMBER)["number"]
        return told.replace(" ", "")

    def posted(self, number: str) -> dict[str, object]:
        port = opening.port_in(self.places.ready("hub").read_text())
        return evidence.hub_record(f"http://127.0.0.1:{port}", number, state="posted")

    def waits_until(self, **wanted: object) -> None:
        """Until the printer stands so."""
        deadline = time.monotonic() + 20
        while not wanted.items() <= (told := self.order("printer", "status")).items():
            assert time.monotonic() < deadline, told
            time.sleep(0.02)

    def prints_half_a_voucher(self) -> None:
        """Confirms, and the paper ends in the middle of it."""
        button = self.chooses(HOME)
        self.order("printer", "paper_out_after", rows=200)
        self.confirms(button)
        self.waits_until(rows_left=0)

    def has_its_printer_mended(self) -> None:
        for do in ("find_replies", "refill"):
            self.order("printer", do)
        self.waits_until(rows_waiting=0, rows_on_strip=0)

    def reprinted(self, number: str) -> None:
        """The card is tapped again: the same number once more, posted once. The new paper."""
        before = self.papers()
        taken, resting = self.say("Please take your voucher"), self.say("The printer needs our staff")
        for _ in range(5):  # the kiosk looks at its printer every two seconds
            self.tap(HOME)
            self.presses("Print it again")
            if self.screen.find(lambda text: text in (taken, resting), "how it went", 30) == taken:
                break
            self.leaves()
        assert self.number() == number
        paper = evidence.printed(self.places.papers, before)
        assert evidence.read_voucher(paper, self.voucher_public()).number == number
        self.presses("I have it, done")
        self.invited()
        assert self.posted(number)["chain_ok"] is True
        assert self.journal(number) == ["redeem", "printing", "unknown", "printing", "post"]

    def voucher_for_staff(self) -> str:
        """The number on a page that keeps points."""
        return self.screen.wait_match(r"\d{4} \d{4} \d{4} \d{2}")[0].replace(" ", "")

    def voucher_public(self) -> bytes:
        return bytes.fromhex(json.loads(self.places.device.read_text())["voucher_public"])

    def kill_kiosk(self) -> None:
        """As a failing power supply would."""
        state = str(self.places.config("kiosk")).encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and state in _command(entry):
                os.kill(int(entry.name), signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.crew.finished("kiosk") is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def journal(self, number: str) -> list[str]:
        lines = evidence.journal_lines(self.places.kiosk, self.places.root / "journal-copy")
        return kinds_about(lines, number)


@pytest.fixture(scope="session")
def shop() -> Iterator[Floor]:
    places = fresh()
    places.lay_out()
    crew = Crew(places, lambda: False)
    try:
        opening.open_shop(crew, offscreen=True)
        clock = SharedClock(places.clock)
        say = Words("zh_CN", ZoneInfo("Asia/Shanghai"))
        yield Floor(crew, Screen(places.control("pilot"), places.shots), say, clock)
        clock.close()
    finally:
        crew.end()
        shutil.rmtree(places.root, ignore_errors=True)


@pytest.fixture
def floor(shop: Floor) -> Iterator[Floor]:
    """Everything works again, and nobody stands there."""
    shop.invited()
    yield shop
    for who, do in (("printer", "find_replies"), ("printer", "refill"), ("network", "heal")):
        shop.order(who, do)
    shop.leaves()


@pytest.mark.parametrize(
    ("card", "title", "code"),
    [
        (NOBODYS, "We do not know this card yet", "K-CD-01"),
        (LOST, "This card cannot be used", "K-CD-11"),
    ],
)
def test_a_card_that_is_not_served(floor: Floor, card: str, title: str, code: str) -> None:
    floor.tap(card)
    floor.sees(title)
    assert code in floor.screen.texts()
    floor.presses("OK")
    floor.invited()


def test_a_card_that_leaves_while_it_is_read(floor: Floor) -> None:
    floor.order("cards", "fault", kind="pull_mid_read")
    floor.tap(HOME)
    floor.sees("Your card could not be read")
    floor.sees("Nothing was changed.")
    floor.order("cards", "pull")
    floor.tap(HOME)
    floor.sees("Choose a gift")


def test_a_wrong_pin_and_then_the_right_one(floor: Floor) -> None:
    button = floor.chooses(HOME)
    floor.confirms(button, WRONG_PIN)
    floor.sees("That PIN was not right. {left} tries left. Nothing was spent.", left="4")
    floor.confirms(button)
    number = floor.number()
    floor.presses("I have it, done")
    floor.invited()
    assert floor.posted(number)["chain_ok"] is True


def test_a_gift_that_is_too_dear(floor: Floor) -> None:
    floor.goes_to_the_shelf(POOR)
    floor.screen.press(GIFT)
    floor.sees("{points} points to go", points="930")
    assert floor.say("Gift shelf") in floor.screen.texts()


def test_no_paper_beforehand(floor: Floor) -> None:
    before = floor.papers()
    floor.order("printer", "paper_out")
    floor.goes_to_the_shelf(HOME)
    floor.picks(GIFT, wanted="The printer needs our staff", other="Confirm your gift", back="Cancel")
    texts = floor.screen.texts()
    assert "K-PR-01" in texts
    assert floor.say("Nothing was spent.") in texts
    floor.order("printer", "refill")
    floor.presses("OK")
    floor.screen.wait(floor.say("Gift shelf"))
    assert floor.papers() == before


def test_answers_lost_beforehand_give_everything_back(floor: Floor) -> None:
    before = floor.papers()
    floor.confirms_to_a_deaf_printer()
    floor.sees("All {points} points are back in your account.", points=_FIGURE)
    assert floor.papers() == before


def test_an_answer_lost_in_the_middle_of_a_print(floor: Floor) -> None:
    floor.prints_half_a_voucher()
    floor.order("printer", "lose_replies")
    floor.sees("Your points are kept for you", 40)
    number = floor.voucher_for_staff()
    floor.leaves()
    floor.has_its_printer_mended()
    floor.reprinted(number)


def test_a_stranger_without_the_network(floor: Floor) -> None:
    floor.order("network", "cut")
    floor.sees("No network right now. Your points are safe.", 40)
    floor.tap(STRANGER)
    floor.sees("We cannot look up your card right now")
    assert "K-NW-01" in floor.screen.texts()
    floor.order("network", "heal")
    floor.presses("OK")
    floor.invited()
    banner = floor.say("No network right now. Your points are safe.")
    floor.screen.until(lambda texts: banner not in texts, "the network is back", 40)


def test_points_on_the_card_pay_without_the_network(floor: Floor) -> None:
    floor.order("network", "cut")
    floor.sees("No network right now. Your points are safe.", 40)
    before, held = floor.papers(), Eeprom(floor.places.purse).read().balance
    floor.order("cards", "tap", family="purse", card=str(floor.places.purse))
    floor.presses("Choose a gift")
    floor.screen.wait(floor.say("Gift shelf"))
    floor.screen.press(GIFT)
    price = floor.sees("Confirm, use {points} points", points=_FIGURE)["points"]
    floor.confirms(floor.say("Confirm, use {points} points", points=price))
    floor.sees("Please take your voucher", 40)
    number = floor.number()
    paper = evidence.printed(floor.places.papers, before)
    assert evidence.read_voucher(paper, floor.voucher_public()).number == number
    # What their account has is at home here and goes first: the card pays the rest.
    paid = int(price.replace(",", "")) - POOR_POINTS
    assert Eeprom(floor.places.purse).read().balance == held - paid
    floor.presses("I have it, done")
    floor.order("network", "heal")
    floor.invited()
    assert floor.posted(number)["chain_ok"] is True


def test_nobody_there_any_more(floor: Floor) -> None:
    floor.tap(HOME)
    floor.sees("Choose a gift")
    floor.clock.advance(31)
    floor.sees("Are you still there?")
    floor.clock.advance(15)
    floor.invited()


def test_a_kiosk_killed_while_it_prints(floor: Floor) -> None:
    floor.prints_half_a_voucher()
    floor.kill_kiosk()
    floor.order("cards", "pull")
    floor.has_its_printer_mended()
    opening.start_kiosk(floor.crew)
    floor.invited()
    floor.tap(HOME)
    floor.sees("A voucher is waiting for you")
    number = floor.voucher_for_staff()
    floor.leaves()
    floor.reprinted(number)
