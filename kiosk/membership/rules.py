"""The rule pack: the shop's decisions as data, versioned and sent by head office."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from kiosk.ledger import accounts
from kiosk.ledger.entries import Credited, Stocked

Named = dict[str, str]
"""A name by language code."""


class BadRules(ValueError):
    """The rule pack cannot be read; the reason says where."""


class TierRule(msgspec.Struct, frozen=True, kw_only=True):
    """A tier begins at so many points in a lifetime."""

    begins: int = msgspec.field(name="from")
    name: Named


class VoucherRule(msgspec.Struct, frozen=True, kw_only=True):
    """How long a voucher is good for, where the gift waits, and who may claim it.

    `release_at_print`: the right to claim leaves the kiosk with the paper, so that any kiosk may claim it at
    once; every claim then needs the network. `stores`: whose vouchers a store's counters take, its own ones
    or those of all stores.
    """

    days: int = 30
    pickup: Named
    release_at_print: bool = False
    stores: Literal["own", "all"] = "own"


class RiskRule(msgspec.Struct, frozen=True, kw_only=True):
    """Who may spend points that head office could not be asked about.

    `per_member` points are the most that one member may have open; `families` are those of cards.
    """

    per_member: int = 0
    families: tuple[str, ...] = ()


class OnceRule(msgspec.Struct, frozen=True, kw_only=True):
    """A benefit that each member is given once in each period of the shop's calendar.

    `points` are what it gives at a kiosk; 0: it is no points. `gift` is the one that it gives for no points.
    `when` says for whom it is open: '' for everybody; birthday, from so many days before to so many after;
    welcome, within `days` of the day they joined; waiting, where head office put it aside for them by name.
    `tier`: for that tier and those above it. `until` is its last day.
    """

    period: Literal["ever", "year", "month", "day"] = "ever"
    name: Named = {}
    points: int = 0
    gift: str = ""
    when: Literal["", "birthday", "welcome", "waiting"] = ""
    days_before: int = 0
    days_after: int = 0
    days: int = 0
    tier: str = ""
    until: date | None = None

    def period_of(self, day: date) -> str:
        """The period a day lies in, as it stands in the asset: ever | 2026 | 2026-06 | 2026-06-01."""
        length = {"ever": 0, "year": 4, "month": 7, "day": 10}[self.period]
        return day.isoformat()[:length] or "ever"


GIVE = "give"
"""The once-only benefit that lets a member give points to another."""


class GiveRule(msgspec.Struct, frozen=True, kw_only=True):
    """How many points a member may give to another at once; none: nobody may.

    How often is the period of the benefit `give`.
    """

    amounts: tuple[int, ...] = ()

    @property
    def most(self) -> int:
        """The largest of them."""
        return max(self.amounts, default=0)


CASH_VOUCHER = "cash"
"""The right of which one is spent with every cash voucher, where the shop limits how many a member takes."""


class CashVoucherRule(msgspec.Struct, frozen=True, kw_only=True):
    """What members are told before their points become a cash voucher, such as `excluded` goods.

    Which amounts there are is the catalogue's to say; how often, the period of the right `cash`.
    """

    excluded: Named = {}


WHOLE = 10_000
"""Chances are so many in ten thousand."""
_COMMIT_DIGITS = 64
DRAW = "draw"
"""The right of which one is spent with every draw of the lottery."""


class PrizeRule(msgspec.Struct, frozen=True, kw_only=True):
    """A prize: so many draws in ten thousand win it while one of its `pieces` is left."""

    chance: Annotated[int, msgspec.Meta(ge=1, le=WHOLE)]
    pieces: Annotated[int, msgspec.Meta(ge=1)]


class LotteryRule(msgspec.Struct, frozen=True, kw_only=True):
    """A lottery. How often a member may draw is the period of the right `draw`.

    `points` are what a draw costs, `commit` is the SHA-256 of head office's seed, `until` the last day (ISO
    date), `age` the years that somebody must have. `prizes` are rights to gifts by their names in
    `entitlements` (`when = "waiting"`), kept for `days`.
    """

    id: str
    name: Named
    points: int
    commit: str
    until: date
    prizes: dict[str, PrizeRule]
    age: int = 18
    days: int = 30

    def __post_init__(self) -> None:
        """Chances that add up, and a commitment that is one; ValueError says which is not."""
        if sum(self.chances.values()) > WHOLE:
            raise ValueError(f"the chances of lottery {self.id!r} are more than {WHOLE} together")
        if len(self.commit) != _COMMIT_DIGITS or set(self.commit) - set("0123456789abcdef"):
            raise ValueError(f"lottery {self.id!r} needs the {_COMMIT_DIGITS} hex digits of `draws open`")

    @property
    def chances(self) -> dict[str, int]:
        """Prize -> draws in ten thousand that win it."""
        return {name: prize.chance for name, prize in self.prizes.items()}

    @property
    def pieces(self) -> dict[str, int]:
        """Prize -> how many there are in all."""
        return {name: prize.pieces for name, prize in self.prizes.items()}


class QuestionRule(msgspec.Struct, frozen=True, kw_only=True):
    """One question that the shop asks, answered by tiles.

    profile: asked once, after an errand, kept with the account. survey: answered without a name, whenever
    somebody likes. `why` says what the answer is for, `options` are the answers by their ids.
    """

    kind: Literal["profile", "survey"]
    text: Named
    why: Named
    options: dict[str, Named]


class ActivityRule(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is on in the shop, told to members until its last day, `until` (ISO date).

    `when` and `where` are as the shop says them, `text` is what there is to know.
    """

    name: Named
    when: Named
    where: Named
    text: Named
    until: date
    picture: str = ""


class DocumentRule(msgspec.Struct, frozen=True, kw_only=True):
    """Something that newcomers agree to: `text` is its paragraphs by language."""

    name: Named
    text: dict[str, tuple[str, ...]]


class AskRule(msgspec.Struct, frozen=True, kw_only=True):
    """What newcomers may tell of themselves, by tiles: `why` it is asked, and the answers by their ids."""

    text: Named
    why: Named
    options: dict[str, Named]


class JoiningRule(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody becomes a member at a kiosk. `terms` is the version of all documents; 0: nobody does.

    `consents` are asked for by name and need not be given. `birthday` and `asks` are optional, too.
    """

    terms: int = 0
    documents: dict[str, DocumentRule] = {}
    consents: dict[str, Named] = {}
    birthday: bool = False
    asks: dict[str, AskRule] = {}


class CardRule(msgspec.Struct, frozen=True, kw_only=True):
    """A card on which a member's stamps, or uses that they have left, are counted.

    `full` is how many stamps it takes; a full one opens `gift` for no points. `until` is its last day.
    """

    kind: Literal["stamps", "uses"]
    name: Named
    full: int = 0
    gift: str = ""
    until: date | None = None


class ReferralRule(msgspec.Struct, frozen=True, kw_only=True):
    """Members may bring friends: what a friend who joins brings them (`gives`), and what the friend gets."""

    gives: Named
    friend: Named = {}


class HandRule(msgspec.Struct, frozen=True, kw_only=True):
    """Who may enter purchases by hand, of at most so many cents each."""

    roles: tuple[str, ...] = ("cashier", "manager")
    most: Annotated[int, msgspec.Meta(ge=1, le=10**9)] = 500_000


class SaleRule(msgspec.Struct, frozen=True, kw_only=True):
    """Points for what was bought: `points` for every full `cents` of it.

    `tiers` are percents by tier, 100 where none is named. `excluded` are kinds of goods that earn nothing.
    """

    points: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    cents: Annotated[int, msgspec.Meta(ge=1)] = 100
    tiers: dict[str, Annotated[int, msgspec.Meta(ge=0, le=1000)]] = {}
    excluded: tuple[str, ...] = ()
    receipt_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    """How many days after a sale its receipt may be scanned at a kiosk."""
    by_hand: HandRule | None = None
    """Purchases that staff enter at a kiosk; None: nobody does."""


class CreditOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One of the things that staff may give: so many `units`, for `price` cents."""

    units: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    price: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0


class CreditRule(msgspec.Struct, frozen=True, kw_only=True):
    """Something of value that staff give a member by hand.

    `asset` is cash (cents that were paid in), points, `stamps:ID` or `uses:ID` of a card of this pack;
    `offers` are what they may choose from. `roles` may do it; `second`: only when another of them agrees.
    `reasons` are asked for where there are any.
    """

    name: Named
    asset: Annotated[str, msgspec.Meta(pattern=r"^(cash|points|(stamps|uses):[A-Za-z0-9_-]{1,40})$")]
    offers: Annotated[tuple[CreditOffer, ...], msgspec.Meta(min_length=1, max_length=6)]
    roles: tuple[str, ...] = ("cashier", "manager")
    reasons: dict[str, Named] = {}
    second: bool = False

    def allows(self, credited: Credited, operator: str) -> bool:
        """Whether this is what the rule gives, with whoever has to agree."""
        offer = CreditOffer(units=credited.units, price=credited.price)
        agreed = not self.second or credited.second not in {"", operator}
        told = credited.reason in self.reasons if self.reasons else not credited.reason
        return credited.asset == self.asset and offer in self.offers and bool(operator) and agreed and told


class StockRule(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's gifts as pieces: who books what came (`receive`), and who says what is there (`correct`).

    `most` pieces at once. `second`: pieces that are gone leave the books only when another of them agrees.
    """

    receive: tuple[str, ...] = ("cashier", "manager")
    correct: tuple[str, ...] = ("manager",)
    most: Annotated[int, msgspec.Meta(ge=1, le=10**6)] = 1000
    second: bool = True

    def allows(self, stocked: Stocked, operator: str) -> bool:
        """Whether this may be booked, with whoever has to agree."""
        agreed = stocked.comes or not self.second or stocked.second not in {"", operator}
        return bool(operator) and agreed and 1 <= stocked.pieces <= self.most


@dataclass(frozen=True, slots=True)
class GiftByRight:
    """A gift that costs no points but `units` of a right."""

    gift: str
    units: int = 1


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One rule pack."""

    tiers: dict[str, TierRule]
    voucher: VoucherRule
    categories: dict[str, Named] = {}
    risk: RiskRule = RiskRule()
    entitlements: dict[str, OnceRule] = {}
    questions: dict[str, QuestionRule] = {}
    give: GiveRule = GiveRule()
    activities: dict[str, ActivityRule] = {}
    cards: dict[str, CardRule] = {}
    referral: ReferralRule | None = None
    cash_vouchers: CashVoucherRule = CashVoucherRule()
    lottery: LotteryRule | None = None
    joining: JoiningRule = JoiningRule()
    credits: dict[str, CreditRule] = {}
    sales: SaleRule | None = None
    """None: purchases earn no points."""
    stock: StockRule | None = None
    """None: nobody books gifts at a kiosk."""
    hours: Named = {}
    """When the shop is open, as it says it."""

    def most_of(self, asset: str) -> int:
        """The points that a benefit gives; 0 for one that no rule names."""
        rule = self.entitlements.get(accounts.entitled(asset)[0])
        return rule.points if rule else 0

    def gift_by(self, asset: str) -> GiftByRight | None:
        """The gift that this right gives, for how many units of it; None if it gives none."""
        rule = self.entitlements.get(accounts.entitled(asset)[0])
        if rule is not None and rule.gift:
            return GiftByRight(rule.gift)
        card = self.cards.get(accounts.counted_on(asset))
        if card is not None and card.kind == "stamps" and asset.startswith(accounts.STAMPS):
            return GiftByRight(card.gift, card.full) if card.gift and card.full > 0 else None
        return None


FIRST = Rules(
    tiers={"member": TierRule(begins=0, name={"zh_CN": "会员", "zh_TW": "會員", "en": "Member"})},
    voucher=VoucherRule(pickup={"zh_CN": "服务台", "zh_TW": "服務台", "en": "Service counter"}),
)
"""Before head office was ever heard: enough to draw a page, nothing that promises anything."""


@lru_cache(maxsize=8)
def read_rules(text: str) -> Rules:
    """The rules in a pack's TOML text; BadRules says what does not fit.

    Some are kept: every look at an account asks for the same text, and to read it takes milliseconds.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise BadRules(str(trouble)) from trouble
