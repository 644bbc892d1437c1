"""HTML cut into text and tags, in a time that grows with its length and nothing else.

The standard library's parser and html5ever take minutes over a letter of 500 kB of open tags;
nothing here builds a tree.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_END = re.compile(r"[>\"']")
_EQUALS = re.compile(r"=\s{0,20}\Z")
_ATTRIBUTE = re.compile(
    r"(?<![A-Za-z-])([A-Za-z-]{1,40})\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
)
#: What is inside is no text for people.
_SILENT = {
    name: re.compile(rf"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "noscript", "template", "svg", "math")
}
#: Attributes are looked for in the first 4,000 characters of a tag; images may be written into one.
_TAG_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; ``name`` in lower case."""

    name: str
    closing: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


def pieces_of(markup: str) -> Iterator[str | Tag]:
    """Yield text (its references resolved) and tags in order; scripts and styles are left out.

    >>> list(pieces_of('a &lt; b<!-- x --><b title="1 > 0">c'))
    ['a < b', Tag(name='b', closing=False, attributes={'title': '1 > 0'}), 'c']
    """
    return _Pieces(markup).read()


class _Pieces:
    def __init__(self, markup: str) -> None:
        self._markup = markup
        #: Quotation marks of which no other one follows: nobody looks for it twice.
        self._over: set[str] = set()

    def read(self) -> Iterator[str | Tag]:
        markup, position, text_from = self._markup, 0, 0
        while (start := markup.find("<", position)) >= 0:
            tag = _TAG.match(markup, start)
            if tag is None and markup[start + 1 : start + 2] not in ("!", "?", "/"):
                # "a < b": no tag at all.
                position = start + 1
                continue
            if start > text_from:
                yield _resolved(markup[text_from:start])
            end = self._end(start) if tag is None else self._tag_end(tag.end())
            if tag is not None:
                name, closing = tag[2].lower(), bool(tag[1])
                yield Tag(name, closing, {} if closing else self._attributes(tag.end(), end))
                if not closing and name in _SILENT:
                    found = _SILENT[name].search(markup, end)
                    end = found.start() if found else len(markup)
            position = text_from = end
        if text_from < len(markup):
            yield _resolved(markup[text_from:])

    def _end(self, start: int) -> int:
        """Return where a comment or declaration ends; one that never does takes all the rest."""
        comment = self._markup.startswith("<!--", start)
        closing = "-->" if comment else ">"
        found = self._markup.find(closing, start + 2)
        return len(self._markup) if found < 0 else found + len(closing)

    def _tag_end(self, position: int) -> int:
        """Return where a tag ends: at a ">" outside of the values of its attributes."""
        markup = self._markup
        while (found := _END.search(markup, position)) is not None:
            mark, position = found[0], found.end()
            if mark == ">":
                return position
            before = markup[max(0, found.start() - 22) : found.start()]
            if mark in self._over or not _EQUALS.search(before):
                continue
            closing = markup.find(mark, position)
            if closing < 0:
                self._over.add(mark)
            else:
                position = closing + 1
        return len(markup)

    def _attributes(self, start: int, end: int) -> dict[str, str]:
        text = self._markup[start : min(end, start + _TAG_LENGTH)]
        found: dict[str, str] = {}
        for one in _ATTRIBUTE.finditer(text):
            value = one[2] or one[3] or one[4] or ""
            found.setdefault(one[1].lower(), _resolved(value))
        return found


def _resolved(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A number of more than 4,300 digits is no letter.
        return text
