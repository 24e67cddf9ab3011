"""Enrolment codes: what is written is what is read, however it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.enrolment import BadCode, EnrolmentCode, read_code

TEN = st.binary(min_size=10, max_size=10)


@given(TEN, TEN, st.sampled_from(["", " ", "-", "--"]), st.booleans())
def test_a_code_survives_being_typed(secret: bytes, fingerprint: bytes, between: str, shouted: bool) -> None:
    code = EnrolmentCode(secret, fingerprint)
    typed = code.text().replace("-", between)
    assert read_code(typed if shouted else typed.lower()) == code
    assert read_code(typed.replace("0", "O").replace("1", "l")) == code
    assert read_code(code.qr()) == code


def test_a_code_is_eight_groups_without_look_alikes() -> None:
    text = EnrolmentCode(bytes(range(10)), bytes(range(246, 256))).text()
    assert [len(group) for group in text.split("-")] == [4] * 8
    assert not set("ILOU") & set(text)
    assert "secret" not in repr(EnrolmentCode(b"secret" * 2, b""))


@pytest.mark.parametrize("typed", ["", "AAAA", "A" * 31, "A" * 33, "U" * 32, "é" * 32, "A" * 31 + "!"])
def test_what_is_no_code_is_told(typed: str) -> None:
    with pytest.raises(BadCode):
        read_code(typed)
