"""Believable names: people by generation, and providers by category, in both languages.

Chinese names are written family name first in both; pinyin without tone marks.
"""

from __future__ import annotations

from random import Random

from config.town.words import NUMERALS, Name, place

# Family names by how common they are; the first ones are drawn more often.
FAMILY = (
    "王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 黄Huang 赵Zhao 周Zhou 吴Wu 徐Xu 孙Sun 马Ma "
    "朱Zhu 胡Hu 郭Guo 何He 林Lin 罗Luo 高Gao 郑Zheng 梁Liang 谢Xie 宋Song 唐Tang 许Xu "
    "韩Han 邓Deng 冯Feng 曹Cao 彭Peng 曾Zeng 肖Xiao 田Tian 董Dong 潘Pan 袁Yuan 蔡Cai "
    "蒋Jiang 余Yu 于Yu 杜Du 叶Ye 程Cheng 魏Wei 苏Su 吕Lyu 丁Ding 任Ren 卢Lu 姚Yao "
    "沈Shen 钟Zhong 姜Jiang 崔Cui 谭Tan 陆Lu 范Fan 汪Wang 廖Liao 石Shi 金Jin 韦Wei "
    "贾Jia 夏Xia 付Fu 方Fang 邹Zou 熊Xiong 白Bai"
)
GIVEN = {
    ("elder", "female"): (
        "桂兰Guilan 秀英Xiuying 玉兰Yulan 淑芬Shufen 秀珍Xiuzhen 凤英Fengying "
        "玉珍Yuzhen 桂英Guiying 秀兰Xiulan 素芳Sufang 淑珍Shuzhen 翠花Cuihua 月娥Yue'e "
        "惠芳Huifang 桂芳Guifang 玉华Yuhua 春梅Chunmei 淑华Shuhua 美珍Meizhen "
        "金凤Jinfeng 秀芳Xiufang 素珍Suzhen 爱华Aihua 玉梅Yumei 瑞英Ruiying "
        "莲英Lianying 银花Yinhua 彩霞Caixia 碧云Biyun 文英Wenying 清兰Qinglan "
        "慧珍Huizhen"
    ),
    ("elder", "male"): (
        "德福Defu 建国Jianguo 国强Guoqiang 文斌Wenbin 志明Zhiming 永福Yongfu 大海Dahai "
        "光明Guangming 卫民Weimin 德明Deming 长生Changsheng 福生Fusheng 国栋Guodong "
        "世荣Shirong 金山Jinshan 广林Guanglin 树林Shulin 玉山Yushan 保国Baoguo "
        "学文Xuewen 庆云Qingyun 振华Zhenhua 忠义Zhongyi 有才Youcai 春生Chunsheng "
        "万里Wanli 清泉Qingquan 家兴Jiaxing 仁贵Rengui 友良Youliang 正平Zhengping "
        "绍华Shaohua"
    ),
    ("adult", "female"): (
        "敏Min 晓燕Xiaoyan 丽Li 静Jing 婷婷Tingting 雪Xue 芳Fang 晓梅Xiaomei 娟Juan "
        "艳Yan 倩Qian 海燕Haiyan 玲Ling 佳Jia 慧Hui 红霞Hongxia 莉Li 丹丹Dandan "
        "雅琴Yaqin 小红Xiaohong 春燕Chunyan 文静Wenjing 思雨Siyu 琳Lin 梦洁Mengjie "
        "晓云Xiaoyun 欣Xin 秋菊Qiuju 亚楠Yanan 诗涵Shihan 蓉Rong 小芹Xiaoqin"
    ),
    ("adult", "male"): (
        "浩Hao 磊Lei 强Qiang 晓东Xiaodong 鹏Peng 杰Jie 勇Yong 涛Tao 军Jun 斌Bin "
        "志伟Zhiwei 海Hai 小龙Xiaolong 建军Jianjun 波Bo 凯Kai 晨Chen 俊Jun 洋Yang "
        "明辉Minghui 文博Wenbo 立新Lixin 伟Wei 子轩Zixuan 峰Feng 宇航Yuhang 家明Jiaming "
        "国庆Guoqing 少华Shaohua 天宇Tianyu 云飞Yunfei 大勇Dayong"
    ),
}
PROVIDERS = {
    "catering": [("长者食堂", "Senior Canteen"), ("厨房", "Kitchen"), ("饭堂", "Dining Room")],
    "housekeeping": [("家政", "Housekeeping"), ("保洁", "Cleaning"), ("到家服务", "Home Services")],
    "medical": [("诊所", "Clinic"), ("护理站", "Nursing Station"), ("门诊部", "Outpatient Clinic")],
    "personal_care": [
        ("护理中心", "Care Centre"),
        ("居家照护", "Home Care"),
        ("助浴", "Bathing Help"),
    ],
    "repair": [
        ("家电维修", "Repairs"),
        ("水电服务", "Plumbing & Power"),
        ("修理铺", "Fix-It Shop"),
    ],
    "escort": [("陪诊", "Escorts"), ("出行服务", "Travel Company"), ("助行队", "Walking Help")],
    "companionship": [
        ("邻里互助社", "Neighbours"),
        ("陪伴服务", "Companions"),
        ("志愿者之家", "Volunteers"),
    ],
    "learning": [
        ("老年大学", "Senior College"),
        ("学堂", "Learning House"),
        ("书画社", "Arts Society"),
    ],
}
OTHER = [("服务中心", "Service Centre"), ("服务社", "Services")]


def _split(word: str) -> Name:
    """ "桂兰Guilan" as a name in both languages."""
    latin = next(i for i, letter in enumerate(word) if letter.isascii())
    return Name(word[latin:], word[:latin])


def _family(chance: Random) -> Name:
    families = FAMILY.split()
    # The smaller of two draws: the first names of the list come most often.
    return _split(families[min(chance.randrange(len(families)), chance.randrange(len(families)))])


def person(chance: Random, *, sex: str, age: str = "adult", family: Name | None = None) -> Name:
    """A full name; `sex` female or male, `age` elder or adult, of the family if one is named."""
    family = family or _family(chance)
    given = _split(chance.choice(GIVEN[age, sex].split()))
    return Name(f"{family.en} {given.en}", family.zh + given.zh)


def family_of(name: Name) -> Name:
    """The family name of a full name, for naming relatives."""
    return Name(name.en.partition(" ")[0], name.zh[:1])


def provider(seed: int, n: int, category: str) -> Name:
    """The nth provider of a category; names of one seed and category never repeat."""
    kinds = PROVIDERS.get(category, OTHER)
    suffix_zh, suffix = kinds[n % len(kinds)]
    stem = place(seed + 5, n)
    return Name(f"{stem.en} {suffix}", stem.zh + suffix_zh)


def branch(name: Name, number: int) -> Name:
    """A provider's further branch: "Sunrise Kitchen, branch 2", "日出厨房（二店）"."""
    numeral = NUMERALS[number] if number < len(NUMERALS) else str(number)
    return Name(f"{name.en}, branch {number}", f"{name.zh}（{numeral}店）")
