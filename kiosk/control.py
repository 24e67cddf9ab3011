"""The kiosk's local socket: the command line asks a running kiosk here, one JSON line for one JSON line."""

import contextlib
import json
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.events import ClaimAsked, VoidAsked
from kiosk.ports import CounterAnswer, Ids, Post

log = logging.getLogger(__name__)

LONGEST = 64 * 1024
PATIENCE_S = 10.0

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


class CounterDesk:
    """Staff's questions on their way to the desk and back: implements ports.Counter."""

    def __init__(self, post: Post, ids: Ids) -> None:
        self._post = post
        self._ids = ids
        self._lock = threading.Lock()
        self._waiting: dict[str, queue.Queue[CounterAnswer]] = {}

    def verbs(self) -> dict[str, Verb]:
        """claim {number, check, operator} and void {number, operator}."""
        return {"claim": self._claim, "void": self._void, "ping": lambda _message: {"ok": True}}

    def expects(self, request: str) -> bool:
        """Whether somebody still waits for this answer."""
        with self._lock:
            return request in self._waiting

    def answer(self, request: str, said: CounterAnswer) -> None:
        """From the desk: the answer to a question."""
        with self._lock:
            waiting = self._waiting.pop(request, None)
        if waiting is not None:
            waiting.put_nowait(said)

    def _claim(self, message: Message) -> Message:
        return self._ask(
            lambda request: ClaimAsked(
                request, _text(message, "number"), _text(message, "check"), _text(message, "operator")
            )
        )

    def _void(self, message: Message) -> Message:
        return self._ask(
            lambda request: VoidAsked(request, _text(message, "number"), _text(message, "operator"))
        )

    def _ask(self, question: Callable[[str], ClaimAsked | VoidAsked]) -> Message:
        request, answer = self._ids.uuid7(), queue.Queue[CounterAnswer](1)
        with self._lock:
            self._waiting[request] = answer
        self._post(question(request))
        try:
            said = answer.get(timeout=PATIENCE_S)
        except queue.Empty:
            with self._lock:
                self._waiting.pop(request, None)
            return {"ok": False, "why": "the kiosk is busy; ask again: a claim counts once"}
        return {
            "ok": True,
            "result": said.result.value,
            "sentence": said.sentence,
            "gift": said.gift,
            "claimed_at": said.claimed_at,
        }


def _text(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:100]
