"""Templates: prepared tickets with their checklists. They are one for the whole desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, NotFound
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_words,
    text_of,
    title_of,
)
from server.desk.tickets.actions.tasking import MAX_TASKS
from server.desk.tickets.models import TicketTemplate
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import check_fields
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: What a template may fill in.
FIELDS = ("title", "kind", "category", "urgency", "description", "group_id", "fields", "tasks")


def require_rules(actor: Actor) -> None:
    """Raise ``PermissionDenied`` unless the actor may say how the whole desk works."""
    require_everywhere(actor, Permission.ADMIN_RULES)


def add_template(
    session: Session, actor: Actor, code: str, name: str, document: Mapping[str, Any], now: datetime
) -> TicketTemplate:
    """Add a template. Raises ``DuplicateName`` when there is one of this code, ``InvalidValue``."""
    require_rules(actor)
    if session.scalar(select(TicketTemplate.id).where(TicketTemplate.code == code)) is not None:
        raise DuplicateName("template", "code", code)
    return save_template(session, actor, code, name, document, now)


def save_template(
    session: Session, actor: Actor, code: str, name: str, document: Mapping[str, Any], now: datetime
) -> TicketTemplate:
    """Add a template, or change the one of this code. Raises ``InvalidValue``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    problems = Problems()
    for field in document:
        problems.add(field, "" if field in FIELDS else "cannot be prepared")
    problems.refuse()
    words = words_of(session)
    check_words(problems, words, document)
    checked = _texts(problems, name, document)
    group_id = document.get("group_id")
    check_group(session, actor, problems, "group_id", group_id)
    category = str(checked["category"])
    # What a category needs is asked of whoever opens the ticket, not of whoever prepares it.
    values, faults = check_fields(words, category, document.get("fields") or {}, complete=False)
    for field, fault in faults.items():
        problems.add(f"fields.{field}", fault)
    problems.refuse()
    row = session.scalar(select(TicketTemplate).where(TicketTemplate.code == code))
    row = row or TicketTemplate(code=code)
    row.name = str(checked.pop("name"))
    row.document = checked | {"group_id": group_id, "fields": values}
    row.updated_at = now
    session.add(row)
    session.flush()
    audit.record(session, actor, "ticket_template.changed", f"ticket_template:{code}")
    return row


def _texts(problems: Problems, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    title = str(document.get("title") or "").strip()
    tasks = [str(one).strip() for one in document.get("tasks") or ()]
    if len(tasks) > MAX_TASKS:
        problems.add("tasks", f"a ticket has at most {MAX_TASKS} steps")
    for number, task in enumerate(tasks):
        if not 0 < len(task) <= 255:
            problems.add(f"tasks.{number}", "must have 1 to 255 characters")
    shown = name.strip()
    problems.add("name", "" if 0 < len(shown) <= 120 else "must have 1 to 120 characters")
    return {
        "name": shown,
        "title": title_of(problems, title) if title else "",
        "kind": document.get("kind") or "incident",
        "category": document.get("category") or "",
        "urgency": document.get("urgency") or "medium",
        "description": text_of(problems, "description", str(document.get("description") or "")),
        "tasks": tasks,
    }


def remove_template(session: Session, actor: Actor, code: str) -> None:
    """Take a template away; tickets made of it stay. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.scalar(select(TicketTemplate).where(TicketTemplate.code == code))
    if row is None:
        raise NotFound("template", code)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "ticket_template.removed", f"ticket_template:{code}")
