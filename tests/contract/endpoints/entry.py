"""What the endpoint kit is told about one method of one route."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.foundation.edge.rest import PREFIX
from server.foundation.permissions import Permission
from tests.contract.things import Things

#: What somebody must hold: one permission, any one of several, or None: to be signed in is enough.
Needs = Permission | tuple[Permission, ...] | None

_PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_READING = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Named:
    """The id or reference of one of the world's things, wherever it stands in a body or form."""

    thing: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one route, how it is called, and what it asks for.

    ``at`` names what the path's parameters stand for, where that is not plain from their names:
    a thing of the world, or the very text. ``json`` is sent by programs, ``form`` by pages.
    ``everywhere``: the permission must be held on the whole tree. ``for_people``: a token may not.
    ``of_nobody``: what the path names belongs to no organisation, so nothing is out of sight.
    ``overlooks``: what the body names and is out of sight counts as not named, instead of refused.
    """

    method: str
    rule: str
    needs: Needs = None
    at: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    everywhere: bool = False
    for_people: bool = False
    of_nobody: bool = False
    overlooks: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def is_rest(self) -> bool:
        """Say whether it belongs to the REST interface; the others are pages."""
        return self.rule.startswith(f"{PREFIX}/")

    @property
    def reads(self) -> bool:
        """Say whether the method promises to change nothing."""
        return self.method in _READING

    def named_things(self, things: Things) -> list[str]:
        """Return which things of the world the path names."""
        stand_ins = [self._stand_in(name) for name in _PARAMETER.findall(self.rule)]
        return [name for name in stand_ins if name in things]

    def address(self, things: Things) -> str:
        """Return the path with the parameters filled in."""

        def fill(match: re.Match[str]) -> str:
            stand_in = self._stand_in(match[1])
            return str(things.get(stand_in, stand_in))

        return _PARAMETER.sub(fill, self.rule)

    def payload(self, things: Things) -> dict[str, Any]:
        """Return the keyword arguments of a test client's request."""
        found: dict[str, Any] = {"headers": dict(self.headers)}
        for name, value in (("json", self.json), ("data", self.form), ("query_string", self.query)):
            if value not in (None, {}):
                found[name] = filled(value, things)
        if self.content is not None:
            found["data"] = self.content
        return found

    @property
    def names_in_body(self) -> bool:
        """Say whether body or form name a thing of the world."""
        return _names(self.json) or _names(self.form)

    def _stand_in(self, parameter: str) -> str:
        if parameter in self.at:
            return self.at[parameter]
        if parameter == "reference":
            return "change" if "/changes/" in self.rule else "ticket"
        return parameter.removesuffix("_id")


@dataclass(frozen=True, slots=True)
class Public:
    """One method of one route that anybody may use, and why."""

    method: str
    rule: str
    why: str
    status: int = 200
    #: Pages of other sites send it, so where it comes from says nothing.
    posted_elsewhere: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def filled(value: Any, things: Things) -> Any:
    """Return ``value`` with every ``Named`` replaced."""
    if isinstance(value, Named):
        return things[value.thing]
    if isinstance(value, Mapping):
        return {name: filled(inner, things) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, things) for inner in value]
    return value


def _names(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_names(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_names(inner) for inner in value)
    return isinstance(value, Named)
