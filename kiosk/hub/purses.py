"""What a member's want is taken from: their account and those of whoever they also are, after their debts."""

from collections.abc import Iterable

from kiosk.hub.books import Books, Key
from kiosk.hub.entitlements import Entitlements, minting
from kiosk.hub.merges import Merges
from kiosk.hub.people import People
from kiosk.hub.risk import owes, repay, repayment_keys
from kiosk.hub.shelves import Reader
from kiosk.ledger import accounts as acc
from kiosk.ledger.sync import Want
from kiosk.membership.receipts import named_by


class Purses:
    """The members' accounts behind the wants of one sync: `read`, `keys`, then `available` and `bring`."""

    def __init__(self, people: People, merges: Merges, entitlements: Entitlements) -> None:
        self._people = people
        self._merges = merges
        self._entitlements = entitlements

    def read(self, wants: Iterable[Want], home: Iterable[str]) -> Reader:
        """Look up who the members are, what they owe, and which benefits they were given."""
        people, asked = self._people, [want for want in wants if want.member and want.member.isprintable()]
        benefits = [(want.member or "", want.asset) for want in asked if acc.is_entitlement(want.asset)]
        yield people.receipts.locked.need(asset for _, asset in benefits if named_by(asset)[0])
        yield people.locked.need(member for member, _ in benefits)
        yield people.survivors.need(want.member or "" for want in asked)
        survivors = {people.survivor(want.member or "") for want in asked}
        yield people.families.need(survivors)
        yield people.debts.need({*survivors, *home})
        yield people.persons.need(one for member, _ in benefits for one in people.kin(member))
        yield people.minted.need(
            minting(one, asset) for member, asset in benefits for one in people.kin(member)
        )

    def is_given(self, member: str, asset: str) -> bool:
        """Whether a rule gives this member this benefit now, or counts this of members on a card."""
        if acc.counted_on(asset):
            rules = self._people.rules()
            card = rules.cards.get(acc.counted_on(asset))
            used_up = card is not None and card.kind == "uses" and asset.startswith(acc.USES)
            return used_up or rules.gift_by(asset) is not None
        return self._entitlements.is_open(member, asset)

    def keys(self, want: Want) -> Iterable[Key]:
        """Every balance that this member's want looks at."""
        for one in self._purse(want.member or "", want.asset):
            yield (acc.member(one), want.asset)
        if want.asset == acc.POINTS:
            yield from self.debt_keys(want.member or "")

    def debt_keys(self, member: str) -> Iterable[Key]:
        """Every balance that the repayment of a debt moves; nothing for those who owe nothing."""
        if owes(self._people, member):
            yield from repayment_keys(self._people.survivor(member))

    def available(self, books: Books, member: str, asset: str, name: str) -> int:
        """Units that may be granted to this member now: debts are repaid first. `name` is used once."""
        if asset == acc.POINTS:
            self.repay(books, member, name)
        if acc.is_entitlement(asset):
            self._entitlements.mint(books, member, asset)
        return sum(books.has(acc.member(one), asset) for one in self._purse(member, asset))

    def repay(self, books: Books, member: str, name: str) -> None:
        """What a member owes is taken before anything is granted to them."""
        if owes(self._people, member):
            repay(books, self._people.survivor(member), name)

    def bring(self, books: Books, want: Want, amount: int, name: str) -> None:
        """Make sure that the account which the grant is taken from has so much. `name` is used once."""
        if want.member and want.asset != acc.TRIES:
            self._merges.gather(books, want.member, want.asset, amount, name)

    def _purse(self, member: str, asset: str) -> tuple[str, ...]:
        """PIN tries are each account's own."""
        return (member,) if asset == acc.TRIES else self._people.kin(member)
