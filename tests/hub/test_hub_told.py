"""What members told: the newest answer counts, and nothing that somebody wrote is ever kept as an answer."""

import pytest
from till import Till

from kiosk.hub import told
from kiosk.hub.office import HeadOffice
from kiosk.ledger import entries as en


def counted(office: HeadOffice) -> list[tuple[str, str, str, int]]:
    with office.engine.begin() as connection:
        return told.counts(connection)


def say(till: Till, topic: str, *answers: str, member: str | None = "M1", what: str = "profile") -> None:
    till.write(en.Told(what=what, topic=topic, answers=answers), member)  # type: ignore[arg-type]


def test_the_newest_answer_of_a_member_counts(office: HeadOffice, till: Till) -> None:
    say(till, "tea-or-coffee", "tea")
    office.sync(till.request())
    say(till, "tea-or-coffee", "coffee")
    say(till, "tea-or-coffee", "coffee", member="M2")
    office.sync(till.request())
    assert counted(office) == [("profile", "tea-or-coffee", "coffee", 2)]
    with office.engine.begin() as connection:
        assert told.answered(connection, "M1") == ("tea-or-coffee",)


def test_what_is_told_without_a_name_counts_each_time(office: HeadOffice, till: Till) -> None:
    for answer in ("good", "good", "poor"):
        say(till, "visit", answer, member=None, what="survey")
    office.sync(till.request())
    assert counted(office) == [("survey", "visit", "good", 2), ("survey", "visit", "poor", 1)]


def test_one_batch_twice_counts_once(office: HeadOffice, till: Till) -> None:
    say(till, "visit", "good", member=None, what="survey")
    request = till.request()
    office.sync(request)
    office.sync(request)
    assert counted(office) == [("survey", "visit", "good", 1)]


@pytest.mark.parametrize("answer", ["I like it here", "茶", "", "x" * 41, "a b"])
def test_free_text_is_quarantined(office: HeadOffice, till: Till, answer: str) -> None:
    say(till, "visit", answer)
    verdict = office.sync(till.request()).verdicts[-1]
    assert (verdict.verdict, verdict.reason) == ("quarantined", "amount-or-name")
    assert counted(office) == []


@pytest.mark.parametrize(
    "body", [en.Told(what="wish", topic="G1"), en.PinTried(route="card", ok=True, where="hub")]
)
def test_a_member_who_is_no_name_fails_nothing(office: HeadOffice, till: Till, body: en.Body) -> None:
    till.write(body, "M\x001")
    verdict = office.sync(till.request()).verdicts[-1]
    assert (verdict.verdict, verdict.reason) == ("quarantined", "amount-or-name")
