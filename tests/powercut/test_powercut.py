"""A cut of the power at any moment, whatever the disk's cache did: what was acknowledged is there."""

import random
from pathlib import Path

import pytest

from tests.powercut.campaign import OFTEN_CHECKPOINTED, WAYS, WORKLOAD, Day, campaign
from tests.powercut.judge import Judge, promises
from tests.powercut.medium import Medium
from tests.powercut.recording import NotModelled, Told, record

CUTS = 1000


def test_a_thousand_cuts_lose_nothing() -> None:
    judge = Judge()
    for number, starts in enumerate(WAYS):
        campaign(Day(f"fast {number}", starts), CUTS // len(WAYS), judge, lives=2)
    assert judge.faults == []
    assert judge.counts["cuts"] == CUTS
    assert judge.counts["acknowledged"] > CUTS
    assert judge.counts["ahead"], "no cut ever fell between a step's sync and its acknowledgement"


@pytest.mark.parametrize("weak", ["synchronous=NORMAL", "synchronous=OFF"])
def test_the_rig_catches_a_journal_that_does_not_sync(weak: str) -> None:
    judge = Judge()
    campaign(Day("weak", "kk", pragmas=(weak, *OFTEN_CHECKPOINTED)), 60, judge)
    assert judge.counts["lost"]
    assert judge.faults


def test_the_rig_catches_a_disk_that_lies_and_every_start_names_what_it_finds() -> None:
    judge = Judge()
    campaign(Day("liar"), 200, judge, honest=False)
    assert judge.counts["lost"]
    assert judge.counts["unusable"]
    assert not judge.counts["unnamed"], judge.faults


def test_a_recording_is_what_happened(tmp_path: Path) -> None:
    told = record(WORKLOAD, "whole", "-k", "25", *OFTEN_CHECKPOINTED, folder=tmp_path)
    medium = Medium()
    for one in told:
        medium.follow(one)
    assert medium.now() == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    said = promises(told)
    assert len(said.states) > 50
    kinds = {one.kind for one in told}
    assert {"create", "write", "size", "sync", "sync folder", "delete", "rename"} <= kinds


def test_what_would_not_be_modelled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotModelled, match="mmap"):
        record("tests.powercut.shared_memory", folder=tmp_path)


def wrote(fd: int, offset: int, what: bytes) -> Told:
    return Told("write", fd, offset, False, what)


def left(*told: Told, seeds: int = 200) -> set[bytes | None]:
    """Every content of "f" that some cut leaves."""
    medium = Medium({"f": b"old!"})
    for one in (Told("open", 3, 0, False, b"f"), *told):
        medium.follow(one)
    return {medium.cut(random.Random(seed)).get("f") for seed in range(seeds)}


SYNC = Told("sync", 3, 0, False, b"")
FOLDER = Told("sync folder", 4, 0, False, b"")


def test_what_was_synced_stays_and_the_rest_is_torn() -> None:
    assert left(wrote(3, 0, b"new!"), SYNC) == {b"new!"}
    torn = left(wrote(3, 0, b"new!"))
    assert {b"old!", b"new!", b"ne" + b"d!", b"ol" + b"w!"} <= torn
    swapped = left(wrote(3, 0, b"A"), wrote(3, 1, b"B"))
    assert {b"Ald!", b"oBd!", b"ABd!", b"old!"} == swapped


def test_a_file_may_grow_without_its_bytes() -> None:
    grown = left(wrote(3, 4, b"more"))
    assert {b"old!", b"old!more", b"old!\0\0\0\0"} <= grown
    assert any(one and len(one) == 8 and one[4:] not in (b"more", bytes(4)) for one in grown)


def test_sectors_are_kept_one_by_one() -> None:
    found = left(wrote(3, 0, b"x" * 1024), seeds=400)
    assert b"x" * 512 in found
    assert b"old!" + bytes(508) + b"x" * 512 in found


def test_a_shorter_file_may_be_as_long_as_before() -> None:
    assert left(Told("size", 3, 1, False, b"")) == {b"o", b"old!"}


def test_a_name_is_sure_when_its_folder_was_synced() -> None:
    gone = Told("delete", -1, 0, False, b"f")
    assert left(gone) == {b"old!", None}
    assert left(gone, FOLDER) == {None}
    made = Told("create", 5, 0, False, b"g"), wrote(5, 0, b"x"), Told("sync", 5, 0, False, b"")
    moved = Told("rename", -1, 0, False, b"g\0f")
    assert left(*made, FOLDER, moved) == {b"old!", b"x"}  # never neither
    assert left(*made, moved, FOLDER) == {b"x"}
