"""A card at head office: alone lost, found and frozen; open again or cancelled by two people only."""

from pathlib import Path

import sqlalchemy as sa
from test_verbs import PIN, add, typed, written

from kiosk.hub.opening import card_key
from kiosk.hub.tables import cards, counter, members, open_database
from kiosk.membership.cards import Card, keyed_hash

NUMBER = "6600000001"


def shop(folder: Path) -> Path:
    """Anna, Ben, and a member with a card and its stripe."""
    config = written(folder)
    add(config, "anna", "manager")
    add(config, "ben", "cashier")
    with opened(folder).begin() as connection:
        connection.execute(sa.insert(members).values(id="M1", name="陈*", lifetime=0, verifier=""))
        for name in (card(folder), b"stripe".ljust(32, b".")):
            connection.execute(sa.insert(cards).values(hash=name, member="M1", tail="0001", why=""))
    return config


def opened(folder: Path) -> sa.Engine:
    return open_database(f"sqlite:///{folder}/hub.db")


def card(folder: Path) -> bytes:
    return keyed_hash(card_key(folder / "card.key"), Card("virtual-cpu", NUMBER.encode()))


def states(folder: Path) -> set[str]:
    with opened(folder).begin() as connection:
        return set(connection.scalars(sa.select(cards.c.why)))


def epoch(folder: Path) -> int:
    with opened(folder).begin() as connection:
        return counter(connection, "deny_epoch")


def alone(config: Path, step: str) -> str:
    return typed("card", step, "--config", config, NUMBER).output


def together(config: Path, verb: str, name: str) -> str:
    words = (verb, "--config", config, name, "--first", "anna", "--second", "ben")
    return typed(*words, answers=f"{PIN}\n{PIN}\n").output


def test_each_step_is_a_new_epoch_for_chip_and_stripe_and_on_record(tmp_path: Path) -> None:
    config = shop(tmp_path)
    for step, after in (
        ("lose", "lost"),
        ("find", ""),
        ("hold", "held"),
        ("release", ""),
        ("freeze", "frozen"),
    ):
        before = epoch(tmp_path)
        assert alone(config, step) == f"card {step}: done\n"
        assert states(tmp_path) == {after}
        assert epoch(tmp_path) > before
    assert f"card-freeze {card(tmp_path).hex()}" in typed("audit", "--config", config).output


def test_the_cards_of_a_member_are_told_by_the_end_of_their_numbers(tmp_path: Path) -> None:
    config = shop(tmp_path)
    alone(config, "lose")
    told = typed("card", "show", "--config", config, NUMBER).output
    assert f"{card(tmp_path).hex()}  ...0001  lost" in told
    assert NUMBER not in told


def test_what_head_office_froze_opens_by_two_people(tmp_path: Path) -> None:
    config, name = shop(tmp_path), card(tmp_path).hex()
    alone(config, "freeze")
    assert "it is frozen by head office" in alone(config, "release")
    assert states(tmp_path) == {"frozen"}
    assert together(config, "thaw-card", name).endswith(f"thaw-card {name}: done\n")
    assert states(tmp_path) == {""}


def test_a_cancelled_card_never_comes_back(tmp_path: Path) -> None:
    config, name = shop(tmp_path), card(tmp_path).hex()
    together(config, "cancel-card", name)
    assert states(tmp_path) == {"cancelled"}
    for step in ("lose", "find", "hold", "release", "freeze"):
        assert "it is cancelled for good" in alone(config, step)
    assert "it is cancelled for good" in together(config, "thaw-card", name)
    assert states(tmp_path) == {"cancelled"}


def test_a_card_of_nobody_is_named_as_such(tmp_path: Path) -> None:
    config = shop(tmp_path)
    told = typed("card", "lose", "--config", config, "6600009999")
    assert (told.exit_code, "no member has this card" in told.output) == (1, True)
    for name in ("xyz", "00", "00" * 32):
        assert "no member has this card" in together(config, "cancel-card", name)
