"""Templates that were approved once for all, and whether a change follows its own exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.model.text import text_key
from cmdb.records.items import Item
from server.desk.changes.actions.checking import TEXTS, cleaned
from server.desk.changes.models import Change, ChangeTemplate
from server.desk.changes.queries import Foresight, change_item_ids, tasks_on
from server.desk.tickets.actions.checking import Problems, check_organisation, title_of
from server.foundation.audit import record
from server.foundation.errors import SegregationOfDuties
from server.foundation.permissions import Actor, Permission

#: What a change of a template must say in the template's own words.
_FIXED = ("implementation_plan", "test_plan", "back_out_plan")
#: The riskiest change that a template may let through without anybody looking at it.
MOST_RISK = 60


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A plan for many changes; ``tasks`` are titles, ``class_codes`` what it may touch."""

    name: str
    organisation_id: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    tasks: Sequence[str] = ()
    class_codes: Sequence[str] = ()
    max_risk: int = 30


def create_template(
    session: Session, actor: Actor, draft: TemplateDraft, now: datetime
) -> ChangeTemplate:
    """Write a template; it counts once somebody else has approved it. Raises ``InvalidValue``."""
    actor.require(Permission.CHANGE_WRITE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_WRITE, organisation_id)
    named = Problems()
    name = title_of(named, draft.name)
    problems.add("name", named.fields.get("title", ""))
    texts = cleaned(problems, {one: draft.texts.get(one, "") for one in TEXTS})
    for one in ("implementation_plan", "back_out_plan"):
        problems.add(one, "" if texts[one] else "is needed: changes are approved by it")
    for number, code in enumerate(draft.class_codes):
        known = standing_model().find_class(code) is not None
        problems.add(f"class_codes.{number}", "" if known else f"there is no class {code!r}")
    if not 0 <= draft.max_risk <= MOST_RISK:
        problems.add("max_risk", f"must be from 0 to {MOST_RISK}")
    tasks = [title_of(problems, title) for title in draft.tasks]
    problems.refuse()
    template = ChangeTemplate(
        organisation_id=organisation_id,
        name=name,
        name_key=text_key(name),
        plan={"texts": texts, "tasks": tasks},
        class_codes=list(dict.fromkeys(draft.class_codes)),
        max_risk=draft.max_risk,
        author_id=actor.person_id,
        created_at=now,
    )
    session.add(template)
    session.flush()
    return template


def approve_template(
    session: Session, actor: Actor, template_id: int, now: datetime
) -> ChangeTemplate:
    """Approve every change to come that follows a template.

    Raises ``SegregationOfDuties`` for its author, ``Conflict`` unless it is a draft.
    """
    template = _locked(session, actor, template_id, Permission.CHANGE_APPROVE)
    if actor.person_id is None or actor.person_id == template.author_id:
        raise SegregationOfDuties("the author of a template cannot approve it")
    if template.state != "draft":
        raise Conflict(f"this template is {template.state} already")
    template.state, template.approved_by_id, template.approved_at = "approved", actor.person_id, now
    record(session, actor, "change_template_approved", f"change_template:{template.id}")
    return template


def retire_template(session: Session, actor: Actor, template_id: int) -> ChangeTemplate:
    """Let nothing new be scheduled by a template."""
    template = _locked(session, actor, template_id, Permission.CHANGE_WRITE)
    template.state = "retired"
    record(session, actor, "change_template_retired", f"change_template:{template.id}")
    return template


def _locked(
    session: Session, actor: Actor, template_id: int, permission: Permission
) -> ChangeTemplate:
    found = session.scalar(
        select(ChangeTemplate).where(ChangeTemplate.id == template_id).with_for_update()
    )
    if found is None or not actor.may(Permission.CHANGE_READ, found.organisation_id):
        actor.require(Permission.CHANGE_READ)
        raise NotFound("change template", template_id)
    actor.require(permission, found.organisation_id)
    return found


def template_for(
    session: Session, actor: Actor, problems: Problems, template_id: int | None
) -> ChangeTemplate | None:
    """Return the approved template that a new change names; a fault for any other."""
    if template_id is None:
        return None
    found = session.get(ChangeTemplate, template_id)
    if found is None or not actor.may(Permission.CHANGE_READ, found.organisation_id):
        problems.add("template_id", f"there is no template {template_id}")
        return None
    problems.add("template_id", "" if found.state == "approved" else f"is {found.state}")
    return found


def check_standard(session: Session, change: Change, found: Foresight) -> None:
    """Raise ``InvalidValue`` where a standard change leaves what was approved once for all."""
    template = session.get(ChangeTemplate, change.template_id) if change.template_id else None
    if template is None or template.state != "approved":
        raise InvalidValue({"template_id": "a standard change needs an approved template"})
    problems = Problems()
    _check_words(session, problems, change, template)
    if template.class_codes:
        _check_classes(session, problems, change, template.class_codes)
    if found.risk > template.max_risk:
        told = f"the risk is {found.risk}, the template allows {template.max_risk}"
        problems.add("risk", f"{told}; make it a normal change")
    if found.meetings:
        told = f"{len(found.meetings)} changes collide"
        problems.add("window_start", f"{told}; choose another window or make it a normal change")
    problems.refuse()


def _check_words(
    session: Session, problems: Problems, change: Change, template: ChangeTemplate
) -> None:
    texts: dict[str, Any] = template.plan["texts"]
    for name in _FIXED:
        same = getattr(change, name) == texts.get(name, "")
        problems.add(name, "" if same else "differs from the template; make it a normal change")
    titles = [one.title for one in tasks_on(session, change.id)]
    if titles != template.plan["tasks"]:
        problems.add("tasks", "differ from the template; make it a normal change")


def _check_classes(
    session: Session, problems: Problems, change: Change, codes: Sequence[str]
) -> None:
    model = standing_model()
    allowed = frozenset().union(*(model.descendants(code) for code in codes))
    ids = change_item_ids(session, change.id)
    classes = session.execute(select(Item.id, Item.class_code).where(Item.id.in_(ids[:900])))
    strange = [row.id for row in classes if row.class_code not in allowed]
    if strange:
        told = ", ".join(codes)
        problems.add("item_ids", f"{len(strange)} items are of other classes than {told}")
