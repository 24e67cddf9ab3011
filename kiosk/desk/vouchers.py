"""Vouchers: issue a number and its signed code, and lay the paper out in the visitor's words."""

from datetime import datetime, time, timedelta

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


def issue(world: World, op: str, gift: Gift, serial: Serial, risk: int = 0) -> Redeem:
    """The intent of one redemption: number, expiry at the end of a business day, signed code.

    `serial` is the next one that was leased to this kiosk; `risk` of the points its risk budget covers.
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
    )


def stands(world: World, body: Redeem, reason: str) -> list[Body]:
    """What makes a redemption stand; by policy the right to claim leaves this kiosk with the paper."""
    posted: list[Body] = [Post(op=body.op, reason=reason)]
    if world.rules().voucher.release_at_print:
        posted.append(Release(op=body.op, voucher=body.voucher, to=""))
    return posted


def undone(operation: Operation, reason: str) -> list[Body]:
    """What makes an operation void while its member is not here: the points go home in the same breath.

    Points that were covered by the risk budget were never the member's: they are this kiosk's again.
    """
    body = operation.redeem
    void = Void(op=body.op, reason=reason)
    if body.points == body.risk:
        return [void]
    return [void, Returned(asset=acc.POINTS, amount=body.points - body.risk, member=operation.member)]


def voucher_paper(world: World, say: Words, member: str, body: Redeem, attempt: int) -> paper.Paper:
    """What leaves the printer; from the second attempt on it says that it is a copy of the same number.

    `member` is their masked name.
    """
    told, signature = parts_of(body.qr)
    gift = next((one for one in world.replica.gifts() if one.id == body.gift), None)
    now = world.clock.now()
    facts = VoucherFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=f"{say.full_day(say.local(now).date())} {say.time(now)}",
        gift=say.of(gift.name) if gift else body.gift,
        picture=gift.picture if gift else "",
        member=member,
        points=say.points(body.points),
        valid_until=say.full_day(say.local(body.expires - 1).date()),
        pickup=say.of(world.rules().voucher.pickup),
        number=shown(body.voucher),
        check=check_code(signature),
        code=qr_text(told, signature),
        reprint=attempt - 1,
    )
    return world.stationery.paper(facts, say.language)


def _end_of_day(world: World, days: int) -> int:
    """UTC microseconds of the midnight that ends the last good business day."""
    zone = world.shop.zone
    today = datetime.fromtimestamp(world.clock.now() / 1_000_000, zone).date()
    midnight = datetime.combine(today + timedelta(days=days + 1), time(), zone)
    return int(midnight.timestamp()) * 1_000_000
