"""Where the counter's page may be served: to this machine plainly, to others by TLS only."""

import pytest

from kiosk.settings import BadSettings, parse

DEVICE = (
    '[device]\nid = "c1"\nstore = "0001"\nkiosk = "90"\n[hub]\nurl = "https://hub.example.com"\n[counter]\n'
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_no_certificate(host: str) -> None:
    assert parse(f'{DEVICE}host = "{host}"').counter.host == host


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ('host = "192.168.1.20"', "counter.host"),
        ('host = "0.0.0.0"', "counter.host"),
        ('host = "192.168.1.20"\ncertificate = "/c.pem"', "counter.certificate"),
        ('key = "/k.pem"', "counter.certificate"),
        ('host = "192.168.1.20"\ncertificate = "c.pem"\nkey = "/k.pem"', "counter.certificate"),
    ],
)
def test_other_machines_need_one_and_its_key(told: str, what: str) -> None:
    with pytest.raises(BadSettings, match=what):
        parse(DEVICE + told)


def test_with_both_other_machines_reach_it() -> None:
    told = parse(f'{DEVICE}host = "192.168.1.20"\ncertificate = "/c.pem"\nkey = "/k.pem"')
    assert told.counter.certificate == "/c.pem"
