"""Vouchers and keys that head office takes out of circulation, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from till import NOW, Till

from kiosk.hub.declined import Declined
from kiosk.hub.directory import Directory
from kiosk.hub.office import HeadOffice
from kiosk.hub.staff import Pair
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import feed, sync

LATER = NOW + 10**12


def two(subject: str) -> Pair:
    return Pair("anna", "bo", "revoke", subject, NOW)


@contextmanager
def declined(code: str) -> Iterator[None]:
    with pytest.raises(Declined) as refusal:
        yield
    assert refusal.value.code == code


def talk(office: HeadOffice, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
    for _ in range(2):
        till.hear(office.sync(till.request(till.sent + 1, None, *wants)))
    return office.sync(till.request(till.sent + 1, None, *wants))


def redeemed(office: HeadOffice, till: Till, op: str, *endings: type[en.Post | en.Unknown | en.Void]) -> str:
    talk(office, till, sync.Want(id=f"w-{op}", member="M1", asset=acc.POINTS, amount=300))
    body = en.Redeem(op=op, gift="G1", points=300, voucher=f"0001-{op}", expires=LATER, qr=b"")
    till.write(body, "M1")
    till.write(en.Printing(op=op, attempt=1), "M1")
    for ending in endings:
        till.write(ending(op=op, reason="-"), "M1")
    talk(office, till)
    return body.voucher


def shop(office: HeadOffice, device: str, now: int = NOW) -> feed.Shop:
    with office.engine.begin() as connection:
        return Directory(connection, device, office.settings, now, 1).shop()


def asked(answer: sync.SyncAnswer) -> list[tuple[str, str, str]]:
    return [(one.voucher, one.what, one.to) for one in answer.instructions]


def test_the_paper_of_a_void_print_is_listed_until_its_date_is_over(office: HeadOffice, till: Till) -> None:
    doubtful = redeemed(office, till, "a", en.Unknown, en.Void)
    assert shop(office, "K1").revoked == {doubtful: "void"}
    redeemed(office, till, "b", en.Void)  # surely nothing was printed
    assert shop(office, "K1").revoked == {doubtful: "void"}
    assert shop(office, "K1", now=LATER).revoked == {}


def test_a_printed_one_is_let_go_by_its_holder_and_granted_to_nobody(office: HeadOffice, till: Till) -> None:
    number, other = redeemed(office, till, "a", en.Post), Till("K2")
    office.enrol(other.enrolment())
    before = shop(office, "K1").catalogue
    office.revoke_voucher(number, two(number))
    assert shop(office, "K2").revoked == {number: "revoked"}
    assert shop(office, "K2").catalogue > before
    assert asked(talk(office, till)) == [(number, "release", "")]
    want = sync.Want(id="c", member=None, asset=acc.claim(number), amount=1)
    (refusal,) = talk(office, other, want).refused
    assert (refusal.why, refusal.state) == ("settled", "voided")
    till.write(en.Release(op="a", voucher=number, to=""))
    assert asked(talk(office, till)) == []
    (refusal,) = talk(office, other, want).refused
    assert refusal.state == "voided"
    assert not [grant for grant in talk(office, other, want).grants if acc.voucher_of(grant.asset)]


def test_an_unknown_one_is_made_void_by_its_issuer(office: HeadOffice, till: Till) -> None:
    number = redeemed(office, till, "a", en.Unknown)
    office.revoke_voucher(number, two(number))
    assert asked(talk(office, till)) == [(number, "void", "")]
    till.write(en.Void(op="a", reason="head-office"), "M1")
    assert asked(talk(office, till)) == []
    assert shop(office, "K1").revoked == {number: "revoked"}


def test_only_two_people_and_only_what_can_still_be_claimed(office: HeadOffice, till: Till) -> None:
    number = redeemed(office, till, "a", en.Post)
    with declined("pair"):
        office.revoke_voucher(number, two("V-other"))
    with declined("pair"):
        office.revoke_voucher(number, Pair("anna", "anna", "revoke", number, NOW))
    with declined("voucher-unknown"):
        office.revoke_voucher("V-nobody", two("V-nobody"))
    till.write(en.Claim(op="a", voucher=number))
    talk(office, till)
    with declined("already-claimed"):
        office.revoke_voucher(number, two(number))
    with declined("device-unknown"):
        office.revoke_key("K9", two("K9"))
    assert shop(office, "K1").revoked == {}


def test_whoever_claimed_before_it_heard_has_claimed(office: HeadOffice, till: Till) -> None:
    number = redeemed(office, till, "a", en.Post)
    office.revoke_voucher(number, two(number))
    n = till.write(en.Claim(op="a", voucher=number))
    answer = office.sync(till.request(till.sent + 1))
    assert {one.n: one.verdict for one in answer.verdicts}[n] == "posted"


def test_a_revoked_key_stays_listed_as_such(office: HeadOffice, till: Till) -> None:
    assert not shop(office, "K1").claim_keys[7].revoked
    for _ in range(2):
        office.revoke_key("K1", two("K1"))
    assert shop(office, "K1").claim_keys[7].revoked
    assert till.device == "K1"
