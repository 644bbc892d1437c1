"""Campaigns: owners are asked whether what the register says of their items is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.text import clean
from cmdb.query.items import ItemFilter
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from cmdb.records.parties import Membership, OrganisationClosure
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.health.measuring import measurable, owners_of
from server.items.health.models import Attestation, Campaign
from server.items.organisations import require_organisation
from server.items.queries import selected_items
from server.items.scope import visible_items
from server.notify.actions import Notice, tell

#: So many items at most in one campaign: it is one transaction.
MOST = 5_000
ANSWERS = ("right", "wrong")


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """Which items of an organisation and those below it are asked about, and until when."""

    organisation_id: int
    name: str
    due_on: date
    query: str = ""


def start_campaign(session: Session, actor: Actor, draft: CampaignDraft, now: datetime) -> Campaign:
    """Ask the owners of the items that fit; items without an owner are left out.

    Raises ``InvalidValue`` naming each wrong field, ``QueryFault`` for a query nobody could ask.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    name = clean(draft.name)
    problems = {}
    if not 0 < len(name) <= 100:
        problems["name"] = "must have 1 to 100 characters"
    if draft.due_on < now.date():
        problems["due_on"] = "must not lie in the past"
    if problems:
        raise InvalidValue(problems)
    owners = owners_of(session, _fitting(session, actor, draft))
    if not owners:
        raise InvalidValue({"query": "no item that fits has an owner"})
    campaign = Campaign(
        organisation_id=draft.organisation_id,
        name=name,
        query=draft.query.strip(),
        due_on=draft.due_on,
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(campaign)
    session.flush()  # what it asks needs its id
    insert_rows(session, Attestation, [_row(campaign.id, *one) for one in owners.items()])
    told = {"items": len(owners), "due_on": draft.due_on.isoformat()}
    audit.record(session, actor, "attestation_started", f"campaign:{campaign.id}", told)
    tell(session, _people(session, owners.values()), _notice("attestation_asked", campaign), now)
    return campaign


def _fitting(session: Session, actor: Actor, draft: CampaignDraft) -> Sequence[int]:
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == draft.organisation_id
    )
    filters = ItemFilter(query=draft.query.strip())
    query = selected_items(session, actor, filters, Permission.ITEM_WRITE)
    query = query.where(Item.organisation_id.in_(below), measurable()).with_only_columns(Item.id)
    found = session.scalars(query.order_by(Item.id).limit(MOST + 1)).all()
    if len(found) > MOST:
        raise InvalidValue({"query": f"more than {MOST} items fit; narrow it down"})
    return found


def _row(campaign_id: int, item_id: int, owner: str) -> dict[str, object]:
    kind, _, number = owner.partition(":")
    return {
        "campaign_id": campaign_id,
        "item_id": item_id,
        "group_id": int(number) if kind == "group" else None,
        "person_id": int(number) if kind == "person" else None,
        "answer": "",
        "note": "",
        "answered_at": None,
        "answered_by_id": None,
    }


def _people(session: Session, owners: Iterable[str]) -> set[int]:
    """Return the people behind owners: themselves, or the members of the group."""
    named = [one.partition(":") for one in owners]
    groups = {int(number) for kind, _, number in named if kind == "group"}
    people = {int(number) for kind, _, number in named if kind == "person"}
    members = select(Membership.person_id).where(Membership.group_id.in_(sorted(groups)))
    return people | set(session.scalars(members))


def _notice(kind: str, campaign: Campaign) -> Notice:
    detail = {"title": campaign.name, "text": campaign.due_on.isoformat()}
    return Notice(kind, f"{kind}:{campaign.id}", "/health/asked", detail)


def answer(
    session: Session, actor: Actor, attestation_id: int, said: str, note: str, now: datetime
) -> Attestation:
    """Say of an item that it is right, or what is wrong. Answering again replaces the answer.

    Raises ``NotFound`` for what is not asked of the actor, ``Conflict`` once the campaign is over,
    ``InvalidValue`` for "wrong" without a word about what.
    """
    actor.require(Permission.ITEM_READ)
    asked = session.scalar(
        select(Attestation)
        .join(Item, Item.id == Attestation.item_id)
        .where(Attestation.id == attestation_id, visible_items(actor), asked_of(actor))
    )
    if asked is None:
        raise NotFound("attestation", attestation_id)
    if session.get_one(Campaign, asked.campaign_id).closed_at is not None:
        raise Conflict("the campaign is over")
    words = clean(note, multiline=True)[:1000]
    if said not in ANSWERS:
        raise InvalidValue({"answer": f"must be one of {', '.join(ANSWERS)}"})
    if said == "wrong" and not words:
        raise InvalidValue({"note": "say what is wrong"})
    asked.answer, asked.note = said, words
    asked.answered_at, asked.answered_by_id = now, actor.person_id
    detail = {"answer": said, "campaign": asked.campaign_id}
    audit.record(session, actor, "attested", f"item:{asked.item_id}", detail)
    return asked


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Attestation`` for what the actor is asked, or may answer for."""
    mine = or_(
        Attestation.person_id == actor.person_id,
        Attestation.group_id.in_(sorted(actor.group_ids)),
    )
    return or_(mine, visible_items(actor, Permission.ITEM_WRITE))


def close_campaign(session: Session, actor: Actor, campaign_id: int, now: datetime) -> Campaign:
    """End a campaign; what was answered stays. Raises ``NotFound``."""
    actor.require(Permission.ITEM_WRITE)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or not actor.may(Permission.ITEM_READ, campaign.organisation_id):
        raise NotFound("campaign", campaign_id)
    actor.require(Permission.ITEM_WRITE, campaign.organisation_id)
    if campaign.closed_at is None:
        campaign.closed_at = now
        audit.record(session, actor, "attestation_closed", f"campaign:{campaign.id}")
    return campaign


def remind_owners(session: Session, now: datetime) -> int:
    """Tell those who have not answered, and whoever asked, once the day has passed."""
    late = select(Campaign).where(
        Campaign.due_on < now.date(), Campaign.closed_at.is_(None), Campaign.reminded_at.is_(None)
    )
    told = 0
    for campaign in session.scalars(late).all():
        open_ = select(Attestation).where(
            Attestation.campaign_id == campaign.id, Attestation.answer == ""
        )
        owners = {
            f"group:{one.group_id}" if one.group_id else f"person:{one.person_id}"
            for one in session.scalars(open_)
        }
        people = _people(session, owners)
        if owners and campaign.created_by_id is not None:
            people.add(campaign.created_by_id)
        told += tell(session, people, _notice("attestation_overdue", campaign), now)
        campaign.reminded_at = now
    return told
