"""Papers that are worth nothing: what they tell, in words. Vouchers have a module of their own."""

from kiosk.desk.home import expiring, rows
from kiosk.desk.world import World
from kiosk.ledger.sync import Account
from kiosk.membership import paper, paper_cards
from kiosk.membership.cards import Card
from kiosk.membership.facts import InvitationFacts, SlipFacts, StatementFacts, StatementLine
from kiosk.membership.referral import shown
from kiosk.membership.tiers import standing
from kiosk.words import Words


def statement_paper(world: World, say: Words, account: Account, points: int) -> paper.Paper:
    """A member's account as their pages show it; `points` are those that they can spend."""
    facts = StatementFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=moment(say, world.clock.now()),
        member=account.name,
        card=f"**** {account.card_tail}",
        tier=say.of(standing(world.rules(), account.lifetime).name),
        points=say.points(points),
        as_of=moment(say, account.as_of),
        expiring=expiring(say, account),
        lines=tuple(
            StatementLine(row.when, row.what, row.points) for row in rows(world, say, account, dated=True)
        ),
    )
    return world.stationery.paper(facts, say.language)


def invitation_paper(world: World, say: Words, account: Account, code: str) -> paper.Paper:
    """A member's referral code, for a friend. It names them masked, as everything in a store does."""
    rule = world.rules().referral
    facts = InvitationFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=moment(say, world.clock.now()),
        member=account.name,
        number=shown(code),
        code=code,
        gives=say.of(rule.friend) if rule else "",
    )
    return world.stationery.paper(facts, say.language)


def member_code_paper(world: World, say: Words, name: str, card: Card) -> paper.Paper:
    """A printed member card; `name` is masked."""
    facts = SlipFacts(
        shop=say.of(world.shop.name),
        kiosk=str(world.kiosk_number),
        printed=moment(say, world.clock.now()),
        member=name,
        number=paper_cards.shown(card),
        code=paper_cards.qr_text(card),
    )
    return world.stationery.paper(facts, say.language)


def moment(say: Words, at: int) -> str:
    """Day and time in full: paper is read on other days."""
    return f"{say.full_day(say.local(at).date())} {say.time(at)}"
