"""The ledger's rules: bytes stay what they were, legs sum to zero, names of transfers are derived."""

import contextlib
import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import legs, sync

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


def entry(body: en.Body, n: int = 1, member: str | None = "m1") -> en.Entry:
    return en.Entry(
        n=n, id=f"id-{n}", kind=body.KIND, at=1_700_000_000_000_000, zone="Asia/Shanghai", pack=1,
        member=member, body=en.raw(body),
    )  # fmt: skip


REDEEM = en.Redeem(op="op1", gift="g1", points=300, voucher="00010300000010", expires=1, qr=b"q")
CARDING = en.Carding(
    move="mv", what="debit", card=bytes(32), amount=250, before=1000, counter=7, random=bytes(4),
    terminal=bytes(6), number=9, moment=bytes(7),
)  # fmt: skip
CARDED = en.Carded(move="mv", what="debit", card=bytes(32), amount=250, end="moved")
KNOWN = {"op1": (REDEEM, "m1")}


def test_vectors_hold() -> None:
    previous = en.GENESIS
    for vector in VECTORS["chain"]:
        stored = bytes.fromhex(vector["stored"])
        read = en.decode(stored)
        assert read.kind == vector["kind"]
        assert en.encode(read) == stored
        previous = en.chained(previous, stored)
        assert previous.hex() == vector["hash"]
    request = VECTORS["sync"]
    signed = sync.signed_part(request["device"], request["first"], request["last"], previous)
    assert hashlib.sha256(signed).hexdigest() == request["signed_part_sha256"]


@pytest.mark.parametrize("vector", VECTORS["later"], ids=lambda vector: vector["kind"])
def test_kinds_that_came_later_hold(vector: dict[str, str]) -> None:
    stored = bytes.fromhex(vector["stored"])
    read = en.decode(stored)
    body = en.body_of(read)
    assert body is not None
    assert (read.kind, body.KIND) == (vector["kind"], vector["kind"])
    assert en.encode(read) == stored


@pytest.mark.parametrize(
    "body",
    [
        en.Granted(gid="x", gen=0, d=1, asset=acc.POINTS, amount=300, member="m1"),
        en.Granted(gid="y", gen=0, d=2, asset=acc.gift("g1"), amount=2),
        en.Returned(asset=acc.POINTS, amount=5, member="m1"),
        en.PinTry(route="card"),
        REDEEM,
        msgspec.structs.replace(REDEEM, benefit="stamps:tea", benefit_units=10),
        en.Post(op="op1", reason="printed"),
        en.Void(op="op1", reason="staff"),
        en.Claim(op="op1", voucher=REDEEM.voucher),
        en.Release(op="op1", voucher=REDEEM.voucher, to="k2"),
        en.Expire(op="op1", voucher=REDEEM.voucher),
        en.Cancel(op="op1", voucher=REDEEM.voucher),
        CARDING,
        msgspec.structs.replace(CARDING, what="load"),
        CARDED,
        msgspec.structs.replace(CARDED, end="not-moved"),
        msgspec.structs.replace(CARDED, what="load"),
        msgspec.structs.replace(CARDED, what="load", end="not-moved"),
        en.Used(asset=acc.entitlement("birthday", "2026")),
        en.Gave(giving="g1", to="m2", points=50, asset=acc.entitlement("give", "2026-06-01")),
        en.Received(giving="g1", points=50),
        en.Earned(asset=acc.entitlement("checkin", "2026-06-01"), points=5),
        en.Credited(rule="topup", asset=acc.CASH, units=10_000, price=10_000),
        en.Stocked(gift="G1", pieces=24, why="received"),
        en.Stocked(gift="G1", pieces=2, why="broken", second="kim"),
        en.Granted(gid="z", gen=0, d=3, asset=acc.claim(REDEEM.voucher), amount=1, voucher=REDEEM),
        en.Granted(gid="r", gen=0, d=4, asset=acc.RISK, amount=500),
    ],
)
def test_every_leg_moves_something_from_one_place_to_another(body: en.Body) -> None:
    moved = legs.transfers("k1", entry(body), KNOWN)
    assert moved
    assert all(leg.amount > 0 and leg.source != leg.target for leg in moved)
    assert len({leg.id for leg in moved}) == len(moved)
    balances: legs.Balances = {}
    legs.fold(balances, moved)
    for asset in {asset for _, asset in balances}:
        assert sum(units for (_, named), units in balances.items() if named == asset) == 0


def test_a_void_undoes_a_redemption_whole() -> None:
    balances: legs.Balances = {}
    legs.fold(balances, legs.transfers("k1", entry(REDEEM), {}))
    legs.fold(balances, legs.transfers("k1", entry(en.Void(op="op1", reason="x"), 2), KNOWN))
    assert balances == {}


def test_a_grant_is_the_same_transfer_wherever_it_is_booked() -> None:
    body = en.Granted(gid="g-7", gen=0, d=1, asset=acc.POINTS, amount=3, member="m1")
    first, second = (legs.transfers("k1", entry(body, n), {})[0] for n in (1, 9))
    assert first == second


def test_unknown_kinds_move_nothing_and_keep_their_bytes() -> None:
    strange = en.Entry(n=1, id="i", kind="from-the-future", at=1, zone="UTC", pack=1, body=en.raw(REDEEM))
    assert en.body_of(strange) is None
    assert legs.transfers("k1", strange, {}) == ()
    assert en.decode(en.encode(strange)).body == strange.body


def test_a_loose_end_is_told() -> None:
    with pytest.raises(legs.LooseEnd):
        legs.transfers("k1", entry(en.Post(op="nobody", reason="")), {})


@given(st.binary(max_size=400))
def test_garbage_is_one_error(junk: bytes) -> None:
    for reader, error in (
        (en.decode, en.MalformedEntry),
        (lambda data: sync.unpack(sync.SyncRequest, data), sync.MalformedMessage),
    ):
        with contextlib.suppress(error):
            reader(junk)
