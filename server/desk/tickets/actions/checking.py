"""What a person names in a ticket must exist, be in sight and be spelled right."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model.text import clean
from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.records.parties import Group, Organisation, Person
from server.desk.tickets.rules.own_fields import check_fields
from server.desk.tickets.rules.words import Words
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.people.queries.groups import seen_groups
from server.people.queries.people import seen_people

TITLE_LENGTH = 255
TEXT_LENGTH = 100_000
#: Items that one ticket or change may name; the graph says what hangs on them.
MAX_ITEMS = 1000


class Problems:
    """Collects what is wrong, field by field, so that a person hears of everything at once."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, fault: str) -> None:
        """Note a fault; an empty one is none."""
        if fault:
            self.fields[field] = fault

    def refuse(self) -> None:
        """Raise ``InvalidValue`` if anything was noted."""
        if self.fields:
            raise InvalidValue(self.fields)


def check_words(problems: Problems, words: Words, given: Mapping[str, Any]) -> None:
    """Check the fields of ``given`` whose values come from a list."""
    lists: dict[str, Mapping[str, object]] = {
        "kind": words.kinds,
        "urgency": words.urgencies,
        "impact": words.impacts,
        "channel": words.channels,
        "category": words.categories,
    }
    for name, allowed in lists.items():
        value = given.get(name)
        if value is None or (name == "category" and value == ""):
            continue
        if value not in allowed:
            problems.add(name, f"must be one of {', '.join(allowed)}")


def own_fields(
    problems: Problems,
    words: Words,
    category: str,
    given: Mapping[str, Any],
    *,
    complete: bool = True,
) -> dict[str, Any]:
    """Return the category's own fields as they are stored; faults stand under ``fields.<code>``."""
    values, faults = check_fields(words, category, given, complete=complete)
    for code, fault in faults.items():
        problems.add(f"fields.{code}", fault)
    return values


def title_of(problems: Problems, raw: str) -> str:
    """Return the title as it is stored; it must say something."""
    title = clean(raw)
    problems.add("title", "" if title else "must not be empty")
    if len(title) > TITLE_LENGTH:
        problems.add("title", f"must not be longer than {TITLE_LENGTH}")
    return title


def text_of(problems: Problems, field: str, raw: str) -> str:
    """Return a text of several lines as it is stored."""
    text = clean(raw, multiline=True)
    if len(text) > TEXT_LENGTH:
        problems.add(field, f"must not be longer than {TEXT_LENGTH}")
    return text


def check_person(
    session: Session, actor: Actor, problems: Problems, field: str, person_id: int | None
) -> Person | None:
    """Return the active person; oneself is always in sight."""
    if person_id is None:
        return None
    in_sight = seen_people(actor)
    if person_id == actor.person_id:
        in_sight = Person.id == person_id
    query = select(Person).where(Person.id == person_id, in_sight, Person.active)
    found = session.scalar(query)
    problems.add(field, "" if found else f"there is no active person {person_id}")
    return found


def check_group(
    session: Session, actor: Actor, problems: Problems, field: str, group_id: int | None
) -> None:
    """Check that the group exists, is active and in sight."""
    if group_id is None:
        return
    query = select(Group.id).where(Group.id == group_id, seen_groups(actor), Group.active)
    problems.add(field, "" if session.scalar(query) else f"there is no active group {group_id}")


def check_organisation(
    session: Session,
    actor: Actor,
    problems: Problems,
    permission: Permission,
    organisation_id: int | None,
) -> None:
    """Check that the actor holds ``permission`` in an organisation that exists."""
    if organisation_id is None:
        problems.add("organisation_id", "say which organisation it belongs to")
        return
    known = session.get(Organisation, organisation_id) is not None
    if not known or not actor.may(permission, organisation_id):
        problems.add("organisation_id", f"there is no organisation {organisation_id}")


def check_items(
    session: Session, actor: Actor, problems: Problems, field: str, item_ids: Sequence[int]
) -> dict[int, Item]:
    """Return the items by id, in the order given; each must be in sight."""
    if len(item_ids) > MAX_ITEMS:
        problems.add(field, f"must not name more than {MAX_ITEMS} items")
        return {}
    seen = find_items(session, list(item_ids), visible_items(actor))
    for number, item_id in enumerate(item_ids):
        if item_id not in seen:
            problems.add(f"{field}.{number}", f"there is no item {item_id}")
    return {item_id: seen[item_id] for item_id in dict.fromkeys(item_ids) if item_id in seen}
