"""The text of a letter that is HTML only: paragraphs, lists, links and quotation kept readable."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from server.desk.mail.rules.markup import Tag, pieces_of

_BLOCKS = frozenset(
    {
        "address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt",
        "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li",
        "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tr", "ul",
    }
)  # fmt: skip
#: These stand apart from what is before and after them.
_APART = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre"))
_SCHEMES = ("http://", "https://", "mailto:", "tel:", "ftp://")
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
#: Deeper lists and quotations are drawn as if they were this deep.
_DEEPEST = 12
_LONGEST_LINK = 2_000
#: Outlook draws this line over what it quotes in plain text.
RULE = "_" * 32


def html_text(markup: str, names: Mapping[str, str] | None = None) -> str:
    r"""Return the text of HTML. ``names`` tells which file a Content-ID means.

    >>> html_text('<p>Hello</p><ul><li>one<li><a href="https://x.example/">two</a></ul>')
    'Hello\n\n- one\n- two <https://x.example/>'
    """
    writer = _Writer(names or {})
    for piece in pieces_of(markup):
        if isinstance(piece, str):
            writer.write(piece)
        else:
            writer.mark(piece)
    return writer.text()


@dataclass(slots=True)
class _Writer:
    names: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    #: A line begins with it: the mark of a list's entry.
    mark_of_line: str = ""
    apart: bool = False
    spaced: bool = True
    quoted: int = 0
    kept: int = 0
    #: Of open lists: the number of the next entry; 0 for those without numbers.
    lists: list[int] = field(default_factory=list)
    #: Of open links: the address, and how many pieces of text stood before it.
    links: list[tuple[str, int]] = field(default_factory=list)

    def write(self, text: str) -> None:
        if self.kept:
            first, *others = text.split("\n")
            self.line.append(first)
            for one in others:
                self.end_line(empty=True)
                self.line.append(one)
            return
        text = _SPACES.sub(" ", text)
        if self.spaced:
            text = text.lstrip(" ")
        if text:
            self.line.append(text)
            self.spaced = text.endswith(" ")

    def mark(self, tag: Tag) -> None:
        special = _MARKS.get(tag.name)
        if tag.name in _BLOCKS:
            self.end_line()
            self.apart = self.apart or (tag.name in _APART and not self.lists)
        if special is not None:
            special(self, tag)

    def end_line(self, *, empty: bool = False) -> None:
        text = "".join(self.line)
        text = text.rstrip() if self.kept else text.strip()
        self.line, self.spaced = [], True
        if not text and not empty:
            return
        prefix = ">" * self.quoted + " " if self.quoted else ""
        if self.apart and self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix.rstrip())
        self.apart = False
        indent = "  " * (len(self.lists) - 1) if self.lists else ""
        mark = self.mark_of_line or ("  " if self.lists else "")
        self.mark_of_line = ""
        self.lines.append((prefix + (indent + mark if text else "") + text).rstrip())

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines).strip("\n")

    def on_break(self, _tag: Tag) -> None:
        self.end_line(empty=True)

    def on_rule(self, _tag: Tag) -> None:
        self.end_line()
        self.line.append(RULE)
        self.end_line()

    def on_list(self, tag: Tag) -> None:
        self.mark_of_line = ""
        if tag.closing:
            del self.lists[-1:]
            self.apart = not self.lists
        elif len(self.lists) < _DEEPEST:
            self.lists.append(1 if tag.name == "ol" else 0)

    def on_entry(self, tag: Tag) -> None:
        if tag.closing or not self.lists:
            self.mark_of_line = ""
            return
        number = self.lists[-1]
        self.mark_of_line = f"{number}. " if number else "- "
        self.lists[-1] += bool(number)

    def on_cell(self, tag: Tag) -> None:
        if not tag.closing and "".join(self.line[-1:]).strip():
            self.line.append(" | ")
            self.spaced = True

    def on_quote(self, tag: Tag) -> None:
        self.end_line()
        self.apart = True
        self.quoted = max(0, min(_DEEPEST, self.quoted + (-1 if tag.closing else 1)))

    def on_preformatted(self, tag: Tag) -> None:
        self.kept = max(0, self.kept + (-1 if tag.closing else 1))

    def on_link(self, tag: Tag) -> None:
        if not tag.closing:
            address = tag.attributes.get("href", "").strip()[:_LONGEST_LINK]
            known = address.lower().startswith(_SCHEMES)
            del self.links[:-_DEEPEST]
            self.links.append(("".join(address.split()) if known else "", len(self.line)))
        elif self.links:
            address, before = self.links.pop()
            shown = "".join(self.line[before:]).strip()
            if address and not _says(shown, address):
                self.line.append(f" <{address}>" if shown else f"<{address}>")
                self.spaced = False

    def on_image(self, tag: Tag) -> None:
        source = tag.attributes.get("src", "")
        name = ""
        if source.lower().startswith("cid:"):
            name = self.names.get(source[4:].strip("<>"), "")
        name = name or _SPACES.sub(" ", tag.attributes.get("alt", "")).strip()[:200]
        if name:
            self.write(f"[{name}]")


def _says(shown: str, address: str) -> bool:
    """Say whether the text of a link is its address."""
    bare = address.removeprefix("mailto:").removeprefix("tel:").rstrip("/")
    return shown.rstrip("/") in (address.rstrip("/"), bare, bare.partition("://")[2])


_MARKS: Mapping[str, Callable[..., None]] = {
    "br": _Writer.on_break,
    "hr": _Writer.on_rule,
    "ul": _Writer.on_list,
    "ol": _Writer.on_list,
    "li": _Writer.on_entry,
    "td": _Writer.on_cell,
    "th": _Writer.on_cell,
    "blockquote": _Writer.on_quote,
    "pre": _Writer.on_preformatted,
    "a": _Writer.on_link,
    "img": _Writer.on_image,
}
