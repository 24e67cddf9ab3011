"""The rule pack: the shop's decisions as data, versioned and sent by head office."""

import tomllib
from datetime import date
from typing import Literal

import msgspec

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
    """A benefit that each member is given once in each period of the shop's calendar."""

    period: Literal["ever", "year", "month", "day"] = "ever"
    name: Named = {}

    def period_of(self, day: date) -> str:
        """The period a day lies in, as it stands in the asset: ever | 2026 | 2026-06 | 2026-06-01."""
        length = {"ever": 0, "year": 4, "month": 7, "day": 10}[self.period]
        return day.isoformat()[:length] or "ever"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One rule pack."""

    tiers: dict[str, TierRule]
    voucher: VoucherRule
    categories: dict[str, Named] = {}
    risk: RiskRule = RiskRule()
    entitlements: dict[str, OnceRule] = {}


FIRST = Rules(
    tiers={"member": TierRule(begins=0, name={"zh_CN": "会员", "zh_TW": "會員", "en": "Member"})},
    voucher=VoucherRule(pickup={"zh_CN": "服务台", "zh_TW": "服務台", "en": "Service counter"}),
)
"""Before head office was ever heard: enough to draw a page, nothing that promises anything."""


def read_rules(text: str) -> Rules:
    """The rules in a pack's TOML text; BadRules says what does not fit."""
    try:
        return msgspec.convert(tomllib.loads(text), Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise BadRules(str(trouble)) from trouble
