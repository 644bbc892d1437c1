"""Finding English that was left over on a page in another language."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from playwright.sync_api import Page

from cmdb.model import shipped_model
from server.desk.changes.rules.words import shipped_words as change_words
from server.desk.tickets.rules.words import shipped_words as ticket_words
from server.foundation.catalogues import read

# Every text a person reads or hears, without what came from the estate (names stand in <bdi>),
# what is code or a key, and what is in another language on purpose.
TEXTS = """
(spared) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest(spared)) found.push(walker.currentNode.data);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    if (element.closest(spared)) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      found.push(element.getAttribute(name) ?? "");
    }
  }
  found.push(document.title.split(" · ")[0]);
  return [...new Set(found.map((text) => text.trim().replace(/\\s+/g, " ")).filter(Boolean))];
}
"""
SPARED = "bdi, code, kbd, pre, script, style, textarea, [lang]:not(html)"
_PLACE = re.compile(r"%\(\w+\)[sd]|%%")
_FILLED = {"s": ".+?", "d": r"[\d\s.,]+", "%": "%"}
#: "%(one)s for %(other)s" would be found in any sentence: one short word proves nothing.
_WORDS = re.compile(r"[^\W\d_]{2,}.*[^\W\d_]{2,}|[^\W\d_]{7,}", re.DOTALL)


class LeftOver:
    """The English of every message that reads differently in ``language``."""

    def __init__(self, language: str, names: Collection[str] = ()) -> None:
        """``names`` are those of the estate: a group may well be called "Support"."""
        self._language = language
        self._names = frozenset(names)
        # Most texts stand on every page.
        self._judged: dict[str, bool] = {}

    def on(self, page: Page) -> list[str]:
        """Return the texts of the page that are English."""
        return self.of(page.evaluate(TEXTS, SPARED))

    def of(self, texts: Iterable[str]) -> list[str]:
        """Return those of the texts that are English."""
        return [text for text in texts if text not in self._names and self._is_english(text)]

    def _is_english(self, text: str) -> bool:
        if text not in self._judged:
            self._judged[text] = text in self._exact or self._is_filled(text)
        return self._judged[text]

    def _is_filled(self, text: str) -> bool:
        return any(part in text and form.fullmatch(text) for part, form in self._forms)

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(text for text in self._sources() if not _PLACE.search(text))

    @cached_property
    def _forms(self) -> list[tuple[str, re.Pattern[str]]]:
        """Return messages with places as patterns, each after its longest piece without places.

        Looking for the piece is quicker than trying the pattern. Messages that are little else
        than places say nothing.
        """
        forms = [text for text in self._sources() if _PLACE.search(text)]
        return [
            (max(_PLACE.split(text), key=len), _pattern(text))
            for text in forms
            if _WORDS.search(_PLACE.sub("", text))
        ]

    def _sources(self) -> Iterator[str]:
        for english, others in (*self._messages(), *self._labels()):
            plain = " ".join(english.split())
            if plain and english not in others:
                yield plain

    def _messages(self) -> Iterator[tuple[str, list[str]]]:
        for message in read(self._language):
            yield from ((one, _all(message.string)) for one in _all(message.id))

    def _labels(self) -> Iterator[tuple[str, list[str]]]:
        for labels in (*_labels_of_model(), *_labels_of_desk()):
            yield labels["en"], [labels.get(self._language, "")]


def _pattern(text: str) -> re.Pattern[str]:
    """Return what a message with places looks like once they are filled."""
    places = [_FILLED[place[-1]] for place in _PLACE.findall(text)]
    parts = [re.escape(part) for part in _PLACE.split(text)]
    return re.compile(
        "".join(part + place for part, place in zip(parts, [*places, ""], strict=True))
    )


def _all(text: str | Iterable[str] | None) -> list[str]:
    """Return the plural forms of a text, or the one it has; an empty one for none."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _labels_of_model() -> Iterator[Mapping[str, str]]:
    model = shipped_model()
    yield from (one.labels for one in model.classes)
    yield from (one.labels for one in model.attributes)
    for kind in model.relation_types:
        yield from (kind.labels, kind.reverse_labels)


def _labels_of_desk() -> Iterator[Mapping[str, str]]:
    tickets, changes = ticket_words(), change_words()
    yield from _labels_in(
        tickets.kinds, tickets.states, tickets.urgencies, tickets.impacts, tickets.categories
    )
    yield from _labels_in(changes.kinds, changes.states)


def _labels_in(*tables: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for table in tables:
        for entry in table.values():
            yield getattr(entry, "labels", entry)
