"""How far one item can be trusted, as counts that add up over any set of items.

>>> from datetime import UTC, datetime
>>> now = datetime(2026, 5, 1, tzinfo=UTC)
>>> said = [Said("agent", {"vendor": "HP"}, now), Said("import:sheet", {"vendor": "hp"}, now)]
>>> seen = Subject({"name": "db-1", "vendor": "HP"}, said, related=1)
>>> judged = judge(seen, Wanted(("name", "serial"), ("vendor",)), {}, now)
>>> judged.missing_required, judged.confirmed, judged.orphan
(('serial',), ('vendor',), False)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: What people and sheets said counts as fresh for accuracy for so long; they name no limit.
UNLIMITED = timedelta(days=365)
#: Where an item stands in its life is decided here; nobody outside can confirm it.
_OURS = frozenset({"stage"})
#: Repeats what others said; it confirms nothing.
_ECHOES = frozenset({"derived"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The attributes of a class that must be, and that should be filled."""

    required: tuple[str, ...]
    recommended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of an item, and when it spoke last."""

    source: str
    words: Mapping[str, Any]
    seen: datetime

    @property
    def base(self) -> str:
        """Return the kind of source: two imports are no two witnesses."""
        return self.source.split(":", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Subject:
    """An item as it is judged.

    ``related`` counts its live relations, ``stale_relations`` those it starts that nobody has
    confirmed in time. ``attested`` are the values that an owner has confirmed as they stand.
    """

    values: Mapping[str, Any]
    said: Sequence[Said]
    related: int = 0
    relations: int = 0
    stale_relations: int = 0
    located: bool = False
    owned: bool = False
    twins: tuple[int, ...] = ()
    attested: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ItemHealth:
    """What was found of one item. ``watched``: a source that grows stale speaks of it at all."""

    required: int
    missing_required: tuple[str, ...]
    recommended: int
    missing_recommended: tuple[str, ...]
    watched: bool
    fresh: bool
    sources: Mapping[str, bool]
    orphan: bool
    ownerless: bool
    twins: tuple[int, ...]
    relations: int
    stale_relations: int
    values: int
    confirmed: tuple[str, ...]
    contradicted: tuple[str, ...]


def judge(
    item: Subject, wanted: Wanted, limits: Mapping[str, timedelta], now: datetime
) -> ItemHealth:
    """Return the health of one item; ``limits`` is {kind of source: how long its word is fresh}.

    O(values x sources).
    """
    watching = [said for said in item.said if said.base in limits]
    sources: dict[str, bool] = {}
    for said in item.said:
        fresh = said.base not in limits or now - said.seen <= limits[said.base]
        sources[said.source] = sources.get(said.source, False) or fresh
    values, confirmed, contradicted = _accuracy(item, limits, now)
    return ItemHealth(
        required=len(wanted.required),
        missing_required=_missing(wanted.required, item.values),
        recommended=len(wanted.recommended),
        missing_recommended=_missing(wanted.recommended, item.values),
        watched=bool(watching),
        fresh=any(now - said.seen <= limits[said.base] for said in watching),
        sources=sources,
        orphan=not item.related and not item.located,
        ownerless=not item.owned,
        twins=item.twins,
        relations=item.relations,
        stale_relations=item.stale_relations,
        values=values,
        confirmed=confirmed,
        contradicted=contradicted,
    )


def _missing(names: Iterable[str], values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in names if values.get(name) in (None, "", [], {}))


def _accuracy(
    item: Subject, limits: Mapping[str, timedelta], now: datetime
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return how many values somebody said, those confirmed, and those denied by a fresh word.

    A value is confirmed when two independent kinds of sources that spoke in time agree on it: the
    one that said it, and another. An owner's attestation counts as one.
    """
    speaking = [
        said
        for said in item.said
        if said.base not in _ECHOES and now - said.seen <= limits.get(said.base, UNLIMITED)
    ]
    known = {name for said in item.said for name in said.words} & item.values.keys() - _OURS
    confirmed: list[str] = []
    contradicted: list[str] = []
    for name in sorted(known):
        held = comparable(item.values[name])
        words = [
            (said.base, comparable(said.words[name])) for said in speaking if name in said.words
        ]
        agreeing = {base for base, word in words if word == held}
        if len(agreeing) + (name in item.attested) >= 2:
            confirmed.append(name)
        elif any(word != held for _, word in words):
            contradicted.append(name)
    return len(known), tuple(confirmed), tuple(contradicted)


def comparable(value: Any) -> Any:
    """Return what two words are compared by: case, blanks and the order of lists do not differ.

    >>> comparable(["B", "a "]) == comparable(["A", "b"]), comparable(3) == comparable("3")
    (True, False)
    """
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    if isinstance(value, list):
        return frozenset(repr(comparable(one)) for one in value)
    if isinstance(value, dict):
        return repr(sorted((name, comparable(one)) for name, one in value.items()))
    return value
