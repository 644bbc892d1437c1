"""Giving items the keys that the rules of their class make of their attributes."""

from cmdb.inventory.redeciding import Redecider
from server.foundation.jobs.handler import JobContext
from server.items.class_walk import redecide_class


def rekey_items(context: JobContext) -> None:
    """Read the keys of all items of a class, and of those below it, anew."""
    redecide_class(context, Redecider.rekey)
