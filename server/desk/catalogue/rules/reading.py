"""Reading an offering from a document, with every fault under the place where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmdb.errors import InvalidValue
from server.desk.catalogue.rules.conditions import circles
from server.desk.catalogue.rules.form_reading import read_fields
from server.desk.catalogue.rules.gathering import LONG, SHORT, Reading
from server.desk.catalogue.rules.offering import (
    MOST_STEPS,
    MOST_TASKS,
    NEEDS,
    START,
    WHO,
    ApprovalStep,
    Audience,
    FormField,
    OfferingForm,
    Section,
    Task,
    TicketWords,
)

#: Icons of our set that say what something to be asked for is.
ICONS = (
    "apps",
    "basket",
    "book",
    "building",
    "calendar",
    "database",
    "device-laptop",
    "device-mobile",
    "file-text",
    "folder",
    "headset",
    "key",
    "keyboard",
    "lock",
    "mail",
    "network",
    "package",
    "printer",
    "server-2",
    "tool",
    "user",
    "user-plus",
    "users",
    "wifi",
)
_PARTS = (
    "names",
    "descriptions",
    "section",
    "icon",
    "cost",
    "delivery",
    "audience",
    "fields",
    "approvals",
    "tasks",
    "ticket",
)


def read_offering(document: Mapping[str, Any]) -> OfferingForm:
    """Return the offering of a document; ``offering_document`` says what stands in one.

    Raises ``InvalidValue`` naming each place that is wrong, as ``fields.2.shown_when.field``.
    """
    reading = Reading()
    given = reading.table(document, "", _PARTS)
    fields = read_fields(reading, given.get("fields"))
    approvals = reading.list(given.get("approvals"), "approvals", MOST_STEPS, _step)
    _check_steps(reading, approvals, fields)
    tasks = reading.list(given.get("tasks"), "tasks", MOST_TASKS, _task)
    _check_tasks(reading, tasks)
    form = OfferingForm(
        names=reading.labels(given.get("names"), "names", SHORT, needed=True),
        descriptions=reading.labels(given.get("descriptions"), "descriptions", LONG),
        section=_section(reading, given.get("section")),
        icon=reading.one_of(given.get("icon", "package"), "icon", ICONS),
        cost=reading.labels(given.get("cost"), "cost", SHORT),
        delivery=reading.labels(given.get("delivery"), "delivery", SHORT),
        audience=_audience(reading, given.get("audience", {"everyone": True})),
        fields=tuple(fields),
        approvals=tuple(approvals),
        tasks=tuple(tasks),
        ticket=_ticket(reading, given.get("ticket", {})),
    )
    if reading.faults:
        raise InvalidValue(reading.faults)
    return form


def _section(reading: Reading, data: Any) -> Section:
    given = reading.table(data if data is not None else {}, "section", ("code", "labels"))
    return Section(
        reading.code(given.get("code"), "section.code"),
        reading.labels(given.get("labels"), "section.labels", SHORT, needed=True),
    )


def _audience(reading: Reading, data: Any) -> Audience:
    known = ("everyone", "group_ids", "organisation_ids")
    given = reading.table(data, "audience", known)
    everyone = reading.flag(given, "everyone", "audience", absent=False)
    found = Audience(
        everyone,
        reading.numbers(given.get("group_ids"), "audience.group_ids"),
        reading.numbers(given.get("organisation_ids"), "audience.organisation_ids"),
    )
    if everyone and (found.group_ids or found.organisation_ids):
        reading.faults["audience.everyone"] = "is for everyone, or for those named, and not both"
    if not everyone and not found.group_ids and not found.organisation_ids:
        reading.faults.setdefault("audience", "must be everyone, or name groups or organisations")
    return found


def _ticket(reading: Reading, data: Any) -> TicketWords:
    given = reading.table(data, "ticket", ("category", "group_id", "urgency"))
    return TicketWords(
        reading.line(given.get("category", ""), "ticket.category"),
        reading.number(given.get("group_id"), "ticket.group_id"),
        reading.line(given.get("urgency", "medium"), "ticket.urgency"),
    )


_STEP = ("who", "needs", "person_ids", "group_ids", "field", "fallback_group_id")


def _step(reading: Reading, data: Any, place: str) -> ApprovalStep:
    given = reading.table(data, place, _STEP)
    who = reading.one_of(given.get("who"), f"{place}.who", WHO)
    step = ApprovalStep(
        who=who,
        needs=reading.one_of(given.get("needs", "any"), f"{place}.needs", NEEDS),
        person_ids=reading.numbers(given.get("person_ids"), f"{place}.person_ids"),
        group_ids=reading.numbers(given.get("group_ids"), f"{place}.group_ids"),
        field=reading.line(given.get("field", ""), f"{place}.field"),
        fallback_group_id=reading.number(
            given.get("fallback_group_id"), f"{place}.fallback_group_id"
        ),
    )
    belongs = {"persons": "person_ids", "groups": "group_ids", "item_owner": "field"}
    for sort, name in belongs.items():
        if who == sort and not getattr(step, name):
            reading.faults.setdefault(f"{place}.{name}", "must not be empty")
        if who != sort and getattr(step, name):
            reading.faults[f"{place}.{name}"] = f"belongs to {sort}"
    return step


def _check_steps(
    reading: Reading, steps: Sequence[ApprovalStep], fields: Sequence[FormField]
) -> None:
    items = {field.code for field in fields if field.type == "item"}
    for number, step in enumerate(steps):
        if step.who == "item_owner" and step.field and step.field not in items:
            reading.faults[f"approvals.{number}.field"] = (
                f"there is no question {step.field} of the type item"
            )


def _task(reading: Reading, data: Any, place: str) -> Task:
    known = ("code", "titles", "group_id", "after", "assign_item")
    given = reading.table(data, place, known)
    return Task(
        code=reading.code(given.get("code"), f"{place}.code"),
        titles=reading.labels(given.get("titles"), f"{place}.titles", SHORT, needed=True),
        group_id=reading.number(given.get("group_id"), f"{place}.group_id"),
        after=reading.code(given.get("after", START), f"{place}.after"),
        assign_item=reading.flag(given, "assign_item", place, absent=False),
    )


def _check_tasks(reading: Reading, tasks: Sequence[Task]) -> None:
    """Look at what tasks say of each other."""
    known = {task.code: task for task in reversed(tasks) if task.code not in ("", START)}
    turning = circles({code: task.after for code, task in known.items()})
    for number, task in enumerate(tasks):
        place = f"tasks.{number}"
        if task.code == START:
            reading.faults[f"{place}.code"] = f"{START} is the beginning, and no task"
        elif task.code and known[task.code] is not task:
            reading.faults[f"{place}.code"] = "is taken by another task"
        if task.after and task.after != START and task.after not in known:
            reading.faults[f"{place}.after"] = f"there is no task {task.after}"
        elif task.code in turning:
            reading.faults[f"{place}.after"] = "waits in a circle for itself"
