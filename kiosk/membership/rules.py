"""The rule pack: the shop's decisions as data, versioned and sent by head office."""

import tomllib

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
    """How long a voucher is good for, and where the gift waits."""

    days: int = 30
    pickup: Named


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One rule pack."""

    tiers: dict[str, TierRule]
    voucher: VoucherRule
    categories: dict[str, Named] = {}


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
