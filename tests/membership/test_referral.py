"""Referral codes: short, said over a counter, and no slip leads to another member."""

import random
from itertools import pairwise

import pytest

from kiosk.membership.referral import ALPHABET, code_of, read_code, shown

CODES = [code_of(random.Random(seed).getrandbits(256)) for seed in range(40)]


def test_a_code_is_read_however_it_is_written() -> None:
    for code in CODES:
        assert read_code(code) == read_code(shown(code)) == code
        assert read_code(f" {code[:4]}-{code[4:]}".lower()) == code
    assert len(set(CODES)) == len(CODES)


def test_a_single_slip_is_found() -> None:
    code = CODES[0]
    for place, right in enumerate(code):
        wrong = (code[:place] + ch + code[place + 1 :] for ch in ALPHABET if ch != right)
        assert not any(map(read_code, wrong))


def test_neighbours_that_changed_places_are_found() -> None:
    for code in CODES:
        for place, (left, right) in enumerate(pairwise(code)):
            swapped = code[:place] + right + left + code[place + 2 :]
            assert left == right or not read_code(swapped)


@pytest.mark.parametrize("text", ["", "ABC", "O0I1L1AA", "A" * 7, "A" * 9, "员" * 8])
def test_other_texts_are_no_codes(text: str) -> None:
    assert read_code(text) == ""
