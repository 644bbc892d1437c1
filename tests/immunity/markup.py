"""What of a page came from outside: elements and attributes that nobody of ours wrote."""

from html.parser import HTMLParser

_MARK = "x-planted"
_ADDRESSES = {"href", "src", "action", "formaction", "srcset", "data", "poster"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == _MARK or (tag in {"iframe", "base", "meta", "math"} and _marked(attrs)):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            told = value or ""
            scheme = told.strip().casefold().split(":")[0]
            if name.startswith("on") or (name in _ADDRESSES and scheme in {"javascript", "data"}):
                self.found.append(f"{name}={told[:60]}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def _marked(attrs: list[tuple[str, str | None]]) -> bool:
    return any(_MARK in (value or "") for _, value in attrs)


def intruders(page: str) -> list[str]:
    """Return the elements and attributes that could only come from a payload.

    >>> intruders("<p>&lt;x-planted&gt;</p>"), intruders("<p><x-planted></p>")
    ([], ['<x-planted>'])
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found
