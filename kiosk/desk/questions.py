"""The shop's questions, answered by tiles: what a member likes, once; what they think, whenever they like."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Told
from kiosk.membership.rules import QuestionRule
from kiosk.ports import Draft
from kiosk.words import Words

RATHER_NOT = "rather-not"
"""The answer of who would rather not say: they are not asked again."""
ASKED_S = 20
"""How long a question stands that nobody asked for."""


def ask_once(world: World, visitor: Visitor) -> Journey[None]:
    """After an errand: the next question about them that they never answered, with an easy way past it.

    Only for who stays, once a visit, and not while head office cannot say what was answered before.
    """
    if visitor.asked or world.connected is False:
        return
    rules = world.rules().questions
    open_ones = (name for name, rule in rules.items() if rule.kind == "profile")
    name = next((one for one in open_ones if visitor.told is not None and one not in visitor.told), "")
    if name:
        visitor.asked.add(name)
        answer = yield from _ask(world, rules[name], ASKED_S)
        if answer:
            told = Told(what="profile", topic=name, answers=(answer,))
            _keep(world, Draft(told, member=visitor.account.member, visit=visitor.visit))


def survey(world: World, _visitor: Visitor) -> Journey[bool]:
    """One question after the other, as long as they answer. Nothing says who it was."""
    answered = False
    for name, rule in world.rules().questions.items():
        if rule.kind != "survey":
            continue
        answer = yield from _ask(world, rule, 0)
        if not answer:
            break
        _keep(world, Draft(Told(what="survey", topic=name, answers=(answer,))))
        answered = True
    if answered:
        yield from notices.read_it(_thanks(world))
    return False


def has_survey(world: World, _visitor: Visitor) -> bool:
    """Whether the shop wants to know."""
    return any(rule.kind == "survey" for rule in world.rules().questions.values())


def _ask(world: World, rule: QuestionRule, countdown_s: int) -> Journey[str]:
    """The chosen option; '' if they went past it."""
    ticket = world.ids.uuid7()
    page = Page(_question(world, ticket, rule), countdown_s=countdown_s)
    named = {*rule.options, *((RATHER_NOT,) if rule.kind == "profile" else ())}
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return ""
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket and event.option in named:
            return event.option


def _question(world: World, ticket: str, rule: QuestionRule) -> Draw:
    def draw(say: Words, _left: int) -> views.Question:
        options = [
            views.Option(say.of(name), ev.OptionChosen(ticket, option))
            for option, name in rule.options.items()
        ]
        if rule.kind == "profile":
            options.append(views.Option(say("I would rather not say"), ev.OptionChosen(ticket, RATHER_NOT)))
        return views.Question(
            frame=frame(world, say, "staff", "leave"),
            title=say.of(rule.text),
            sentence=say.of(rule.why),
            options=tuple(options),
            later=views.Choice(say("Another time"), ev.WentBack()),
        )

    return draw


def _keep(world: World, draft: Draft) -> None:
    world.journal.append(draft)
    world.hub.nudge()


def _thanks(world: World) -> Draw:
    return notices.notice(world, "gift", lambda say: (
        say("Thank you for telling us"),
        say("The shop reads all answers together. Yours bears no name."),
        "",
    ))  # fmt: skip
