"""What a model is made of: classes, attributes and relationship types, as frozen values.

Labels are mappings of language code to text; every shipped thing has ``en``, ``es`` and ``ru``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from cmdb.vocabulary import AttributeCode, ClassCode, IdentifierKind, RelationTypeCode

Labels = Mapping[str, str]
Provider = Literal["start", "end"]
Strength = Literal["hard", "soft"]

#: Attributes with a smaller id are shipped; those made at run time begin here.
FIRST_RUNTIME_ID = 10_000


def label_of(labels: Labels, language: str) -> str:
    """Return the text in ``language`` ("es", also "es-MX"), else in English, else nothing.

    >>> label_of({"en": "Server", "es": "Servidor"}, "es-MX")
    'Servidor'
    """
    return (
        labels.get(language)
        or labels.get(language.replace("_", "-").partition("-")[0])
        or labels.get("en")
        or ""
    )


class ValueType(StrEnum):
    """How a value is written, stored and searched (see ``cmdb.model.validation``)."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    VERSION = "version"
    IP = "ip"
    PREFIX = "prefix"
    MAC = "mac"
    REFERENCE = "reference"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ItemClass:
    """A class of items. ``parent`` is None for the root alone; abstract ones have no items."""

    code: ClassCode
    parent: ClassCode | None
    labels: Labels = field(hash=False)
    icon: str = "box"
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that an attribute of type *choice* may take."""

    code: str
    labels: Labels = field(hash=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something known of the items of ``class_code`` and of every class below it.

    ``id`` never changes and is never used again. ``unit`` is the unit values are stored in;
    ``minimum`` and ``maximum`` bound numbers; ``max_length`` bounds text, which keeps its line
    breaks only where it is ``multiline``; ``target`` is the class a reference must point at.
    ``recommended`` attributes count towards completeness, ``required`` ones must be given when a
    person or an import creates an item (a machine's report is never refused for one).
    """

    id: int
    code: AttributeCode
    class_code: ClassCode
    type: ValueType
    labels: Labels = field(hash=False)
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    searchable: bool = True
    required: bool = False
    recommended: bool = False
    is_list: bool = False
    multiline: bool = False
    max_length: int = 4000
    minimum: float | None = None
    maximum: float | None = None
    target: ClassCode | None = None


@dataclass(frozen=True, slots=True)
class RelationType:
    """A directed relationship, read "start ``labels`` end" and "end ``reverse_labels`` start".

    ``provider`` is the end the other one lives from, None when a failure never travels along it. A
    *soft* relation passes at most "degraded"; ``default_weight`` (0 to 1) says how much it counts.
    ``derived_only`` ones are written by discovery alone; ``acyclic`` ones never lead back to where
    they began. ``starts`` and ``ends`` name the classes allowed there, descendants included; empty
    means any.
    """

    code: RelationTypeCode
    labels: Labels = field(hash=False)
    reverse_labels: Labels = field(hash=False)
    provider: Provider | None = None
    strength: Strength = "hard"
    default_weight: float = 1.0
    derived_only: bool = False
    acyclic: bool = False
    starts: tuple[ClassCode, ...] = ()
    ends: tuple[ClassCode, ...] = ()

    @property
    def dependant(self) -> Provider | None:
        """Return the end that suffers when the provider fails; None without live impact."""
        if self.provider is None:
            return None
        return "start" if self.provider == "end" else "end"


@dataclass(frozen=True, slots=True)
class IdentityRule:
    """What one kind of evidence says of items of a class and those below it.

    None leaves what the class above says. ``weight`` speaks for an item that carries the same,
    ``against`` against one that carries another; ``alone``: it may decide by itself. ``keys`` are
    lists of attributes which together identify an item; they are those of the evidence "key".
    """

    class_code: ClassCode
    evidence: IdentifierKind
    counts: bool | None = None
    weight: float | None = None
    against: float | None = None
    alone: bool | None = None
    keys: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A relationship type worth offering between two classes and whatever stands below them."""

    start: ClassCode
    relation: RelationTypeCode
    end: ClassCode
