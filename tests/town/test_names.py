"""Names of people, places and providers."""

from hypothesis import given
from hypothesis import strategies as st

from config.town import Name, names, words
from config.town.extent import dice

CATEGORIES = [*names.PROVIDERS, "something_new"]


def latin(text):
    return all(letter.isascii() for letter in text)


def chinese(text):
    return not any(letter.isascii() and letter.isalpha() for letter in text)


@given(st.integers(), st.sampled_from(["female", "male"]), st.sampled_from(["elder", "adult"]))
def test_a_person_has_a_name_in_both_languages(seed, sex, age):
    name = names.person(dice(seed), sex=sex, age=age)
    assert latin(name.en)
    assert name.en.count(" ") == 1
    assert chinese(name.zh)
    assert 2 <= len(name.zh) <= 3


def test_a_relative_keeps_the_family_name():
    mother = names.person(dice(1), sex="female", age="elder")
    son = names.person(dice(2), sex="male", family=names.family_of(mother))
    assert son.zh[0] == mother.zh[0]
    assert son.en.split()[0] == mother.en.split()[0]


def test_every_listed_name_is_chinese_then_latin():
    for listed in [names.FAMILY, *names.GIVEN.values()]:
        for word in listed.split():
            split = names._split(word)
            assert split.zh
            assert chinese(split.zh)
            assert split.en[0].isupper()
            assert latin(split.en)


def test_providers_of_a_category_never_share_a_name():
    for category in CATEGORIES:
        made = [names.provider(7, n, category) for n in range(3000)]
        assert len({name.en for name in made}) == len(made)
        assert len({name.zh for name in made}) == len(made)


def test_places_never_share_a_name_and_count_on_when_words_run_out():
    made = [words.place(3, n) for n in range(2500)]
    assert len({name.en for name in made}) == len(made)
    assert len({name.zh for name in made}) == len(made)


def test_a_branch_says_which():
    assert names.branch(Name("Sunrise Kitchen", "日出厨房"), 2) == (
        "Sunrise Kitchen, branch 2",
        "日出厨房（二店）",
    )
