"""Sales that the shops' tills tell of: each receipt earns its points once, and refunds take them back once.

A sale goes from the world straight to the member's account here, so kiosks see it with the next answer. What
a refund takes back comes from that account alone, never from rights that a kiosk holds; what was spent
already is the member's debt, repaid before anything else.
"""

from typing import Any

import sqlalchemy as sa

from kiosk.hub import till_messages as say
from kiosk.hub.buyers import buyer
from kiosk.hub.declined import Declined
from kiosk.hub.knocks import Door
from kiosk.hub.office import HeadOffice
from kiosk.hub.people import People
from kiosk.hub.phone_signing import PhoneSigner
from kiosk.hub.portraits import newest_pack
from kiosk.hub.recovery import hold
from kiosk.hub.sale_books import credit, lifetime_of, locked_survivor, standing_of, take_back
from kiosk.hub.scanned_receipts import taken_before
from kiosk.hub.tables import history, members
from kiosk.hub.till_tables import BOUGHT, RETURNED, sale_refunds, sales
from kiosk.hub.tills import ShopTill, till_of
from kiosk.hub.transactions import committed
from kiosk.membership.receipts import Receipt, asset_of, payload, qr_text
from kiosk.membership.sales import earning_cents, points_for, points_kept

_HOUR_US = 3600 * 1_000_000
_DAY_US = 24 * _HOUR_US


class SalesDesk:
    """Takes in what tills tell. The same told again is answered again and moves nothing."""

    def __init__(self, office: HeadOffice, signer: PhoneSigner | None = None) -> None:
        self._office = office
        self._signer = signer
        self._policy = office.settings.tills
        self._door = Door("till", self._policy.unknown_per_hour, _HOUR_US)

    def sell(self, token: str, sale: say.Sale) -> say.SaleTaken:
        """Take a sale in. Declined: 401 till-unknown, 400 lines-differ | clock, 404 member-unknown, 409
        receipt-differs | card-denied, 429 too-many | too-often; then nothing was changed."""
        if sale.lines and sum(line.cents for line in sale.lines) != sale.cents:
            raise Declined(400, "lines-differ", "the lines do not add up to the amount")
        if sale.member is not None:
            self._knock(token)
        return committed(self._office.engine, lambda connection: self._sell(connection, token, sale))

    def refund(self, token: str, refund: say.Refund) -> say.RefundTaken:
        """Take a refund in. Declined: 401 till-unknown, 400 clock, 403 other-store, 404 receipt-unknown, 409
        refund-differs | more-than-sold; then nothing was changed."""
        return committed(self._office.engine, lambda connection: self._refund(connection, token, refund))

    # --- sales -----------------------------------------------------------------------------------

    def _knock(self, token: str) -> None:
        """Every look for a member counts until somebody was found: tills do not try numbers out."""
        with self._office.engine.begin() as connection:
            refused = self._door.knock(connection, till_of(connection, token).id, self._office.now())
        if refused is not None:
            raise refused

    def _sell(self, connection: sa.Connection, token: str, sale: say.Sale) -> say.SaleTaken:
        hold(connection)
        till = till_of(connection, token)
        s = sales.c
        asked = sa.select(sales).where(s.till == till.id, s.receipt == sale.receipt)
        before = connection.execute(asked).one_or_none()
        if before is not None and bytes(before.told) != say.digest(sale):
            raise Declined(409, "receipt-differs", f"{sale.receipt} was told with other contents")
        member = before.member if before is not None else self._member(connection, sale)
        if sale.member is not None:
            self._door.welcome(connection, till.id)
        points = before.points if before is not None else self._book(connection, till, sale, member)
        qr = self._qr(connection, till, sale.receipt) if sale.member is None else ""
        shown = sale.member is not None and sale.member.phone is None
        name, balance = standing_of(connection, member) if shown else ("", None)
        return say.SaleTaken(
            receipt=sale.receipt,
            points=points,
            generation=self._office.generation,
            repeated=before is not None,
            name=name,
            balance=balance,
            qr=qr,
        )

    def _member(self, connection: sa.Connection, sale: say.Sale) -> str:
        if sale.member is None:
            return ""
        return buyer(connection, lambda: self._office.joining.shop_key, sale.member)

    def _book(self, connection: sa.Connection, till: ShopTill, sale: say.Sale, member: str) -> int:
        sold_at = self._moment(sale)
        people = People(connection)
        rules, pack = people.rules(), newest_pack(connection)[0]
        earning = earning_cents(rules, sale.cents, [(line.kind, line.cents) for line in sale.lines])
        points = covered = printed = 0
        if member:
            member = locked_survivor(people, member)
            points = points_for(rules, lifetime_of(connection, member), earning)
            self._check_day(connection, till, sold_at, points)
            name = f"sale:{till.id}:{sale.receipt}"
            covered = credit(connection, member, points, (name, sold_at))
            self._note(connection, member, sold_at, BOUGHT, points)
        else:
            printed = points_for(rules, 0, earning)
            self._check_day(connection, till, sold_at, printed)
            member = taken_before(connection, asset_of(till.id, sale.receipt), sold_at)
        scanned = bool(printed and member)
        row: dict[str, Any] = {"till": till.id, "receipt": sale.receipt, "store": till.store}
        row |= {"told": say.digest(sale), "sold_at": sold_at, "day": sold_at // _DAY_US, "cents": sale.cents}
        row |= {"earning": earning, "pack": pack, "member": member, "covered": covered}
        row |= {"points": printed if scanned else points, "printed": printed, "scanned": scanned}
        connection.execute(sa.insert(sales).values(**row))
        return points

    def _qr(self, connection: sa.Connection, till: ShopTill, receipt: str) -> str:
        """What the till prints for whoever scans it first; '' if there is nothing to be had."""
        s = sales.c
        row = connection.execute(sa.select(sales).where(s.till == till.id, s.receipt == receipt)).one()
        if self._signer is None or not row.printed:
            return ""
        figures = {"sold_at": row.sold_at, "cents": row.cents, "points": row.printed}
        told = payload(Receipt(self._signer.key_id, row.store, row.till, row.receipt, **figures))
        return qr_text(told, self._signer.seal(told))

    def _check_day(self, connection: sa.Connection, till: ShopTill, sold_at: int, points: int) -> None:
        s = sales.c
        given = s.points + sa.case((s.scanned, 0), else_=s.printed)
        earned = sa.select(sa.func.coalesce(sa.func.sum(given), 0))
        already = connection.scalar(earned.where(s.till == till.id, s.day == sold_at // _DAY_US)) or 0
        if int(already) + points > self._policy.points_per_day:
            raise Declined(429, "too-many", f"{till.id} gave as many points as it may on this day")

    # --- refunds ---------------------------------------------------------------------------------

    def _refund(self, connection: sa.Connection, token: str, refund: say.Refund) -> say.RefundTaken:
        era = hold(connection)
        till = till_of(connection, token)
        r = sale_refunds.c
        asked = sa.select(sale_refunds).where(r.till == till.id, r.refund == refund.refund)
        before = connection.execute(asked).one_or_none()
        if before is not None:
            if bytes(before.told) != say.digest(refund):
                raise Declined(409, "refund-differs", f"{refund.refund} was told with other contents")
            return self._refunded(refund, before.points, before.owed, repeated=True)
        sold = _sold(connection, till, refund)
        earning, taken = self._taken(connection, sold, refund)
        at, owed = self._moment(refund), 0
        if sold.member and taken:
            name = f"refund:{till.id}:{refund.refund}"
            member = locked_survivor(People(connection), sold.member)
            known = era is None or not era.recovering
            owed = take_back(connection, member, taken, name, known=known)
            self._note(connection, member, at, RETURNED, -taken)
        after = {"returned": sold.returned + refund.cents, "returned_earning": earning}
        mine = (sales.c.till == sold.till) & (sales.c.receipt == sold.receipt)
        connection.execute(sa.update(sales).where(mine).values(**after, taken=sold.taken + taken))
        row = {"till": till.id, "refund": refund.refund, "told": say.digest(refund), "sold_by": sold.till}
        row |= {"receipt": sold.receipt, "at": at, "cents": refund.cents, "points": taken, "owed": owed}
        connection.execute(sa.insert(sale_refunds).values(**row))
        return self._refunded(refund, taken, owed, repeated=False)

    def _taken(self, connection: sa.Connection, sold: sa.Row[Any], refund: say.Refund) -> tuple[int, int]:
        """(cents that earned and were returned until now, points that this refund takes back)."""
        returned = sold.returned + refund.cents
        if returned > sold.cents:
            raise Declined(409, "more-than-sold", f"{sold.cents - sold.returned} cents of it are left")
        if refund.lines and sum(line.cents for line in refund.lines) != refund.cents:
            raise Declined(400, "lines-differ", "the lines do not add up to the amount")
        if returned == sold.cents:
            earning = sold.earning
        elif refund.lines:
            lines = [(line.kind, line.cents) for line in refund.lines]
            here = earning_cents(People(connection).rules(sold.pack), refund.cents, lines)
            earning = min(sold.earning, sold.returned_earning + here)
        else:
            here = refund.cents * sold.earning // sold.cents
            earning = min(sold.earning, sold.returned_earning + here)
        kept = points_kept(sold.points, sold.earning, earning)
        return earning, max(0, sold.points - kept - sold.taken)

    def _refunded(self, refund: say.Refund, points: int, owed: int, *, repeated: bool) -> say.RefundTaken:
        generation = self._office.generation
        return say.RefundTaken(
            refund=refund.refund, points=points, owed=owed, generation=generation, repeated=repeated
        )

    # --- both ------------------------------------------------------------------------------------

    def _moment(self, said: say.Sale | say.Refund) -> int:
        """When it was, in UTC microseconds. Declined: in the future, or too long ago."""
        at, now = int(said.at.timestamp() * 1_000_000), self._office.now()
        if not now - self._policy.days_back * _DAY_US <= at <= now + _HOUR_US:
            raise Declined(400, "clock", "this is in the future, or too long ago")
        return at

    def _note(
        self, connection: sa.Connection, member: str, at: int, what: dict[str, str], points: int
    ) -> None:
        """A line of the member's history, and the lifetime points that decide the tier."""
        shop = self._office.settings.shop
        line = {"member": member, "at": at, "what": what.get(shop.language, what["en"]), "points": points}
        connection.execute(sa.insert(history).values(**line, place=shop.name))
        more = members.c.lifetime + points
        lifetime = sa.case((more < 0, 0), else_=more)
        connection.execute(sa.update(members).where(members.c.id == member).values(lifetime=lifetime))


def _sold(connection: sa.Connection, till: ShopTill, refund: say.Refund) -> sa.Row[Any]:
    """The sale that goods come back from, locked. A till of another store is told nothing of it."""
    s = sales.c
    named = refund.till or till.id
    asked = sa.select(sales).where(s.till == named, s.receipt == refund.receipt)
    row = connection.execute(asked.with_for_update()).one_or_none()
    if row is None or row.store != till.store:
        raise Declined(
            404, "receipt-unknown", f"no receipt {refund.receipt} of this store; nothing was changed"
        )
    return row
