"""The counter's page in a real browser, of a real device, beside a kiosk that prints and a head office.

By the keyboard alone, as a scanner types. Chromium comes from the system, and its driver from the lock file.
"""

from browsing import (
    chromium,
    claims,
    needs_browser,
    page,
    playwright,
    shot,
    sign_in,
    sign_in_again,
    stage,
    typed,
    verdict,
)
from stage import Stage, until

from kiosk.counter.page import KEPT_OUT
from kiosk.membership.claims import ClaimAnswer
from kiosk.words import Words

__all__ = ["chromium", "page", "stage"]  # fixtures
pytestmark = needs_browser


def test_a_voucher_is_claimed_by_scanning_it(stage: Stage, page: playwright.Page) -> None:
    shot(page, "sign-in")
    sign_in(page)
    page.click("form[action='/sign-out'] button")
    page.wait_for_selector("#staff:focus")
    page.keyboard.type("mei")
    page.keyboard.press("Tab")
    typed(page, "000000")
    page.wait_for_selector(f"#hint:has-text('{Words('zh_CN', None)(KEPT_OUT['not-you'])}')")
    shot(page, "sign-in-wrong")
    sign_in_again(page)
    page.wait_for_selector("#link.up")
    paper = stage.kiosk.voucher()
    typed(page, paper["QR"])
    page.wait_for_selector("#verdict .big.wait")
    shot(page, "waiting")
    verdict(page, ClaimAnswer.GIVEN)
    shot(page, "given")
    typed(page, paper["券号"] + paper["校验码"])
    verdict(page, ClaimAnswer.ALREADY)
    shot(page, "already")
    typed(page, "1234")
    page.wait_for_selector("#hint:not(:empty)")
    assert page.inner_text("#verdict").strip() == ""
    assert page.get_attribute("#verdict", "aria-live") == "assertive"
    page.click("button[value=en]")
    page.wait_for_selector("html[lang=en]")
    typed(page, paper["QR"])
    verdict(page, ClaimAnswer.ALREADY, "en")
    shot(page, "already-en")
    until(lambda: claims(stage, paper["券号"].replace(" ", "")) == 1, "the claim at head office")


def test_keys_that_miss_the_field_reach_it(stage: Stage, page: playwright.Page) -> None:
    sign_in(page)
    page.focus("button[value=zh_TW]")
    page.keyboard.type("123")
    assert page.input_value("#code") == "123"
