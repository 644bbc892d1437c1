"""Writing, publishing and retiring offerings. Each publication is a version that is kept."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.model.text import text_key
from cmdb.records.parties import Group, Organisation, Person
from server.desk.catalogue.models import Offering, OfferingAudience, OfferingVersion
from server.desk.catalogue.queries import find_offering
from server.desk.catalogue.rules.naming import named_in
from server.desk.catalogue.rules.offering import OfferingForm
from server.desk.catalogue.rules.reading import read_offering
from server.desk.catalogue.rules.writing import offering_document
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.foundation.search.stemming import stems_of
from server.people.actions.rights import require_everywhere
from server.people.organisations import root_organisation


def write_offering(
    session: Session,
    actor: Actor,
    code: str,
    document: Mapping[str, Any],
    now: datetime,
    organisation_id: int | None = None,
) -> Offering:
    """Write a new offering as a draft, of the organisation at the top unless another is named.

    Raises ``InvalidValue`` naming each place of the document that is wrong, ``DuplicateName``,
    ``PermissionDenied``.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    if session.scalar(select(Offering.id).where(Offering.code == code)) is not None:
        raise DuplicateName("offering", "code", code)
    root = root_organisation(session) if organisation_id is None else None
    row = Offering(
        code=code,
        organisation_id=root.id if root else organisation_id,
        state="draft",
        version=0,
        for_everyone=False,
        stems="",
        created_at=now,
        created_by_id=actor.person_id,
    )
    return _save(session, actor, row, document, now)


def change_offering(
    session: Session, actor: Actor, code: str, document: Mapping[str, Any], now: datetime
) -> Offering:
    """Write an offering anew; people see it with the next publication. Raises as writing does."""
    return _save(session, actor, lock_offering(session, actor, code), document, now)


def publish_offering(
    session: Session, actor: Actor, code: str, now: datetime, *, withdraw_older: bool = False
) -> Offering:
    """Offer what was written, as a new version.

    A form of an older version that somebody is filling in still holds, unless ``withdraw_older``.
    Raises ``InvalidValue`` where what it names is gone by now, ``NotFound``, ``PermissionDenied``.
    """
    row = lock_offering(session, actor, code)
    form = read_offering(row.document)
    _check(session, form)
    if withdraw_older:
        _withdraw(session, row, now)
    row.version += 1
    row.state = "published"
    row.updated_at = row.published_at = now
    row.updated_by_id = actor.person_id
    row.stems = f" {' '.join(sorted(stems_of(_text(form))))} "
    session.add(
        OfferingVersion(
            offering_id=row.id,
            version=row.version,
            document=row.document,
            at=now,
            person_id=actor.person_id,
        )
    )
    _write_audience(session, row, form)
    session.flush()
    told = {"version": row.version, "withdraw_older": withdraw_older}
    audit.record(session, actor, "offering.published", f"offering:{row.id}", told)
    return row


def retire_offering(session: Session, actor: Actor, code: str, now: datetime) -> Offering:
    """Offer it no longer; orders go on. Raises ``Conflict`` for what is not offered."""
    row = lock_offering(session, actor, code)
    if row.state != "published":
        raise Conflict(f"the offering {code} is not published")
    _withdraw(session, row, now)
    row.state, row.updated_at, row.updated_by_id = "retired", now, actor.person_id
    session.flush()
    audit.record(session, actor, "offering.retired", f"offering:{row.id}")
    return row


def remove_offering(session: Session, actor: Actor, code: str) -> None:
    """Take a draft away that was never published. Raises ``Conflict`` for any other."""
    row = lock_offering(session, actor, code)
    if row.version:
        raise Conflict(f"the offering {code} was published; retire it")
    session.delete(row)
    session.flush()
    audit.record(session, actor, "offering.removed", f"offering:{row.id}")


def lock_offering(session: Session, actor: Actor, code: str) -> Offering:
    """Return an offering fresh and locked until the transaction ends. Raises ``NotFound``."""
    find_offering(session, actor, code)
    query = select(Offering).where(Offering.code == code).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("offering", code)
    return found


@cache
def shipped_offerings() -> Mapping[str, Mapping[str, Any]]:
    """Return the documents of ready offerings, by code."""
    text = files("server.desk.catalogue.rules").joinpath("shipped.toml").read_text("utf-8")
    return tomllib.loads(text)


def add_shipped(
    session: Session, actor: Actor, now: datetime, organisation_id: int | None = None
) -> list[Offering]:
    """Add the ready offerings that are not here yet, as drafts; return them."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    known = set(session.scalars(select(Offering.code)))
    return [
        write_offering(session, actor, code, document, now, organisation_id)
        for code, document in shipped_offerings().items()
        if code not in known
    ]


def _save(
    session: Session, actor: Actor, row: Offering, document: Mapping[str, Any], now: datetime
) -> Offering:
    form = read_offering(document)
    _check(session, form)
    row.document = offering_document(form)
    row.name_key = text_key(form.names["en"])
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.add(row)
    session.flush()
    audit.record(session, actor, "offering.written", f"offering:{row.id}", {"state": row.state})
    return row


def _withdraw(session: Session, row: Offering, now: datetime) -> None:
    session.execute(
        update(OfferingVersion)
        .where(OfferingVersion.offering_id == row.id, OfferingVersion.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def _write_audience(session: Session, row: Offering, form: OfferingForm) -> None:
    row.for_everyone = form.audience.everyone
    session.execute(delete(OfferingAudience).where(OfferingAudience.offering_id == row.id))
    session.add_all(
        OfferingAudience(offering_id=row.id, group_id=one) for one in form.audience.group_ids
    )
    session.add_all(
        OfferingAudience(offering_id=row.id, organisation_id=one)
        for one in form.audience.organisation_ids
    )


def _text(form: OfferingForm) -> str:
    """Return the words by which it is found, in all languages."""
    texts = [form.names, form.descriptions, form.section.labels]
    return " ".join(text for labels in texts for text in labels.values())


def _check(session: Session, form: OfferingForm) -> None:
    """Raise ``InvalidValue`` for whatever is named and is not there."""
    named = named_in(form)
    groups = select(Group.id).where(Group.id.in_(named.groups.values()), Group.active)
    people = select(Person.id).where(Person.id.in_(named.people.values()), Person.active)
    places = select(Organisation.id).where(Organisation.id.in_(named.organisations.values()))
    model = standing_model()
    classes = {code for code in named.classes.values() if model.find_class(code) is not None}
    faults = (
        _absent(named.groups, session.scalars(groups), "active group")
        | _absent(named.people, session.scalars(people), "active person")
        | _absent(named.organisations, session.scalars(places), "organisation")
        | _absent(named.classes, classes, "class")
    )
    if faults:
        raise InvalidValue(faults)


def _absent(named: Mapping[str, object], known: Iterable[object], what: str) -> dict[str, str]:
    there = set(known)
    return {place: f"there is no {what} {one}" for place, one in named.items() if one not in there}
