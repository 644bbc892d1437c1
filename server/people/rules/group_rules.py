"""Which groups of a directory a rule is about. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.people.rules.dn import dn_key, looks_like_dn
from server.people.rules.logins import name_key


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule without its row. ``role_id`` None: it says where people belong."""

    rule_id: int
    pattern: str
    role_id: int | None
    organisation_id: int


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group of the directory, and its members as ids of persons."""

    group_id: int
    name: str
    dn: str
    members: frozenset[int] = frozenset()


def fits(pattern: str, name: str, dn: str) -> bool:
    """Say whether a pattern means the group: its name or its DN, ``*`` being anything.

    >>> fits("desk-*", "Desk-Berlin", "cn=Desk-Berlin,ou=groups,dc=example")
    True
    >>> fits("*,ou=admins,dc=example", "Root", "cn=Root, OU=Admins,dc=example")
    True
    >>> fits("desk", "desktop", "cn=desktop,dc=example")
    False
    """
    if looks_like_dn(pattern):
        return _matches(dn_key(pattern), dn_key(dn))
    return _matches(name_key(pattern), name_key(name))


def roles_due(rules: Sequence[GroupRule], groups: Iterable[KnownGroup]) -> set[tuple[int, int]]:
    """Return the (rule, group) pairs for which a grant must stand."""
    known = list(groups)
    return {
        (rule.rule_id, group.group_id)
        for rule in rules
        if rule.role_id is not None
        for group in known
        if fits(rule.pattern, group.name, group.dn)
    }


def organisations_due(
    rules: Sequence[GroupRule], groups: Iterable[KnownGroup]
) -> Mapping[int, int]:
    """Return person -> organisation; of several rules that name somebody the first one wins."""
    known = list(groups)
    due: dict[int, int] = {}
    for rule in rules:
        if rule.role_id is not None:
            continue
        for group in known:
            if fits(rule.pattern, group.name, group.dn):
                for person_id in group.members:
                    due.setdefault(person_id, rule.organisation_id)
    return due


def _matches(pattern: str, text: str) -> bool:
    """Compare from left to right, each part as early as it goes; linear, whatever the stars."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(last)
