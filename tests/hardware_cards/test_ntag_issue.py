"""Issuing an NTAG 424: done again after a tear at every command, finished or refused."""

from contextlib import suppress

import pytest

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.ev2 import Ev2Status
from kiosk.hardware.cards.issue import CannotIssue
from kiosk.hardware.cards.ntag424 import PROOF_KEY, Ntag424, check, proof_key
from kiosk.hardware.cards.ntag_issue import ISSUER_KEY, NtagMasters, issue, issuer_key
from kiosk.hardware.simulated.card_field import Field, Kind, Mishap
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chips import chip
from kiosk.hardware.simulated.ntag424_chip import Ntag424Chip, blank

UID, OTHER_UID = bytes.fromhex("04958CAA5C5E80"), bytes.fromhex("04DE5F1EACC040")
SHOP = NtagMasters(b"test proof keys!", b"test issuer keys")
OTHERS = NtagMasters(b"somebody else's!", b"another's issuer")
ZERO = bytes(16)


def card(uid: bytes = UID) -> Ntag424Chip:
    return Ntag424Chip(CardImage(blank(uid)))


def is_ours(made: Ntag424Chip) -> bool:
    keys = (proof_key(SHOP.proof, UID), issuer_key(SHOP.issuer, UID))
    return (made.key(PROOF_KEY), made.key(ISSUER_KEY)) == keys


def test_a_blank_card_gets_its_keys_once() -> None:
    made = card()
    assert issue(Field(made), UID, SHOP)
    assert is_ours(made)
    check(Field(made), UID, SHOP.proof)
    assert not issue(Field(made), UID, SHOP)
    assert is_ours(made)


def commands() -> int:
    field = Field(card())
    issue(field, UID, SHOP)
    return field.sent


@pytest.mark.parametrize(
    "kind", ["before", "after", "cut", "status", "refuse", "hang", "reset", "swap", "garble"]
)
def test_a_card_that_was_torn_at_any_command_is_finished(kind: Kind) -> None:
    assert commands() > 15
    for at in range(commands()):
        made, other = card(), card(OTHER_UID)
        try:
            issue(Field(made, Mishap(kind, at, 1), other), UID, SHOP)
        except CardTrouble:
            pass
        else:
            assert is_ours(made)
        issue(Field(made), UID, SHOP)
        assert is_ours(made)
        assert bytes(other.eeprom.data) == blank(OTHER_UID)


def test_every_half_made_card_is_torn_once_more_and_finished() -> None:
    for first in range(commands()):
        for then in range(first, commands()):
            made = card()
            for at in (first, then):
                with suppress(CardTrouble):  # a card that was nearly made is whole before this command
                    issue(Field(made, Mishap("after", at)), UID, SHOP)
            issue(Field(made), UID, SHOP)
            assert is_ours(made)


def test_cards_of_others_are_refused_and_stay_as_they_are() -> None:
    theirs = card()
    issue(Field(theirs), UID, OTHERS)
    half = card()
    half.set_key(PROOF_KEY, proof_key(OTHERS.proof, UID))
    for made in (theirs, half):
        before = bytes(made.eeprom.data)
        with pytest.raises(CannotIssue, match="somebody else"):
            issue(Field(made), UID, SHOP)
        assert bytes(made.eeprom.data) == before
    with pytest.raises(CannotIssue, match="another UID"):
        issue(Field(card(OTHER_UID)), UID, SHOP)
    with pytest.raises(CannotIssue, match="no NTAG"):
        issue(Field(chip("ntag213", UID.hex())), UID, SHOP)


def test_only_the_issuers_key_changes_keys() -> None:
    made = card()
    session = Ntag424(Field(made))
    assert session.found()
    session.authenticate(PROOF_KEY, ZERO)
    with pytest.raises(CardTrouble, match=f"{Ev2Status.NOT_ALLOWED:04X}"):
        session.change_key(1, SHOP.proof, ZERO)
    assert bytes(made.eeprom.data) == blank(UID)


def test_two_masters_that_are_none_are_refused() -> None:
    for proof, issuer in ((ZERO, ZERO), (ZERO, b"x" * 15)):
        with pytest.raises(ValueError, match="16 bytes"):
            NtagMasters(proof, issuer)
    assert "test" not in repr(SHOP)
