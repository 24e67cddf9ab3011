"""What a member can do besides choosing a gift: a table, and the page that offers its rows."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import activities, checkin, coupons, give_points, invite, lottery, questions, receipts, wishes
from kiosk.desk.cash_vouchers import any_amounts, cash_vouchers
from kiosk.desk.lost_card import may_report, report_lost
from kiosk.desk.my_vouchers import my_vouchers, tile_note
from kiosk.desk.pages import Journey, Page, frame, turning
from kiosk.desk.pin_care import pin_care
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.words import Words, _


@dataclass(frozen=True, slots=True)
class Service:
    """One row: a new service is a module of its own and a row here.

    `label` is a marked text, `icon` a picture of screens/art. `offered` says whether this visitor sees it
    now, `note` the small print on its tile ('' for none). `journey` returns True when the visitor is done
    for today, False to come back to the page.
    """

    name: str
    label: str
    icon: str
    journey: Callable[[World, Visitor], Journey[bool]]
    offered: Callable[[World, Visitor], bool] = lambda _world, _visitor: True
    note: Callable[[World, Words, Visitor], str] = lambda _world, _say, _visitor: ""


def _no_pin_yet(_world: World, say: Words, visitor: Visitor) -> str:
    return say("Not set yet") if visitor.no_pin else ""


SERVICES: tuple[Service, ...] = (
    Service("vouchers", _("My vouchers"), "ticket", my_vouchers, note=tile_note),
    Service("coupons", _("Coupons and cards"), "gift", coupons.coupons, coupons.any_here, coupons.tile_note),
    Service("cash", _("Points as cash"), "wallet", cash_vouchers, any_amounts),
    Service("checkin", _("Daily check-in"), "calendar", checkin.check_in, checkin.open_today, checkin.note),
    Service("receipt", _("Points from a receipt"), "ticket", receipts.scan_receipt, receipts.may_scan),
    Service("give", _("Give points to a friend"), "share", give_points.give_points, give_points.may_give),
    Service("invite", _("Invite friends"), "user", invite.invite, invite.may_invite, invite.note),
    Service("activities", _("What is on"), "store", activities.activities, activities.anything_on),
    Service("lottery", _("Lucky draw"), "draw", lottery.lottery, lottery.offered, lottery.note),
    Service("wishes", _("My wishes"), "heart", wishes.wishes, wishes.any_wanting),
    Service("survey", _("Tell us what you think"), "chat", questions.survey, questions.has_survey),
    Service("lost", _("I lost my card"), "card", report_lost, may_report),
    Service("pin", _("My PIN"), "lock", pin_care, note=_no_pin_yet),
)


def offered(world: World, visitor: Visitor) -> tuple[Service, ...]:
    """What this visitor is offered now, in the table's order."""
    return tuple(service for service in SERVICES if service.offered(world, visitor))


def more(world: World, visitor: Visitor) -> Journey[bool]:
    """The page of services; True when the visitor is done for today."""
    start = 1

    def draw(say: Words, _left: int) -> views.View:
        tiles = tuple(
            views.Choice(
                say(service.label),
                ev.ServiceChosen(service.name),
                icon=service.icon,
                note=service.note(world, say, visitor),
            )
            for service in offered(world, visitor)
        )
        return views.Menu(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say("More services"),
            sentence=say("What would you like to do?"),
            tiles=tiles,
            turning=turning(say),
            start=start,
        )

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            start = event.page
        if isinstance(event, ev.ServiceChosen):
            chosen = next((row for row in offered(world, visitor) if row.name == event.service), None)
            if chosen is not None and (yield from chosen.journey(world, visitor)):
                return True
