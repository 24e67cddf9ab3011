"""What kiosks are told of a member's benefits: what is open, what is on their cards."""

import sqlalchemy as sa

from kiosk.hub import referrals
from kiosk.hub.bulk import among
from kiosk.hub.entitlements import Entitlements, minting
from kiosk.hub.people import People
from kiosk.hub.tables import balances
from kiosk.ledger import accounts as acc
from kiosk.ledger.sync import Benefits, OpenBenefit


def benefits_of(connection: sa.Connection, member: str, device: str, now: int, zone: str) -> Benefits:
    """What is theirs here or at this device; `now` in UTC microseconds, `zone` the shop's (IANA)."""
    people = People(connection)
    kin, rules = people.kin(member), people.rules()
    opened = list(Entitlements(people, lambda: now, zone).open_today(member))
    cards = [(acc.STAMPS if rule.kind == "stamps" else acc.USES) + name for name, rule in rules.cards.items()]
    units = _units(connection, kin, device, [*cards, *(one.asset for one in opened)])
    code, friends = referrals.known(connection, kin) if rules.referral is not None else (None, 0)
    people.minted.fetch(minting(one, benefit.asset) for benefit in opened for one in kin)
    return Benefits(
        open=tuple(
            OpenBenefit(asset=one.asset, until=one.until.isoformat() if one.until else "")
            for one in opened
            if units.get(one.asset, 0) > 0
            or not any(people.minted.get(minting(name, one.asset)) for name in kin)
        ),
        cards={asset: count for asset in cards if (count := units.get(asset, 0)) > 0},
        code=code,
        friends=friends,
    )


def _units(connection: sa.Connection, kin: tuple[str, ...], device: str, assets: list[str]) -> dict[str, int]:
    """Asset -> units in the accounts of one person, and at this device for them."""
    if not assets:
        return {}
    b = balances.c
    accounts = [account for one in kin for account in (acc.member(one), acc.escrow(device, one))]
    asked = sa.select(b.asset, sa.func.sum(b.amount)).where(
        among(connection, b.account, accounts), among(connection, b.asset, assets)
    )
    return {asset: int(count) for asset, count in connection.execute(asked.group_by(b.asset))}
