"""The tasks every town starts with; after that they are rows that it edits."""

from typing import Any

# category → (name, Chinese name), in order
_FIRST: dict[str, tuple[tuple[str, str], ...]] = {
    "catering": (
        ("Handed the meal over in person", "餐食当面交给老人"),
        ("Asked how she is today", "询问了今天的身体情况"),
    ),
    "housekeeping": (
        ("Kitchen and bathroom cleaned", "厨房和卫生间已清洁"),
        ("Nothing left that one could trip over", "地面没有绊倒隐患"),
        ("Gas and water are off", "燃气和水已关好"),
    ),
    "medical": (
        ("Blood pressure and pulse taken", "已测血压和脉搏"),
        ("Medicines checked", "已核对药物"),
        ("Told her what happens next", "已告知老人后续安排"),
    ),
}


def ensure(tasks: Any, categories: Any) -> None:
    """Create the first tasks; a migration passes its own historical models."""
    for code, names in _FIRST.items():
        if not categories.objects.filter(pk=code).exists():
            continue
        for order, (name, name_zh) in enumerate(names, start=1):
            tasks.objects.get_or_create(
                category_id=code, name=name, defaults={"name_zh": name_zh, "order": order}
            )
