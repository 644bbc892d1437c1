"""What identifies items of a class: each kind of evidence, what it is worth, and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmdb.engine.identity.knowledge import Weight, knowledge
from cmdb.model import Model
from cmdb.vocabulary import EVIDENCE


@dataclass(frozen=True, slots=True)
class ClassEvidence:
    """One kind of evidence as it counts for a class.

    ``said_by`` is the nearest class whose rule speaks of it; "" where what holds for all does.
    ``keys`` are the attributes that identify together, of the kind "key" alone.
    """

    kind: str
    weight: Weight
    said_by: str
    keys: Sequence[Sequence[str]] = ()

    @property
    def counts(self) -> bool:
        """Say whether the kind says anything of items of the class."""
        return self.weight.counts and (self.kind != "key" or bool(self.keys))

    @property
    def alone(self) -> bool:
        """Say whether it may decide by itself."""
        return not (self.weight.weak or self.weight.asks)


def evidence_rules(model: Model, class_code: str) -> list[ClassEvidence]:
    """Return every kind of evidence as it counts for a class. Raises ``UnknownClass``."""
    known = knowledge()
    weights = known.weights_of(class_code)
    line = (class_code, *model.ancestors(class_code))
    said = {(rule.class_code, rule.evidence) for rule in model.identity}
    keys = tuple(attributes for _, attributes in known.keys.get(class_code, ()))
    return [
        ClassEvidence(
            kind,
            weights[kind],
            next((str(code) for code in line if (code, kind) in said), ""),
            keys if kind == "key" else (),
        )
        for kind in EVIDENCE
    ]
