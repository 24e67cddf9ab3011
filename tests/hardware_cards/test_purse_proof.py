"""That a card is the genuine one, for this operation, now."""

import subprocess
from pathlib import Path

import pytest

from kiosk.hardware.cards.apdu import CardGarbled, CardRefused, CardTrouble, select, split
from kiosk.hardware.cards.pboc_keys import diversify
from kiosk.hardware.cards.pboc_proof import challenge, check, internal_authenticate, proven
from kiosk.hardware.cards.purse import NotGenuine
from kiosk.hardware.cards.purse_serial import PURSE_AID
from kiosk.hardware.simulated.card_field import Field
from kiosk.membership.cards import Card, Proof

from .purse_till import ISSUER, SERIAL, card

FRESH = bytes(range(16))
KEY = diversify(ISSUER.own, SERIAL)


def chosen(folder: Path) -> Field:
    field = Field(card(folder))
    field.send(select(PURSE_AID))
    return field


def test_a_genuine_card_proves_itself(tmp_path: Path) -> None:
    seen = Card("purse", SERIAL)
    assert proven(seen, chosen(tmp_path), KEY, FRESH, b"op").proof is Proof.GENUINE
    assert seen.proof is Proof.IDENTITY


def test_the_answer_is_the_challenge_enciphered(tmp_path: Path) -> None:
    asked = challenge(FRESH, b"op")
    answer, _ = chosen(tmp_path).send(internal_authenticate(asked))
    done = subprocess.run(
        ["openssl", "enc", "-des-ede", "-K", KEY.hex(), "-nopad"],
        input=asked,
        capture_output=True,
        check=True,
    )
    assert answer == done.stdout


def test_another_key_is_not_genuine(tmp_path: Path) -> None:
    with pytest.raises(NotGenuine):
        check(chosen(tmp_path), bytes(16), FRESH, b"op")


class Recorded:
    """Says again what the genuine card once said."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def send(self, command: bytes) -> tuple[bytes, int]:
        del command
        return split(self._answer)


@pytest.mark.parametrize(("fresh", "operation"), [(bytes(16), b"op"), (FRESH, b"another")])
def test_an_answer_is_good_for_one_challenge(tmp_path: Path, fresh: bytes, operation: bytes) -> None:
    answer, _ = chosen(tmp_path).send(internal_authenticate(challenge(FRESH, b"op")))
    replay = Recorded(answer + b"\x90\0")
    check(replay, KEY, FRESH, b"op")
    with pytest.raises(NotGenuine):
        check(replay, KEY, fresh, operation)


@pytest.mark.parametrize(
    ("answer", "trouble"), [("6A86", CardRefused), ("01029000", CardGarbled), ("90", CardTrouble)]
)
def test_no_answer_is_no_proof(answer: str, trouble: type[CardTrouble]) -> None:
    with pytest.raises(trouble):
        check(Recorded(bytes.fromhex(answer)), KEY, FRESH, b"op")


def test_a_challenge_wants_chance() -> None:
    with pytest.raises(ValueError, match="fresh"):
        challenge(b"", b"op")
