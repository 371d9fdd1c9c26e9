"""Chinese names as they are typed on a keyboard without Chinese: 陈梅 is chenmei, or cm."""

_LONGEST = 100
# Characters that are read otherwise when they are a family name (Xinhua Zidian, entries 姓).
_FAMILY = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "任": "ren",
    "华": "hua",
    "盖": "ge",
    "覃": "qin",
    "翟": "zhai",
    "员": "yun",
    "种": "chong",
    "缪": "miao",
    "冼": "xian",
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "万俟": "mo qi",
}


def spelled(name: str) -> str:
    """Its syllables in one word of small letters without tones, "" for a name without characters.

    A character that is read in several ways is read as pypinyin's word list has it; at the
    beginning, as a family name is.
    """
    return "".join(_syllables(name))[:_LONGEST]


def initials(name: str) -> str:
    """The first letter of each syllable."""
    return "".join(syllable[0] for syllable in _syllables(name))[:_LONGEST]


def typed(text: str) -> str:
    """What somebody typed, made comparable; "" when it cannot be a spelling."""
    letters = "".join(text.lower().replace("'", " ").split())
    return letters if letters.isascii() and letters.isalpha() else ""


def _syllables(name: str) -> list[str]:
    from pypinyin import lazy_pinyin  # its dictionary is large: only whoever spells loads it

    family = next((one for one in (name[:2], name[:1]) if one in _FAMILY), "")
    found = _FAMILY.get(family, "").split() + lazy_pinyin(name[len(family) :], errors="ignore")
    return [syllable for syllable in found if syllable.isascii() and syllable.isalpha()]
