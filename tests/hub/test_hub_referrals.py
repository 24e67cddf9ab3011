"""Referral codes at head office: one for each member, leading to them only here."""

import itertools

import pytest
import sqlalchemy as sa
from till import Till

from kiosk.hub import referrals
from kiosk.hub.joining_tables import newcomers
from kiosk.hub.office import HeadOffice
from kiosk.hub.tables import packs
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.membership.referral import read_code, shown

RULES = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
"""
REFERRAL = '[referral]\ngives.en = "200 points"\n'


def told(office: HeadOffice, member: str) -> sync.Benefits:
    answer = office.account(sync.AccountRequest(device="K1", card=member.encode().ljust(32, b".")))
    assert answer.benefits is not None
    return answer.benefits


@pytest.fixture
def inviting(office: HeadOffice, till: Till) -> Till:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES + REFERRAL))
    return till


def join(office: HeadOffice, *friends: str, code: str) -> None:
    row = {"device": "K1", "at": 0, "what": "member", "terms": 1, "consents": "", "sealed": b"", "proof": ""}
    with office.engine.begin() as connection:
        for friend in friends:
            named = {"member": friend, "referrer": code, "state": "open"}
            connection.execute(sa.insert(newcomers).values(**row, **named))


@pytest.mark.usefixtures("inviting")
def test_each_member_has_one_code_that_leads_to_them_here(office: HeadOffice) -> None:
    codes = {member: told(office, member).code or "" for member in ("M1", "M2", "M3")}
    assert len({*codes.values()}) == len(codes)
    assert {member: told(office, member).code for member in codes} == codes
    with office.engine.begin() as connection:
        for member, code in codes.items():
            assert read_code(code) == code
            assert referrals.member_of(connection, shown(code)) == member
        assert referrals.member_of(connection, "") == referrals.member_of(connection, "AAAA AAAA") == ""


def test_friends_who_joined_are_counted_also_of_joined_accounts(office: HeadOffice, inviting: Till) -> None:
    first, second = told(office, "M1").code or "", told(office, "M2").code or ""
    join(office, "F1", "F2", code=first)
    join(office, "F3", code=second)
    assert (told(office, "M1").friends, told(office, "M2").friends) == (2, 1)
    inviting.write(en.Merge(alias="M2", into="M1", proof="both cards"))
    office.sync(inviting.request())
    assert (told(office, "M1").code, told(office, "M1").friends) == (first, 3)


def test_a_shop_without_them_has_none(office: HeadOffice, till: Till) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.insert(packs).values(version=1, rules=RULES))
    assert told(office, "M1").code is None
    assert till.log == []


def test_a_code_that_is_taken_is_drawn_again(office: HeadOffice) -> None:
    draws = itertools.chain([7, 7, 7], itertools.count(8))
    with office.engine.begin() as connection:
        first = referrals.make(connection, "M1", lambda: next(draws))
        assert referrals.make(connection, "M2", lambda: next(draws)) != first
        assert referrals.make(connection, "M1", lambda: next(draws)) == first
