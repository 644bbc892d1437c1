"""Beginning a change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from cmdb.model.text import text_key
from server.desk.changes.actions.assessing import assess_change
from server.desk.changes.actions.checking import TEXTS, check_kind, check_window, cleaned
from server.desk.changes.actions.planning import (
    DifferenceDraft,
    TaskDraft,
    set_differences,
    set_tasks,
)
from server.desk.changes.actions.standard import template_for
from server.desk.changes.events import ChangeDrafted
from server.desk.changes.models import Change, ChangeItem, ChangeTemplate
from server.desk.changes.rules.questionnaire import faults_of
from server.desk.changes.rules.words import shipped_words
from server.desk.tickets.actions.checking import (
    Problems,
    check_items,
    check_organisation,
    check_person,
)
from server.desk.tickets.actions.references import next_reference
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

PREFIX = "CHG"


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """A new change as a person plans it; without an organisation it is the author's.

    With a template it is a standard change, and what is left empty comes from the template.
    """

    title: str
    kind: str = "normal"
    reason: str = ""
    implementation_plan: str = ""
    test_plan: str = ""
    back_out_plan: str = ""
    communication_plan: str = ""
    item_ids: tuple[int, ...] = ()
    window_start: datetime | None = None
    window_end: datetime | None = None
    implementer_id: int | None = None
    organisation_id: int | None = None
    template_id: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[TaskDraft, ...] = ()
    differences: tuple[DifferenceDraft, ...] = ()


def draft_change(session: Session, actor: Actor, draft: ChangeDraft, now: datetime) -> Change:
    """Begin a change; the actor is its author. What it would break is known at once.

    Raises ``InvalidValue`` naming every field that is wrong (``item_ids.0`` for the first item),
    ``PermissionDenied``.
    """
    actor.require(Permission.CHANGE_WRITE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_WRITE, organisation_id)
    check_kind(problems, draft.kind)
    check_window(problems, draft.window_start, draft.window_end, now)
    check_person(session, actor, problems, "implementer_id", draft.implementer_id)
    items = check_items(session, actor, problems, "item_ids", draft.item_ids)
    for code, fault in faults_of(draft.answers).items():
        problems.add(f"answers.{code}", fault)
    template = template_for(session, actor, problems, draft.template_id)
    words = cleaned(problems, _texts(draft, template))
    problems.refuse()
    change = Change(
        **words,
        kind="standard" if template else draft.kind,
        template_id=template.id if template else None,
        answers=dict(draft.answers),
        organisation_id=organisation_id,
        title_key=text_key(words["title"]),
        state=shipped_words().first_state,
        is_open=True,
        window_start=draft.window_start,
        window_end=draft.window_end,
        author_id=actor.person_id,
        implementer_id=draft.implementer_id,
        risk_points=[],
        created_at=now,
        updated_at=now,
        version=1,
        reference=next_reference(session, PREFIX),
    )
    session.add(change)
    session.flush()
    if items:
        rows = [{"change_id": change.id, "item_id": item_id} for item_id in items]
        session.execute(insert(ChangeItem), rows)
    tasks = draft.tasks
    if template and not tasks:
        tasks = tuple(map(TaskDraft, template.plan["tasks"]))
    set_tasks(session, actor, change, tasks)
    set_differences(session, actor, change, draft.differences)
    assess_change(session, change)
    session.flush()
    publish(session, ChangeDrafted(change.id, now, actor.person_id))
    return change


def _texts(draft: ChangeDraft, template: ChangeTemplate | None) -> dict[str, str]:
    texts = {name: getattr(draft, name) for name in ("title", *TEXTS)}
    if template is None:
        return texts
    offered = {"title": template.name} | template.plan["texts"]
    return {name: text or offered.get(name, "") for name, text in texts.items()}
