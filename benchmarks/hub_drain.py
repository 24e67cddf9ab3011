"""A journal of many entries goes to a hub process: by the real uploader, and as requests made beforehand."""

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
import zstandard
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from benchmarks.hub_load import GIFTS, PRICE, QR, Kiosk, furnish
from kiosk.clock import RealClock
from kiosk.hub.office import HeadOffice
from kiosk.hub.serving import serve
from kiosk.hub.settings import HubSettings, Listen
from kiosk.hub.tables import open_database
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.ids import FreshIds
from kiosk.offline.journal import DurableJournal
from kiosk.offline.replica import StoredReplica
from kiosk.offline.transport import COVERED, LABEL, MESSAGEPACK, HttpHub
from kiosk.offline.uploader import Uploader
from kiosk.offline.wants import Wants
from kiosk.ports import Draft
from tests.postgres import Cluster

DEVICE = "K1"
VISITS = 50
"""Visits that are journalled at once: filling the journal is no part of the figure."""


def drain(cluster: Cluster, folder: Path, count: int) -> tuple[float, float]:
    """Seconds of the uploader, and of posting the same entries alone."""
    people = [f"m{place}" for place in range(2000)]
    kiosk = Kiosk(DEVICE, random.Random(1))
    journal = _filled(folder / "journal.db", kiosk, people, count)
    with _hub(cluster, folder / "posted", kiosk, people) as address:
        posted = _post_alone(address, kiosk, journal)
    with _hub(cluster, folder / "uploaded", kiosk, people) as address:
        uploaded = _upload(address, kiosk, journal, folder)
    journal.close()
    return uploaded, posted


def _filled(path: Path, kiosk: Kiosk, people: Sequence[str], count: int) -> DurableJournal:
    clock = RealClock()
    journal = DurableJournal(
        path, device=kiosk.device, zone="Asia/Shanghai", clock=clock, ids=FreshIds(clock.now), pack=lambda: 1
    )
    names = FreshIds(clock.now)
    while journal.tail().n < count:
        visits = [(kiosk.chance.choice(people), kiosk.chance.choice(GIFTS)) for _ in range(VISITS)]
        grants = []
        for member, gift in visits:
            for asset, amount, whose in ((acc.POINTS, PRICE + 50, member), (acc.gift(gift), 1, None)):
                d = len(kiosk.granted) + 1
                grants.append(
                    wire.Grant(gid=names.uuid7(), gen=1, d=d, asset=asset, amount=amount, member=whose)
                )
                told = {name: getattr(grants[-1], name) for name in wire.Grant.__struct_fields__}
                kiosk.granted.append(en.Granted(**told))
        while grants:  # a journal takes so many at once
            taken = journal.take_grants(1, grants, lambda _want: True)
            last = max(entry_d for entry in taken if (entry_d := _d_of(entry)))
            grants = [grant for grant in grants if grant.d > last]
        journal.append(*(draft for member, gift in visits for draft in _visit(names, member, gift)))
    return journal


def _d_of(entry: en.Entry) -> int:
    body = en.body_of(entry)
    return body.d if isinstance(body, en.Granted) else 0


def _visit(names: FreshIds, member: str, gift: str) -> Iterator[Draft]:
    op, voucher = names.uuid7(), names.uuid7()
    redeem = en.Redeem(op=op, gift=gift, points=PRICE, voucher=voucher, expires=1 << 60, qr=QR)
    yield Draft(en.PinTried(route="card", ok=False, where="hub"), member=member)
    yield Draft(redeem, member=member)
    yield Draft(en.Printing(op=op, attempt=1), member=member)
    yield Draft(en.Post(op=op, reason="printed"), member=member)
    yield Draft(en.Claim(op=op, voucher=voucher))
    yield Draft(en.Returned(asset=acc.POINTS, amount=50, member=member), member=member)


def _serve(url: str, ready: Path) -> None:
    clock = RealClock()
    settings = HubSettings(listen=Listen(port=0))
    serve(HeadOffice(open_database(url), clock.now, FreshIds(clock.now), settings), ready)


@contextmanager
def _hub(cluster: Cluster, ready: Path, kiosk: Kiosk, people: Sequence[str]) -> Iterator[str]:
    """A hub process over a fresh database that knows the kiosk and its grants."""
    with cluster.fresh() as name:
        clock = RealClock()
        office = HeadOffice(open_database(cluster.url(name)), clock.now, FreshIds(clock.now), HubSettings())
        furnish(office, [kiosk], people)
        office.engine.dispose()
        hub = multiprocessing.get_context("spawn").Process(target=_serve, args=(cluster.url(name), ready))
        hub.start()
        try:
            while not ready.exists():
                assert hub.is_alive()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{ready.read_text().strip()}"
        finally:
            hub.terminate()
            hub.join()


def _post_alone(address: str, kiosk: Kiosk, journal: DurableJournal) -> float:
    """Seconds of posting requests that were packed, compressed and signed before, by one session."""
    with requests.Session() as session:
        session.trust_env = False
        prepared = [_prepared(session, address, kiosk, body) for body in _packed(kiosk, journal)]
        began = time.monotonic()
        for request in prepared:
            answer = session.send(request, timeout=30)
            assert answer.status_code == 200, answer.content
        took = time.monotonic() - began
    assert wire.unpack(wire.SyncAnswer, answer.content).mark == journal.tail()
    return took


def _packed(kiosk: Kiosk, journal: DurableJournal) -> Iterator[bytes]:
    seen, tail = wire.Mark(n=0, hash=en.GENESIS), journal.tail()
    while seen.n < tail.n:
        batch = journal.batch(seen.n, wire.ENTRIES_MAX, wire.BYTES_MAX)
        yield wire.pack(
            wire.SyncRequest(
                device=kiosk.device, gen_seen=1, mark_seen=seen, first=batch.first, entries=batch.entries,
                head=batch.head, tail=tail.n, down_ack=len(kiosk.granted),
                sig=kiosk.key.sign(wire.signed_part(kiosk.device, batch.first, batch.last, batch.head)),
            )
        )  # fmt: skip
        seen = wire.Mark(n=batch.last, hash=batch.head)


def _prepared(
    session: requests.Session, address: str, kiosk: Kiosk, packed: bytes
) -> requests.PreparedRequest:
    body = zstandard.ZstdCompressor().compress(packed)
    headers = {"Content-Type": MESSAGEPACK, "Content-Encoding": "zstd"}
    made = session.prepare_request(requests.Request("POST", f"{address}/v1/sync", data=body, headers=headers))
    keys = MappingKeyResolver(public_keys={}, private_keys={kiosk.device: kiosk.key})
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys)
    covered = (*COVERED, "content-encoding")
    signer.sign(made, key_id=kiosk.device, label=LABEL, covered_component_ids=covered, body=body)
    return made


def _upload(address: str, kiosk: Kiosk, journal: DurableJournal, folder: Path) -> float:
    """Seconds until head office has the whole journal."""
    replica = StoredReplica(folder / "replica.db")
    uploader = Uploader(
        journal=journal,
        hub=HttpHub(address, kiosk.device, kiosk.key, timeout_s=30),
        replica=replica,
        wants=Wants(),
        device=kiosk.device,
        sign=kiosk.key.sign,
        post=lambda _event: None,
        clock=RealClock(),
    )
    last = journal.tail().n  # while it goes up the journal folds old entries, and journals that
    began = time.monotonic()
    while journal.mark_seen().n < last:
        uploader.step(time.monotonic())
    took = time.monotonic() - began
    replica.close()
    return took
