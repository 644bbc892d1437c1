"""Adds up what was found of single items. Pure: rows as values, no database."""

from collections import defaultdict
from typing import Any

from server.items.health.measuring import Measured

#: The sums of a figure, as columns of ``HealthFigure`` and names on the wire.
COUNTS = (
    *("items", "required", "required_filled", "recommended", "recommended_filled"),
    *("watched", "fresh", "orphans", "ownerless", "duplicates", "relations", "stale_relations"),
    *("claims", "confirmed", "contradicted"),
)


def counts_of(one: Measured) -> tuple[int, ...]:
    """Return what an item adds to the sums, in the order of ``COUNTS``."""
    health = one.health
    return (
        1,
        health.required,
        health.required - len(health.missing_required),
        health.recommended,
        health.recommended - len(health.missing_recommended),
        int(health.watched),
        int(health.fresh),
        int(health.orphan),
        int(health.ownerless),
        int(bool(health.twins)),
        health.relations,
        health.stale_relations,
        health.values,
        len(health.confirmed),
        len(health.contradicted),
    )


def item_row(one: Measured) -> dict[str, Any]:
    """Return the row that is kept of an item."""
    health = one.health
    return {
        "item_id": one.item_id,
        "missing_required": len(health.missing_required),
        "missing_recommended": len(health.missing_recommended),
        "stale": health.watched and not health.fresh,
        "orphan": health.orphan,
        "ownerless": health.ownerless,
        "twins": len(health.twins),
        "stale_relations": health.stale_relations,
        "claims": health.values,
        "confirmed": len(health.confirmed),
        "contradicted": len(health.contradicted),
    }


class Sums:
    """The sums by (organisation, class, owner), and by (organisation, class, source)."""

    def __init__(self) -> None:
        self._figures: dict[tuple[int, str, str], tuple[int, ...]] = {}
        self._sources: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, one: Measured) -> None:
        """Add an item."""
        key = (one.organisation_id, one.class_code, one.owner)
        counts, known = counts_of(one), self._figures.get(key)
        self._figures[key] = (
            counts if known is None else tuple(a + b for a, b in zip(known, counts, strict=True))
        )
        for source, fresh in one.health.sources.items():
            spoken = self._sources[one.organisation_id, one.class_code, source]
            spoken[0] += 1
            spoken[1] += fresh

    def figures(self, run_id: int) -> list[dict[str, Any]]:
        """Return the rows of ``HealthFigure``."""
        return [
            {"run_id": run_id, "organisation_id": org, "class_code": code, "owner": owner}
            | dict(zip(COUNTS, counts, strict=True))
            for (org, code, owner), counts in self._figures.items()
        ]

    def sources(self, run_id: int) -> list[dict[str, Any]]:
        """Return the rows of ``HealthOfSource``."""
        return [
            {
                "run_id": run_id,
                "organisation_id": org,
                "class_code": code,
                "source": source,
                "items": items,
                "fresh": fresh,
            }
            for (org, code, source), (items, fresh) in self._sources.items()
        ]
