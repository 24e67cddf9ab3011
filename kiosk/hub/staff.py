"""Staff of head office, and the two people who answer for what moves rights by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two different people who proved themselves for this one act; only `Console.pair` makes one.

    `first` and `second` are staff ids, `action` a verb of the console (retire | set-aside | unlock),
    `subject` what it is done to (a device or a member), `at` UTC microseconds.
    """

    first: str
    second: str
    action: str
    subject: str
    at: int
