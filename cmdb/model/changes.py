"""What would happen when one set of entries takes the place of another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cmdb.model.entries import ATTRIBUTE, CLASS, KINDS, RELATION, Entries, name_of

Act = Literal["add", "change", "remove"]

#: What stored values and relations depend on: fixed once something of the definition is stored.
_FIXED: Mapping[str, frozenset[str]] = {
    CLASS: frozenset({"parent", "abstract"}),
    ATTRIBUTE: frozenset({"type", "unit", "is_list", "searchable", "target"}),
    RELATION: frozenset({"provider", "strength", "acyclic"}),
}


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One step of a plan. ``fields`` maps a changed field to (what it was, what it becomes).

    ``in_use`` counts what is stored of it; ``refusal`` says why the step cannot be taken.
    """

    act: Act
    kind: str
    code: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    in_use: int = 0
    refusal: str = ""

    @property
    def name(self) -> str:
        """Return how the definition is called in errors."""
        return name_of(self.kind, self.code)

    @property
    def fixed_fields(self) -> list[str]:
        """Return the changed fields that nobody may change while something of it is stored."""
        return sorted(_FIXED.get(self.kind, frozenset()).intersection(self.fields))

    @property
    def dropped_choices(self) -> list[str]:
        """Return the choices that the step takes away."""
        before, after = self.fields.get("choices", ({}, {}))
        return sorted(set(before or {}) - set(after or {}))


def plan_entries(old: Entries, new: Entries) -> list[ModelStep]:
    """Return the steps from ``old`` to ``new``: what is added, classes first, then removed."""
    steps = [_step(key, old.get(key), document) for key, document in new.items()]
    found = [step for step in steps if step is not None]
    found.sort(key=lambda step: (KINDS.index(step.kind), step.code))
    gone = sorted(old.keys() - new.keys(), key=lambda key: (-KINDS.index(key[0]), key[1]))
    return [*found, *(ModelStep("remove", kind, code) for kind, code in gone)]


def _step(
    key: tuple[str, str], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> ModelStep | None:
    if before is None:
        return ModelStep("add", *key, fields={name: (None, v) for name, v in after.items()})
    names = sorted(before.keys() | after.keys())
    differing = {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }
    return ModelStep("change", *key, fields=differing) if differing else None
