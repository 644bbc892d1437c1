"""Rules that say what a device is, and tables of makes, read from TOML files.

A rule holds when the device's sysObjectID lies below one of ``object_id`` and its sysDescr matches
``description`` (a regular expression, searched, ``.`` matching line ends); a rule without one of
them does not care. Rules are ordered from special to general: the longer sysObjectID first, then
those with a description, then the order of the files. A rule that cares for neither is a fallback:
it holds only where no other rule does.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from discovery.knowledge.tables import Oid, VendorTable, read_oid, read_table_entry

T = TypeVar("T")

#: What a rule may say, as a constant, by a group of its description, or by a question.
FIELDS = ("vendor", "class", "model", "os", "version", "serial")
_KEYS = {"object_id", "description", "ask", "entity", *FIELDS}
_TABLES = (
    "network",
    "carrier",
    "wireless",
    "security",
    "servers",
    "power",
    "printers",
    "things",
    "unknown",
    "components",
    "optics",
    "stations",
)
#: Words for the device's own sysObjectID and the OID above it, in the name of a question.
_RELATIVE = {"self", "parent"}
_FALLBACK = (0, False)
_ENTERPRISE: Oid = (1, 3, 6, 1, 4, 1)
#: Descriptions are cut before a pattern sees them: no device can make a search long.
_LONGEST_DESCRIPTION = 1024


class BadKnowledge(ValueError):
    """A table cannot be used; the text names the file, the rule and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A value to ask for by name (see ``probes.particulars``) and how to read it.

    ``pattern`` picks the value out of the answer by its first group (or whole match); where
    ``value`` is given, it stands for every answer that the pattern matches (``{}`` in it for what
    was picked).
    """

    name: str
    pattern: re.Pattern[str] | None = None
    value: str = ""

    def name_for(self, object_id: Oid) -> str:
        """Return the name with ``self`` and ``parent`` put in place of a sysObjectID."""
        word, _, rest = self.name.partition(".")
        if word not in _RELATIVE:
            return self.name
        base = object_id if word == "self" else object_id[:-1]
        return ".".join(map(str, base)) + "." + rest

    def read(self, answers: Mapping[str, str], object_id: Oid) -> str:
        """Return the value in the answers, empty when there is none."""
        answer = answers.get(self.name_for(object_id), "").strip()
        if self.pattern is None or not answer:
            return answer
        match = self.pattern.search(answer)
        if match is None:
            return ""
        picked = (match.group(match.lastindex or 0) or "").strip()
        return self.value.replace("{}", picked) if self.value else picked


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``constants`` and ``questions`` are by field.

    ``distrusted`` are the fields that the device's ENTITY-MIB is not trusted with.
    """

    object_ids: tuple[Oid, ...] = ()
    description: re.Pattern[str] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)
    distrusted: frozenset[str] = frozenset()

    def match(self, object_id: Oid, description: str) -> "Match | None":
        """Return the match with this device, or None where the rule does not hold."""
        depths = [len(oid) for oid in self.object_ids if object_id[: len(oid)] == oid]
        if self.object_ids and not depths:
            return None
        groups: Mapping[str, str] = {}
        if self.description is not None:
            found = self.description.search(description[:_LONGEST_DESCRIPTION])
            if found is None:
                return None
            groups = {name: text.strip() for name, text in found.groupdict().items() if text}
        return Match(self, (max(depths, default=0), self.description is not None), groups)


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for a device, how special it is, and what its description gave."""

    rule: Rule
    depth: tuple[int, bool]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All rules, the names of enterprises by their IANA number, and tables of makes."""

    rules: tuple[Rule, ...]
    enterprises: Mapping[int, str]
    tables: tuple[VendorTable, ...] = ()

    def matches(self, object_id: Oid, description: str) -> list[Match]:
        """Return what holds for a device, from special to general."""
        found = [one for rule in self.rules if (one := rule.match(object_id, description))]
        special = [one for one in found if one.depth != _FALLBACK]
        return sorted(special, key=lambda one: one.depth, reverse=True) or found

    def questions(self, object_id: Oid, description: str) -> list[str]:
        """Return the names of the values worth asking this device for, each once."""
        names: dict[str, None] = {}
        for match in self.matches(object_id, description):
            for questions in match.rule.questions.values():
                names.update((question.name_for(object_id), None) for question in questions)
        return list(names)

    def tables_of(self, object_id: Oid, description: str) -> list[VendorTable]:
        """Return the tables worth asking a device for."""
        return [one for one in self.tables if one.is_of(object_id, description)]

    def enterprise(self, object_id: Oid) -> str:
        """Return who owns the enterprise number in a sysObjectID, empty where not known."""
        if object_id[: len(_ENTERPRISE)] != _ENTERPRISE or len(object_id) <= len(_ENTERPRISE):
            return ""
        return self.enterprises.get(object_id[len(_ENTERPRISE)], "")


def load_knowledge(extra: Iterable[Path] = ()) -> Knowledge:
    """Read the shipped tables and ``extra`` ones, which win. Raises BadKnowledge."""
    read = [(path.name, _read(path)) for path in extra]
    own = [rule for name, document in read for rule in _rules(name, document)]
    tables = [table for name, document in read for table in _tables(name, document)]
    shipped = _shipped()
    return Knowledge((*own, *shipped.rules), shipped.enterprises, (*tables, *shipped.tables))


@cache
def _shipped() -> Knowledge:
    folder = resources.files("discovery.knowledge")
    rules: list[Rule] = []
    tables: list[VendorTable] = []
    for name in _TABLES:
        document = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        rules += _rules(f"{name}.toml", document)
        tables += _tables(f"{name}.toml", document)
    numbers = tomllib.loads((folder / "enterprises.toml").read_text("utf-8"))["enterprises"]
    enterprises = {int(number): name for number, name in numbers.items()}
    return Knowledge(tuple(rules), enterprises, tuple(tables))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadKnowledge(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadKnowledge(f"{path} is not TOML: {error}") from None


def _rules(source: str, document: Mapping[str, Any]) -> Iterator[Rule]:
    return _entries(source, document, "rule", _rule)


def _tables(source: str, document: Mapping[str, Any]) -> Iterator[VendorTable]:
    return _entries(source, document, "table", read_table_entry)


def _entries(
    source: str, document: Mapping[str, Any], kind: str, read: Callable[[Mapping[str, Any]], T]
) -> Iterator[T]:
    for place, entry in enumerate(document.get(kind, ()), 1):
        try:
            yield read(entry)
        except (ValueError, TypeError, AttributeError, re.error) as error:
            raise BadKnowledge(f"{source}, {kind} {place}: {error}") from None
        except KeyError as error:
            raise BadKnowledge(f"{source}, {kind} {place}: {error} is missing") from None


def _rule(entry: Mapping[str, Any]) -> Rule:
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")
    ask = entry.get("ask", {})
    strange = sorted(set(ask) - set(FIELDS))
    if strange:
        raise ValueError(f"cannot ask for {strange[0]!r}")
    object_ids = entry.get("object_id", ())
    object_ids = (object_ids,) if isinstance(object_ids, str) else object_ids
    description = entry.get("description")
    return Rule(
        object_ids=tuple(read_oid(text) for text in object_ids),
        description=None if description is None else re.compile(description, re.DOTALL),
        constants={name: str(entry[name]) for name in FIELDS if name in entry},
        questions={name: tuple(_question(one) for one in _list(ask[name])) for name in ask},
        distrusted=frozenset(FIELDS) - frozenset(entry.get("entity", FIELDS)),
    )


def _question(entry: str | Mapping[str, str]) -> Question:
    if isinstance(entry, str):
        return Question(_name(entry))
    unknown = sorted(set(entry) - {"oid", "pattern", "value"})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in a question")
    pattern = entry.get("pattern")
    compiled = None if pattern is None else re.compile(pattern)
    return Question(_name(entry["oid"]), compiled, entry.get("value", ""))


def _name(text: str) -> str:
    word, _, rest = text.partition(".")
    read_oid((rest if word in _RELATIVE else text).removesuffix(".*"))
    return text


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
