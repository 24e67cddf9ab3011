"""A line of text is asked for: a name, a sentence, a code of letters and digits."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk import candidates
from kiosk.desk.composer import Composer, Typist
from kiosk.desk.pad_rows import SOUNDS, Legends, rows
from kiosk.desk.pads import NAMES, NARROW_MM, Keyboard, Kind
from kiosk.desk.pages import Journey, Page, frame
from kiosk.desk.world import World
from kiosk.ports import Reading
from kiosk.words import Words, _

Check = Callable[[Words, str], str]
"""What is wrong with a text, in the visitor's words; '' when nothing is."""
ASK_STAFF = _("Chinese cannot be typed at this kiosk right now. Please ask our staff.")
GETTING_READY = _("Chinese can be typed in a moment.")


@dataclass(frozen=True, slots=True)
class OnCard:
    """The member card on which the text appears while it is typed."""

    tier: str
    tier_name: str


@dataclass(frozen=True, slots=True)
class TextAsk:
    """What is asked for. Its sentences are marked with `_()`; they are said when the page is drawn."""

    title: str
    sentence: str = ""
    kind: Kind = "text"
    least: int = 1
    most: int = 20
    value: str = ""
    """What stands in the field at first."""
    placeholder: str = ""
    hint: str = ""
    """What becomes of it; under the field."""
    submit: str = _("Done")
    fact: Callable[[Words], str] | None = None
    """The small text at the top right, such as which step this is."""
    check: Check = lambda _say, _text: ""
    card: OnCard | None = None


def enter_text(world: World, ask: TextAsk) -> Journey[str | None]:
    """What they typed, without spaces around it; None when they go back."""
    ticket, typed, wrong = world.ids.uuid7(), _begun(world, ask), ""

    def draw(say: Words, _left: int) -> views.View:
        page = text_page(world, say, ask, ticket, typed)
        return replace(page, error=wrong or page.error)

    page = Page(draw)
    try:
        while True:
            match (yield page):
                case ev.WentBack():
                    return None
                case ev.TextKeyed(entry, "done") if entry == _entry(ticket, typed) and _whole(ask, typed):
                    wrong = ask.check(world.say, typed.text.strip())
                    if not wrong:
                        return typed.text.strip()
                case ev.TextKeyed(entry, key) if entry == _entry(ticket, typed):
                    typed, wrong = _typist(world, world.say, ask).after(typed, key), ""
    finally:
        if world.typing is not None:
            world.typing.forget()


def _typist(world: World, say: Words, ask: TextAsk) -> Typist:
    narrow = 0 < world.shop.panel_mm < NARROW_MM
    ready = world.typing is not None and world.typing.ready()
    return Typist(Keyboard(ask.kind, ready, narrow), world.typing, say.language)


def _begun(world: World, ask: TextAsk) -> Composer:
    pad = _typist(world, world.say, ask).board.first(world.say.language)
    return Composer(pad, ask.most, ask.kind == "name", ask.value[: ask.most]).turned(pad)


def _entry(ticket: str, typed: Composer) -> str:
    return f"{ticket}/{typed.pad}"


def _whole(ask: TextAsk, typed: Composer) -> bool:
    return not typed.keys and len(typed.text.strip()) >= ask.least


def text_page(world: World, say: Words, ask: TextAsk, ticket: str, typed: Composer) -> views.TextEntry:
    """The field, what its keys may mean, and the pad."""
    typist = _typist(world, say, ask)
    found = typist.reading(typed, 0, 1)
    best = found.candidates[0] if found.candidates else ""
    bar, more = candidates.bar(typist, typed)
    if typed.leaf:
        pad, columns = candidates.leaf(typist, typed, say)
    else:
        pad = rows(typist.board, typed.pad, say, _legends(say, ask, typed, found))
        columns = typist.board.columns(typed.pad)
    around = frame(world, say, "back", "staff", "leave")
    return views.TextEntry(
        frame=replace(around, fact=ask.fact(say)) if ask.fact else around,
        entry=_entry(ticket, typed),
        title=say(ask.title),
        sentence=say(ask.sentence) if ask.sentence else "",
        value=typed.text,
        preedit=found.preedit,
        placeholder=say(ask.placeholder) if ask.placeholder else "",
        hint=say(ask.hint) if ask.hint else "",
        error=_lacking(world, say, ask, typist),
        clear=views.Key(say("Clear"), "clear", icon="x", able=bool(typed.text or typed.keys)),
        bar=bar or _pads(typist.board, typed, say),
        more=views.Key(say("More"), "leaf:1", icon="down") if more and not typed.leaf else None,
        rows=pad,
        columns=columns,
        card=_card(say, ask, typed, best),
    )


def _legends(say: Words, ask: TextAsk, typed: Composer, found: Reading) -> Legends:
    best = found.candidates[0] if found.candidates else ""
    space = views.Key(say("Choose {text}", text=best), "space") if best else views.Key(say("Space"), "space")
    whole = _whole(ask, typed)
    return Legends(
        space=space,
        submit=views.Key(say(ask.submit), "done", kind="primary", able=whole),
        shift=typed.shift,
        composing=bool(typed.keys),
        sounds=found.sounds[:SOUNDS],
    )


def _pads(board: Keyboard, typed: Composer, say: Words) -> tuple[views.Key, ...]:
    """The pads one may change to; nothing where there is but one."""
    pads = board.pads()
    if len(pads) == 1:
        return ()
    return tuple(
        views.Key(say(NAMES[pad]), f"pad:{pad}", kind="chosen" if pad == typed.pad else "key") for pad in pads
    )


def _lacking(world: World, say: Words, ask: TextAsk, typist: Typist) -> str:
    """What cannot be typed here now, told to those who would want to."""
    if typist.board.chinese or ask.kind == "code" or say.language == "en":
        return ""
    return say(ASK_STAFF if world.typing is None else GETTING_READY)


def _card(say: Words, ask: TextAsk, typed: Composer, best: str) -> views.NameCard | None:
    if ask.card is None:
        return None
    return views.NameCard(ask.card.tier, say(ask.card.tier_name), typed.text, best)
