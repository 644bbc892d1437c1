"""Model: the classes, attributes and relationship types of one register, ready to be asked.

Everything is computed when a model is made (a few milliseconds for the shipped one); each look-up
afterwards is a dictionary access. A model never changes: ``extended`` returns another one.
"""

from collections.abc import Iterable
from typing import Any

from cmdb.model.consistency import check_model
from cmdb.model.identifying import check_identity
from cmdb.model.keys import SearchKey, search_keys
from cmdb.model.operands import operand_key
from cmdb.model.tree import ClassTree
from cmdb.model.unknown import UnknownAttribute, UnknownClass, UnknownRelationType
from cmdb.model.validation import validate
from cmdb.model.values import (
    Attribute,
    Choice,
    IdentityRule,
    ItemClass,
    RelationType,
    Suggestion,
    label_of,
)
from cmdb.vocabulary import ClassCode


class Model:
    """A consistent set of definitions. Raises ``InvalidModel`` when they do not fit together."""

    def __init__(
        self,
        classes: Iterable[ItemClass],
        attributes: Iterable[Attribute],
        relation_types: Iterable[RelationType],
        suggestions: Iterable[Suggestion] = (),
        identity: Iterable[IdentityRule] = (),
    ) -> None:
        self.classes = tuple(classes)
        self.attributes = tuple(attributes)
        self.relation_types = tuple(relation_types)
        self.suggestions = tuple(suggestions)
        self.identity = tuple(identity)
        check_model(self.classes, self.attributes, self.relation_types, self.suggestions)
        check_identity(self.identity, self.classes, self.attributes)
        self._tree = ClassTree(self.classes)
        self._by_id = {attribute.id: attribute for attribute in self.attributes}
        self._types: dict[str, RelationType] = {kind.code: kind for kind in self.relation_types}
        self._of_class: dict[str, dict[str, Attribute]] = {
            entry.code: self._inherited(entry.code) for entry in self.classes
        }
        self._codes: dict[str, list[Attribute]] = {}
        for attribute in self.attributes:
            self._codes.setdefault(attribute.code, []).append(attribute)
        self._pairs: dict[str, tuple[frozenset[str], frozenset[str]]] = {
            kind.code: self._allowed(kind) for kind in self.relation_types
        }
        self._suggested: dict[tuple[str, str], list[RelationType]] = {}
        for entry in self.suggestions:
            kinds = self._suggested.setdefault((entry.start, entry.end), [])
            kinds.append(self._types[entry.relation])

    def extended(
        self,
        classes: Iterable[ItemClass] = (),
        attributes: Iterable[Attribute] = (),
        relation_types: Iterable[RelationType] = (),
        suggestions: Iterable[Suggestion] = (),
    ) -> "Model":
        """Return a model that holds these definitions too; those made at run time arrive here."""
        return Model(
            (*self.classes, *classes),
            (*self.attributes, *attributes),
            (*self.relation_types, *relation_types),
            (*self.suggestions, *suggestions),
            self.identity,
        )

    def _inherited(self, code: ClassCode) -> dict[str, Attribute]:
        line = (*reversed(self._tree.ancestors(code)), code)
        return {
            attribute.code: attribute
            for owner in line
            for attribute in self.attributes
            if attribute.class_code == owner
        }

    def _allowed(self, kind: RelationType) -> tuple[frozenset[str], frozenset[str]]:
        everything = frozenset(entry.code for entry in self.classes)
        starts, ends = (
            frozenset[str]().union(*(self._tree.descendants(code) for code in codes))
            if codes
            else everything
            for codes in (kind.starts, kind.ends)
        )
        return starts, ends

    # Classes

    def find_class(self, code: str) -> ItemClass | None:
        """Return the class of that code, or None."""
        return self._tree.find(code)

    def item_class(self, code: str) -> ItemClass:
        """Return the class of that code; raises ``UnknownClass``."""
        found = self._tree.find(code)
        if found is None:
            raise UnknownClass(code)
        return found

    def ancestors(self, code: str) -> tuple[ClassCode, ...]:
        """Return the classes above, nearest first, the root last; raises ``UnknownClass``."""
        return self._tree.ancestors(code)

    def descendants(self, code: str) -> frozenset[ClassCode]:
        """Return the class and every class below it; raises ``UnknownClass``."""
        return self._tree.descendants(code)

    def is_a(self, code: str, ancestor: str) -> bool:
        """Say whether ``code`` is ``ancestor`` or stands below it; raises ``UnknownClass``."""
        return self.item_class(code).code in self._tree.descendants(ancestor)

    # Attributes

    def attributes_of(self, class_code: str) -> tuple[Attribute, ...]:
        """Return a class's attributes, the root's first, its own last; raises ``UnknownClass``."""
        return tuple(self._of(class_code).values())

    def attribute(self, code: str, class_code: str) -> Attribute:
        """Return an attribute; raises ``UnknownAttribute`` (or ``UnknownClass``)."""
        found = self._of(class_code).get(code)
        if found is None:
            raise UnknownAttribute(code, class_code)
        return found

    def find_attribute(self, code: str, class_code: str) -> Attribute | None:
        """Return an attribute of a class, its inherited ones included, or None."""
        of_class = self._of_class.get(class_code)
        return None if of_class is None else of_class.get(code)

    def attribute_by_id(self, attribute_id: int) -> Attribute | None:
        """Return the attribute with that id, or None."""
        return self._by_id.get(attribute_id)

    def attributes_named(self, code: str) -> tuple[Attribute, ...]:
        """Return every attribute of that code: classes that share no parent may share a word."""
        return tuple(self._codes.get(code, ()))

    def _of(self, class_code: str) -> dict[str, Attribute]:
        return self._of_class[self.item_class(class_code).code]

    # Relationship types

    def find_relation_type(self, code: str) -> RelationType | None:
        """Return the relationship type of that code, or None."""
        return self._types.get(code)

    def relation_type(self, code: str) -> RelationType:
        """Return the relationship type of that code; raises ``UnknownRelationType``."""
        found = self.find_relation_type(code)
        if found is None:
            raise UnknownRelationType(code)
        return found

    def allows(self, relation_type_code: str, start_class: str, end_class: str) -> bool:
        """Say whether the type may lead from one class to the other; unknown names may not."""
        pairs = self._pairs.get(relation_type_code)
        return pairs is not None and start_class in pairs[0] and end_class in pairs[1]

    def suggested_relations(self, start_class: str, end_class: str) -> tuple[RelationType, ...]:
        """Return the types worth offering from one class to the other, the most telling first.

        What is suggested for the nearest classes comes before what their parents inherit to them.
        Raises ``UnknownClass``.
        """
        starts = (start_class, *self.ancestors(start_class))
        ends = (end_class, *self.ancestors(end_class))
        steps = sorted(
            (up + across, up, start, end)
            for up, start in enumerate(starts)
            for across, end in enumerate(ends)
            if (start, end) in self._suggested
        )
        found = (kind for *_, start, end in steps for kind in self._suggested[start, end])
        return tuple(dict.fromkeys(found))

    # Values and words

    def label(
        self, thing: ItemClass | Attribute | RelationType | Choice, language: str = "en"
    ) -> str:
        """Return what a person reads: in that language, in English, or the code itself."""
        return label_of(thing.labels, language) or thing.code

    def reverse_label(self, kind: RelationType, language: str = "en") -> str:
        """Return a relationship type's name as read from its end ("runs" for ``runs_on``)."""
        return label_of(kind.reverse_labels, language) or kind.code

    def validate_value(self, attribute: Attribute, raw: Any) -> Any:
        """Return what to store for ``raw``; see ``cmdb.model.validation.validate``."""
        return validate(attribute, raw)

    def search_keys(self, attribute: Attribute, stored: Any) -> list[SearchKey]:
        """Return the keys a stored value is found by; see ``cmdb.model.keys.search_keys``."""
        return search_keys(attribute, stored)

    def operand_key(self, attribute: Attribute, raw: Any) -> SearchKey:
        """Return the key that a query's value compares with; see ``cmdb.model.operands``."""
        return operand_key(attribute, raw)
