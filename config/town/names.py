"""What the people of a town are called, in both languages: given name first in English. Pure."""

from __future__ import annotations

from random import Random

from config.town.words import Name

SURNAMES = (
    "王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 黄Huang 赵Zhao 吴Wu 周Zhou 徐Xu 孙Sun 马Ma 朱Zhu 胡Hu "
    "郭Guo 何He 林Lin 高Gao 罗Luo 郑Zheng 梁Liang 谢Xie 宋Song 唐Tang 许Xu 邓Deng 韩Han 冯Feng "
    "曹Cao 彭Peng 曾Zeng 肖Xiao 田Tian 董Dong 潘Pan 袁Yuan 蔡Cai 蒋Jiang 余Yu 杜Du 叶Ye 程Cheng "
    "魏Wei 苏Su 吕Lyu 丁Ding 任Ren 卢Lu 姚Yao 沈Shen 钟Zhong 姜Jiang 崔Cui 谭Tan 陆Lu 范Fan 廖Liao"
).split()
# How a generation was named: first and second syllable of a given name.
GIVEN = {
    ("female", True): (
        "秀Xiu 桂Gui 玉Yu 淑Shu 素Su 凤Feng 春Chun 月Yue 金Jin 惠Hui 美Mei 瑞Rui 翠Cui 清Qing".split(),
        "英ying 兰lan 珍zhen 芳fang 华hua 梅mei 琴qin 莲lian 香xiang 云yun 霞xia 芬fen 琼qiong".split(),
    ),
    ("male", True): (
        "建Jian 国Guo 德De 文Wen 永Yong 志Zhi 光Guang 明Ming 福Fu 天Tian 世Shi 正Zheng 绍Shao".split(),
        "华hua 明ming 清qing 林lin 生sheng 富fu 贵gui 云yun 成cheng 才cai 忠zhong 全quan 贤xian".split(),
    ),
    ("female", False): (
        "晓Xiao 丽Li 雪Xue 婷Ting 佳Jia 思Si 雨Yu 欣Xin 静Jing 梦Meng 诗Shi 嘉Jia 紫Zi 海Hai".split(),
        "敏min 燕yan 玲ling 洁jie 娜na 颖ying 琳lin 怡yi 蓉rong 萍ping 倩qian 霞xia 雯wen".split(),
    ),
    ("male", False): (
        "晓Xiao 志Zhi 俊Jun 浩Hao 伟Wei 建Jian 宇Yu 子Zi 家Jia 海Hai 小Xiao 少Shao 立Li 一Yi".split(),
        "军jun 强qiang 峰feng 涛tao 鹏peng 杰jie 波bo 斌bin 龙long 辉hui 宁ning 凯kai 松song".split(),
    ),
}


def surname(chance: Random) -> Name:
    return _split(chance.choice(SURNAMES))


def person(chance: Random, *, sex: str, old: bool, family: Name | None = None) -> Name:
    """A whole name; `family` is a surname to be shared with a parent."""
    family = family or surname(chance)
    firsts, seconds = GIVEN[sex, old]
    first, second = _split(chance.choice(firsts)), _split(chance.choice(seconds))
    given = Name(first.en + second.en, first.zh + second.zh)
    if old and chance.random() < 0.2:
        given = Name(second.en.capitalize(), second.zh)  # one syllable, as many were given
    return Name(f"{given.en} {family.en}", family.zh + given.zh)


def _split(word: str) -> Name:
    return Name(word[1:], word[0])
