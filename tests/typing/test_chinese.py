"""Chinese with the real engine: what a name costs, what is within reach, and that nothing is learnt."""

from pathlib import Path

import pytest

from kiosk import events as ev
from kiosk.desk.composer import KEYS_MOST
from kiosk.desk.text_entry import TextAsk, enter_text
from kiosk.desk.world import World
from kiosk.ports import Composition
from kiosk.typing.rime import Rime
from kiosk.typing.rime_api import NoRime
from kiosk.words import Words
from tests.typing.hand import Hand, narrow
from tests.typing.known_names import NAMES

NAME = TextAsk("Done", kind="name", least=2)
TEXT = TextAsk("Done", most=60)
TAPS_MOST = 20
DIGIT_OF = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
SEEN_AT_ONCE = 6
"""Candidates that have room on the bar of the narrowest ten-key panel."""


@pytest.fixture
def writing(world: World, engine: Rime) -> World:
    world.typing = engine
    return world


def type_name(hand: Hand, name: str, reading: str) -> None:
    """As somebody does who types all syllables, then takes the longest right candidate, again and again."""
    pad = hand.sees.entry.rpartition("/")[2]
    for letter in reading.replace(" ", ""):
        hand.say(letter if pad == "pinyin" else letter.translate(DIGIT_OF))
    syllables = reading.split()
    while rest := name[len(hand.sees.value) :]:
        seen = [key for key in hand.sees.bar[:SEEN_AT_ONCE] if rest.startswith(key.label)]
        sound = f"sound:{syllables[-len(rest)]}"
        if seen:
            hand.say(max(seen, key=lambda key: len(key.label)).key)
        elif any(key.key == sound for key in hand.offered()):
            hand.say(sound)
        else:
            hand.pick(rest[0])


@pytest.mark.parametrize(("pad", "every"), [("pinyin", 1), ("nine", 2)])
def test_a_name_of_three_characters_costs_few_taps(
    writing: World, pad: str, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    if pad == "nine":
        narrow(writing)
    costs = {}
    for name, reading in list(NAMES.items())[::every]:
        hand = Hand(writing, enter_text(writing, NAME))
        type_name(hand, name, reading)
        costs[name] = hand.taps
        hand.tap("done")
        assert hand.given == name
    dear = max(costs, key=lambda name: costs[name])
    with capsys.disabled():
        mean = sum(costs.values()) / len(costs)
        print(f"\n  {pad}: {len(costs)} names, {mean:.1f} taps on average, at most {costs[dear]} ({dear})")
    assert {name: taps for name, taps in costs.items() if taps > TAPS_MOST} == {}


def first_candidates(engine: Rime, keys: str, method: str = "pinyin") -> tuple[str, ...]:
    return engine.read(Composition(method, names=True, traditional=False, keys=keys), 0, 60).candidates  # type: ignore[arg-type]


def test_the_next_visitor_is_offered_the_same(writing: World, engine: Rime, rime_home: Path) -> None:
    before = {keys: first_candidates(engine, keys) for keys in ("wei", "zhangwei", "zhw", "yan")}
    rare = [text for text in before["wei"] if len(text) == 1][-1]
    for _ in range(10):
        hand = Hand(writing, enter_text(writing, NAME))
        for keys, text in (("zhangwei", before["zhangwei"][3]), ("wei", rare), ("yan", before["yan"][20])):
            hand.tap(*keys)
            hand.pick(text)
        hand.tap("done")
        assert hand.given == before["zhangwei"][3] + rare + before["yan"][20]
    assert {keys: first_candidates(engine, keys) for keys in before} == before
    own = [path for path in rime_home.iterdir() if path.is_file() and path.suffix in (".yaml", ".txt")]
    written = b"".join(path.read_bytes() for path in own if path.name != "kiosk_names.dict.yaml")
    assert b"zhangwei" not in written
    assert list(rime_home.rglob("*.userdb*")) == []


def test_surnames_and_names_go_first(engine: Rime) -> None:
    assert first_candidates(engine, "wang")[:2] == ("王", "汪")
    assert first_candidates(engine, "zhangwei")[0] == "张伟"
    assert first_candidates(engine, "ouyangnana")[0] == "欧阳娜娜"
    assert "单" in first_candidates(engine, "shan")[:3], "as a surname it is read shan"
    assert "仇" in first_candidates(engine, "qiu")[:5], "and this one qiu"


def test_traditional_characters_for_who_reads_them(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, NAME), "zh_TW")
    hand.tap(*"zhangxueyou")
    assert hand.sees.bar[0].label.startswith("張")
    hand.pick("張")
    hand.pick("學")
    hand.pick("友")
    hand.tap("done")
    assert hand.given == "張學友"


def test_a_language_that_changes_in_mid_word_reads_the_same_keys_anew(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap(*"long")
    assert hand.sees.bar[0].label == "龙"
    hand.world.say = Words("zh_TW", writing.shop.zone)
    assert hand.sees.bar[0].label == "龍"
    hand.tap("choose:0:龍", "space")
    assert hand.sees.value == "龍 "


@pytest.mark.parametrize(
    ("pad", "keys", "text"),
    [
        ("double", "vhwz", "张伟"),
        ("nine", "94264934", "张伟"),
        ("stroke", "hhsh", "王"),
        ("stroke", "nzhsznnhpn", "读"),
    ],
)
def test_every_pad_writes(writing: World, pad: str, keys: str, text: str) -> None:
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap(f"pad:{pad}")
    for key in keys:
        hand.tap(key)
    if pad != "stroke":
        assert hand.sees.preedit == {"double": "vh wz", "nine": "zhang wei"}[pad]
    hand.pick(text)
    assert hand.sees.value == text


@pytest.mark.parametrize("text", ["䶮", "堃", "赟", "犇", "喆", "淼", "翀", "祎", "彧"])
def test_rare_characters_of_names_are_within_reach(writing: World, text: str) -> None:
    reading = {"䶮": "yan", "堃": "kun", "赟": "yun", "犇": "ben", "喆": "zhe", "淼": "miao",
               "翀": "chong", "祎": "yi", "彧": "yu"}[text]  # fmt: skip
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap(*reading)
    hand.pick(text)
    assert (hand.sees.value, hand.taps <= TAPS_MOST) == (text, True)


@pytest.mark.parametrize(("text", "strokes"), [("昇", "szhhphps"), ("頔", "szhshhpszhhhpn")])
def test_a_form_that_simplified_writing_has_no_more_is_written_by_strokes(
    writing: World, text: str, strokes: str
) -> None:
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap("pad:stroke", *strokes)
    hand.pick(text)
    assert hand.sees.value == text


def test_a_syllable_is_told_where_its_digits_mean_several(writing: World) -> None:
    hand = Hand(narrow(writing), enter_text(writing, NAME))
    hand.tap(*"9426")
    assert {"sound:zhao", "sound:xiao"} <= {key.key for key in hand.offered()}
    hand.tap("sound:xiao")
    assert hand.sees.preedit.startswith("xiao")
    assert "赵" not in [key.label for key in hand.sees.bar]
    hand.say("sound:zhao")
    assert hand.sees.preedit.startswith("xiao"), "what its keys do not mean cannot be told"


def test_a_key_that_came_too_late_takes_no_other_candidate(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap(*"zhang")
    late = hand.sees.bar[1].key
    hand.tap("w")
    before = hand.sees
    hand.say(late)
    assert hand.sees == before
    entry = hand.sees.entry
    hand.tap("pad:latin")
    hand.tell(ev.TextKeyed(entry, "x"))
    assert (hand.sees.value, hand.sees.preedit) == ("", ""), "keys on their way mean nothing to another pad"


def test_keys_may_come_in_any_number(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, TEXT))
    for _ in range(300):
        hand.say("a")
    assert hand.sees.preedit
    for _ in range(60):
        hand.say("space")
    assert len(hand.sees.value.strip()) == KEYS_MOST
    for _ in range(KEYS_MOST + 3):
        hand.say("back")
    assert (hand.sees.value, hand.sees.preedit) == ("", "")


def test_keys_that_mean_nothing_can_be_taken_back(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, NAME))
    hand.tap(*"uuvvii")
    assert hand.sees.preedit
    hand.say("space")
    hand.say("done")
    assert not hand.over
    hand.tap("clear")
    assert (hand.sees.preedit, hand.sees.value) == ("", "")


def test_sentences_prefer_words(writing: World) -> None:
    hand = Hand(writing, enter_text(writing, TEXT))
    hand.tap(*"woxihuanniunai", "space", "pad:digits", "1", "0", "pad:latin", "space", "o", "k", "done")
    assert hand.given == "我喜欢牛奶10 ok"


def test_an_engine_whose_words_are_elsewhere_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRime, match=r"luna_pinyin\.dict\.yaml"):
        Rime(tmp_path / "rime", shared=tmp_path)
