"""Notes that are kept in both languages are shown in the reader's."""

import pytest
from django.utils import translation

from dispatch.speech import in_use

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("note", "in_chinese", "in_english"),
    [
        ("高血压 || High blood pressure", "高血压", "High blood pressure"),
        ("High blood pressure || 高血压", "高血压", "High blood pressure"),
        ("高血压", "高血压", "高血压"),
        ("asthma / allergies", "asthma / allergies", "asthma / allergies"),
        ("高血压 || stent || 慢", "高血压 || stent || 慢", "高血压 || stent || 慢"),
        ("青霉素过敏 / DNR", "青霉素过敏 / DNR", "青霉素过敏 / DNR"),
        ("", "", ""),
    ],
)
def test_of_a_note_in_both_languages_the_readers_is_shown_and_no_other_is_cut(
    note, in_chinese, in_english
):
    for language, shown in (("zh-hans", in_chinese), ("en", in_english)):
        with translation.override(language):
            assert in_use(note) == shown
