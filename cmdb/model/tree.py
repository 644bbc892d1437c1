"""The class tree, precomputed: who stands above and below whom."""

from collections.abc import Iterable

from cmdb.model.unknown import UnknownClass
from cmdb.model.values import ItemClass
from cmdb.vocabulary import ClassCode

#: How many steps a class may stand below the root.
MAX_DEPTH = 4


class ClassTree:
    """Look-ups over classes whose parents are known to exist and to form no circle."""

    def __init__(self, classes: Iterable[ItemClass]) -> None:
        self._classes: dict[str, ItemClass] = {entry.code: entry for entry in classes}
        self._ancestors: dict[str, tuple[ClassCode, ...]] = {
            code: tuple(self._climb(entry)) for code, entry in self._classes.items()
        }
        below: dict[str, set[ClassCode]] = {code: set() for code in self._classes}
        for code, entry in self._classes.items():
            for owner in (code, *self._ancestors[code]):
                below[owner].add(entry.code)
        self._descendants = {code: frozenset(codes) for code, codes in below.items()}

    def _climb(self, entry: ItemClass) -> Iterable[ClassCode]:
        parent = entry.parent
        while parent is not None:
            yield parent
            parent = self._classes[parent].parent

    def find(self, code: str) -> ItemClass | None:
        """Return the class of that code, or None."""
        return self._classes.get(code)

    def ancestors(self, code: str) -> tuple[ClassCode, ...]:
        """Return the classes above, nearest first; raises ``UnknownClass``."""
        try:
            return self._ancestors[code]
        except KeyError:
            raise UnknownClass(code) from None

    def descendants(self, code: str) -> frozenset[ClassCode]:
        """Return the class and all below it; raises ``UnknownClass``."""
        try:
            return self._descendants[code]
        except KeyError:
            raise UnknownClass(code) from None
