"""Reading the parts of a document; every fault stands under its place, all are told at once."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from server.desk.catalogue.rules.offering import Labels

SHORT, HELP, LONG = 120, 500, 4000
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LARGEST_ID = 2**63 - 1
_MOST_PARTIES = 50
_LANGUAGES = ("en", "es", "ru")
Read = TypeVar("Read")


class Reading:
    """Collects faults under the place where they stand, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def table(self, data: Any, place: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        """Return a table in which nothing else stands."""
        if not isinstance(data, Mapping):
            self.faults[place or "document"] = "must be a table"
            return {}
        for name in data:
            if name not in known:
                here = f"{place}.{name}" if place else str(name)
                self.faults[here[:200]] = f"is not known here; {', '.join(known)} are"
        return data

    def list(
        self, data: Any, place: str, most: int, read: Callable[["Reading", Any, str], Read]
    ) -> list[Read]:
        """Return what stands in a list of at most so many."""
        if data is None:
            return []
        if not isinstance(data, list) or len(data) > most:
            self.faults[place] = f"must be a list of at most {most}"
            return []
        return [read(self, one, f"{place}.{number}") for number, one in enumerate(data)]

    def labels(self, data: Any, place: str, longest: int, *, needed: bool = False) -> Labels:
        """Return labels; where there are any, English is what everybody falls back on."""
        if data is None:
            data = {}
        found = {
            name: text.strip() if isinstance(text, str) else text
            for name, text in self.table(data, place, _LANGUAGES).items()
        }
        for name, text in found.items():
            if name not in _LANGUAGES:
                continue
            if not isinstance(text, str) or not _storable(text):
                self.faults[f"{place}.{name}"] = "must be text without control characters"
            elif len(text) > longest:
                self.faults[f"{place}.{name}"] = f"must not be longer than {longest}"
        kept = {name: text for name, text in found.items() if isinstance(text, str) and text}
        if (needed or kept) and "en" not in kept:
            self.faults.setdefault(f"{place}.en", "must not be empty")
        return kept

    def code(self, data: Any, place: str) -> str:
        """Return a code."""
        if not isinstance(data, str) or not _CODE.fullmatch(data):
            self.faults[place] = "must be lower-case letters, digits and _, a letter first"
            return ""
        return data

    def one_of(self, data: Any, place: str, known: tuple[str, ...]) -> str:
        """Return one of a few words."""
        if not isinstance(data, str) or data not in known:
            self.faults[place] = f"must be one of {', '.join(known)}"
            return known[0]
        return data

    def flag(self, entry: Mapping[str, Any], name: str, place: str, *, absent: bool) -> bool:
        """Return a truth."""
        value = entry.get(name, absent)
        if not isinstance(value, bool):
            self.faults[f"{place}.{name}"] = "must be true or false"
        return value is True

    def line(self, data: Any, place: str) -> str:
        """Return a short text, which may be empty."""
        if not isinstance(data, str) or len(data) > SHORT or not _storable(data):
            self.faults[place] = "must be a short text"
            return ""
        return data.strip()

    def number(self, data: Any, place: str) -> int | None:
        """Return the id of something, or None."""
        if data is None:
            return None
        if isinstance(data, bool) or not isinstance(data, int) or not 0 < data <= _LARGEST_ID:
            self.faults[place] = "must be an id"
            return None
        return data

    def numbers(self, data: Any, place: str) -> tuple[int, ...]:
        """Return ids, each once."""
        found = self.list(data, place, _MOST_PARTIES, Reading.number)
        return tuple(dict.fromkeys(one for one in found if one is not None))


def _storable(text: str) -> bool:
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
