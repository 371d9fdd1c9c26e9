"""What is asked after a visit. Three are seeded; after that they are a town's own rows."""

from typing import Any

# code, the question as it is spoken, in both languages; each is answered from 1 to 5
_FIRST: tuple[tuple[str, str, str], ...] = (
    ("content", "Are you content with the help you got?", "您对这次服务满意吗？"),
    ("on_time", "Did the helper come in good time?", "服务人员来得及时吗？"),
    ("kind", "Was the helper kind and careful?", "服务人员是否亲切、细心？"),
)


def ensure(model: Any = None) -> None:
    """Creates the first questions where they are missing; a migration passes its own model."""
    if model is None:
        from dispatch.models import Question

        model = Question
    for order, (code, name, name_zh) in enumerate(_FIRST, start=1):
        defaults = {"name": name, "name_zh": name_zh, "order": order}
        model.objects.get_or_create(code=code, defaults=defaults)
