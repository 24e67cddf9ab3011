"""The kiosk's local socket: the command line asks a running kiosk here, one JSON line for one JSON line."""

import contextlib
import json
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.events import ClaimAsked, VoidAsked
from kiosk.ports import CounterAnswer, Ids, Post

log = logging.getLogger(__name__)

LONGEST = 64 * 1024
CODE_LONGEST = 512
"""Characters of a scanned code."""
PATIENCE_S = 10.0
HEARD_S = 2.0
"""How long one caller is kept at the socket; who waits for another kiosk comes back for the answer."""
COUNTER_S = 40.0
"""How long staff wait in all: the right to claim may have to come from another kiosk."""
FORGOTTEN_S = 10.0
"""Who has not come back for so long waits no more: nothing is claimed for them."""
UNHEARD_S = 600.0
"""How long an answer that was given, and never heard, is kept for whoever comes back."""

WAITING = "waiting"
Message = dict[str, Any]
Verb = Callable[[Message], Message]


class NoAnswer(Exception):
    """Nobody answers at this socket, or the answer says that it could not be done."""


def ask(path: Path, message: Message, patience_s: float = PATIENCE_S) -> Message:
    """Send one line, read one line. NoAnswer: nobody there, too slow, no JSON, or `ok` is false."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(patience_s)
            line.connect(str(path))
            line.sendall(json.dumps(message).encode() + b"\n")
            with line.makefile("rb") as incoming:
                answer = json.loads(incoming.readline(LONGEST))
    except (OSError, ValueError) as trouble:
        raise NoAnswer(f"{path.name}: {message.get('do')}: {trouble}") from trouble
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        raise NoAnswer(f"{path.name}: {message.get('do')}: {answer}")
    return answer


def ask_counter(
    path: Path, message: Message, patience_s: float = COUNTER_S, now: Callable[[], float] = time.monotonic
) -> Message:
    """`ask` about a voucher, and come back for the answer as long as the kiosk says that it is waiting."""
    until = now() + patience_s
    answer = ask(path, message)
    while answer.get("result") == WAITING:
        if now() >= until:
            raise NoAnswer(f"{path.name}: {message.get('do')}: no answer in {patience_s:.0f} s; ask again")
        answer = ask(path, {"do": "answer", "request": answer["request"]})
    return answer


class ControlSocket:
    """Answers verbs one caller at a time; readable by the kiosk's own user only."""

    def __init__(self, path: Path, verbs: Mapping[str, Verb]) -> None:
        self._path = path
        self._verbs = verbs
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
            self._listener.bind(str(path))
        finally:
            os.umask(before)
        self._listener.listen(8)

    def run(self) -> None:
        """Answer until closed."""
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return  # closed
            with caller:
                caller.settimeout(PATIENCE_S)
                try:
                    self._serve(caller)
                except (OSError, ValueError) as trouble:
                    log.info("control: %s", trouble)

    def close(self) -> None:
        """Stop answering."""
        # closing alone does not wake an accept that is already waiting
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self, caller: socket.socket) -> None:
        with caller.makefile("rb") as incoming:
            message = json.loads(incoming.readline(LONGEST))
        verb = self._verbs.get(str(message.get("do", ""))) if isinstance(message, dict) else None
        if verb is None:
            answer: Message = {"ok": False, "why": f"known: {', '.join(sorted(self._verbs))}"}
        else:
            answer = _done(verb, message)
        caller.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


def _done(verb: Verb, message: Message) -> Message:
    """The verb's answer; a message that it cannot use is no reason to end the kiosk."""
    try:
        return verb(message)
    except (KeyError, TypeError, ValueError) as trouble:
        log.warning("control: %s: %r", message.get("do"), trouble)
        return {"ok": False, "why": f"cannot be done: {type(trouble).__name__}"}


@dataclass(slots=True)
class _Caller:
    """Somebody at the counter, and until when they count as waiting (monotonic seconds)."""

    until: float
    answer: queue.Queue[CounterAnswer] = field(default_factory=lambda: queue.Queue(1))


class CounterDesk:
    """Staff's questions on their way to the desk and back: implements ports.Counter.

    A claim may have to wait for another kiosk. So that nobody blocks the socket meanwhile, the caller hears
    `waiting` and the request's name, and comes back for the answer.
    """

    def __init__(
        self, post: Post, ids: Ids, now: Callable[[], float] = time.monotonic, heard_s: float = HEARD_S
    ) -> None:
        self._post = post
        self._ids = ids
        self._now = now
        self._heard_s = heard_s
        self._lock = threading.Lock()
        self._callers: dict[str, _Caller] = {}

    def verbs(self) -> dict[str, Verb]:
        """claim {number, check, operator} or {code, operator}, void {number, operator}; answer {request}.

        `code` is what a scanner read; `answer` is for one that waits.
        """
        return {
            "claim": self._claim,
            "void": self._void,
            "answer": self._again,
            "ping": lambda _message: {"ok": True},
        }

    def expects(self, request: str) -> bool:
        """Whether somebody still waits for this answer."""
        with self._lock:
            caller = self._callers.get(request)
            return caller is not None and self._now() < caller.until

    def answer(self, request: str, said: CounterAnswer) -> None:
        """From the desk: the answer to a question."""
        with self._lock:
            caller = self._callers.get(request)
        if caller is not None and caller.answer.empty():
            caller.answer.put_nowait(said)

    def ask(self, question: Callable[[str], ClaimAsked | VoidAsked]) -> str:
        """Put a question to the desk; the request's name, for `hear`."""
        request = self._ids.uuid7()
        with self._lock:
            self._forget()
            self._callers[request] = _Caller(self._now() + FORGOTTEN_S)
        self._post(question(request))
        return request

    def hear(self, request: str, patience_s: float) -> CounterAnswer | None:
        """The answer, if it comes in so many seconds; None: come back soon. KeyError: nobody waits for it."""
        with self._lock:
            caller = self._callers[request]
            caller.until = self._now() + FORGOTTEN_S
        try:
            said = caller.answer.get(timeout=patience_s)
        except queue.Empty:
            return None
        with self._lock:
            self._callers.pop(request, None)
        return said

    def _claim(self, message: Message) -> Message:
        return self._ask(
            lambda request: ClaimAsked(
                request,
                _text(message, "number"),
                _text(message, "check"),
                _text(message, "operator"),
                _text(message, "code", CODE_LONGEST),
            )
        )

    def _void(self, message: Message) -> Message:
        return self._ask(
            lambda request: VoidAsked(request, _text(message, "number"), _text(message, "operator"))
        )

    def _ask(self, question: Callable[[str], ClaimAsked | VoidAsked]) -> Message:
        return self._heard(self.ask(question))

    def _again(self, message: Message) -> Message:
        try:
            return self._heard(_text(message, "request"))
        except KeyError:
            return {"ok": False, "why": "nobody waits for that answer; ask again: a claim counts once"}

    def _heard(self, request: str) -> Message:
        said = self.hear(request, self._heard_s)
        if said is None:
            return {"ok": True, "result": WAITING, "request": request}
        return {
            "ok": True,
            "result": said.result.value,
            "sentence": said.sentence,
            "gift": said.gift,
            "claimed_at": said.claimed_at,
        }

    def _forget(self) -> None:
        """Who went away leaves nothing behind; an unheard answer waits, for the claim may be made."""
        now = self._now()

        def stays(caller: _Caller) -> bool:
            return now < caller.until + (0 if caller.answer.empty() else UNHEARD_S)

        self._callers = {name: caller for name, caller in self._callers.items() if stays(caller)}


def _text(message: Message, name: str, longest: int = 100) -> str:
    return str(message.get(name, ""))[:longest]
