"""An offering as it is stored and told; ``reading.read_offering`` reads it back."""

from typing import Any

from server.desk.catalogue.rules.offering import ApprovalStep, FormField, OfferingForm, Task


def offering_document(form: OfferingForm) -> dict[str, Any]:
    """Return the document of an offering, with everything that it says."""
    audience = form.audience
    return {
        "names": dict(form.names),
        "descriptions": dict(form.descriptions),
        "section": {"code": form.section.code, "labels": dict(form.section.labels)},
        "icon": form.icon,
        "cost": dict(form.cost),
        "delivery": dict(form.delivery),
        "audience": {
            "everyone": audience.everyone,
            "group_ids": list(audience.group_ids),
            "organisation_ids": list(audience.organisation_ids),
        },
        "fields": [_field(one) for one in form.fields],
        "approvals": [_step(one) for one in form.approvals],
        "tasks": [_task(one) for one in form.tasks],
        "ticket": {
            "category": form.ticket.category,
            "group_id": form.ticket.group_id,
            "urgency": form.ticket.urgency,
        },
    }


def _field(field: FormField) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": field.code,
        "type": field.type,
        "labels": dict(field.labels),
        "help": dict(field.help),
        "required": field.required,
    }
    if field.choices is not None:
        found["choices"] = {code: dict(labels) for code, labels in field.choices.items()}
    if field.type == "item":
        found |= {"class_code": field.class_code, "mine": field.mine}
    if field.shown_when is not None:
        condition = field.shown_when
        found["shown_when"] = {"field": condition.field, "is": list(condition.values)}
    return found


def _step(step: ApprovalStep) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "persons": {"person_ids": list(step.person_ids)},
        "groups": {"group_ids": list(step.group_ids)},
        "item_owner": {"field": step.field},
    }
    found = {"who": step.who, "needs": step.needs, "fallback_group_id": step.fallback_group_id}
    return found | own.get(step.who, {})


def _task(task: Task) -> dict[str, Any]:
    return {
        "code": task.code,
        "titles": dict(task.titles),
        "group_id": task.group_id,
        "after": task.after,
        "assign_item": task.assign_item,
    }
