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


def filled_groups(groups: list[HitGroup], words: str = "") -> list[HitGroup]:
    """Return the groups that found something: what is called so first, then in their order.

    >>> said = HitGroup("Tickets", (Hit("/tickets/INC-5", "No print on db-1", "ticket"),))
    >>> called = HitGroup("Items", (Hit("/items/9", "DB-1", "server"),))
    >>> [group.title for group in filled_groups([said, called], "db-1")]
    ['Items', 'Tickets']
    """
    filled = [group for group in groups if group.hits]
    return sorted(filled, key=lambda group: not _called_so(group, words))


def _called_so(group: HitGroup, words: str) -> bool:
    typed = words.casefold()
    return bool(typed) and any(hit.label.casefold().startswith(typed) for hit in group.hits)
