"""What is announced of a change or an incident, as a draft made of what is known already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.desk.announcements.queries.audience import reached_by
from server.desk.announcements.rules.lifecycle import AnnouncementDraft
from server.desk.changes.queries import change_item_ids, find_change
from server.desk.tickets.queries import affected_item_ids, find_ticket
from server.foundation.permissions import Actor
from server.items.queries import names_of

#: Items that a draft names; services that it spells out.
_ITEMS, _SERVICES = 200, 20
_TITLE = 255


def announcement_of(
    session: Session, actor: Actor, reference: str
) -> tuple[AnnouncementDraft, str]:
    """Return the draft of an announcement and the reference of what it is drafted from.

    ``reference`` is that of a change or a ticket in the actor's sight; items out of it are left
    out. Raises ``NotFound``.
    """
    if reference.upper().startswith("CHG"):
        return _of_change(session, actor, reference)
    ticket = find_ticket(session, actor, reference)
    draft = AnnouncementDraft(
        title=ticket.title[:_TITLE],
        kind="outage",
        starts_at=ticket.occurred_at or ticket.created_at,
        organisation_id=ticket.organisation_id,
        **_about(session, actor, affected_item_ids(session, ticket.id)),
    )
    return draft, ticket.reference


def _of_change(session: Session, actor: Actor, reference: str) -> tuple[AnnouncementDraft, str]:
    change = find_change(session, actor, reference)
    draft = AnnouncementDraft(
        title=change.title[:_TITLE],
        text=change.communication_plan[:10_000],
        cause=change.reason[:10_000],
        starts_at=change.window_start,
        expected_end_at=change.window_end,
        organisation_id=change.organisation_id,
        **_about(session, actor, change_item_ids(session, change.id)),
    )
    return draft, change.reference


def _about(session: Session, actor: Actor, item_ids: Sequence[int]) -> dict[str, Any]:
    """Return items in sight, the services they reach in words, and who is told."""
    seen = tuple(names_of(session, actor, list(item_ids)[:_ITEMS]))
    services = reached_by(session, actor, seen).services[:_SERVICES]
    return {
        "item_ids": seen,
        "concerned": ", ".join(item.name for item, _ in services)[:1000],
        "audience": "users" if seen else "everyone",
    }
