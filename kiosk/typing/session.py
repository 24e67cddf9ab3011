"""One session of the engine: keys in, candidates out, with one schema."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ctypes import byref
from itertools import islice, takewhile

from kiosk.ports import Chosen, Composition, Reading
from kiosk.typing.rime_api import CandidateIterator, Commit, Context, Functions, NoRime, sized

DELIMITER = "'"
STROKES = "一丨丿丶乛"
FIRST_IDEOGRAPH = 0x2E7F
SOUNDS_FROM = 80
"""So many candidates are asked what the first syllable may be."""

Candidate = tuple[int, str, str]
"""Its place with the engine, its text, and how it is spelled where the schema tells."""


class Session:
    """The engine with one schema. Keys that go on from the last ones cost only what is new."""

    def __init__(self, api: Functions, schema: str, drawable: frozenset[int]) -> None:
        """NoRime if the schema could not be built."""
        self._api, self._number = api, api.create_session()
        self._drawable = drawable
        self._last: Composition | None = None
        if not api.select_schema(self._number, schema.encode()):
            raise NoRime(f"the schema {schema} could not be built")

    def read(self, composition: Composition, first: int, most: int) -> Reading:
        """What it may mean."""
        self._follow(composition)
        found = self._candidates(first, most + 1)
        texts = tuple(text for _place, text, _spelled in found[:most])
        if composition.method != "nine":
            return Reading(self._preedit(), texts, len(found) > most)
        likely = self._candidates(0, SOUNDS_FROM)
        preedit = _sounded(self._preedit(), likely[0][2] if likely else "")
        sounds = (
            _firsts(spelled for _place, _text, spelled in likely) if composition.keys[0].isdigit() else ()
        )
        return Reading(preedit, texts, len(found) > most, sounds)

    def choose(self, composition: Composition, place: int) -> Chosen:
        """Take a candidate; what it leaves is the tail of the keys that the engine still shows."""
        self._follow(composition)
        ((own_place, _text, _spelled),) = self._candidates(place, 1)
        self._api.select_candidate(self._number, own_place)
        text, rest = self._commit(), ""
        if not text:
            shown = self._preedit()
            text = "".join(takewhile(_is_written, shown))
            unread = len(shown[len(text) :].replace(" ", ""))
            rest = composition.keys[len(composition.keys) - unread :].lstrip(DELIMITER)
        self.clear()
        return Chosen(text, rest)

    def clear(self) -> None:
        """Nothing is on its way."""
        self._last = None
        self._api.clear_composition(self._number)

    def _follow(self, composition: Composition) -> None:
        before = self._last
        goes_on = (
            before is not None
            and before.traditional == composition.traditional
            and composition.keys.startswith(before.keys)
        )
        if before is None or not goes_on:
            self.clear()
            self._api.set_option(self._number, b"zh_hans", int(not composition.traditional))
            fresh = composition.keys
        else:
            fresh = composition.keys[len(before.keys) :]
        for key in fresh:
            self._api.process_key(self._number, ord(key), 0)
        self._last = composition

    def _preedit(self) -> str:
        context = sized(Context())
        if not self._api.get_context(self._number, byref(context)):
            return ""
        try:
            return (context.composition.preedit or b"").decode()
        finally:
            self._api.free_context(byref(context))

    def _candidates(self, first: int, most: int) -> list[Candidate]:
        """Those from this one."""
        with self._listed() as texts:
            return list(islice(texts, first, first + most))

    @contextmanager
    def _listed(self) -> Iterator[Iterator[Candidate]]:
        iterator = CandidateIterator()
        if not self._api.candidate_list_begin(self._number, byref(iterator)):
            yield iter(())
            return
        try:
            yield self._each(iterator)
        finally:
            self._api.candidate_list_end(byref(iterator))

    def _each(self, iterator: CandidateIterator) -> Iterator[Candidate]:
        """Each text once, and none that would stand on the glass as an empty box."""
        seen: set[str] = set()
        place = 0
        while self._api.candidate_list_next(byref(iterator)):
            shown = iterator.candidate
            text = _plain((shown.text or b"").decode())
            if text not in seen and self._draws(text):
                seen.add(text)
                yield place, text, (shown.comment or b"").decode()
            place += 1

    def _draws(self, text: str) -> bool:
        return not self._drawable or all(ord(ch) in self._drawable for ch in text)

    def _commit(self) -> str:
        """What a choice finished, '' while some keys still wait for theirs."""
        commit = sized(Commit())
        if not self._api.get_commit(self._number, byref(commit)):
            return ""
        try:
            return _plain((commit.text or b"").decode())
        finally:
            self._api.free_commit(byref(commit))


def _is_written(ch: str) -> bool:
    """Whether it is a character already, and no key (strokes are shown as strokes)."""
    return ord(ch) > FIRST_IDEOGRAPH and ch not in STROKES


def _sounded(preedit: str, spelled: str) -> str:
    """Digits as the syllables they most likely mean, as far as those are known."""
    sounds = spelled.split()
    return " ".join([*sounds, *preedit.split(" ")[len(sounds) :]])


def _firsts(spelled: Iterable[str]) -> tuple[str, ...]:
    """The first syllables of spellings, each once, in their order."""
    return tuple(dict.fromkeys(one.split()[0] for one in spelled if one.strip()))


ODD = (("\u2e80", "\u2fdf"), ("\uf900", "\ufaff"), ("\U0002f800", "\U0002fa1f"))
"""Blocks of radicals and of compatibility forms; no face of ours draws the last."""


def _plain(text: str) -> str:
    """The characters a name is written with, for the radicals and compatibility forms of the stroke table."""
    return "".join(unicodedata.normalize("NFKC", ch) if _odd(ch) else ch for ch in text)


def _odd(ch: str) -> bool:
    return any(first <= ch <= last for first, last in ODD)
