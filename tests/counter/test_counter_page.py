"""The counter's page: who gets in, what a voucher is answered, and what no other page can make it do."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk_at_counter import IDLE_S, Browser, Store, opened
from hypothesis import given
from hypothesis import strategies as st
from shop import together

from kiosk import events as ev
from kiosk.counter.page import KEPT_OUT
from kiosk.counter.sessions import ANSWERS_KEPT
from kiosk.counter.typed import read
from kiosk.desk.elsewhere import WAIT_S
from kiosk.desk.staff_verdict import LOOKS
from kiosk.hub.shop_staff import ShopStaff
from kiosk.hub.staff import Person, Staff
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer
from kiosk.words import Words

SAY = Words("zh_CN", ZoneInfo("Asia/Shanghai"))
GIVEN, ALREADY, NOT_SURE = (
    SAY(LOOKS[result].words) for result in (ClaimAnswer.GIVEN, ClaimAnswer.ALREADY, ClaimAnswer.NOT_SURE)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path)
    yield made
    made.counter.crash()
    made.kiosk.crash()


@pytest.fixture
def browser(store: Store) -> Browser:
    store.browser.sign_in()
    return store.browser


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser where nobody ever signs in."""
    made = opened(tmp_path_factory.mktemp("store"))
    yield made.browser
    made.counter.crash()
    made.kiosk.crash()


def big(page: str) -> str:
    """What the verdict says, without its markup."""
    region = page.partition("id=verdict")[2].partition("</section>")[0]
    return re.sub(r"<[^>]*>", " ", region.partition(">")[2])


# --- who gets in ---------------------------------------------------------------------------------


def test_nobody_sees_the_field_before_they_signed_in(stranger: Browser) -> None:
    page = stranger.get()
    assert "id=code" not in page
    assert 'name="pin"' in page


def test_signing_in_and_out_is_on_record(store: Store) -> None:
    page = store.browser.sign_in()
    assert "id=code" in page
    assert "陈梅" in page
    store.browser.post("/sign-out", form=store.browser.form())
    assert "id=code" not in store.browser.get()
    store.counter.wait(1)
    assert store.counter.signed() == [("mei", "in"), ("mei", "out")]


def test_the_session_is_nobody_elses(store: Store) -> None:
    store.browser.sign_in()
    assert store.browser.last is not None
    (first,) = (said for said in store.browser.last.history if "set-cookie" in said.headers)
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "id=code" not in Browser(store.counter).get()


def alert(page: str) -> str:
    return page.partition("role=alert")[2].partition("</p>")[0]


def test_a_wrong_pin_and_a_stranger_are_kept_out_with_the_same_words(store: Store) -> None:
    wrong = alert(store.browser.sign_in(pin="000000"))
    assert wrong
    assert alert(store.browser.sign_in("nobody", "000000")) == wrong


def test_wrong_pins_lock_and_head_office_unlocks(store: Store) -> None:
    for _ in range(5):
        store.browser.sign_in(pin="000000")
    assert store.browser.last is not None
    assert SAY(KEPT_OUT["locked"]) in store.browser.last.text
    assert store.counter.signed() == [("mei", "locked")]
    assert "id=code" not in store.browser.sign_in()
    store.counter.office.pins.unlock(acc.staff("mei"))
    together(30, store.counter, store.kiosk)
    assert "id=code" in store.browser.sign_in()


def test_a_technician_hands_out_nothing(store: Store) -> None:
    office = store.counter.office
    Staff(office.engine, office.settings).add(Person("tom", "Tom <b>", "technician"), "at head office")
    ShopStaff(office.engine, office.settings, office.pins).assign("tom", "", "111111")
    together(30, store.counter)
    assert "id=code" not in store.browser.sign_in("tom", "111111")
    assert store.counter.kinds() == ["try", "tried", "staff", "staff"]


def test_whoever_is_idle_is_signed_out(store: Store, browser: Browser) -> None:
    store.counter.wait(IDLE_S - 1)
    assert "id=code" in browser.get(**{"x-look": "1"})  # a look of the page itself keeps nobody signed in
    store.counter.wait(1)
    assert store.counter.signed() == [("mei", "in"), ("mei", "out")]
    assert "id=code" not in browser.get()


def test_whoever_does_something_stays(store: Store, browser: Browser) -> None:
    for _ in range(3):
        store.counter.wait(IDLE_S - 1)
        assert "id=code" in browser.claim("")


def test_whoever_head_office_blocks_is_out(store: Store, browser: Browser) -> None:
    office = store.counter.office
    Staff(office.engine, office.settings).block("mei")
    together(30, store.counter)
    page = browser.get()
    assert "id=code" not in page
    assert SAY(KEPT_OUT["over"]) in page
    assert SAY(KEPT_OUT["over"]) not in browser.get(), "told once"


def test_nothing_is_claimed_for_whoever_is_blocked_while_it_waits(store: Store, browser: Browser) -> None:
    paper, office = store.printed(), store.counter.office
    browser.claim(paper["QR"])
    Staff(office.engine, office.settings).block("mei")
    together(int(WAIT_S), store.counter, store.kiosk)
    assert store.counter.entries(en.Claim) == []
    browser.sign_in("lin", "135791")
    browser.claim(paper["QR"])
    together(int(WAIT_S), store.counter, store.kiosk)
    assert GIVEN in big(browser.get())


# --- what a voucher is answered --------------------------------------------------------------------


def test_whoever_is_given_another_role_is_out(store: Store, browser: Browser) -> None:
    office = store.counter.office
    Staff(office.engine, office.settings).add(Person("mei", "Mei", "technician"), "at head office")
    together(40, store.counter)
    assert "id=code" not in browser.get()


def test_a_voucher_of_the_kiosk_is_claimed_once(store: Store, browser: Browser) -> None:
    paper = store.printed()
    page = browser.claim(paper["QR"])
    assert 'data-waiting="1"' in page
    together(int(WAIT_S), store.counter, store.kiosk)
    page = browser.get()
    assert GIVEN in big(page)
    assert 'class="big go"' in page
    assert "/gifts/gift_02.png" in page
    (claim,) = store.counter.entries(en.Claim)
    assert isinstance(claim, en.Claim)
    assert claim.voucher == paper["券号"].replace(" ", "")
    again = browser.claim(paper["券号"] + " " + paper["校验码"].lower())
    assert ALREADY in big(again)
    assert "gift_02_grey" in again
    assert len(store.counter.entries(en.Claim)) == 1


def test_the_claim_names_who_was_signed_in(store: Store, browser: Browser) -> None:
    browser.claim(store.printed()["QR"])
    together(int(WAIT_S), store.counter, store.kiosk)
    browser.get()
    rows = store.counter.journal._database.execute("SELECT stored FROM entries WHERE kind = 'claim'")
    (entry,) = (en.decode(stored) for (stored,) in rows)
    assert entry.operator == "mei"


def test_without_the_network_a_genuine_voucher_is_not_sure(store: Store, browser: Browser) -> None:
    paper = store.printed()
    together(20, store.counter)
    store.counter.cut()
    page = browser.claim(paper["QR"])
    assert NOT_SURE in big(page)
    assert 'class="big wait"' in page
    assert store.counter.entries(en.Claim) == []


def test_without_the_network_staff_who_were_here_sign_in(store: Store, browser: Browser) -> None:
    store.counter.cut()
    browser.post("/sign-out", form=browser.form())
    assert "id=code" in browser.sign_in()
    assert "id=code" not in Browser(store.counter).sign_in("lin", "135791")


def test_a_changed_code_is_not_genuine(store: Store, browser: Browser) -> None:
    paper = store.printed()
    wrong = "A" if paper["QR"][-1] != "A" else "B"
    browser.claim(paper["券号"] + " " + ("2" * 6 if paper["校验码"] != "2" * 6 else "3" * 6))
    together(int(WAIT_S), store.counter, store.kiosk)
    page = browser.get()
    assert 'class="big stop"' in page
    assert "big go" not in browser.claim(paper["QR"][:-1] + wrong)


def test_a_question_that_is_none_shows_no_older_answer(store: Store, browser: Browser) -> None:
    browser.claim(store.printed()["QR"])
    together(int(WAIT_S), store.counter, store.kiosk)
    assert GIVEN in big(browser.get())
    page = browser.claim("0001")
    assert big(page).strip() == ""
    assert "14" in page.partition("id=hint")[2].partition("</p>")[0]


def test_one_question_at_a_time(store: Store, browser: Browser) -> None:
    first, second = store.printed(), store.printed()
    browser.claim(first["QR"])
    browser.claim(second["QR"])
    together(int(WAIT_S), store.counter, store.kiosk)
    browser.get()
    assert len(store.counter.entries(en.Claim)) == 1


def test_nothing_is_claimed_for_a_browser_that_went_away(store: Store, browser: Browser) -> None:
    browser.claim(store.printed()["QR"])
    caller = store.counter.desk_counter._callers
    next(iter(caller.values())).until = 0.0
    together(int(WAIT_S), store.counter, store.kiosk)
    assert store.counter.entries(en.Claim) == []


def test_the_last_answers_stay_and_the_older_ones_go(store: Store, browser: Browser) -> None:
    store.counter.cut()
    code = store.printed()["QR"]
    for _ in range(ANSWERS_KEPT + 3):
        page = browser.claim(code)
    assert page.partition("id=answers")[2].count("<li") == ANSWERS_KEPT


def test_a_failed_journal_is_told_and_nothing_is_given(store: Store, browser: Browser) -> None:
    store.counter.do(ev.StorageFailed("K-JR-01", "full"))
    page = browser.claim(store.printed()["QR"])
    assert "K-JR-01" in page
    assert "big go" not in page


# --- what no other page can do ---------------------------------------------------------------------


def test_forms_of_other_pages_do_nothing(store: Store, browser: Browser) -> None:
    code = store.printed()["QR"]
    browser.post("/claim", origin="http://evil.example", form=browser.form(), code=code)
    assert browser.status == 403
    browser.post("/claim", form="guessed", code=code)
    browser.post("/sign-out", form="guessed")
    assert "id=code" in browser.get()
    together(int(WAIT_S), store.counter, store.kiosk)
    assert store.counter.entries(en.Claim) == []


def test_a_name_that_leads_here_from_outside_is_refused(stranger: Browser) -> None:
    stranger.get(host="counter.evil.example")
    assert stranger.status == 403


def test_no_path_leads_out_of_the_pictures(stranger: Browser) -> None:
    for path in ("/gifts/..%2f__init__.py", "/gifts/%2e%2e.png", "/static/counter.py", "/gifts/nothing.png"):
        stranger.get(path)
        assert stranger.status == 404
    stranger.get("/gifts/gift_01.png")
    assert stranger.status == 200


def test_long_forms_are_refused(store: Store, browser: Browser) -> None:
    browser.claim("1" * 5000)
    assert browser.status == 413


def test_pages_are_not_kept_and_run_only_our_script(stranger: Browser) -> None:
    stranger.get()
    assert stranger.last is not None
    headers = stranger.last.headers
    assert headers["cache-control"] == "no-store"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_names_are_text(store: Store) -> None:
    office = store.counter.office
    Staff(office.engine, office.settings).add(
        Person("eve", "<script>x</script>", "cashier"), "at head office"
    )
    ShopStaff(office.engine, office.settings, office.pins).assign("eve", "", "111111")
    together(30, store.counter)
    page = store.browser.sign_in("eve", "111111")
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


# --- how it is said --------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "word"), [("zh_TW", "櫃檯"), ("en", "Counter"), ("zh_CN", "柜台")])
def test_three_languages(stranger: Browser, language: str, word: str) -> None:
    page = stranger.post("/language", language=language)
    assert f"<title>{word}</title>" in page
    assert f'<html lang="{language.replace("_", "-")}">' in page


def test_a_language_that_is_none_changes_nothing(stranger: Browser) -> None:
    assert "<title>柜台</title>" in stranger.post("/language", language="xx")


def test_what_a_person_types_is_read_as_meant() -> None:
    number = "0001 0300 0000 15"
    assert read(f"{number} abcdef").check == "ABCDEF"
    assert read("０００１０３００００００１５ａｂｃｄｅｆ").number == "00010300000015"
    assert read(number).hint
    assert read("").hint
    assert read("hello").hint


@given(st.text(max_size=600))
def test_whatever_is_typed_is_a_voucher_or_a_hint(text: str) -> None:
    typed = read(text)
    assert bool(typed.hint) != bool(typed.number)
    assert not typed.number or (len(typed.number) == 14 and (typed.code or len(typed.check) == 6))
