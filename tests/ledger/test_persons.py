"""Personal data under a key of its own."""

import pytest

from kiosk.ledger.persons import KEY_BYTES, NONCE_BYTES, Person, Unreadable, seal, unseal

ANN = Person(phone="13800000001", name="刘小岩", born="02-29", answers={"likes": "tea"}, language="zh_CN")
KEY, NONCE = bytes(range(KEY_BYTES)), bytes(NONCE_BYTES)


def test_what_was_sealed_comes_back_under_its_key_alone() -> None:
    sealed = seal(ANN, "m1", KEY, NONCE)
    assert unseal(sealed, "m1", KEY) == ANN
    for told in (ANN.phone, ANN.name, ANN.born):
        assert told.encode() not in sealed
    wrong = [
        (sealed, "m2", KEY),
        (sealed, "m1", bytes(KEY_BYTES)),
        (sealed[:-1], "m1", KEY),
        (b"", "m1", KEY),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "m1", KEY),
    ]
    for stored, member, key in wrong:
        with pytest.raises(Unreadable):
            unseal(stored, member, key)


def test_it_never_reaches_a_log() -> None:
    assert "刘" not in repr(ANN)
    assert "138" not in repr(ANN)
