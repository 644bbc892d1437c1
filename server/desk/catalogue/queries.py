"""The catalogue as an actor may ask for things, and as an administrator keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import OrganisationClosure
from server.desk.catalogue.models import Offering, OfferingAudience, OfferingVersion
from server.desk.catalogue.rules.answers import OfferingWithdrawn
from server.desk.catalogue.rules.offering import OfferingForm, Section
from server.desk.catalogue.rules.reading import read_offering
from server.foundation.permissions import Actor, Permission
from server.foundation.search.stemming import stems_of_word, words_of
from server.people.actions.rights import require_everywhere

#: Offerings that one list shows; a catalogue of more is looked through by words.
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering with one of its versions: what people are shown, and order by."""

    offering: Offering
    version: int
    form: OfferingForm


def offered_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Offering`` that it is meant for the actor, in whatever state."""
    if not actor.may(Permission.TICKET_OPEN):
        return false()
    by_group = select(OfferingAudience.offering_id).where(
        OfferingAudience.group_id.in_(sorted(actor.group_ids))
    )
    by_place = (
        select(OfferingAudience.offering_id)
        .join(
            OrganisationClosure,
            OrganisationClosure.ancestor_id == OfferingAudience.organisation_id,
        )
        .where(OrganisationClosure.descendant_id == actor.organisation_id)
    )
    return or_(Offering.for_everyone, Offering.id.in_(by_group.union(by_place)))


def list_offerings(
    session: Session, actor: Actor, text: str = "", section: str = ""
) -> list[Offered]:
    """Return what the actor may ask for, by its English name; every word must be in one."""
    actor.require(Permission.TICKET_OPEN)
    query = (
        select(Offering, OfferingVersion.document)
        .join(
            OfferingVersion,
            and_(
                OfferingVersion.offering_id == Offering.id,
                OfferingVersion.version == Offering.version,
            ),
        )
        .where(Offering.state == "published", offered_to(actor), *_worded(text))
        .order_by(Offering.name_key, Offering.id)
        .limit(_SHOWN)
    )
    found = [
        Offered(offering, offering.version, read_offering(document))
        for offering, document in session.execute(query)
    ]
    return [one for one in found if section in ("", one.form.section.code)]


def list_sections(session: Session, actor: Actor) -> list[Section]:
    """Return the sections in which there is something for the actor, by their English names."""
    found = {one.form.section.code: one.form.section for one in list_offerings(session, actor)}
    return sorted(found.values(), key=lambda section: section.labels["en"].casefold())


def find_offered(session: Session, actor: Actor, code: str, version: int | None = None) -> Offered:
    """Return what is offered under a code, or an older version of it that still holds.

    Raises ``NotFound`` for what is not meant for the actor or not offered, ``OfferingWithdrawn``
    for a version that no longer holds.
    """
    query = select(Offering).where(
        Offering.code == code, Offering.state != "draft", offered_to(actor)
    )
    offering = session.scalar(query)
    if offering is None or (version is None and offering.state != "published"):
        actor.require(Permission.TICKET_OPEN)
        raise NotFound("offering", code)
    number = offering.version if version is None else version
    kept = session.get(OfferingVersion, (offering.id, number))
    if kept is None:
        raise NotFound("version", f"{number} of {code}")
    if kept.withdrawn_at is not None:
        raise OfferingWithdrawn(code, number)
    return Offered(offering, number, read_offering(kept.document))


def form_of(session: Session, offering_id: int, version: int) -> OfferingForm:
    """Return what an offering said in a version, whoever asks: of orders that are in sight."""
    kept = session.get_one(OfferingVersion, (offering_id, version))
    return read_offering(kept.document)


def list_catalogue(session: Session, actor: Actor, state: str = "") -> Sequence[Offering]:
    """Return all offerings by their English names, for who says how the desk works."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    query = select(Offering).order_by(Offering.name_key, Offering.id).limit(_SHOWN)
    if state:
        query = query.where(Offering.state == state)
    return session.scalars(query).all()


def find_offering(session: Session, actor: Actor, code: str) -> Offering:
    """Return an offering as it is worked on. Raises ``NotFound``, ``PermissionDenied``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    found = session.scalar(select(Offering).where(Offering.code == code))
    if found is None:
        raise NotFound("offering", code)
    return found


def versions_of(session: Session, actor: Actor, code: str) -> Sequence[OfferingVersion]:
    """Return what an offering said in its publications, the newest first."""
    offering = find_offering(session, actor, code)
    query = select(OfferingVersion).where(OfferingVersion.offering_id == offering.id)
    return session.scalars(query.order_by(OfferingVersion.version.desc()).limit(100)).all()


def _worded(text: str) -> list[ColumnElement[bool]]:
    words = dict.fromkeys(words_of(text[:200]))
    if text.strip() and not words:
        # Signs alone are in no offering; they do not ask for all of them.
        return [false()]
    # Stems stand between blanks; a beginning of one is enough, so that typing already finds.
    return [
        Offering.stems.contains(f" {min(stems_of_word(word), key=len)}", autoescape=True)
        for word in words
    ]
