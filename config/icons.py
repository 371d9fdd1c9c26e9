"""Joins the lucide icons that pages use into one sprite: `python -m config.icons SOURCE TARGET`.

`dispatch/static/icons.txt` names the icons, one a line. A page shows one with `{% icon "phone" %}`;
its colour and size are the text's around it.
"""

import re
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "dispatch" / "static" / "icons.txt"
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def listed(source: Path = LIST) -> list[str]:
    """The names in the list, in its order."""
    lines = (line.partition("#")[0].strip() for line in source.read_text("utf-8").splitlines())
    return [line for line in lines if line]


def symbol(name: str, svg: str) -> str:
    """One icon's file as a `<symbol>`; raises ValueError when the file holds no drawing."""
    drawing = DRAWING.search(svg)
    if drawing is None:
        raise ValueError(f"{name}.svg holds no drawing")
    shapes = re.sub(r"\s+", " ", drawing[1]).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def sprite(names: list[str], folder: Path) -> str:
    """All named icons of a folder of svg files as one svg."""
    symbols = [symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in names]
    licence = "<!-- Icons: Lucide, ISC licence -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{licence}{"".join(symbols)}</svg>\n'


def main(arguments: list[str]) -> int:
    """Write the sprite; 2 when the command line is not `SOURCE TARGET`."""
    if len(arguments) != 2:
        print("usage: python -m config.icons ICON_FOLDER TARGET.svg", file=sys.stderr)
        return 2
    folder, target = map(Path, arguments)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(sprite(listed(), folder), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
