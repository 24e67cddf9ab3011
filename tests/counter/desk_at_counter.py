"""The counter's device beside a kiosk, without sockets: real page, desk and head office; time by hand."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from shop import ShopFloor, written

from kiosk import events as ev
from kiosk.control import CounterDesk
from kiosk.counter.page import State
from kiosk.counter.sessions import Sessions
from kiosk.counter.site import Counter, site
from kiosk.counter.teller import CounterTeller
from kiosk.ledger import entries as en

HOME = "6600000001"
OWN = "http://127.0.0.1:8770"
IDLE_S = 300


class CounterFloor(ShopFloor):
    """A device whose desk is the counter's."""

    def open(self) -> None:
        super().open()
        self.desk_counter = CounterDesk(self.do, self.ids)
        self.world.counter = self.desk_counter
        self.sessions = Sessions(self.clock.monotonic, IDLE_S)
        self.desk = self.teller = CounterTeller(self.world, self.sessions)  # type: ignore[assignment]
        self.page = site(Counter(self.world, self.desk_counter, self.sessions, self.do, self.state, beat_s=0))

    def state(self) -> State:
        return State(self.world.shop.name, 9, self.world.connected, 0, self.teller.out_of_service)

    def signed(self) -> list[tuple[str, str]]:
        found = self.entries(en.StaffSign)
        return [(body.staff, body.what) for body in found if isinstance(body, en.StaffSign)]


@dataclass
class Browser:
    """One browser at the counter's PC."""

    floor: CounterFloor
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    last: httpx.Response | None = None

    def get(self, path: str = "/", **headers: str) -> str:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, origin: str = OWN, **form: str) -> str:
        return self._ask("POST", path, form, {"origin": origin})

    def sign_in(self, staff: str = "mei", pin: str = "135790") -> str:
        return self.post("/sign-in", staff=staff, pin=pin)

    def claim(self, code: str) -> str:
        return self.post("/claim", form=self.form(), code=code)

    def form(self) -> str:
        token = self.cookies.get("counter") or ""
        session = self.floor.sessions.of(token, touched=False)
        return session.form if session else ""

    @property
    def status(self) -> int:
        assert self.last is not None
        return self.last.status_code

    def _ask(self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]) -> str:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.floor.page)
            async with httpx.AsyncClient(
                transport=transport, base_url=OWN, cookies=self.cookies, follow_redirects=True
            ) as client:
                said = await client.request(method, path, data=form, headers=headers)
                self.cookies = client.cookies
                return said

        self.last = asyncio.run(ask())
        return self.last.text


@dataclass
class Store:
    """A kiosk that prints, and the counter's device."""

    kiosk: ShopFloor
    counter: CounterFloor
    browser: Browser

    def printed(self) -> dict[str, str]:
        """A voucher of a member at home here: 券号, 校验码, QR and more."""
        self.kiosk.tap(HOME)
        self.kiosk.choose("G02")
        self.kiosk.confirm()
        self.kiosk.do(ev.Left())
        self.kiosk.sync()
        return written(self.kiosk.tray.papers[-1])


def opened(folder: Path) -> Store:
    kiosk = ShopFloor(folder / "kiosk")
    counter = CounterFloor(folder / "counter", kiosk, kiosk="09")
    return Store(kiosk, counter, Browser(counter))
