"""Vouchers: issue a number and its signed code, and lay the paper out in the visitor's words."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from kiosk.desk.money import title_of
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Body, Post, Redeem, Release, Returned, Void
from kiosk.ledger.serials import Serial
from kiosk.ledger.sync import Gift
from kiosk.membership import paper
from kiosk.membership.facts import VoucherFacts
from kiosk.membership.vouchers import (
    Ticket,
    check_code,
    number_of,
    parts_of,
    payload,
    qr_text,
    shown,
)
from kiosk.ports import Operation
from kiosk.words import Words

NO_NUMBER, NO_CHECK, SPECIMEN = "---- ---- ---- --", "------", "SPECIMEN"
"""What stands in the places of a number, its check code and its signed code before there are any."""


def issue(world: World, op: str, gift: Gift, serial: Serial, risk: int = 0, *, benefit: str = "") -> Redeem:
    """The intent of one redemption: number, expiry at the end of a business day, signed code.

    `serial` is the next one that was leased to this kiosk; `risk` of the points its risk budget covers;
    `benefit` is the right that is spent with it, '' for none.
    """
    number = number_of(serial)
    expires = _end_of_day(world, world.rules().voucher.days)
    told = payload(
        Ticket(
            key_id=world.voucher_key.key_id,
            number=number,
            gift=gift.id,
            points=gift.points,
            expires=expires if world.clock.trusted() else 0,
            cash=gift.cash,
            worth=gift.worth,
        )
    )
    return Redeem(
        op=op,
        gift=gift.id,
        points=gift.points,
        voucher=number,
        expires=expires,
        qr=told + world.voucher_key.sign(told),
        risk=risk,
        lease=serial.lease,
        clock="trusted" if world.clock.trusted() else "untrusted",
        cash=gift.cash,
        worth=gift.worth,
        benefit=benefit,
    )


def stands(world: World, body: Redeem, reason: str) -> list[Body]:
    """What makes a redemption stand; by policy the right to claim leaves this kiosk with the paper."""
    posted: list[Body] = [Post(op=body.op, reason=reason)]
    if world.rules().voucher.release_at_print:
        posted.append(Release(op=body.op, voucher=body.voucher, to=""))
    return posted


def undone(operation: Operation, reason: str) -> list[Body]:
    """What makes an operation void while its member is not here: points and right go home at once.

    Points that were covered by the risk budget were never the member's: they are this kiosk's again.
    """
    body, member = operation.redeem, operation.member
    home: list[Body] = []
    if body.points > body.risk:
        home.append(Returned(asset=acc.POINTS, amount=body.points - body.risk, member=member))
    if body.benefit:
        home.append(Returned(asset=body.benefit, amount=body.benefit_units, member=member))
    return [Void(op=body.op, reason=reason), *home]


def voucher_paper(world: World, say: Words, member: str, body: Redeem, attempt: int) -> paper.Paper:
    """What leaves the printer; from the second attempt on it says that it is a copy of the same number.

    `member` is their masked name.
    """
    told, signature = parts_of(body.qr)
    facts = replace(
        _facts(world, say, member, body),
        number=shown(body.voucher),
        check=check_code(signature),
        code=qr_text(told, signature),
        reprint=attempt - 1,
    )
    return world.stationery.paper(facts, say.language)


def specimen(world: World, say: Words, member: str, gift: Gift) -> paper.Paper:
    """What the paper will look like, without number and codes: who photographs the screen has nothing."""
    expires = _end_of_day(world, world.rules().voucher.days)
    body = Redeem(
        op="", gift=gift.id, points=gift.points, voucher="", expires=expires, qr=b"",
        cash=gift.cash, worth=gift.worth,
    )  # fmt: skip
    return world.stationery.paper(_facts(world, say, member, body), say.language)


def specimen_of(world: World, say: Words, member: str, body: Redeem, attempt: int) -> paper.Paper:
    """The same of a voucher that was issued already."""
    facts = _facts(world, say, member, body)
    return world.stationery.paper(replace(facts, reprint=attempt - 1), say.language)


def _facts(world: World, say: Words, member: str, body: Redeem) -> VoucherFacts:
    gift = next((one for one in world.replica.gifts() if one.id == body.gift), None)
    now = world.clock.now()
    return VoucherFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=f"{say.full_day(say.local(now).date())} {say.time(now)}",
        gift=title_of(say, body, gift),
        picture=gift.picture if gift else "",
        member=member,
        points=say.points(body.points),
        valid_until=say.full_day(say.local(body.expires - 1).date()),
        pickup=say.of(world.rules().voucher.pickup),
        number=NO_NUMBER,
        check=NO_CHECK,
        code=SPECIMEN,
        due=say.money(body.cash) if body.cash else "",
        worth=say.money(body.worth) if body.worth else "",
        excluded=say.of(world.rules().cash_vouchers.excluded) if body.worth else "",
    )


def _end_of_day(world: World, days: int) -> int:
    """UTC microseconds of the midnight that ends the last good business day."""
    zone = world.shop.zone
    today = datetime.fromtimestamp(world.clock.now() / 1_000_000, zone).date()
    midnight = datetime.combine(today + timedelta(days=days + 1), time(), zone)
    return int(midnight.timestamp()) * 1_000_000
