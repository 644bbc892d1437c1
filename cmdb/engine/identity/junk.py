"""Values that an administrator has declared to identify nobody, beside the shipped ones.

>>> from cmdb.vocabulary import MAC, SERIAL
>>> junk = Junk.of([(SERIAL, "4711-TEST"), (MAC, "00:11:22")])
>>> junk.holds(Identifier(SERIAL, "4711-TEST|acme"))
True
>>> junk.holds(Identifier(MAC, "00:11:22:33:44:55"))
True
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.normalising import normalise
from cmdb.engine.identity.serials import KINDS as SERIAL_KINDS
from cmdb.errors import InvalidValue
from cmdb.observation import Identifier
from cmdb.vocabulary import MAC, IdentifierKind

#: Of these the beginning is enough: a maker's own prefix.
_BY_BEGINNING = frozenset({MAC})
_SHORTEST_BEGINNING = 6
_NOT_HEX = re.compile(r"[^0-9a-f]")


@dataclass(frozen=True, slots=True)
class Junk:
    """Declared values by kind; a serial stands for that number of every maker."""

    exact: frozenset[tuple[str, str]] = frozenset()
    beginnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Iterable[tuple[str, str]]) -> "Junk":
        """Return the junk of (kind, normal form) pairs."""
        pairs = list(declared)
        return cls(
            frozenset(pair for pair in pairs if pair[0] not in _BY_BEGINNING),
            {
                kind: tuple(value for one, value in pairs if one == kind)
                for kind in _BY_BEGINNING & {kind for kind, _ in pairs}
            },
        )

    def holds(self, identifier: Identifier) -> bool:
        """Say whether the value has been declared junk."""
        beginnings = self.beginnings.get(identifier.kind)
        if beginnings and identifier.value.startswith(beginnings):
            return True
        value = identifier.value
        if identifier.kind in SERIAL_KINDS:
            value = value.rpartition("|")[0]
        return (identifier.kind, value) in self.exact

    def without(self, evidence: Iterable[Identifier]) -> tuple[Identifier, ...]:
        """Return the evidence that is left."""
        if not self.exact and not self.beginnings:
            return tuple(evidence)
        return tuple(one for one in evidence if not self.holds(one))


def read_junk(kind: str, raw: str) -> tuple[str, str]:
    """Return (kind, normal form) of what an administrator typed.

    Raises ``InvalidValue`` naming ``kind`` or ``value``: an unknown kind, something that is no
    value of it, or what is on the shipped list already.
    """
    weight = knowledge().weights.get(kind)
    if weight is None or weight.weak:
        kinds = ", ".join(sorted(k for k, w in knowledge().weights.items() if not w.weak))
        raise InvalidValue({"kind": f"must be one of {kinds}"})
    if kind in _BY_BEGINNING:
        return kind, _read_beginning(raw)
    found = normalise(IdentifierKind(kind), raw)
    if found is None:
        why = "is no value of this kind, or identifies nobody already"
        raise InvalidValue({"value": why})
    value = found.value
    return kind, value.rpartition("|")[0] if kind in SERIAL_KINDS else value


def _read_beginning(raw: str) -> str:
    digits = _NOT_HEX.sub("", raw.casefold())
    if not _SHORTEST_BEGINNING <= len(digits) <= 12 or len(raw) > 40:
        raise InvalidValue({"value": "must be a MAC address, or its first three bytes at least"})
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
