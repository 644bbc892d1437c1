"""Nobody hands out, or gets hold of, more than they have themselves."""

from collections.abc import Iterable

from server.foundation.permissions import Actor, Grant, Permission, Reach


def missing(actor: Actor, wanted: Iterable[Grant]) -> Permission | None:
    """Return the first permission of ``wanted`` that the actor does not hold there, or None."""
    for grant in wanted:
        for permission in sorted(grant.permissions):
            if not any(_covered(held, grant) for held in actor.grants_for(permission)):
                return permission
    return None


def _covered(held: Grant, wanted: Grant) -> bool:
    return (
        _covers_place(held, wanted)
        and _covers_classes(held, wanted)
        and (held.reach is Reach.ALL or held.reach is wanted.reach)
    )


def _covers_place(held: Grant, wanted: Grant) -> bool:
    if held.organisation_ids is None:
        return True
    return wanted.organisation_ids is not None and wanted.organisation_ids <= held.organisation_ids


def _covers_classes(held: Grant, wanted: Grant) -> bool:
    if held.class_codes is None:
        return True
    return wanted.class_codes is not None and wanted.class_codes <= held.class_codes
