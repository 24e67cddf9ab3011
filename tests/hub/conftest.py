from collections.abc import Iterator

import pytest
from hub_shop import books_of, opened
from till import Till

from kiosk.hub.office import HeadOffice
from kiosk.hub.settings import Grants
from kiosk.ledger.legs import Balances


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Where an empty database is: every test that asks runs on both engines."""
    if request.param == "sqlite":
        return "sqlite://"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def office(database: str) -> Iterator[HeadOffice]:
    """Three members with 1,000 points each, two gifts; M3 is at home at kiosk K1."""
    yield from opened(database, Grants(lease_par=2, lease_low=0, home_points=500))


@pytest.fixture
def till(office: HeadOffice) -> Till:
    kiosk = Till("K1")
    office.enrol(kiosk.enrolment())
    return kiosk


@pytest.fixture
def opening(office: HeadOffice) -> Balances:
    return books_of(office)
