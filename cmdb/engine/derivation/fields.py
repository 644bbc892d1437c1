"""Reads the fields of a document and gathers what is wrong with them, by dotted name."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmdb.model import Model

_MOST = 50


class Fields:
    """One table of a document. ``problems`` is shared with the tables inside it."""

    def __init__(
        self,
        table: Mapping[str, Any],
        model: Model,
        prefix: str = "",
        problems: dict[str, str] | None = None,
    ) -> None:
        self.table = table
        self.model = model
        self.problems: dict[str, str] = {} if problems is None else problems
        self._prefix = prefix

    def inner(self, name: str, table: Mapping[str, Any]) -> "Fields":
        """Return the reader of a table inside this one."""
        return Fields(table, self.model, f"{self._prefix}{name}.", self.problems)

    def fault(self, name: str, why: str) -> None:
        """Note what is wrong with a field; the first fault of a field is told."""
        self.problems.setdefault(self._prefix + name, why)

    def refuse_unknown(self, known: frozenset[str], why: str = "is not a known field") -> None:
        """Note the fields that nobody reads."""
        for name in sorted(set(self.table) - known)[:20]:
            self.fault(name, why)

    def text(self, name: str, longest: int, *, needed: bool = True) -> str:
        """Read a text; blanks around it do not count."""
        value = self.table.get(name, "")
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            self.fault(name, f"must be a text of at most {longest} characters")
            return ""
        if needed and not value.strip():
            self.fault(name, "must not be empty")
        return value.strip()

    def choice(self, name: str, choices: Sequence[str], default: str = "") -> str:
        """Read one of a few words."""
        value = self.table.get(name, default)
        if not isinstance(value, str) or value not in choices:
            self.fault(name, f"must be one of {', '.join(filter(None, choices))}")
            return default
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Read a number within bounds."""
        return self._within(name, default, (int, float), "a number", (low, high))

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Read a whole number within bounds."""
        return int(self._within(name, default, (int,), "a whole number", (low, high)))

    def _within(
        self,
        name: str,
        default: float,
        kinds: tuple[type, ...],
        what: str,
        bounds: tuple[float, float],
    ) -> float:
        value = self.table.get(name, default)
        low, high = bounds
        wrong = isinstance(value, bool) or not isinstance(value, kinds)
        if wrong or not low <= value <= high:
            self.fault(name, f"must be {what} from {low:g} to {high:g}")
            return default
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.table.get(name, default)
        if not isinstance(value, bool):
            self.fault(name, "must be true or false")
        return value is True

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts; a single one may stand for itself, and a number for its text."""
        value = self.table.get(name, [])
        if isinstance(value, str | int) and not isinstance(value, bool):
            value = [value]
        if not isinstance(value, list | tuple) or len(value) > _MOST:
            self.fault(name, f"must be a list of at most {_MOST} texts")
            return ()
        if not all(isinstance(one, str | int) and 0 < len(str(one)) <= 255 for one in value):
            self.fault(name, "must hold texts of 1 to 255 characters")
            return ()
        return tuple(str(one) for one in value)

    def classes(self, name: str) -> tuple[str, ...]:
        """Read a list of classes of the model."""
        codes = self.texts(name)
        for code in codes:
            if self.model.find_class(code) is None:
                self.fault(name, f"there is no class {code!r}")
        return codes

    def relation_type(self, name: str) -> str:
        """Read a relationship type of the model; "" when there is none of that code."""
        value = self.table.get(name)
        if not isinstance(value, str) or self.model.find_relation_type(value) is None:
            self.fault(name, f"there is no relationship type {value!r}")
            return ""
        return value

    def attribute(self, name: str) -> str:
        """Read the code of an attribute that some class of the model has."""
        value = self.text(name, 100)
        if value and not self.model.attributes_named(value):
            self.fault(name, f"there is no attribute {value!r}")
        return value
