"""A fault tree as a drawing (SVG): a row for each line, gates and events with their own signs.

Signs follow the Fault Tree Handbook (NUREG-0492): circles are events without inputs, diamonds
events whose inputs are not drawn, triangles lead to where an event is drawn; gates are boxes that
hold their sign. The drawing stands alone: no style sheet, no font of its own, black on white.

    >>> draw("Orders", []).count("<text")
    1
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from web.presenters.fault_tree import TreeLine

_ROW, _STEP, _LEFT, _TOP = 26, 22, 16, 56
#: Width of a letter, roughly, and how many of a text are drawn.
_LETTER, _LETTERS = 7.2, 120
_SIGN = 7
_FONT = 'font-family="sans-serif" font-size="13"'


def draw(title: str, lines: Sequence[TreeLine]) -> str:
    """Return the drawing of a tree's lines as the text of an SVG document."""
    rows = [_cut(_told(line)) for line in lines]
    ends = [_text_at(line) + len(text) * _LETTER for line, text in zip(lines, rows, strict=True)]
    width = int(max([*ends, len(_cut(title)) * 9.0 + _LEFT])) + _LEFT
    height = _TOP + _ROW * len(lines) + _LEFT
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_FONT}>',
        f"<title>{_safe(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="28" font-size="17">{_safe(_cut(title))}</text>',
        f'<g fill="none" stroke="#566171">{"".join(_lines_between(lines))}</g>',
    ]
    for number, (line, text) in enumerate(zip(lines, rows, strict=True)):
        drawn += [_sign(line, number), _words(line, text, number)]
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _told(line: TreeLine) -> str:
    return " · ".join([line.text, *line.remarks])


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def _safe(text: str) -> str:
    """Escape a text, and leave out what no XML document may hold."""
    return escape("".join(one for one in text if one.isprintable()))


def _x(line: TreeLine) -> int:
    return _LEFT + _SIGN + line.level * _STEP


def _y(number: int) -> int:
    return _TOP + number * _ROW


def _text_at(line: TreeLine) -> int:
    return _x(line) + (_SIGN * 3 if line.kind == "gate" else _SIGN * 2)


def _lines_between(lines: Sequence[TreeLine]) -> list[str]:
    """Return a path from each line to the one it hangs from."""
    found = []
    above: dict[int, int] = {}
    for number, line in enumerate(lines):
        above[line.level] = number
        if line.level:
            x, y = _x(line), _y(number)
            from_y = _y(above[line.level - 1]) + _SIGN
            found.append(f'<path d="M{x - _STEP} {from_y}V{y}H{x - _SIGN}"/>')
    return found


def _sign(line: TreeLine, number: int) -> str:
    x, y, r = _x(line), _y(number), _SIGN
    if line.kind == "gate":
        box = f'<rect x="{x - r}" y="{y - r - 2}" width="{r * 3}" height="{r * 2 + 4}" rx="4"'
        return (
            f'{box} fill="#e4edf7" stroke="#17518c"/><text x="{x + r / 2}" y="{y + 4}"'
            f' font-size="10" text-anchor="middle">{_safe(line.sign)}</text>'
        )
    paint = 'fill="#fff" stroke="#1c2632"'
    if line.ending == "deeper":
        return f'<path d="M{x} {y - r}L{x + r} {y}L{x} {y + r}L{x - r} {y}Z" {paint}/>'
    if line.ending in {"circle", "elsewhere"}:
        return f'<path d="M{x} {y - r}L{x + r} {y + r}H{x - r}Z" {paint}/>'
    if line.ending == "opened":
        return f'<rect x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}" {paint}/>'
    return f'<circle cx="{x}" cy="{y}" r="{r}" {paint}/>'


def _words(line: TreeLine, text: str, number: int) -> str:
    style = ' fill="#566171"' if line.kind == "gate" or line.ruled_out else ' fill="#1c2632"'
    struck = ' text-decoration="line-through"' if line.ruled_out else ""
    return f'<text x="{_text_at(line)}" y="{_y(number) + 4}"{style}{struck}>{_safe(text)}</text>'
