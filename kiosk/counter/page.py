"""The counter's page as HTML: one field, one big answer, the last answers under it. Works without scripts."""

from dataclasses import dataclass
from html import escape

from kiosk.counter.sessions import Session, Told
from kiosk.counter.teller import SignIn
from kiosk.desk.presented import SENTENCES
from kiosk.desk.staff_pages import ROLES
from kiosk.desk.staff_verdict import LOOKS, Tone, headline, named
from kiosk.ledger.sync import Gift
from kiosk.membership.vouchers import shown
from kiosk.words import LANGUAGES, Words, _

SIGNS: dict[Tone, str] = {"go": "✓", "stop": "✕", "wait": "…"}
"""Colour is never alone."""

# Named here, because sentences inside f-strings are not found for the catalogues.
COUNTER, SIGN_IN, SIGN_OUT = _("Counter"), _("Sign in"), _("Sign out")
SCAN = _("Scan the voucher, or type its number and check code")
CHECK, LAST = _("Check"), _("The last answers")
KEPT_OUT = {
    "not-you": _("That staff number and PIN do not belong together."),
    "locked": _("This staff PIN is locked. Two colleagues at head office can open it again."),
    "later": _("The PIN cannot be checked now: head office did not answer. Please try again."),
    "role": _("Your role does not hand out gifts."),
    "over": _("You have been signed out: head office has changed what you may do here. Nothing was changed."),
    "closed": _("This counter is out of service. Please call a technician."),
}


@dataclass(frozen=True, slots=True)
class State:
    """How the device is: whether head office is reached (None: not asked yet), and what waits to go up."""

    shop: dict[str, str]
    kiosk: int
    up: bool | None
    waiting: int
    out_of_service: str = ""


def sign_in_page(say: Words, state: State, tried: SignIn | None = None, staff: str = "") -> str:
    """Who are you?"""
    why = say(KEPT_OUT[tried.why]) if tried is not None and tried.why else ""
    focus = "pin" if staff else "staff"
    fields = "".join(
        f'<p><label for="{name}">{escape(say(text))}</label>'
        f'<input id="{name}" name="{name}" {kind} required{" autofocus" if name == focus else ""}></p>'
        for name, text, kind in (
            ("staff", _("Staff number"), f'autocomplete="username" maxlength="40" value="{escape(staff)}"'),
            ("pin", _("Staff PIN"),
             'type="password" inputmode="numeric" autocomplete="off" maxlength="12"'),
        )
    )  # fmt: skip
    body = (
        f"<section class=sign><h1>{escape(say(COUNTER))}</h1>{_trouble(say, state)}"
        f'<p class=hint id=hint role=alert>{escape(why)}</p><form method=post action="/sign-in">{fields}'
        f"<button class=main>{escape(say(SIGN_IN))}</button></form></section>"
    )
    return _whole(say, state, body)


def counter_page(say: Words, state: State, session: Session, gifts: tuple[Gift, ...]) -> str:
    """The field, the answer, and the answers before."""
    shelf = {gift.id: gift for gift in gifts}
    form = f'<input type=hidden name=form value="{escape(session.form)}">'
    waiting = session.waiting is not None
    field = (
        f"<form method=post action=/claim id=ask>{form}"
        f"<label for=code>{escape(say(SCAN))}</label>"
        f"<div class=row><input id=code name=code autofocus autocomplete=off autocapitalize=characters "
        f"spellcheck=false maxlength=512 aria-describedby=hint{' readonly' if waiting else ''}>"
        f"<button class=main>{escape(say(CHECK))}</button></div></form>"
        f"<p class=hint id=hint role=alert>{escape(say(session.hint)) if session.hint else ''}</p>"
    )
    answers = "".join(_line(say, shelf, told) for told in reversed(session.answers))
    out = f"<form method=post action=/sign-out>{form}<button>{escape(say(SIGN_OUT))}</button></form>"
    role = say(ROLES.get(session.colleague.role, session.colleague.role))
    body = (
        f"<div class=who><span>{escape(session.colleague.name)} · {escape(role)}</span>{out}</div>"
        f"{_trouble(say, state)}{field}"
        f'<section id=verdict role=status aria-live=assertive aria-atomic=true data-waiting="{int(waiting)}">'
        f"{_verdict(say, shelf, session)}</section>"
        f"<section id=answers><h2>{escape(say(LAST))}</h2>"
        f"<ol reversed>{answers}</ol></section>"
    )
    return _whole(say, state, body, refresh=waiting)


def _verdict(say: Words, shelf: dict[str, Gift], session: Session) -> str:
    if session.waiting is not None:
        return _big(
            "wait",
            say("One moment"),
            say("The kiosk that printed this voucher is being asked. Hand over nothing yet."),
            escape(shown(session.waiting.number)),
        )
    if session.hint or not session.answers:
        return ""  # an answer about another voucher must not stand over what was asked last
    told = session.answers[-1]
    look, gift = LOOKS[told.said.result], shelf.get(told.said.gift_id)
    picture = ""
    if gift is not None:
        name = gift.picture if look.tone == "go" else f"{gift.picture}_grey"
        picture = f'<img src="/gifts/{escape(name)}.png" alt="" width=456 height=300>'
    sentence = " ".join((say(look.instead or SENTENCES[told.said.result]), *_facts(say, told)))
    described = f"<strong>{escape(named(say, told.said, gift))}</strong><br>{escape(shown(told.number))}"
    return _big(look.tone, headline(say, told.said), sentence, described, picture)


def _big(tone: Tone, words: str, sentence: str, gift: str, picture: str = "") -> str:
    return (
        f'<div class="big {tone}"><p class=words><span class=sign aria-hidden=true>{SIGNS[tone]}</span>'
        f"{escape(words)}</p><p class=sentence>{escape(sentence)}</p>"
        f"<div class=gift>{picture}<p>{gift}</p></div></div>"
    )


def _facts(say: Words, told: Told) -> tuple[str, ...]:
    """When and where it was claimed, if it was before."""
    said = told.said
    if said.claimed_at is None or LOOKS[said.result].tone == "go":
        return ()
    at = f"{say.date(said.claimed_at)} {say.time(said.claimed_at)}"
    where = (say("Kiosk {number}", number=said.claimed_kiosk),) if said.claimed_kiosk else ()
    return (say("Claimed on {moment}", moment=at), *where)


def _line(say: Words, shelf: dict[str, Gift], told: Told) -> str:
    look, gift = LOOKS[told.said.result], shelf.get(told.said.gift_id)
    return (
        f'<li class="{look.tone}"><time>{escape(say.time(told.at))}</time>'
        f"<span class=words>{SIGNS[look.tone]} {escape(headline(say, told.said))}</span>"
        f"<span>{escape(named(say, told.said, gift))}</span><span>{escape(shown(told.number))}</span></li>"
    )


def _trouble(say: Words, state: State) -> str:
    if not state.out_of_service:
        return ""
    return f"<p class=trouble role=alert>{escape(say(KEPT_OUT['closed']))} {escape(state.out_of_service)}</p>"


def _link(say: Words, state: State) -> str:
    reached = {
        None: say("Head office: not asked yet"),
        True: say("Head office: connected"),
        False: say("Head office: no network"),
    }[state.up]
    waits = (
        say("{count} records wait to go up", count=state.waiting) if state.waiting else say("Nothing waits")
    )
    return f'<p id=link class="{"up" if state.up else "down"}">{escape(reached)} · {escape(waits)}</p>'


def _whole(say: Words, state: State, body: str, *, refresh: bool = False) -> str:
    languages = "".join(
        f'<button name=language value="{code}" lang="{code.replace("_", "-")}"'
        f"{' aria-pressed=true' if code == say.language else ''}>{escape(name)}</button>"
        for code, name in LANGUAGES.items()
    )
    again = "<noscript><meta http-equiv=refresh content=1></noscript>" if refresh else ""
    place = say("Kiosk {number}", number=state.kiosk)
    head = (
        f'<!doctype html><html lang="{say.language.replace("_", "-")}"><meta charset=utf-8>{again}'
        f'<meta name=viewport content="width=device-width"><title>{escape(say(COUNTER))}</title>'
        f'<link rel=stylesheet href="/static/counter.css"><script src="/static/counter.js" defer></script>'
    )
    top = (
        f"<header><strong>{escape(say.of(state.shop))}</strong><span>{escape(place)}</span>"
        f"{_link(say, state)}<form method=post action=/language class=languages>{languages}</form></header>"
    )
    return f"{head}{top}<main>{body}</main></html>"
