"""What newcomers agree to: each document to read, one tick for all of them, and what else they may allow."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Journey, Page, frame, paged
from kiosk.desk.world import World
from kiosk.membership.rules import DocumentRule
from kiosk.words import Words

PARAGRAPHS = 4
"""Paragraphs of a document on one page."""
_AGREED = "agreed"


def agree(world: World, form: Form) -> Journey[bool]:
    """True once they ticked that they agree and went on; False if they went back."""
    ticket, agreed = world.ids.uuid7(), False

    def draw(say: Words, _left: int) -> views.View:
        return _terms(world, say, form, ticket, agreed=agreed)

    while True:
        match (yield Page(draw)):
            case ev.WentBack():
                return False
            case ev.RowChosen(row) if row in (documents := world.rules().joining.documents):
                yield from _read(world, documents[row])
            case ev.OptionChosen(t, option) if t == ticket and option == _AGREED:
                agreed = not agreed
            case ev.OptionChosen(t, option) if t == ticket and option in world.rules().joining.consents:
                form.consents ^= {option}
            case ev.Submitted(t) if t == ticket and agreed:
                return True


def _terms(world: World, say: Words, form: Form, ticket: str, *, agreed: bool) -> views.Question:
    rule = world.rules().joining
    documents = [
        views.Option(say.of(one.name), ev.RowChosen(name), icon="list", note=say("Read it"))
        for name, one in rule.documents.items()
    ]
    tick = views.Option(
        say("I have read them and agree"),
        ev.OptionChosen(ticket, _AGREED),
        chosen=agreed,
        note=say("Version {number}", number=rule.terms),
    )
    extras = [
        views.Option(say.of(name), ev.OptionChosen(ticket, consent), chosen=consent in form.consents)
        for consent, name in rule.consents.items()
    ]
    return views.Question(
        frame=frame(world, say, "staff", "leave"),
        title=say("Become a member in a minute"),
        sentence=say("Free, and without a purchase. You need your mobile phone."),
        options=(*documents, tick, *extras),
        submit=views.Choice(say("Go on"), ev.Submitted(ticket), icon="right", primary=True)
        if agreed
        else None,
        later=views.Choice(say("Not now"), ev.WentBack()),
    )


def _read(world: World, rule: DocumentRule) -> Journey[None]:
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        paragraphs = rule.text.get(say.language) or next(iter(rule.text.values()), ())
        shown, pages = paged(say, paragraphs, number, PARAGRAPHS)
        return views.Article(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say.of(rule.name),
            paragraphs=shown,
            pages=pages,
        )

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            number = event.page
