"""The control socket, asked over a real UNIX socket by callers good and bad."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.control import LONGEST, ControlSocket, Message, NoAnswer, ask


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
