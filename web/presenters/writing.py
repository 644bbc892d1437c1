"""What people wrote, with the addresses and references in it made into links."""

import re
from dataclasses import dataclass
from itertools import groupby

from web.presenters.names import visible

#: A web address, without the punctuation that ends a sentence; or a reference of ours.
_LINKS = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}])"
    r"|\b(?P<reference>(?:INC|REQ|QST|CMP|SUG|CHG|PRB)-\d{1,12})\b"
)


#: So many quoted lines in a row are folded away; fewer are read with what answers them.
_FOLDED_FROM = 4


@dataclass(frozen=True)
class Passage:
    """Lines of a text in a row; ``quoted`` ones are an older mail that somebody answered."""

    text: str
    quoted_lines: int = 0


@dataclass(frozen=True)
class Piece:
    """A piece of a text: plain when both ``url`` and ``reference`` are empty."""

    text: str
    url: str = ""
    reference: str = ""


def passages(text: str) -> list[Passage]:
    r"""Cut a text where a long quotation begins and ends; only the line ends there are left out.

    >>> [one.quoted_lines for one in passages("No.\n> a\n> b\n> c\n> d\nThanks")]
    [0, 4, 0]
    >>> [one.quoted_lines for one in passages("> is it on?\nYes")]
    [0]
    """
    runs = [
        (quoted, list(lines))
        for quoted, lines in groupby(text.split("\n"), lambda line: line.startswith(">"))
    ]
    found: list[tuple[int, list[str]]] = []
    for quoted, lines in runs:
        folded = len(lines) if quoted and len(lines) >= _FOLDED_FROM else 0
        if found and not folded and not found[-1][0]:
            found[-1][1].extend(lines)
        else:
            found.append((folded, lines))
    return [Passage("\n".join(lines), folded) for folded, lines in found]


def pieces(text: str) -> list[Piece]:
    """Cut a text into plain pieces and links, in order; nothing of it is lost.

    Control and direction marks become signs that one can see; lines stay lines.

    >>> [piece.reference or piece.text for piece in pieces("like INC-7.")]
    ['like ', 'INC-7', '.']
    """
    text = "\n".join(visible(line) for line in text.split("\n"))
    found: list[Piece] = []
    end = 0
    for match in _LINKS.finditer(text):
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        whole = match.group()
        found.append(Piece(whole, match["url"] or "", match["reference"] or ""))
        end = match.end()
    if end < len(text):
        found.append(Piece(text[end:]))
    return found
