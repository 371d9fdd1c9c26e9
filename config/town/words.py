"""The names a town gives to its streets, estates, communities and parks, in both languages.

A name is a pair (English, Chinese). Two syllables that people like to live behind make most of
them; when those run out a number is added.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from config.town.extent import dice


class Name(NamedTuple):
    """What a thing is called in both languages."""

    en: str
    zh: str


FIRST = (
    "安An 福Fu 康Kang 和He 长Chang 文Wen 德De 金Jin 青Qing 永Yong 庆Qing 龙Long 凤Feng 玉Yu "
    "清Qing 春Chun 云Yun 月Yue 石Shi 松Song 柳Liu 桂Gui 兰Lan 竹Zhu 荷He 锦Jin 翠Cui 明Ming"
)
SECOND = (
    "宁ning 乐le 平ping 兴xing 华hua 泉quan 桥qiao 山shan 溪xi 湖hu 园yuan 林lin 亭ting 台tai "
    "塔ta 门men 顺shun 盛sheng 丰feng 阳yang 苑yuan 庭ting 岸an 坪ping"
)
GRAND = (Name("Renmin", "人民"), Name("Zhongshan", "中山"), Name("Jianshe", "建设"))
HOMES = (
    ("小区", "Estate"),
    ("新村", "Village"),
    ("家园", "Homes"),
    ("花园", "Gardens"),
    ("苑", "Court"),
    ("里", "Lane Houses"),
    ("公寓", "Apartments"),
)
STREETS = {("avenue", "ns"): ("大道", "Avenue"), ("avenue", "ew"): ("大道", "Avenue")}
STREETS |= {("street", "ns"): ("路", "Road"), ("street", "ew"): ("街", "Street")}
NUMERALS = "零一二三四五六七八九十"


def _pair(first: str, second: str) -> Name:
    # Pinyin wants the apostrophe where a syllable with a vowel first could be read on: Yu'an.
    gap = "'" if second[1] in "aoe" else ""
    return Name(f"{first[1:]}{gap}{second[1:]}", first[0] + second[0])


@cache
def _shuffled(seed: int) -> list[Name]:
    """Every pair once, in the seed's order; pairs that sound alike in English only once."""
    pairs = [_pair(a, b) for a in FIRST.split() for b in SECOND.split() if a[0] != b[0]]
    dice(seed, "words").shuffle(pairs)
    by_sound = {pair.en: pair for pair in reversed(pairs)}
    return list(by_sound.values())


def place(seed: int, n: int) -> Name:
    """The nth two-syllable name: no two n of a seed share one."""
    known = _shuffled(seed)
    name, again = known[n % len(known)], n // len(known)
    if not again:
        return name
    number = NUMERALS[again + 1] if again < 10 else str(again + 1)
    return Name(f"{name.en} {again + 1}", f"{name.zh}{number}")


def street(seed: int, n: int, kind: str, runs: str) -> Name:
    """A street's name; `kind` avenue or street, `runs` ns or ew. The first avenues are grand."""
    suffix_zh, suffix = STREETS[kind, runs]
    stem = GRAND[n] if n < len(GRAND) else place(seed, n)
    return Name(f"{stem.en} {suffix}", stem.zh + suffix_zh)


def estate(seed: int, n: int) -> Name:
    """What the nth block's homes are called."""
    stem = place(seed + 1, n)
    suffix_zh, suffix = HOMES[dice(seed, "estate", n).randrange(len(HOMES))]
    return Name(f"{stem.en} {suffix}", stem.zh + suffix_zh)
