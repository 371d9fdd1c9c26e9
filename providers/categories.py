"""The categories every town starts with. After that they are rows: towns add and edit their own."""

from typing import Any

HOUR_S = 3600

# code, name, Chinese name, lucide icon, hotline digit, needs a licence, usual duration
_FIRST: tuple[tuple[str, str, str, str, str | None, bool, int], ...] = (
    ("catering", "Meals", "助餐", "utensils", "1", True, HOUR_S // 2),
    ("housekeeping", "Housekeeping", "家政", "washing-machine", "2", False, 2 * HOUR_S),
    ("medical", "Medical care", "医疗护理", "stethoscope", None, True, HOUR_S),
    ("personal_care", "Personal care", "助浴照护", "bath", None, False, HOUR_S),
    ("repair", "Repairs", "维修", "wrench", None, False, HOUR_S),
    ("escort", "Escort", "陪同出行", "footprints", None, False, 2 * HOUR_S),
    ("companionship", "Companionship", "陪伴", "heart-handshake", None, False, HOUR_S),
    ("learning", "Learning and leisure", "文化学习", "book-open", None, False, HOUR_S),
)


def ensure(model: Any = None) -> None:
    """Create the first categories where they are missing; rows a town has edited stay as they are.

    A migration passes its own historical model.
    """
    if model is None:
        from providers.models import Category

        model = Category
    fields = ("name", "name_zh", "icon", "hotline_digit", "needs_licence", "default_duration_s")
    for order, (code, *values) in enumerate(_FIRST):
        defaults = dict(zip(fields, values, strict=True), order=order)
        model.objects.get_or_create(code=code, defaults=defaults)
