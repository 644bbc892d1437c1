"""Reading the desk's words: from the shipped file, and from what people made of its sections."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from cmdb.errors import InvalidValue
from server.desk.tickets.rules.remote import fault_of
from server.desk.tickets.rules.vocabulary import (
    REQUESTER,
    WORKER,
    Category,
    Field,
    Kind,
    Labels,
    Move,
    RemoteLink,
    State,
    Words,
)

__all__ = [
    "FIELD_TYPES",
    "SECTIONS",
    "Category",
    "Field",
    "Kind",
    "Labels",
    "Move",
    "State",
    "Words",
    "read_words",
    "shipped_document",
    "shipped_words",
]

#: In the order in which they are read: what a section names must stand in an earlier one.
SECTIONS = (
    "kinds",
    "states",
    "moves",
    "urgencies",
    "impacts",
    "priorities",
    "matrix",
    "channels",
    "resolutions",
    "fields",
    "categories",
    "remote_links",
)
FIELD_TYPES = ("line", "text", "moment", "date", "number", "choice", "yes_no")
#: Who may be let take a step.
WHO = (WORKER, REQUESTER, "assignee", "group")
#: What a step may ask for: three that come with it, the others stand on the ticket.
REQUIRED = (
    "reason",
    "resolution_code",
    "resolution_text",
    "assignee_id",
    "group_id",
    "category",
    "cause",
    "tasks",
)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PREFIX = re.compile(r"[A-Z]{2,6}")
_MOST = 200
#: What names the state to which a public word takes a ticket: the requester's, a worker's.
_LEAD_ON = ("answered", "taken_up")
_OF_STATES = ("open", "pauses", "solved", *_LEAD_ON, "first", "handover", "labels")


class _Reading:
    """Collects faults under the place where they stand, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def table(self, data: Any, place: str, known: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """Return a table; with ``known``, nothing else may stand in it."""
        if not isinstance(data, Mapping):
            self.faults[place] = "must be a table"
            return {}
        for name in data:
            if known and name not in known:
                self.faults[f"{place}.{name}"] = f"is not known here; {', '.join(known)} are"
        return data

    def codes(self, data: Any, place: str) -> Iterator[tuple[str, Any]]:
        """Yield code and entry of a table of codes; it must hold something."""
        found = self.table(data, place)
        if not found or len(found) > _MOST:
            self.faults.setdefault(place, f"must hold 1 to {_MOST} entries")
        for code, entry in found.items():
            if _CODE.fullmatch(str(code)):
                yield str(code), entry
            else:
                self.faults[f"{place}.{code}"] = "must be lower-case letters, digits and _"

    def labels(self, data: Any, place: str) -> Labels:
        """Return labels; English is what everybody falls back on."""
        found = self.table(data, place)
        wrong = [name for name, text in found.items() if not isinstance(text, str) or not text]
        if wrong or "en" not in found or any(len(text) > 120 for text in found.values()):
            self.faults[place] = 'must give short labels as { en = "…", es = "…", ru = "…" }'
            return {"en": place}
        return {str(name): text for name, text in found.items()}

    def flag(self, entry: Mapping[str, Any], name: str, place: str) -> bool:
        """Return a truth; absent is false."""
        value = entry.get(name, False)
        if not isinstance(value, bool):
            self.faults[f"{place}.{name}"] = "must be true or false"
        return value is True

    def some(self, entry: Mapping[str, Any], name: str, place: str, known: Any) -> tuple[str, ...]:
        """Return a list of words, each of which is known."""
        value = entry.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.faults[f"{place}.{name}"] = "must be a list of words"
            return ()
        strangers = [one for one in value if one not in known]
        if strangers:
            allowed = ", ".join(known)
            self.faults[f"{place}.{name}"] = f"{strangers[0]} is not one of {allowed}"
        return tuple(dict.fromkeys(one for one in value if one in known))

    def lists(self, data: Any, place: str) -> dict[str, Labels]:
        """Return a plain list: code to labels."""
        return {c: self.labels(entry, f"{place}.{c}") for c, entry in self.codes(data, place)}


@cache
def shipped_document() -> Mapping[str, Any]:
    """Return what is shipped, section by section."""
    text = files("server.desk.tickets.rules").joinpath("shipped.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def shipped_words() -> Words:
    """Return the words that every installation begins with."""
    return read_words(shipped_document())


def read_words(data: Mapping[str, Any]) -> Words:
    """Return the words of a document.

    Raises ``InvalidValue`` naming each place that is wrong or contradicts another, as
    ``moves.2.to`` or ``matrix.minor.high``.
    """
    reading = _Reading()
    reading.table(data, "words", SECTIONS)
    given = {name: data.get(name) for name in SECTIONS}
    kinds = _kinds(reading, given["kinds"])
    states = _states(reading, given["states"])
    urgencies, impacts, channels, resolutions = (
        reading.lists(given[name], name)
        for name in ("urgencies", "impacts", "channels", "resolutions")
    )
    priorities = _priorities(reading, given["priorities"])
    fields = _fields(reading, given["fields"])
    words = Words(
        kinds=kinds,
        states=states,
        moves=_moves(reading, given["moves"], kinds, states),
        urgencies=urgencies,
        impacts=impacts,
        matrix=_matrix(reading, given["matrix"], (impacts, urgencies, priorities)),
        priorities=priorities,
        channels=channels,
        resolutions=resolutions,
        fields=fields,
        categories=_categories(reading, given["categories"], fields),
        remote_links=_remote_links(reading, given["remote_links"]),
    )
    if reading.faults:
        raise InvalidValue(reading.faults)
    return words


def _kinds(reading: _Reading, data: Any) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for code, raw in reading.codes(data, "kinds"):
        place = f"kinds.{code}"
        entry = reading.table(raw, place, ("prefix", "failure", "labels"))
        prefix = entry.get("prefix")
        if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
            reading.faults[f"{place}.prefix"] = "must be 2 to 6 capital letters"
        elif prefix in {"CHG", "PRB", *(kind.prefix for kind in found.values())}:
            reading.faults[f"{place}.prefix"] = "is taken"
        failure = reading.flag(entry, "failure", place)
        labels = reading.labels(entry.get("labels"), f"{place}.labels")
        found[code] = Kind(code, str(prefix), failure, labels)
    return found


def _states(reading: _Reading, data: Any) -> dict[str, State]:
    found: dict[str, State] = {}
    for code, raw in reading.codes(data, "states"):
        place = f"states.{code}"
        entry = reading.table(raw, place, _OF_STATES)
        opened, pauses, solved = (
            reading.flag(entry, name, place) for name in ("open", "pauses", "solved")
        )
        first = reading.flag(entry, "first", place)
        handover = reading.flag(entry, "handover", place)
        if handover and not opened:
            reading.faults[f"{place}.handover"] = "a ticket that waits for a group is open"
        if first and not opened:
            reading.faults[f"{place}.first"] = "a ticket begins in a state that is open"
        if solved and opened:
            reading.faults[f"{place}.solved"] = "a state that is open cannot be solved"
        labels = reading.labels(entry.get("labels"), f"{place}.labels")
        answered, taken_up = (str(entry.get(name, "")) for name in _LEAD_ON)
        found[code] = State(
            code, opened, labels, pauses, solved, answered, first, handover, taken_up
        )
        # Its own would be a step to where it is, with each answer.
        others = reading.table(data, "states").keys() - {code}
        lost = [name for name in _LEAD_ON if name in entry and str(entry[name]) not in others]
        reading.faults |= {f"{place}.{name}": "must be the code of another state" for name in lost}
    if found and not any(state.open for state in found.values()):
        reading.faults["states"] = "at least one state must be open"
    if found and all(state.open for state in found.values()):
        reading.faults["states"] = "at least one state must not be open"
    return found


def _moves(
    reading: _Reading, data: Any, kinds: Mapping[str, Kind], states: Mapping[str, State]
) -> tuple[Move, ...]:
    if not isinstance(data, list):
        reading.faults["moves"] = "must be a list of tables"
        return ()
    found: list[Move] = []
    for number, raw in enumerate(data):
        place = f"moves.{number}"
        entry = reading.table(raw, place, ("from", "to", "requires", "who", "kinds"))
        end = entry.get("to")
        if end not in states:
            reading.faults[f"{place}.to"] = f"{end} is not one of {', '.join(states)}"
        starts = reading.some(entry, "from", place, states)
        if not starts:
            reading.faults.setdefault(f"{place}.from", "must name a state")
        requires = reading.some(entry, "requires", place, REQUIRED)
        who = reading.some(entry, "who", place, WHO) or (WORKER,)
        only = reading.some(entry, "kinds", place, kinds)
        found += [Move(start, str(end), requires, who, only) for start in starts]
    return tuple(found)


def _priorities(reading: _Reading, data: Any) -> dict[int, Labels]:
    found = {}
    for name, labels in reading.table(data, "priorities").items():
        if str(name) not in {"1", "2", "3", "4", "5"}:
            reading.faults[f"priorities.{name}"] = "must be a number from 1 to 5"
            continue
        found[int(name)] = reading.labels(labels, f"priorities.{name}")
    if not found:
        reading.faults.setdefault("priorities", "must hold 1 to 5 entries")
    return dict(sorted(found.items()))


def _matrix(
    reading: _Reading, data: Any, axes: tuple[Mapping[Any, Labels], ...]
) -> dict[str, dict[str, int]]:
    impacts, urgencies, priorities = axes
    rows = reading.table(data, "matrix", tuple(impacts))
    found: dict[str, dict[str, int]] = {}
    for impact in impacts:
        row = reading.table(rows.get(impact), f"matrix.{impact}", tuple(urgencies))
        for urgency in urgencies:
            priority = row.get(urgency)
            if not isinstance(priority, int) or priority not in priorities:
                told = f"must be one of {', '.join(map(str, priorities))}"
                reading.faults[f"matrix.{impact}.{urgency}"] = told
                continue
            found.setdefault(impact, {})[urgency] = priority
    return found


def _fields(reading: _Reading, data: Any) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for code, raw in reading.codes(data, "fields"):
        place = f"fields.{code}"
        entry = reading.table(raw, place, ("type", "labels", "choices"))
        sort = entry.get("type")
        if sort not in FIELD_TYPES:
            reading.faults[f"{place}.type"] = f"must be one of {', '.join(FIELD_TYPES)}"
        if code == "occurred_at" and sort != "moment":
            reading.faults[f"{place}.type"] = "occurred_at is a moment"
        choices = (
            reading.lists(entry.get("choices"), f"{place}.choices") if sort == "choice" else {}
        )
        labels = reading.labels(entry.get("labels"), f"{place}.labels")
        found[code] = Field(code, str(sort), labels, choices)
    return found


def _categories(reading: _Reading, data: Any, fields: Mapping[str, Field]) -> dict[str, Category]:
    found: dict[str, Category] = {}
    for code, raw in reading.codes(data, "categories"):
        top = _category(reading, raw, f"categories.{code}", (fields, Category(code, {})))
        found[code] = top
        below = raw.get("below") if isinstance(raw, Mapping) else None
        if below is None:
            continue
        for inner, entry in reading.codes(below, f"categories.{code}.below"):
            place = f"categories.{code}.below.{inner}"
            found[f"{code}.{inner}"] = _category(
                reading, entry, place, (fields, Category(f"{code}.{inner}", {}, code)), top
            )
    return found


def _remote_links(reading: _Reading, data: Any) -> dict[str, RemoteLink]:
    found: dict[str, RemoteLink] = {}
    # There may be none.
    for code, raw in reading.codes(data, "remote_links") if data != {} else ():
        place = f"remote_links.{code}"
        entry = reading.table(raw, place, ("labels", "classes", "url"))
        classes = reading.some(entry, "classes", place, entry.get("classes"))
        if not classes:
            reading.faults.setdefault(f"{place}.classes", "must name a class")
        if fault := fault_of(entry.get("url")):
            reading.faults[f"{place}.url"] = fault
        labels = reading.labels(entry.get("labels"), f"{place}.labels")
        found[code] = RemoteLink(code, labels, classes, str(entry.get("url")))
    return found


def _category(
    reading: _Reading,
    raw: Any,
    place: str,
    what: tuple[Mapping[str, Field], Category],
    top: Category | None = None,
) -> Category:
    fields, named = what
    known = ("labels", "fields", "required") if top else ("labels", "fields", "required", "below")
    entry = reading.table(raw, place, known)
    labels = reading.labels(entry.get("labels"), f"{place}.labels")
    asked = reading.some(entry, "fields", place, fields)
    above = top.fields if top else ()
    every = tuple(dict.fromkeys((*above, *asked)))
    needed = frozenset(reading.some(entry, "required", place, every))
    return Category(
        named.code, labels, named.parent, every, needed | (top.required if top else frozenset())
    )
