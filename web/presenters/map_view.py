"""How somebody looks at a map of the estate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class MapView:
    """How somebody looks at the answer; none of it changes a state.

    ``asked`` are the items the question is about, ``opened`` the bundles (web.presenters.bundles).
    """

    asked: frozenset[int] = frozenset()
    failed: frozenset[int] = frozenset()
    chosen: int | None = None
    opened: Mapping[str, int] = field(default_factory=dict)
    #: Bundle what could be drawn singly too.
    grouped: bool = False
    class_code: str = ""
    #: A state to keep, "affected" for every state but up, or "".
    state: str = ""

    def of_any_class(self) -> "MapView":
        """Return the view without its class."""
        return replace(self, class_code="")
