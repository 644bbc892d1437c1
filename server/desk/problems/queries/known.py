"""Known errors on items: by the item itself, by its model, by software installed on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.packages import is_below
from cmdb.model.text import text_key
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from server.desk.problems.models import Problem, ProblemItem
from server.desk.problems.queries.problems import visible_problems
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

_SHOWN = 20
#: Items of one ticket or person that are looked at.
_ITEMS = 200


@dataclass(frozen=True, slots=True)
class KnownError:
    """A known error, the item it fits, and by what: "item", "model" or "software"."""

    problem: Problem
    item: Item
    by: str
    version: str = ""


def known_errors_on(session: Session, actor: Actor, item_ids: Sequence[int]) -> list[KnownError]:
    """Return the known errors told to the actor that fit items in sight, each once.

    Who works on tickets is told all that are published and in sight; everybody else those meant
    for everybody, of their own organisation and those above it. Four statements at most.
    """
    if not item_ids:
        return []
    query = select(Item).where(Item.id.in_(item_ids[:_ITEMS]), visible_items(actor))
    items = {item.id: item for item in session.scalars(query)}
    if not items:
        return []
    found = [*_named(session, actor, items), *_by_model(session, actor, items)]
    found += _by_software(session, actor, items)
    once: dict[int, KnownError] = {}
    for one in found:
        once.setdefault(one.problem.id, one)
    return sorted(once.values(), key=lambda one: (one.problem.priority, one.problem.id))[:_SHOWN]


def _told(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which a known error is told to the actor at all."""
    if actor.may(Permission.TICKET_WORK):
        return Problem.is_open & (Problem.published != "") & visible_problems(actor)
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == (actor.organisation_id or 0)
    )
    own = Problem.organisation_id.in_(above)
    return Problem.is_open & (Problem.published == "everyone") & own


def _named(session: Session, actor: Actor, items: dict[int, Item]) -> list[KnownError]:
    query = (
        select(Problem, ProblemItem.item_id)
        .join(ProblemItem, ProblemItem.problem_id == Problem.id)
        .where(ProblemItem.item_id.in_(items), _told(actor))
        .order_by(Problem.id)
        .limit(_ITEMS)
    )
    return [KnownError(row, items[item_id], "item") for row, item_id in session.execute(query)]


def _by_model(session: Session, actor: Actor, items: dict[int, Item]) -> list[KnownError]:
    models = {item.model.casefold(): item for item in items.values() if item.model}
    if not models:
        return []
    # SQLite folds nothing but ASCII; what is written alike fits there too.
    alike = Problem.match_model.in_({item.model for item in models.values()})
    fits = or_(func.lower(Problem.match_model).in_(list(models)), alike)
    query = select(Problem).where(Problem.match_model != "", fits, _told(actor)).limit(_ITEMS)
    rows = session.scalars(query)
    named = [(row, models.get(row.match_model.casefold())) for row in rows]
    return [KnownError(row, item, "model") for row, item in named if item is not None]


def _by_software(session: Session, actor: Actor, items: dict[int, Item]) -> list[KnownError]:
    query = select(Problem).where(Problem.match_software != "", _told(actor)).limit(_ITEMS)
    errors = session.scalars(query).all()
    if not errors:
        return []
    names = {one.match_software for one in errors}
    keys = {text_key(one) for one in names}
    installed = (
        select(
            Installation.item_id,
            SoftwareProduct.name,
            SoftwareProduct.ecosystem,
            SoftwareRelease.version,
        )
        .join(SoftwareRelease, SoftwareRelease.id == Installation.release_id)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(
            Installation.item_id.in_(items),
            or_(SoftwareProduct.name.in_(names), SoftwareProduct.name_key.in_(keys)),
        )
        .limit(2000)
    )
    rows = session.execute(installed).all()
    found = []
    for error in errors:
        for item_id, name, ecosystem, version in rows:
            below, alike = error.match_below, text_key(name) == text_key(error.match_software)
            if alike and (not below or is_below(ecosystem, version, below)):
                found.append(KnownError(error, items[item_id], "software", version))
    return found
