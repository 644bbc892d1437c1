"""What is known of identifying evidence: read once from ``knowledge.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Weight:
    """What one kind of evidence is worth; ``hardware`` kinds are bolted to the machine."""

    in_favour: float
    against: float
    most: float
    hardware: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Junk, aliases and weights.

    ``everywhere`` are the kinds whose values mean the same in every organisation; ``ignored`` are
    those that say nothing of items of a class.
    """

    placeholders: frozenset[str]
    bad_uuids: frozenset[str]
    shared_mac_prefixes: tuple[str, ...]
    dock_mac_prefixes: tuple[str, ...]
    vendors: Mapping[str, str]
    weights: Mapping[str, Weight]
    everywhere: frozenset[str]
    ignored: Mapping[str, frozenset[str]]


@cache
def knowledge() -> Knowledge:
    """Return the shipped knowledge."""
    path = resources.files("cmdb.engine.identity") / "knowledge.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Knowledge(
        placeholders=frozenset(data["placeholders"]),
        bad_uuids=frozenset(data["bad_uuids"]),
        shared_mac_prefixes=tuple(data["shared_mac_prefixes"]),
        dock_mac_prefixes=tuple(data["dock_mac_prefixes"]),
        vendors=data["vendors"],
        weights={kind: _weight(row) for kind, row in data["weights"].items()},
        ignored={code: frozenset(kinds) for code, kinds in data["ignored"].items()},
        everywhere=frozenset(k for k, row in data["weights"].items() if row.get("everywhere")),
    )


def _weight(row: Mapping[str, Any]) -> Weight:
    return Weight(
        in_favour=row["for"],
        against=row["against"],
        most=row.get("most", row["for"]),
        hardware=row.get("hardware", False),
        weak=row.get("weak", False),
    )
