"""Spoils messages the way a broken or hostile sender does: bytes, fields, entries, signatures."""

import copy
import random
from collections.abc import Callable
from typing import Any

import msgspec
from till import Till

from kiosk.ledger import entries as en
from kiosk.ledger import sync

Plain = Any
"""A message as MessagePack knows it: maps, lists, strings, bytes, numbers."""
ODD: tuple[Plain, ...] = (
    None, True, -1, 0, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 1.5, float("inf"),
    "", "\0", "a\0b", "M1", "K1", "K2", "points", "gift:G1", "claim:V-op", "x" * 70_000, "\u202e\n", "杯",
    b"", bytes(32), b"\xff" * 70_000, [], [[]], {}, {"": None}, {"op": "op", "voucher": "V-op"},
)  # fmt: skip


def spoil_bytes(body: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double, insert or exchange some bytes."""
    spoilt = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(spoilt) + 1)
        end = min(len(spoilt), at + chance.choice((1, 1, 4, 40)))
        spoilt[at:end] = chance.choice(
            (b"", chance.randbytes(end - at), chance.randbytes(3), bytes(spoilt[at:end] * 2))
        )
        if not spoilt:
            return b""
    return bytes(spoilt)


def spoil_fields(message: Plain, chance: random.Random) -> Plain:
    """One to three fields, at any depth, hold something odd, are missing, doubled, or new."""
    spoilt = copy.deepcopy(message)
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(spoilt))
        if places:
            _change(*chance.choice(places), chance)
    return spoilt


def _places(value: Plain) -> Any:
    """(container, key) of everything in a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in list(inside):
        yield value, key
        yield from _places(held)


def _change(holder: Plain, key: Plain, chance: random.Random) -> None:
    what = chance.randrange(10)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[chance.choice(("new", "v", "", "op"))] = copy.deepcopy(chance.choice(ODD))
    elif what == 2 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif what == 3 and isinstance(holder[key], int) and abs(holder[key]) < 2**62:
        holder[key] += chance.choice((-1, 1))
    elif what == 4 and isinstance(holder[key], bytes):
        holder[key] = spoil_bytes(holder[key], chance)
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))


def spoil_log(till: Till, chance: random.Random) -> None:
    """The last entry of this log is odd, and the log goes on from it: a kiosk gone wrong, with a good key."""
    stored = till.log.pop()
    till.hashes.pop()
    how: Callable[[bytes, random.Random], bytes] = chance.choice((_spoilt_entry, _spoilt_entry, spoil_bytes))
    till.write_bytes(how(stored, chance))


def _spoilt_entry(stored: bytes, chance: random.Random) -> bytes:
    return msgspec.msgpack.encode(spoil_fields(msgspec.msgpack.decode(stored), chance))


def signed_again(message: Plain, till: Till) -> Plain:
    """With a batch signature that fits, where there still is something to sign."""
    try:
        last = message["first"] + len(message["entries"]) - 1
        message["sig"] = till.key.sign(
            sync.signed_part(message["device"], message["first"], last, message["head"])
        )
        hashed = till.hashes[message["first"] - 2] if message["first"] > 1 else en.GENESIS
        for stored in message["entries"]:
            hashed = en.chained(hashed, stored)
        signed = sync.signed_part(message["device"], message["first"], last, hashed)
        return message | {"head": hashed, "sig": till.key.sign(signed)}
    except (KeyError, TypeError, IndexError, OverflowError):
        return message
