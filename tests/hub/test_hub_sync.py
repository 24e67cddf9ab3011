"""A batch is taken in once, whatever the network does to it."""

import random
from dataclasses import replace

import msgspec
import pytest
from hub_shop import MEMBERS, books_of, opened
from till import Till, act

from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import balance_of, record_of
from kiosk.hub.settings import Grants
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances
from kiosk.membership.vouchers import voucher_number
from tests.seeds import seeds

BOOT = en.Boot(nonce=bytes(16), software="1")


def points_want(name: str, member: str = "M1", amount: int = 300) -> sync.Want:
    return sync.Want(id=name, member=member, asset=acc.POINTS, amount=amount)


def furnished(office: HeadOffice, till: Till) -> None:
    """The till holds gift units and 300 points of M1."""
    till.write(BOOT)
    till.hear(office.sync(till.request(None, None, points_want("w1"))))


def sound(office: HeadOffice, device: str = "K1") -> None:
    told = balance_of(office, device)
    assert told["chain_ok"]
    assert told["sums_to_zero"]
    below = [key for key, amount in books_of(office).items() if amount < 0 and key[0] != acc.WORLD]
    assert all(account.startswith("suspense:disputed:") for account, _ in below)


def test_a_redemption_arrives_and_is_posted(office: HeadOffice, till: Till, opening: Balances) -> None:
    furnished(office, till)
    till.redeem("op", "M1")
    till.post("op", "M1")
    answer = office.sync(till.request())
    assert {verdict.verdict for verdict in answer.verdicts} == {"posted"}
    assert answer.mark == sync.Mark(n=len(till.log), hash=till.hashes[-1])
    told = record_of(office, "V-op")
    assert (told["state"], told["claimed"], told["chain_ok"]) == ("posted", False, True)
    assert told["member_points"] == 700
    sound(office)


def test_the_same_batch_twice_is_one(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    till.redeem("op", "M1")
    till.post("op", "M1")
    request = till.request()
    first = office.sync(request)
    books = books_of(office)
    second = office.sync(request)
    assert (second.verdicts, second.mark) == (first.verdicts, first.mark)
    assert books_of(office) == books


def test_overlapping_batches_and_lost_answers(office: HeadOffice, till: Till, opening: Balances) -> None:
    furnished(office, till)
    till.redeem("op", "M1")
    office.sync(till.request(1, 3))  # the answer is lost
    till.post("op", "M1")
    answer = office.sync(till.request(2))
    assert answer.mark.n == len(till.log)
    assert books_of(office)[acc.SPENT, acc.POINTS] == 300
    sound(office)


def test_an_older_request_that_arrives_late_changes_nothing(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    late = till.request()
    till.hear(office.sync(till.request()))
    till.write(BOOT)
    till.hear(office.sync(till.request()))
    books = books_of(office)
    answer = office.sync(late)
    assert not answer.state.frozen
    assert answer.mark.n == till.mark.n
    assert books_of(office) == books


def test_a_gap_is_stopped_at(office: HeadOffice, till: Till) -> None:
    for _ in range(4):
        till.write(BOOT)
    answer = office.sync(till.request(3))
    assert (answer.mark.n, answer.verdicts) == (0, ())
    assert office.sync(till.request(1)).mark.n == 4


def test_a_second_branch_freezes_the_device_and_is_kept(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    twin = till.clone("x")
    till.write(BOOT)
    twin.write(en.Boot(nonce=b"1" * 16, software="1"))
    till.hear(office.sync(till.request()))
    answer = office.sync(twin.request())
    assert answer.state.frozen
    assert [verdict.reason for verdict in answer.verdicts if verdict.n == len(twin.log)] == ["fork"]
    assert balance_of(office, "K1")["branch_entries"] == 1
    till.redeem("op", "M1")
    after = office.sync(till.request(None, None, points_want("w2")))
    assert after.mark.n == len(till.log)
    assert after.state.frozen
    assert after.grants == ()
    assert [refusal.why for refusal in after.refused] == ["later"]
    sound(office)


def test_a_second_branch_goes_on_where_it_stopped(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    twin = till.clone("x")
    start = len(till.log) + 1
    for _ in range(2):
        till.write(BOOT)
    for place in range(6):
        twin.write(en.Boot(nonce=bytes([place]) * 16, software="1"))
    till.hear(office.sync(till.request()))
    for first in (start, start + 2, start + 4, start + 4):  # within the first log, beyond it, and once more
        assert office.sync(twin.request(first, first + 1)).state.frozen
    assert balance_of(office, "K1")["branch_entries"] == 6
    assert office.sync(twin.request(start + 6, start + 6)).mark.n == len(till.log)
    sound(office)


def test_a_frozen_device_is_told_nothing_about_members(office: HeadOffice, till: Till) -> None:
    test_a_second_branch_freezes_the_device_and_is_kept(office, till)
    with pytest.raises(Declined, match="frozen"):
        office.account(sync.AccountRequest(device="K1", card=b"M1".ljust(32, b".")))


@pytest.mark.parametrize("spoilt", ["sig", "head", "entry", "number", "too-many", "device"])
def test_a_spoilt_batch_changes_nothing(office: HeadOffice, till: Till, spoilt: str) -> None:
    furnished(office, till)
    books, mark = books_of(office), office.sync(till.request(1, 0)).mark
    till.write(BOOT)
    request = till.request()
    changes: dict[str, dict[str, object]] = {
        "sig": {"sig": bytes(64)},
        "head": {"head": bytes(32)},
        "entry": {"entries": (*request.entries[:-1], b"\xc1")},
        "number": {"entries": (*request.entries[:-1], request.entries[0])},
        "too-many": {"entries": request.entries * 501},
        "device": {"device": "nobody"},
    }
    bad = msgspec.structs.replace(request, **changes[spoilt])
    if spoilt == "head":
        last = bad.first + len(bad.entries) - 1
        signed = sync.signed_part(bad.device, bad.first, last, bad.head)
        bad = msgspec.structs.replace(bad, sig=till.key.sign(signed))
    with pytest.raises(Declined):
        office.sync(bad)
    assert books_of(office) == books
    after = office.sync(till.request(1, 0))
    assert after.mark == mark
    assert not after.state.frozen


def test_an_unknown_kind_delays_nothing_but_its_own_operation(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    till.redeem("op", "M1")
    till.write(en.Post(op="op", reason="?"), "M1", kind="lottery")
    till.post("op", "M1")
    till.write(BOOT)
    answer = office.sync(till.request())
    last = [(verdict.verdict, verdict.reason) for verdict in answer.verdicts[-4:]]
    assert last == [
        ("quarantined", "kind-unknown"),
        ("quarantined", "operation-quarantined"),
        ("quarantined", "operation-quarantined"),
        ("posted", ""),
    ]
    assert answer.mark.n == len(till.log)
    till.write(en.Void(op="op", reason="?"), "M1")
    assert office.sync(till.request()).verdicts[-1].reason == "operation-quarantined"
    sound(office)


def test_bytes_that_are_no_entry_come_wrapped_and_the_chain_goes_on(office: HeadOffice, till: Till) -> None:
    till.write(BOOT)
    n = till.write_bytes(b"\xc1 no entry at all")
    till.write(BOOT)
    with pytest.raises(Declined, match="malformed-entry"):
        office.sync(till.request())
    till.hear(office.sync(till.request(1, 1)))
    wrapper = en.Entry(
        n=n, id="wrapped", kind="poison", at=1, zone="UTC", pack=1, body=en.raw(en.Poison(stored=till.log[1]))
    )
    alone = msgspec.structs.replace(till.request(n, n), entries=(en.encode(wrapper),))
    answer = office.sync(alone)
    assert answer.mark == sync.Mark(n=n, hash=till.hashes[n - 1])
    assert answer.verdicts[-1].verdict == "quarantined"
    till.mark = answer.mark
    assert office.sync(till.request()).mark.n == len(till.log)
    sound(office)


def test_an_id_used_before_is_kept_but_moves_nothing(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    till.write(BOOT, name="once")
    till.write(BOOT, name="once")
    office.sync(till.request())
    till.write(BOOT, name="once")
    answer = office.sync(till.request())
    assert [v.reason for v in answer.verdicts[-2:]] == ["id-used-before", "id-used-before"]


def test_spending_what_is_not_held_is_disputed_and_makes_no_rights(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    till.redeem("op", "M2", points=900)  # M2 granted nothing
    till.write(en.Void(op="op", reason="-"), "M2")
    till.write(en.Returned(asset=acc.POINTS, amount=800, member="M2"), "M2")
    answer = office.sync(till.request())
    assert [v.verdict for v in answer.verdicts[-3:]] == ["disputed", "disputed", "disputed"]
    books = books_of(office)
    assert books["member:M2", acc.POINTS] == 1000
    assert ("escrow:K1:M2", acc.POINTS) not in books
    sound(office)


def test_one_final_state_and_one_claim(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    till.redeem("op", "M1")
    till.post("op", "M1")
    till.write(en.Claim(op="op", voucher="V-op"))
    till.write(en.Claim(op="op", voucher="V-op"))
    till.write(en.Void(op="op", reason="-"))
    answer = office.sync(till.request())
    assert [v.reason for v in answer.verdicts[-3:]] == ["", "already-claimed", "already-posted"]
    assert record_of(office, "V-op")["claimed"]
    sound(office)


@pytest.mark.parametrize("amount", [-5, 2**62])
def test_amounts_that_cannot_be_are_set_aside(office: HeadOffice, till: Till, amount: int) -> None:
    furnished(office, till)
    till.redeem("op", "M1", points=amount)
    till.write(en.Returned(asset=acc.POINTS, amount=amount, member="M1"), "M1")
    answer = office.sync(till.request())
    assert [v.reason for v in answer.verdicts[-2:]] == ["amount-or-name", "amount-or-name"]
    sound(office)


def test_a_forged_grant_is_disputed(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    forged = en.Granted(gid="mine", gen=1, d=till.last_d + 1, asset=acc.POINTS, amount=500, member="M2")
    till.write(forged, "M2")
    assert office.sync(till.request()).verdicts[-1].reason == "grant-unknown"
    assert books_of(office)["member:M2", acc.POINTS] == 1000


def test_a_hub_that_lacks_what_it_acknowledged_grants_nothing(office: HeadOffice, till: Till) -> None:
    for _ in range(3):
        till.write(BOOT)
    till.mark = sync.Mark(n=3, hash=till.hashes[2])
    books = books_of(office)
    answer = office.sync(till.request(None, None, points_want("w")))
    assert (answer.recovering, answer.grants, answer.mark.n) == (True, (), 0)
    assert [refusal.why for refusal in answer.refused] == ["later"]
    assert books_of(office) == books
    till.hear(answer)
    assert office.sync(till.request(1)).recovering  # the rest of its log is in, and all others are ready
    answer = office.sync(till.request())
    assert not answer.recovering
    assert answer.mark.n == len(till.log)


@pytest.mark.parametrize("start", seeds(range(6), 2))
def test_any_weather_ends_in_the_fold_of_the_log(start: int, database: str) -> None:
    chance = random.Random(start)
    for office in opened(database, Grants(lease_par=3, lease_low=1, home_points=700)):
        till = Till("K1")
        office.enrol(till.enrolment())
        opening = books_of(office)
        sent: list[sync.SyncRequest] = []
        for step in range(70):
            act(till, chance, list(MEMBERS))
            wants = [points_want(f"w{step}", chance.choice(MEMBERS))] if chance.random() < 0.4 else []
            first = max(1, till.mark.n + 1 - chance.randrange(4))
            last = chance.randrange(first, len(till.log) + 2)
            sent.append(till.request(first, last, *wants))
            request = chance.choice(sent) if chance.random() < 0.3 else sent[-1]
            answer = office.sync(request)
            assert not answer.state.frozen
            if chance.random() < 0.7:
                till.hear(answer)
        for _ in range(4):
            till.hear(office.sync(till.request()))
        office.sync(till.request())
        assert books_of(office) == till.fold(opening)
        assert balance_of(office, "K1")["not_posted"] == 0
        sound(office)


def test_a_kiosk_number_is_never_given_twice(office: HeadOffice, till: Till) -> None:
    with pytest.raises(Declined, match="kiosk-number-known"):
        office.enrol(replace(Till("K2").enrolment(), kiosk=till.enrolment().kiosk))
    office.enrol(Till("K2").enrolment())


def test_nobody_takes_a_voucher_number_that_another_kiosk_will_print(office: HeadOffice, till: Till) -> None:
    furnished(office, till)
    for kiosk, reason in (("02", "voucher-not-its-own"), ("01", "")):
        body = en.Redeem(
            op=f"op-{kiosk}",
            gift="G1",
            points=300,
            voucher=voucher_number("0001", kiosk, 1),
            expires=1,
            qr=b"",
        )
        n = till.write(body, "M1")
        answer = office.sync(till.request())
        assert {told.n: told.reason for told in answer.verdicts}[n] == reason
        till.hear(answer)
