"""Remote-control links as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.desk.tickets.rules.vocabulary import RemoteLink


@dataclass(frozen=True, slots=True)
class Way:
    """A link to follow: what it is called for the reader, and where it leads."""

    label: str
    url: str


def ways_of(links: Sequence[tuple[RemoteLink, str]], language: str) -> list[Way]:
    """Return the links in the reader's language, English where a label lacks it."""
    return [
        Way(link.labels.get(language) or link.labels.get("en") or link.code, url)
        for link, url in links
    ]
