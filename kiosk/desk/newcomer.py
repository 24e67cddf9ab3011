"""What somebody has said so far who is joining. It lies in memory alone until all of it is journalled."""

from dataclasses import dataclass, field

from kiosk.desk.world import World
from kiosk.ledger.entries import Joined
from kiosk.ledger.persons import KEY_BYTES, NONCE_BYTES, Person, seal
from kiosk.membership.names import masked
from kiosk.ports import Draft, Newcomer


@dataclass(slots=True)
class Form:
    """One newcomer. `member` is their id for good, made here; `visit` this visit's."""

    member: str
    visit: str
    consents: set[str] = field(default_factory=set)
    phone: str = field(default="", repr=False)
    proof: str = ""
    """The try by which the code on their phone was right; '' where none could be sent."""
    name: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    referrer: str = ""
    operator: str | None = None
    """Who of the staff helps; they asked and ticked, but never typed a code or a PIN."""
    prospect: bool = False
    """They leave their number and no more."""

    @property
    def tail(self) -> str:
        """The end of their number, as pages show it."""
        return self.phone[-4:]

    @property
    def shown(self) -> str:
        """Their name as pages show it."""
        return masked(self.name)


def journalled(world: World, form: Form, terms: int) -> Newcomer:
    """Write the account down, sealed. Their key goes beside the entry, and to head office."""
    person = Person(
        phone=form.phone,
        name=form.name,
        born=form.born,
        answers=dict(form.answers),
        language=world.say.language,
    )
    key = (world.ids.nonce() + world.ids.nonce())[:KEY_BYTES]
    sealed = seal(person, form.member, key, world.ids.nonce()[:NONCE_BYTES])
    body = Joined(
        terms=terms,
        sealed=sealed,
        consents=tuple(sorted(form.consents)),
        what="member" if form.name else "prospect",
        proof=form.proof,
        referrer=form.referrer,
    )
    world.journal.append(
        Draft(body, member=form.member, visit=form.visit, operator=form.operator, secret=key)
    )
    world.hub.nudge()
    return Newcomer(form.member, key, form.pin)
