"""What people wrote, with the addresses and references in it made into links."""

import re
from dataclasses import dataclass

from web.presenters.names import visible

#: A web address, without the punctuation that ends a sentence; or a reference of ours.
_LINKS = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}])"
    r"|\b(?P<reference>(?:INC|REQ|QST|CMP|SUG|CHG|PRB)-\d{1,12})\b"
)


@dataclass(frozen=True)
class Piece:
    """A piece of a text: plain when both ``url`` and ``reference`` are empty."""

    text: str
    url: str = ""
    reference: str = ""


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
