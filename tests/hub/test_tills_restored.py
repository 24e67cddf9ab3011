"""Head office was set back to a backup: tills tell their sales again, and each counts once all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from restoring import Restorable
from test_tills import RULES
from till import NOW

from kiosk.hub.__main__ import main
from kiosk.hub.books import DISPUTED
from kiosk.hub.inspection import inspect
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.sales import SalesDesk
from kiosk.hub.tables import packs
from kiosk.hub.till_messages import MemberShown, Refund, Sale
from kiosk.hub.tills import add_till
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.membership.receipts import parse

BEFORE = datetime.fromtimestamp(NOW / 1e6, UTC) - timedelta(hours=1)
SALE = Sale(receipt="R1", at=BEFORE, cents=50_000, member=MemberShown(id="M1"))


class Restored:
    """A shop whose only sale, and whatever a kiosk did with its points, is missing in the backup."""

    def __init__(self) -> None:
        self.shop = Restorable()
        with self.shop.engine.begin() as connection:
            connection.execute(sa.insert(packs).values(version=1, rules=RULES))
            self.token = add_till(connection, "T1", "0001")
        self.kiosk = self.shop.till("K1")
        self.shop.drain([self.kiosk])
        self.copy = self.shop.backup()
        self.sold = self.sell()

    def sell(self) -> int:
        told = SalesDesk(self.shop.office).sell(self.token, SALE)
        assert told.generation == self.shop.office.generation
        return told.points

    def take(self) -> int:
        """The kiosk takes all points there are, the sale's among them."""
        have = self.have(acc.member("M1"))
        self.shop.sync(self.kiosk, sync.Want(id="w", member="M1", asset=acc.POINTS, amount=have))
        self.shop.drain([self.kiosk], rounds=2)
        assert self.have(acc.escrow("K1", "M1")) == have
        return have

    def set_back(self) -> None:
        self.shop.restore(self.copy)

    def have(self, account: str) -> int:
        return self.shop.books().get((account, acc.POINTS), 0)

    def covered(self) -> int:
        return -sum(n for (account, _), n in self.shop.books().items() if account.startswith(DISPUTED))


@pytest.fixture
def restored() -> Iterator[Restored]:
    restored = Restored()
    yield restored
    with restored.shop.engine.begin() as connection:
        assert list(inspect(connection)) == []
    restored.shop.engine.dispose()


def test_told_again_after_the_recovery_it_makes_good_what_stood_in(restored: Restored) -> None:
    have = restored.take()
    restored.set_back()
    restored.shop.drain([restored.kiosk])
    assert restored.shop.recoveries()[-1][1], "the recovery is over"
    assert restored.covered() == restored.sold
    assert restored.sell() == restored.sold
    assert (restored.covered(), restored.have(acc.member("M1"))) == (0, 0)
    assert restored.have(acc.escrow("K1", "M1")) == have
    restored.sell()
    assert (restored.covered(), restored.have(acc.member("M1"))) == (0, 0)
    later = Sale(receipt="R2", at=BEFORE + timedelta(hours=2), cents=100, member=SALE.member)
    told = SalesDesk(restored.shop.office).sell(restored.token, later)
    assert restored.have(acc.member("M1")) == told.points


def test_told_again_during_the_recovery_nothing_stands_in(restored: Restored) -> None:
    have = restored.take()
    restored.set_back()
    restored.shop.sync(restored.kiosk)
    assert not restored.shop.recoveries()[-1][1]
    restored.sell()
    restored.shop.drain([restored.kiosk])
    assert restored.shop.recoveries()[-1][1]
    assert (restored.covered(), restored.have(acc.member("M1"))) == (0, 0)
    assert restored.have(acc.escrow("K1", "M1")) == have


def test_a_refund_in_a_recovery_is_owed_until_all_is_known(restored: Restored) -> None:
    restored.take()
    restored.set_back()
    restored.shop.sync(restored.kiosk)
    restored.sell()
    desk = SalesDesk(restored.shop.office)
    refund = Refund(refund="B1", receipt="R1", at=BEFORE, cents=SALE.cents)
    told = desk.refund(restored.token, refund)
    assert told.owed == told.points == restored.sold
    restored.shop.drain([restored.kiosk])
    assert restored.shop.books()[acc.debt("M1"), acc.TAKEN_BACK] == restored.sold
    assert desk.refund(restored.token, refund).repeated


def test_a_till_hears_that_it_has_to_tell_again(restored: Restored) -> None:
    before = SalesDesk(restored.shop.office).sell(restored.token, SALE)
    restored.take()
    restored.set_back()
    restored.shop.drain([restored.kiosk])
    after = SalesDesk(restored.shop.office).sell(restored.token, SALE)
    assert after.generation > before.generation
    assert not after.repeated


def test_the_verbs_make_show_and_block_a_till(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    place = f'url = "sqlite:///{tmp_path / "hub.db"}"'
    config.write_text(f'[database]\n{place}\ngeneration_file = "{tmp_path / "generation"}"\n')

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, [*words, "--config", str(config)])
        return done.exit_code, done.output

    code, token = run("till", "add", "T1", "--store", "0001")
    assert (code, len(bytes.fromhex(token.strip()))) == (0, 32)
    assert run("till", "add", "T1", "--store", "0002")[0] != 0, "receipts bear its name"
    assert run("till", "add", "no name", "--store", "0001")[0] != 0
    assert run("till", "block", "T1")[0] == 0
    assert run("till", "block", "T2")[0] != 0
    assert run("till", "list") == (0, f"{'T1':<20} 0001 blocked\n")
    audit = run("audit")[1]
    assert "till-add T1 0001" in audit
    assert token.strip() not in audit


def test_a_receipt_that_was_scanned_before_is_nobodys_again(restored: Restored) -> None:
    shop = restored.shop
    signer = PhoneSigner(shop.engine, lambda: NOW, CodeKeys(b"s" * 32, b"k" * 32))
    open_sale = Sale(receipt="R7", at=BEFORE, cents=5_000)
    qr = SalesDesk(shop.office, signer).sell(restored.token, open_sale).qr
    asset = parse(qr)[0].asset
    shop.sync(restored.kiosk, sync.Want(id="r", member="M1", asset=asset, amount=1))
    restored.kiosk.write(en.Earned(asset=asset, points=50), member="M1")
    shop.sync(restored.kiosk)
    restored.set_back()
    shop.drain([restored.kiosk])
    assert shop.recoveries()[-1][1]
    have = restored.have(acc.escrow("K1", "M1"))
    told = SalesDesk(shop.office).sell(restored.token, open_sale)
    assert not told.repeated
    other = shop.till("K2")
    shop.sync(other)
    answer = shop.sync(other, sync.Want(id="r2", member="M2", asset=asset, amount=1))
    assert [refusal.why for refusal in answer.refused] == ["used"]
    assert restored.have(acc.escrow("K1", "M1")) == have
