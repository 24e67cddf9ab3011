"""Entries that somebody carries to head office in a file."""

import json
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.__main__ import main
from kiosk.control import ControlSocket
from kiosk.hub.__main__ import main as hub_main
from kiosk.hub.carried_in import NotTaken, take_in
from kiosk.hub.office import Enrolment
from kiosk.hub.opening import open_office as open_configured
from kiosk.hub.settings import read_settings
from kiosk.ledger import accounts as acc
from kiosk.ledger import carried
from kiosk.offline.carrying import Carrier, export
from kiosk.offline.identity import load_or_create
from kiosk.offline.service import JournalService
from kiosk.offline.storage_key import storage_key
from tests.offline.bench import DEVICE, HandClock, open_journal, post, printing, redeem, stocked
from tests.offline.shop import KEY, Kiosk, Line, balance, open_office, verdicts
from tests.offline.test_uploader import obtain

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    """A kiosk with rights, and redemptions that head office has not heard of."""
    kiosk = Kiosk(tmp_path, Line(open_office()), open_journal)
    kiosk.drain()
    obtain(kiosk, "w1", 800)
    for op in ("a", "b"):
        kiosk.journal.append(redeem(op, 250), printing(op))
        kiosk.journal.append(post(op))
    yield kiosk
    kiosk.close()


def carry(kiosk: Kiosk, file: Path, *, everything: bool = False) -> int:
    return export(kiosk.journal, DEVICE, KEY.sign, file, everything=everything)


def test_what_is_carried_counts_once_however_often_it_arrives(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "carried"
    waiting = kiosk.journal.tail().n - kiosk.journal.mark_seen().n
    assert carry(kiosk, file) == waiting
    office = kiosk.line.office
    first = take_in(office, file)
    assert (first.device, first.verdicts, first.mark) == (
        DEVICE, Counter(posted=waiting), kiosk.journal.tail().n,
    )  # fmt: skip
    held = verdicts(office)
    assert balance(office, acc.ISSUED, acc.gift("tea")) == 2
    assert take_in(office, file).mark == first.mark
    assert verdicts(office) == held
    kiosk.drain()  # the network is back
    assert kiosk.journal.mark_seen() == kiosk.journal.tail()
    assert balance(office, acc.ISSUED, acc.gift("tea")) == 2
    assert balance(office, acc.SPENT, acc.POINTS) == 500
    assert set(verdicts(office).values()) == {"posted"}


def test_a_head_office_that_lacks_what_came_before_says_so(kiosk: Kiosk, tmp_path: Path) -> None:
    carry(kiosk, tmp_path / "tail")
    carry(kiosk, tmp_path / "all", everything=True)
    emptied = open_office(seed=2)
    with pytest.raises(NotTaken, match=r"frame 1: .*--all"):
        take_in(emptied, tmp_path / "tail")
    assert take_in(emptied, tmp_path / "all").mark == kiosk.journal.tail().n


def test_a_file_changed_at_any_byte_or_torn_anywhere_is_refused_whole(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "carried"
    carry(kiosk, file)
    whole, office = file.read_bytes(), kiosk.line.office
    held = verdicts(office)
    spoilt = [whole[:at] for at in range(0, len(whole), 13)] + [whole + b"\0"]
    spoilt += [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in range(len(whole))]
    for what in spoilt:
        file.write_bytes(what)
        with pytest.raises(carried.Torn, match="frame"):
            take_in(office, file)
    assert verdicts(office) == held


def test_a_file_of_many_frames_names_the_one_that_is_torn(tmp_path: Path) -> None:
    file = tmp_path / "carried"
    messages = [bytes([place]) * 100 for place in range(5)]
    with file.open("wb") as opened:
        assert carried.write(opened, messages) == 5
    with file.open("rb") as opened:
        assert list(carried.read(opened)) == messages
    whole = file.read_bytes()
    place = whole.index(messages[3])
    file.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
    with file.open("rb") as opened, pytest.raises(carried.Torn) as torn:
        list(carried.read(opened))
    assert torn.value.frame == 4


def test_entries_of_another_device_are_refused(kiosk: Kiosk, tmp_path: Path) -> None:
    export(kiosk.journal, "stranger", KEY.sign, tmp_path / "carried", everything=True)
    with pytest.raises(NotTaken, match="frame 1"):
        take_in(kiosk.line.office, tmp_path / "carried")


CONFIG = """[device]
id = "{device}"
store = "0001"
kiosk = "03"
[hub]
url = "http://127.0.0.1:9"
[state]
dir = "{state}"
"""
HUB = """[database]
url = "sqlite:///{state}/hub.db"
generation_file = "{state}/generation"
"""


class Place:
    """A kiosk's folder and settings, a head office's settings with the kiosk enrolled."""

    def __init__(self, folder: Path) -> None:
        self.state, office = folder / "state", folder / "office"
        self.state.mkdir()
        office.mkdir()
        self.config, self.hub, self.file = folder / "kiosk.toml", folder / "hub.toml", folder / "carried"
        self.config.write_text(CONFIG.format(device=DEVICE, state=self.state))
        self.hub.write_text(HUB.format(state=office))
        self.key = storage_key(self.state, "", {}).key
        self.identity = load_or_create(self.state / "identity")
        head = open_configured(read_settings(self.hub), HandClock().now)
        public, voucher = self.identity.device_public, self.identity.voucher_public
        head.enrol(Enrolment(DEVICE, public, "0001", "03", 7, voucher))
        head.engine.dispose()

    def say_apart(self, *words: str) -> tuple[int, str]:
        """In a process of its own: one that has the journal open must not open it a second time."""
        told = [sys.executable, "-m", "kiosk", *words]
        done = subprocess.run(
            told, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout

    def say(self, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, [*words])
        return done.exit_code, done.output


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_closed_kiosk_is_exported_and_taken_in_by_the_command_line(place: Place) -> None:
    stocked(place.state / "journal.db", key=place.key).close()
    before = {file.name: file.read_bytes() for file in place.state.iterdir()}
    status, said = place.say("journal", "export", str(place.config), str(place.file))
    assert (status, said) == (0, f"4 entries in {place.file}\n")
    assert {file.name: file.read_bytes() for file in place.state.iterdir()} == before
    for _ in range(2):
        status, said = place.say("journal", "import", str(place.hub), str(place.file))
        assert status == 0, said
        assert f"{DEVICE}: " in said
        assert "held up to entry 4" in said
    done = CliRunner().invoke(hub_main, ["import", "--config", str(place.hub), str(place.file)])
    assert (done.exit_code, "held up to entry 4" in done.output) == (0, True)
    place.file.write_bytes(place.file.read_bytes()[:-1])
    status, said = place.say("journal", "import", str(place.hub), str(place.file))
    assert status == 1
    assert "frame 2" in said


def test_a_running_kiosk_writes_the_file_itself(place: Place) -> None:
    service = JournalService(lambda: stocked(place.state / "journal.db", key=place.key), print)
    carrier = Carrier(service.port(), DEVICE, place.identity.sign)
    control = ControlSocket(place.state / "control.sock", {"export": carrier.export})
    threads = [threading.Thread(target=run) for run in (service.run, control.run)]
    for thread in threads:
        thread.start()
    try:
        assert service.port().tail().n == 4
        told = place.say_apart("journal", "export", str(place.config), str(place.file))
        nowhere = place.say_apart("journal", "export", str(place.config), str(place.state / "no" / "file"))
        shut = place.say_apart("journal", "verify", str(place.state))
    finally:
        control.close()
        service.stop()
        for thread in threads:
            thread.join()
    assert told == (0, f"4 entries in {place.file}\n")
    assert nowhere[0] == 1
    assert "cannot be written" in nowhere[1]
    assert (shut[0], "K-JR-05" in shut[1]) == (1, True)
    status, said = place.say("journal", "import", str(place.hub), str(place.file))
    assert (status, "held up to entry 4" in said) == (0, True)


def test_a_copy_of_a_journal_is_read_with_its_key(place: Place, tmp_path: Path) -> None:
    stocked(place.state / "journal.db", key=place.key).close()
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(place.state / "journal.db", copy)
    status, said = place.say("journal", "verify", str(copy), "--key", str(place.state / "storage-key"))
    assert (status, "4 entries" in said) == (0, True)
    assert place.say("journal", "verify", str(copy))[0] == 1
    status, said = place.say("journal", "show", str(place.state))
    assert [json.loads(line)["kind"] for line in said.splitlines()] == ["boot", "gen", "grant", "grant"]
    (tmp_path / "wrong").write_text("00" * 32)
    status, said = place.say("journal", "verify", str(copy), "--key", str(tmp_path / "wrong"))
    assert (status, "K-JR-08" in said) == (1, True)
