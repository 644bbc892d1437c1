"""What a search found, in groups of hits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One thing found. ``icon`` is a name of static/src/icons.json; ``detail`` stands beside it."""

    url: str
    label: str
    icon: str
    detail: str = ""


@dataclass(frozen=True)
class HitGroup:
    """Hits of one kind. ``more_url`` opens the list of all of them; "" when these are all."""

    title: str
    hits: tuple[Hit, ...]
    more_url: str = ""
    #: What the reader should know of how it was found.
    note: str = ""


def filled_groups(groups: list[HitGroup]) -> list[HitGroup]:
    """Return the groups that found something, in their order."""
    return [group for group in groups if group.hits]
