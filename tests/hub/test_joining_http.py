"""Joining over a real socket: signed like every question of a kiosk."""

import socket
import uuid
from collections.abc import Iterator
from threading import Thread

import pytest
import uvicorn
from member_desk import NOBODYS, Moment, knowing_phones, received
from till import Till

from kiosk.hub.api import create_app
from kiosk.hub.office import HeadOffice
from kiosk.ledger import sync
from kiosk.offline.transport import HttpHub, HubRefused
from kiosk.ports import Newcomer

ANN = str(uuid.UUID(int=7))


@pytest.fixture
def office() -> Iterator[HeadOffice]:
    yield from knowing_phones("sqlite://", Moment())


@pytest.fixture
def hub(office: HeadOffice) -> Iterator[HttpHub]:
    till = Till("K1")
    office.enrol(till.enrolment())
    server = uvicorn.Server(uvicorn.Config(create_app(office), log_level="error", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    hub = HttpHub(f"http://127.0.0.1:{listening.getsockname()[1]}", "K1", till.key)
    yield hub
    hub.close()
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def test_a_code_and_a_key_travel_signed(office: HeadOffice, hub: HttpHub) -> None:
    assert hub.join_code(NOBODYS, "e1").result == "sent"
    assert [number for number, _ in received(office)] == [NOBODYS]
    assert hub.join(Newcomer(ANN, b"k" * 32, "713905")) == sync.JoinAnswer(pin="set")
    with pytest.raises(HubRefused) as refused:
        hub.join(Newcomer(ANN, b"short"))
    assert refused.value.code == "malformed"
