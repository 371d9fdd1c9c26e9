"""Gathers the lucide icons that pages use: `python -m dispatch.icons SOURCE TARGET.json`.

`static/icons.txt` names the icons, one a line. A page shows one with `{% icon "phone" %}`, drawn in
place: a telephone would fetch and style a sheet of all of them to show six.
"""

import json
import re
import sys
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
LIST, GATHERED = STATIC / "icons.txt", STATIC / "vendor" / "icons.json"
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def listed(source: Path = LIST) -> list[str]:
    """The names in the list, in its order."""
    lines = (line.partition("#")[0].strip() for line in source.read_text("utf-8").splitlines())
    return [line for line in lines if line]


@cache
def drawings() -> dict[str, str]:
    """Name → what stands inside `<svg viewBox="0 0 24 24">`."""
    known: dict[str, str] = json.loads(GATHERED.read_text("utf-8"))
    return known


def drawing(name: str, svg: str) -> str:
    """The shapes of one icon's file; raises ValueError when the file holds none."""
    found = DRAWING.search(svg)
    if found is None:
        raise ValueError(f"{name}.svg holds no drawing")
    return re.sub(r"\s+", " ", found[1]).replace(" />", "/>").replace("> <", "><").strip()


def gather(names: list[str], folder: Path) -> dict[str, str]:
    """The named icons of a folder of svg files, as `drawings`."""
    return {name: drawing(name, (folder / f"{name}.svg").read_text("utf-8")) for name in names}


def main(arguments: list[str]) -> int:
    """Write them; 2 when the command line is not `SOURCE TARGET`."""
    if len(arguments) != 2:
        print("usage: python -m dispatch.icons ICON_FOLDER TARGET.json", file=sys.stderr)
        return 2
    folder, target = map(Path, arguments)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(gather(listed(), folder)), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
