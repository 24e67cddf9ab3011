"""What the tests in a real browser share: the store, the browser, and a person at the keyboard."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from stage import Stage, until

from kiosk.desk.staff_verdict import LOOKS
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer
from kiosk.words import Words

playwright = pytest.importorskip("playwright.sync_api")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("KIOSK_COUNTER_SHOTS", "")
"""A folder for pictures of the page, for people to look at."""
MISSING = BROWSER is None and "KIOSK_REQUIRE_BROWSER" not in os.environ
needs_browser = pytest.mark.skipif(MISSING, reason="no chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("store"))
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(stage: Stage, chromium: playwright.Browser) -> Iterator[playwright.Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto(stage.counter())
    yield opened
    context.close()


def typed(page: playwright.Page, text: str) -> None:
    """As a scanner does: keys, then Enter, wherever the focus is."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def sign_in(page: playwright.Page) -> None:
    """A device that began just now first has to hear from head office who its staff are."""

    def got_in() -> bool:
        # Filled, not typed: what is typed at a page that was loaded just now may miss its field.
        page.fill("#staff", "mei")
        page.fill("#pin", "135790")
        with page.expect_navigation():
            page.press("#pin", "Enter")
        return page.query_selector("#code") is not None

    try:
        until(got_in, "mei signs in")
    except AssertionError as vain:
        raise AssertionError(f"{vain}; the page says: {page.inner_text('body')}") from None
    page.wait_for_selector("#code:focus")


def sign_in_again(page: playwright.Page) -> None:
    """The field of the PIN has the focus already."""
    typed(page, "135790")
    page.wait_for_selector("#code")


def verdict(page: playwright.Page, result: ClaimAnswer, language: str = "zh_CN") -> None:
    """Wait for this answer; the field has the focus again, and is empty."""
    look = LOOKS[result]
    words = Words(language, None)(look.words)  # type: ignore[arg-type]  # no times are told
    page.wait_for_selector(f"#verdict .big.{look.tone} .words:has-text('{words}')")
    page.wait_for_selector("#code:focus:not([readonly])")
    assert page.input_value("#code") == ""


def shot(page: playwright.Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def claims(stage: Stage, number: str) -> int:
    """Claims of a voucher in head office's books."""
    engine = sa.create_engine(f"sqlite:///{stage.folder}/hub.db")
    with engine.begin() as connection:
        rows = connection.scalars(sa.select(entries.c.stored).where(entries.c.kind == en.Claim.KIND)).all()
    engine.dispose()
    bodies = [en.body_of(en.decode(bytes(stored))) for stored in rows]
    return sum(isinstance(body, en.Claim) and body.voucher == number for body in bodies)
