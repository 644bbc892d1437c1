"""What an offering names that must be there, under the places where it is named."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.desk.catalogue.rules.offering import OfferingForm


@dataclass(frozen=True, slots=True)
class Named:
    """Ids, and codes of classes, by the place of the document where they stand."""

    groups: dict[str, int]
    people: dict[str, int]
    organisations: dict[str, int]
    classes: dict[str, str]


def named_in(form: OfferingForm) -> Named:
    """Return everything that an offering names."""
    people = {
        f"approvals.{number}.person_ids.{place}": one
        for number, step in enumerate(form.approvals)
        for place, one in enumerate(step.person_ids)
    }
    organisations = {
        f"audience.organisation_ids.{number}": one
        for number, one in enumerate(form.audience.organisation_ids)
    }
    classes = {
        f"fields.{number}.class_code": field.class_code
        for number, field in enumerate(form.fields)
        if field.class_code
    }
    groups = {place: one for place, one in _groups(form) if one is not None}
    return Named(groups, people, organisations, classes)


def _groups(form: OfferingForm) -> Iterator[tuple[str, int | None]]:
    for number, one in enumerate(form.audience.group_ids):
        yield f"audience.group_ids.{number}", one
    for number, step in enumerate(form.approvals):
        for place, one in enumerate(step.group_ids):
            yield f"approvals.{number}.group_ids.{place}", one
        yield f"approvals.{number}.fallback_group_id", step.fallback_group_id
    for number, task in enumerate(form.tasks):
        yield f"tasks.{number}.group_id", task.group_id
    yield "ticket.group_id", form.ticket.group_id
