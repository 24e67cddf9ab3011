"""Draws at head office: what is not paid counts for nothing, and whoever changes a result is found out."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hub_shop import books_of
from till import NOW, Till

from kiosk.hub import draws
from kiosk.hub.__main__ import main
from kiosk.hub.draws_check import check
from kiosk.hub.inspection import inspect
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import packs
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.membership.lottery import commitment

RIGHT = acc.entitlement("draw", "ever")
RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[entitlements.draw]
period = "ever"
[entitlements.lamp]
when = "waiting"
gift = "G2"
[lottery]
id = "moon"
name.en = "Draw"
points = 100
until = 2035-12-31
commit = "{commit}"
prizes.lamp = {{ chance = 10000, pieces = {pieces} }}
"""


def hold(office: HeadOffice, pieces: int = 2, commit: str = "") -> None:
    """A lottery that everybody wins while there are pieces."""
    with office.engine.begin() as connection:
        made = draws.make(connection, "moon")
        rules = RULES.format(commit=commit or made, pieces=pieces)
        connection.execute(sa.insert(packs).values(version=1, rules=rules))


def draw(
    office: HeadOffice, till: Till, member: str, lottery: str = "moon", points: int = 100
) -> sync.SyncAnswer:
    for asset, amount in ((RIGHT, 1), (acc.POINTS, 100)):
        want = sync.Want(id=f"{member}-{asset}-{len(till.log)}", member=member, asset=asset, amount=amount)
        till.hear(office.sync(till.request(None, None, want)))
    till.write(en.Drew(lottery=lottery, asset=RIGHT, points=points), member)
    answer = office.sync(till.request())
    till.hear(answer)
    return answer


def wrongs(office: HeadOffice) -> list[str]:
    with office.engine.begin() as connection:
        return [one.wrong for one in check(connection, "moon")]


def test_prizes_go_out_in_order_until_none_is_left(office: HeadOffice, till: Till) -> None:
    hold(office, pieces=2)
    told = [draw(office, till, member).draws[-1] for member in ("M1", "M2", "M3")]
    assert [one.prize for one in told] == ["lamp", "lamp", ""]
    assert wrongs(office) == ["", "", ""]
    till.write(en.Drawn(draw=told[0].draw, prize="lamp"), "M1")
    assert [one.draw for one in office.sync(till.request()).draws] == [told[1].draw, told[2].draw]
    assert books_of(office)[acc.SPENT, acc.POINTS] == 300
    with office.engine.begin() as connection:
        assert list(inspect(connection)) == []


@pytest.mark.parametrize(("lottery", "points"), [("sun", 100), ("moon", 99), ("moon", 0)])
def test_another_lottery_or_a_lower_price_draws_nothing(
    office: HeadOffice, till: Till, lottery: str, points: int
) -> None:
    hold(office)
    answer = draw(office, till, "M1", lottery, points)
    assert (answer.verdicts[-1].verdict, answer.verdicts[-1].reason) == ("disputed", "benefit")
    assert answer.draws == ()
    assert wrongs(office) == []


def test_nobody_draws_twice_for_one_right(office: HeadOffice, till: Till) -> None:
    hold(office)
    draw(office, till, "M1")
    again = draw(office, till, "M1")
    assert again.verdicts[-1].reason == "overdrawn"
    assert len(wrongs(office)) == 1


def test_a_draw_under_a_seed_that_was_not_committed_to_is_named(office: HeadOffice, till: Till) -> None:
    hold(office, commit=commitment(b"another seed"))
    assert draw(office, till, "M1").draws == ()
    assert wrongs(office) == ["was paid for and never decided"]


@pytest.mark.parametrize(("column", "value"), [("prize", ""), ("number", 7), ("member", "M2")])
def test_whoever_changes_a_result_is_found_out(
    office: HeadOffice, till: Till, column: str, value: object
) -> None:
    hold(office)
    draw(office, till, "M1")
    with office.engine.begin() as connection:
        connection.execute(sa.update(draws.draws).values(**{column: value}))
    (wrong,) = wrongs(office)
    assert column in wrong or "prize given" in wrong


def test_once_the_seed_is_told_no_draw_counts(office: HeadOffice, till: Till) -> None:
    hold(office)
    with office.engine.begin() as connection:
        connection.execute(sa.update(draws.lotteries).values(told_at=1))
    assert draw(office, till, "M1").draws == ()


def test_the_verbs_commit_tell_and_check(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')

    def verb(*words: str) -> tuple[int, list[str]]:
        done = CliRunner().invoke(main, ["draws", *words, "moon", "--config", str(config)])
        return done.exit_code, done.output.split()

    code, said = verb("open")
    assert code == 0
    commit = said[-1].strip('"')
    office = open_office(read_settings(config), lambda: NOW)
    row = {
        "entry": "e",
        "lottery": "moon",
        "place": 1,
        "member": "M",
        "device": "K",
        "number": 1,
        "meant": "",
    }
    with office.engine.begin() as connection:
        connection.execute(sa.insert(draws.draws).values(**row, prize="", told=False))
    office.engine.dispose()
    code, said = verb("check")
    assert (code, said[-4:]) == (1, ["1", "draws,", "1", "wrong"])
    code, said = verb("reveal")
    assert code == 0
    assert commitment(bytes.fromhex(said[1])) == said[3] == commit
    code, said = verb("open")
    assert code == 1
    assert said[-1] == "already"
