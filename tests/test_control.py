"""The control socket, asked over a real UNIX socket by callers good and bad."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.control import (
    FORGOTTEN_S,
    LONGEST,
    UNHEARD_S,
    ControlSocket,
    CounterDesk,
    Message,
    NoAnswer,
    ask,
    ask_counter,
)
from kiosk.events import ClaimAsked
from kiosk.membership.claims import ClaimAnswer
from kiosk.ports import CounterAnswer


def stumble(message: Message) -> Message:
    """A verb that needs a whole number."""
    return {"ok": True, "twice": int(message["number"]) * 2}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    control = ControlSocket(tmp_path / "c.sock", {"ping": lambda _message: {"ok": True}, "twice": stumble})
    runner = threading.Thread(target=control.run)
    runner.start()
    yield tmp_path / "c.sock"
    assert ask(tmp_path / "c.sock", {"do": "ping"}) == {"ok": True}  # it outlived the test
    control.close()
    runner.join(10)
    assert not runner.is_alive()


def say(path: Path, line: bytes) -> bytes:
    """Send raw bytes and hear what comes back; b'' when hung up on."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(10)
        caller.connect(str(path))
        try:
            caller.sendall(line)
            caller.shutdown(socket.SHUT_WR)
            return caller.recv(LONGEST)
        except (BrokenPipeError, ConnectionResetError):
            return b""


@pytest.mark.parametrize("do", [[], {}, None, 7, "dance"])
def test_an_unknown_verb_hears_the_known_ones(path: Path, do: object) -> None:
    answer = json.loads(say(path, json.dumps({"do": do}).encode() + b"\n"))
    assert answer == {"ok": False, "why": "known: ping, twice"}


@pytest.mark.parametrize("number", [{}, {"number": "x"}, {"number": []}])
def test_a_message_that_a_verb_cannot_use_is_told(path: Path, number: Message) -> None:
    answer = json.loads(say(path, json.dumps({"do": "twice", **number}).encode() + b"\n"))
    assert answer["ok"] is False


@pytest.mark.parametrize("line", [b"", b"\n", b"{", b"\xff\xfe\n", b'"' + b"x" * (2 * LONGEST) + b'"\n'])
def test_garbage_is_hung_up_on(path: Path, line: bytes) -> None:
    assert say(path, line) == b""


def test_two_callers_are_answered_one_after_the_other(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(path))
        second: list[Message] = []
        asker = threading.Thread(target=lambda: second.append(ask(path, {"do": "twice", "number": 4})))
        asker.start()
        slow.sendall(b'{"do": "ping"}\n')
        assert json.loads(slow.recv(LONGEST)) == {"ok": True}
        asker.join(10)
    assert second == [{"ok": True, "twice": 8}]


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer):
        ask(tmp_path / "none.sock", {"do": "ping"})


class Ids:
    """Names one request after the other."""

    def __init__(self) -> None:
        self.count = 0

    def uuid7(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def nonce(self) -> bytes:
        return b""


GIVEN = CounterAnswer(ClaimAnswer.GIVEN, "Hand it over.", "Tea", 7)


@pytest.fixture
def counter() -> CounterDesk:
    return CounterDesk(lambda _event: None, Ids(), heard_s=0.0)


def test_who_waits_for_another_kiosk_comes_back_for_the_answer(counter: CounterDesk) -> None:
    verbs = counter.verbs()
    waiting = verbs["claim"]({"number": "1", "check": "2"})
    assert waiting == {"ok": True, "result": "waiting", "request": "r1"}
    again = {"request": "r1"}
    assert verbs["answer"](again) == waiting
    counter.answer("r1", GIVEN)
    assert verbs["answer"](again)["result"] == "given"
    assert verbs["answer"](again)["ok"] is False
    assert not counter.expects("r1")


def test_who_went_away_is_not_waited_for(counter: CounterDesk) -> None:
    seconds = [0.0]
    counter = CounterDesk(lambda _event: None, Ids(), lambda: seconds[0], heard_s=0.0)
    verbs = counter.verbs()
    verbs["claim"]({"number": "1"})
    seconds[0] = FORGOTTEN_S - 1
    verbs["answer"]({"request": "r1"})
    seconds[0] = FORGOTTEN_S + 1
    assert counter.expects("r1")
    seconds[0] = 2 * FORGOTTEN_S
    assert not counter.expects("r1")
    verbs["void"]({"number": "1"})
    counter.answer("r1", GIVEN)
    assert verbs["answer"]({"request": "r1"})["ok"] is False


def test_the_command_asks_until_the_other_kiosk_was_heard(tmp_path: Path) -> None:
    asked: list[ClaimAsked] = []
    counter = CounterDesk(asked.append, Ids(), heard_s=0.01)  # type: ignore[arg-type]
    verbs = counter.verbs()

    def answer_at_the_second_time(message: Message) -> Message:
        first = verbs["answer"](message)
        counter.answer(asked[0].request, GIVEN)
        return first

    control = ControlSocket(tmp_path / "c.sock", {**verbs, "answer": answer_at_the_second_time})
    runner = threading.Thread(target=control.run)
    runner.start()
    try:
        said = ask_counter(tmp_path / "c.sock", {"do": "claim", "number": "1", "check": "2"})
        assert (said["result"], said["gift"], said["claimed_at"]) == ("given", "Tea", 7)
        with pytest.raises(NoAnswer):
            ask_counter(tmp_path / "c.sock", {"do": "claim", "number": "1"}, patience_s=0)
    finally:
        control.close()
        runner.join(10)


def test_an_answer_that_was_given_and_never_heard_is_kept() -> None:
    """The claim is made by then: whoever comes back must not hear that somebody else has had the gift."""
    seconds = [0.0]
    counter = CounterDesk(lambda _event: None, Ids(), lambda: seconds[0], heard_s=0.0)
    verbs = counter.verbs()
    verbs["claim"]({"number": "1"})
    counter.answer("r1", GIVEN)
    seconds[0] = UNHEARD_S
    verbs["claim"]({"number": "2"})
    assert verbs["answer"]({"request": "r1"})["result"] == "given"
    counter.answer("r2", GIVEN)
    seconds[0] += UNHEARD_S + FORGOTTEN_S
    verbs["claim"]({"number": "3"})
    assert verbs["answer"]({"request": "r2"})["ok"] is False
