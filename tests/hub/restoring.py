"""Head office whose database can be set back to an earlier copy, as its operators would."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from hub_shop import CHEAP, furnish
from till import NOW, CountedIds, Till

from kiosk.hub.generation import GenerationKeeper, MemoryGeneration
from kiosk.hub.office import HeadOffice
from kiosk.hub.recovery_tables import generations
from kiosk.hub.settings import Grants, HubSettings, Merges, Risk
from kiosk.hub.tables import balances, connect
from kiosk.ledger import sync
from kiosk.ledger.legs import Balances
from tests import databases

GRANTS = Grants(lease_par=3, lease_low=1, home_points=500)


class Restorable:
    """A real HeadOffice over SQLite. What lies outside of the database stays when it is set back."""

    def __init__(self, keeper: GenerationKeeper | None = None) -> None:
        self.keeper = keeper or MemoryGeneration()
        self.ids = CountedIds("g")
        self.engine = databases.empty()
        self.office = self.start()
        furnish(self.office)

    def start(self) -> HeadOffice:
        settings = HubSettings(
            grants=GRANTS, pin=CHEAP, risk=Risk(per_device=500), demo=True, merges=Merges(by_kiosks=True)
        )
        return HeadOffice(self.engine, lambda: NOW, self.ids, settings, generation=self.keeper)

    def till(self, device: str) -> Till:
        kiosk = Till(device)
        self.office.enrol(kiosk.enrolment())
        return kiosk

    def backup(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.backup(copy)
        return copy

    def restore(self, copy: sqlite3.Connection) -> None:
        self.engine.dispose()
        self.engine = connect("sqlite://")
        with self.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            copy.backup(raw)
        self.office = self.start()

    def sync(self, till: Till, *wants: sync.Want) -> sync.SyncAnswer:
        """One exchange; the kiosk sends on from where head office stands, as a real one does."""
        answer = self.office.sync(till.request(till.sent + 1, None, *wants))
        till.hear(answer)
        return answer

    def drain(self, tills: Iterable[Till], rounds: int = 6) -> None:
        for _ in range(rounds):
            for till in tills:
                self.sync(till)

    def books(self) -> Balances:
        with self.engine.begin() as connection:
            rows = connection.execute(sa.select(balances).where(balances.c.amount != 0))
            return {(row.account, row.asset): row.amount for row in rows}

    def recoveries(self) -> list[tuple[int, bool]]:
        """(generation, whether it has ended), oldest first."""
        g = generations.c
        with self.engine.begin() as connection:
            rows = connection.execute(sa.select(g.gen, g.ended_at).order_by(g.gen))
            return [(gen, ended is not None) for gen, ended in rows]
