"""What is new in an answer: quotation and signature are left out where that is sure.

Line by line and linear in the length of the text. Nothing is lost: the whole text stays beside it.
"""

from collections.abc import Sequence

from server.desk.mail.rules import quoting

#: Lines that programs add: one of the telephone, one of its program.
_MOST_DEVICES = 3
_SHORTEST_RULE = 8
#: RFC 3676 wants four; firms add an address, a disclaimer and a picture.
_LONGEST_SIGNATURE = 25


def said_in(text: str, subject: str = "") -> str:
    r"""Return what is new in a text; all of it where nothing would be left.

    A letter that was passed on is kept whole: what it passes on is what it says.

    >>> said_in("It works.\n\nEl lun, 23 nov 2026 a las 10:15, Ana (<a@x.org>) escribió:\n> Hi")
    'It works.'
    >>> said_in("On 23.11.2026 10:15, Ana wrote:\n> Does it work?\nYes.\n-- \nIvan")
    'Yes.'
    """
    whole = text.strip()
    lines = whole.split("\n")
    if quoting.is_passed_on(subject):
        return whole
    return "\n".join(_unsigned(_new(lines))).strip() or whole


def without_signature(text: str) -> str:
    r"""Return a text without what stands below "-- " and without what a telephone adds.

    Where more than a signature follows, such as what is passed on, nothing is left out.

    >>> without_signature("The screen is black.\n\nSent from my iPhone")
    'The screen is black.'
    """
    whole = text.strip()
    lines = whole.split("\n")
    ends = _signature(lines)
    below = lines[ends:]
    if len(below) > _LONGEST_SIGNATURE or any(_is_of_others(below, at) for at in range(len(below))):
        return whole
    return "\n".join(_unsigned(lines)).strip() or whole


def _is_of_others(lines: Sequence[str], at: int) -> bool:
    """Say whether a line begins what somebody else wrote."""
    line = lines[at]
    return (
        line.startswith(">")
        or quoting.is_forwarded(line)
        or quoting.is_original(line)
        or quoting.is_copied_header(lines, at)
        or bool(quoting.names_writer(lines, at))
    )


def _new(lines: Sequence[str]) -> Sequence[str]:
    for at, line in enumerate(lines):
        if not line.strip() or line.startswith(">"):
            continue
        if quoting.is_forwarded(line):
            return lines
        if quoting.is_original(line) or quoting.is_copied_header(lines, at):
            return _unruled(lines[:at])
        after = quoting.names_writer(lines, at)
        if after:
            return _around(_above(lines[:at]), lines[at:], lines[after:])
    return _unquoted(lines)


def _above(lines: Sequence[str]) -> Sequence[str]:
    """Leave out a drawn line with copied ones below it, which Yandex writes above who wrote."""
    last = len(lines)
    while last and quoting.is_copied_line(lines[last - 1]):
        last -= 1
    ruled = last < len(lines) and last and len(lines[last - 1].strip()) > _SHORTEST_RULE
    return lines[: last - 1] if ruled and not lines[last - 1].strip(" -_") else lines


def _around(before: Sequence[str], whole: Sequence[str], after: Sequence[str]) -> Sequence[str]:
    """Return what is new before and below a quotation, or among its lines."""
    if not any(line.startswith(">") for line in after):
        # Nothing marks the lines of what is quoted: it is all that follows.
        return before
    start = _first_said(after)
    rest = after[start:]
    if not _has_text(rest):
        return before
    if _has_text(after[: _first_quoted(after)]):
        # Text follows the line at once; what of it is quoted nobody can say.
        return before
    if any(line.startswith(">") for line in _trimmed(rest)):
        # Answers stand among the questions, and mean nothing without them.
        return [*before, *_trimmed(whole)]
    return [*before, *rest]


def _unquoted(lines: Sequence[str]) -> Sequence[str]:
    """Leave out quotation at the end; at the beginning too where all the rest is new."""
    kept = _trimmed(lines)
    rest = kept[_first_said(kept) :]
    return kept if any(line.startswith(">") for line in rest) else rest


def _first_said(lines: Sequence[str]) -> int:
    """Return the first line that is neither empty nor quoted."""
    return next((at for at, line in enumerate(lines) if _is_said(line)), len(lines))


def _first_quoted(lines: Sequence[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.startswith(">")), len(lines))


def _trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without empty and quoted ones at their end."""
    last = next((at for at in range(len(lines), 0, -1) if _is_said(lines[at - 1])), 0)
    return lines[:last]


def _is_said(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(">")


def _has_text(lines: Sequence[str]) -> bool:
    return any(_is_said(line) for line in lines)


def _unsigned(lines: Sequence[str]) -> Sequence[str]:
    ends = _signature(lines)
    kept = _unruled(lines[:ends]) if _has_text(lines[:ends]) else lines
    for _ in range(_MOST_DEVICES):
        if not kept or not quoting.names_device(kept[-1]) or not _has_text(kept[:-1]):
            break
        kept = _unruled(kept[:-1])
    return kept


def _signature(lines: Sequence[str]) -> int:
    """Return the line above a signature; how many lines there are where there is none."""
    return next((at for at, line in enumerate(lines) if line.rstrip() == "--"), len(lines))


def _unruled(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without empty ones and drawn lines at their end."""
    last = len(lines)
    while last and not lines[last - 1].strip(" _-*\t"):
        last -= 1
    return lines[:last]
