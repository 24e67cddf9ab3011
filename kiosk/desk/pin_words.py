"""What members are told about their PIN, and about codes that were sent."""

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.number_entry import NumberAsk
from kiosk.desk.pages import Draw
from kiosk.desk.world import World
from kiosk.ledger.sync import CodeAnswer
from kiosk.words import Words, _

NEW_CODE = ev.OptionChosen("code", "again")

_TOLD: dict[str, tuple[str, str, str, str, str]] = {
    "done": (
        "lock",
        _("Your PIN is set"),
        _("From now on it is this one, at every kiosk. What was locked is open again."),
        _("Your points were not touched."),
        "",
    ),
    "later": (
        "network",
        _("PINs need the network"),
        _("Head office did not answer. Your old PIN stays until it has; please try again a little later."),
        _("Nothing was changed."),
        "K-NW-03",
    ),
    "no-phone": (
        "lock",
        _("We have no phone number of yours"),
        _("Without one no code can reach you. Our staff can note your number and help you on."),
        _("Nothing was changed."),
        "K-PN-04",
    ),
    "limited": (
        "clock",
        _("No more codes today"),
        _("Several were sent already. Please use the latest one, or ask our staff."),
        _("Nothing was changed."),
        "K-PN-03",
    ),
    "too-often": (
        "clock",
        _("Too many tries at this kiosk"),
        _("Please wait a while, or tap your card. Our staff can help too."),
        _("Nothing was changed. Your points are safe."),
        "K-PN-03",
    ),
    "code-over": (
        "lock",
        _("This code is used up"),
        _("It was wrong too many times. Please have another one sent."),
        _("Nothing was changed."),
        "K-PN-05",
    ),
    "unproven": (
        "clock",
        _("That took too long"),
        _("For your safety, please show once more who you are, and begin again."),
        _("Nothing was changed. Your old PIN stays."),
        "K-PN-06",
    ),
}


def told(world: World, result: str) -> Draw:
    """The notice of how it ended."""
    picture, title, sentence, points, code = _TOLD[result]
    return notices.notice(world, picture, lambda say: (say(title), say(sentence), say(points)), code)


def code_pages(groups: tuple[int, ...], sent: CodeAnswer, left: int | None) -> NumberAsk:
    """Where a code is typed; `left` tries after a wrong one."""

    def fact(say: Words) -> str:
        return say("Phone ending {tail}", tail=sent.tail) if sent.tail else ""

    return NumberAsk(
        title=_("The code from your phone"),
        label=_("Six digits"),
        sentence=_("If the number is a member's, a code is on its way to it. It is good for five minutes.")
        if not sent.tail
        else _("We sent it to your phone a moment ago. It is good for five minutes."),
        groups=groups,
        hint=_("Our staff never ask for this code."),
        error="" if left is None else _("That code was not right. Please look once more."),
        submit=_("Go on"),
        fact=fact if sent.tail else None,
    )
