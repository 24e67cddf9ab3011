"""What may befall a counter: `kill -9` in mid-claim, and a cut network. A deep check, in a browser."""

from browsing import chromium, claims, needs_browser, page, playwright, shot, sign_in, stage, typed, verdict
from stage import Stage, until

from kiosk.membership.claims import ClaimAnswer

__all__ = ["chromium", "page", "stage"]  # fixtures
pytestmark = needs_browser


def test_a_counter_that_is_killed_in_the_middle_claims_at_most_once(
    stage: Stage, page: playwright.Page
) -> None:
    sign_in(page)
    paper = stage.kiosk.voucher()
    typed(page, paper["QR"])
    page.wait_for_selector("#verdict .big")
    stage.kill_counter()
    page.goto(stage.start_counter())
    sign_in(page)
    typed(page, paper["QR"])
    page.wait_for_selector("#verdict .big.go, #verdict .big.stop")
    number = paper["券号"].replace(" ", "")
    until(lambda: claims(stage, number) == 1, "the claim at head office")
    typed(page, paper["QR"])
    verdict(page, ClaimAnswer.ALREADY)


def test_without_the_network_nobody_is_sure(stage: Stage, page: playwright.Page) -> None:
    sign_in(page)
    paper = stage.kiosk.voucher()
    stage.network("cut")
    try:
        page.wait_for_selector("#link.down")
        typed(page, paper["QR"])
        verdict(page, ClaimAnswer.NOT_SURE)
        shot(page, "not-sure")
    finally:
        stage.network("heal")
    assert claims(stage, paper["券号"].replace(" ", "")) == 0
