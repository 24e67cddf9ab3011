"""Plausible names for people who do not exist, as head office shows them: masked."""

import random

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "尉迟", "皇甫", "慕容")
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂修文辉力健雪琳宇浩然思雨欣怡子轩梓涵一诺晨曦佳慧"


def masked(surname: str, given: str) -> str:
    """The surname and at most the last character: 张*伟, 欧阳*修, 李*."""
    return f"{surname}*{given[1:][-1:]}"


def some_masked_name(chance: random.Random) -> str:
    """A masked name; one in twenty has a compound surname, one in five a single given character."""
    surname = chance.choice(_COMPOUND) if chance.random() < 0.05 else chance.choice(_SURNAMES)
    length = 1 if chance.random() < 0.2 else 2
    return masked(surname, "".join(chance.choice(_GIVEN) for _ in range(length)))
