"""Templates: what a shop may change, what it may not, and facts that stay facts."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.membership import paper
from kiosk.membership.facts import KINDS, VoucherFacts
from kiosk.membership.samples import sample
from kiosk.membership.stationery import FAULT, SHIPPED, read, shipped, stationery
from kiosk.membership.template_rules import BadTemplate, parse
from kiosk.membership.templates import FACT_MAX, LANGUAGES

VOUCHER = (SHIPPED / "voucher.toml").read_text()
TABLE = '\n[[parts]]\npart = "table"\ncolumns = ["{gift}"]\nweights = [1]\n'


def facts() -> VoucherFacts:
    made = sample("voucher", "en")
    assert isinstance(made, VoucherFacts)
    return made


def texts(sheet: paper.Paper) -> list[str]:
    told: list[str] = []
    for part in sheet.parts:
        match part:
            case paper.Title(text) | paper.Text(text) | paper.QR(text):
                told.append(text)
            case paper.Row(label, value):
                told += [label, value]
    return told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_template_makes_its_paper_in_every_language(kind: str, language: str) -> None:
    sheet = shipped().paper(sample(kind, language), language)
    assert sheet.language == language
    assert len(sheet.parts) > 5
    assert not any("{" in text for text in texts(sheet))


def test_a_first_voucher_bears_no_mark_of_a_copy_and_a_copy_does() -> None:
    first, copy = (shipped().paper(replace(facts(), reprint=count), "en") for count in (0, 2))
    assert "REPRINT 2" in texts(copy)
    assert [part for part in copy.parts if part not in first.parts] == [
        paper.Text("REPRINT 2", "center", strong=True)
    ]


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_facts_are_put_in_once_and_open_nothing(name: str) -> None:
    hostile = f"{name}{{number}}{{0.__class__}}[[parts]]"
    sheet = shipped().paper(replace(facts(), member=hostile, reprint=0), "en")
    plain = shipped().paper(replace(facts(), member="A", reprint=0), "en")
    assert [type(part) for part in sheet.parts] == [type(part) for part in plain.parts]
    told = next(part.value for part in sheet.parts if isinstance(part, paper.Row) and part.label == "Member")
    assert told == hostile if len(hostile) <= FACT_MAX else told == hostile[: FACT_MAX - 1] + "…"


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def changed(old: str, new: str) -> str:
    assert old in VOUCHER
    return VOUCHER.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (changed('part = "rule"', 'part = "ruler"'), 'part = "ruler"', "ruler"),
        (changed("{pickup}", "{pick_up}"), "{pick_up}", "no such placeholder: pick_up"),
        (changed("{pickup}", "{pickup:>9}"), "{pickup:>9}", "a brace that is no placeholder"),
        (changed("{pickup}", "{pickup.__class__}"), "{pickup.__class__}", "a brace"),
        (changed(', zh_TW = "會員"', ""), '{ zh_CN = "会员", en', "zh_TW"),
        (changed('"{pickup}"', '"Ask {pickup}"'), '"Ask {pickup}"', "words of its own"),
        (changed('"{pickup}"', '"{pickup}\\u001b@"'), '"{pickup}\\u001b', "control character"),
        (changed('"{pickup}"', f'"{"礼" * 201}"'), "礼" * 201, "length <= 200"),
        (changed('when = "reprint"', 'when = "reprinted"'), 'when = "reprinted"', "no fact 'reprinted'"),
        (changed("dots = 8", "dots = 8000"), "dots = 8000", "200"),
        (changed("strong = true", "bold = true"), "bold", "bold"),
        (VOUCHER.replace("{number}", "{points}"), "", "its number, {number}, in zh_TW"),
        (VOUCHER.replace("{check}", "{points}"), "", "its check code"),
        (VOUCHER.replace("{valid_until}", "{points}"), "", "its last day"),
        (changed('text = "{code}"', 'text = "{number}"'), "", 'no part = "qr"'),
        (changed('part = "qr"', 'part = "qr"\nwhen = "picture"'), "", 'no part = "qr"'),
        (VOUCHER.replace("{reprint}", "*"), "", "copies are not marked"),
        (changed('when = "reprint"', 'when = "not reprint"'), "", "copies are not marked"),
        (changed('part = "qr"', 'part = "cut"\n[[parts]]\npart = "qr"'), "", "no part = \"qr\""),
        (changed('kind = "voucher"', 'kind = "slip"'), 'kind = "slip"', "must be the 'voucher' one"),
        (VOUCHER + '\n[[parts]]\npart = "rule"\n' * 40, "", "length <= 40"),
        (VOUCHER + '\n[[parts]]\npart = "gap"\ndots = 200\n' * 4, "", "gaps of"),
        (VOUCHER + f'\n[[parts]]\npart = "text"\ntext = "{"-" * 199}"\n' * 5, "", "characters of text"),
        (VOUCHER + TABLE, TABLE.strip(), "no lines"),
        ("kind = [", "", "Invalid value"),
        ("#" * 40_000, "", "longer than"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_says_where_and_why(text: str, where: str, why: str) -> None:
    with pytest.raises(BadTemplate) as found:
        parse(text, "voucher", "voucher.toml")
    told = str(found.value)
    assert why in told
    if where:
        assert f"voucher.toml, line {line_of(text, where)}: " in told


def test_a_shops_template_replaces_one_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "voucher.toml").write_text(changed("礼品券", "兑换券"))
    own = stationery(str(tmp_path))
    assert (own.fault, own.problems) == ("", ())
    assert "兑换券" in texts(own.paper(sample("voucher", "zh_CN"), "zh_CN"))
    assert own.templates["slip"] == shipped().templates["slip"]


def test_a_broken_one_is_told_and_the_shipped_one_stands_in(tmp_path: Path) -> None:
    (tmp_path / "voucher.toml").write_text(VOUCHER.replace("{check}", "{points}"))
    (tmp_path / "slip.toml").write_bytes(b"\xff")
    (tmp_path / "vouchers.toml").write_text(VOUCHER)
    own = stationery(str(tmp_path))
    assert own.fault == FAULT
    assert own.templates == shipped().templates
    assert {name for name in ("voucher.toml", "slip.toml", "vouchers.toml") if name in str(own.problems)} == {
        "voucher.toml",
        "slip.toml",
        "vouchers.toml",
    }


def test_what_cannot_be_drawn_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "voucher.toml").write_text(VOUCHER)
    own = stationery(str(tmp_path), lambda template: f"{template.kind} is too long")
    assert "voucher is too long" in own.problems[0]
    assert own.templates == shipped().templates


def test_no_folder_is_a_problem_and_no_setting_is_none(tmp_path: Path) -> None:
    assert stationery("") is shipped()
    assert "no such folder" in stationery(str(tmp_path / "gone")).problems[0]
    with pytest.raises(BadTemplate, match="cannot be read"):
        read(tmp_path / "gone.toml", "voucher")
