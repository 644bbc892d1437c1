"""Reading campaigns for an actor: how far they are, who answered what, what waits for oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.items import Item
from cmdb.records.parties import Group, Person
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.health.models import Attestation, Campaign
from server.items.scope import visible_items

_MANY = 200


@dataclass(frozen=True, slots=True)
class CampaignState:
    """A campaign, and how many items are right, wrong, or without an answer."""

    campaign: Campaign
    asked: int
    right: int
    wrong: int

    @property
    def open(self) -> int:
        """Return how many have no answer yet."""
        return self.asked - self.right - self.wrong

    def is_overdue(self, today: date) -> bool:
        """Say whether answers are missing after the day."""
        return self.campaign.closed_at is None and self.open > 0 and self.campaign.due_on < today


def campaigns(session: Session, actor: Actor) -> list[CampaignState]:
    """Return the campaigns of the actor's organisations, newest first, at most 200."""
    actor.require(Permission.ITEM_READ)
    query = select(Campaign).where(_in_scope(actor)).order_by(Campaign.id.desc()).limit(_MANY)
    return _states(session, session.scalars(query).all())


def campaign_state(session: Session, actor: Actor, campaign_id: int) -> CampaignState:
    """Return one campaign. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    found = session.scalar(select(Campaign).where(Campaign.id == campaign_id, _in_scope(actor)))
    if found is None:
        raise NotFound("campaign", campaign_id)
    return _states(session, [found])[0]


def _in_scope(actor: Actor) -> Any:
    return visible(actor, Permission.ITEM_READ, ScopeColumns(Campaign.organisation_id))


def _states(session: Session, rows: Sequence[Campaign]) -> list[CampaignState]:
    counted = session.execute(
        select(Attestation.campaign_id, Attestation.answer, func.count())
        .where(Attestation.campaign_id.in_([row.id for row in rows]))
        .group_by(Attestation.campaign_id, Attestation.answer)
    )
    counts = {(campaign_id, said): count for campaign_id, said, count in counted}
    return [
        CampaignState(
            row,
            sum(counts.get((row.id, said), 0) for said in ("", "right", "wrong")),
            counts.get((row.id, "right"), 0),
            counts.get((row.id, "wrong"), 0),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One question with its item, its campaign and who is asked."""

    attestation: Attestation
    item: Item
    campaign: Campaign
    owner: str


def asked_in(
    session: Session, actor: Actor, campaign_id: int, said: str, request: PageRequest
) -> Page[AskedRow]:
    """Return one page of a campaign's questions on items in sight; ``said`` "open" has no answer.

    Raises ``NotFound``.
    """
    campaign_state(session, actor, campaign_id)
    query = _asked().where(Attestation.campaign_id == campaign_id, visible_items(actor))
    if said:
        query = query.where(Attestation.answer == said.replace("open", ""))
    return _page(session, query, request)


def asked_of_me(session: Session, actor: Actor, request: PageRequest) -> Page[AskedRow]:
    """Return one page of what waits for the actor's own answer, or for one of their groups."""
    actor.require(Permission.ITEM_READ)
    mine = or_(
        Attestation.person_id == actor.person_id,
        Attestation.group_id.in_(sorted(actor.group_ids)),
    )
    query = _asked().where(
        mine, Attestation.answer == "", Campaign.closed_at.is_(None), visible_items(actor)
    )
    return _page(session, query, request)


def _asked() -> Any:
    return (
        select(Attestation, Item, Campaign, Person.display_name, Group.name)
        .join(Item, Item.id == Attestation.item_id)
        .join(Campaign, Campaign.id == Attestation.campaign_id)
        .outerjoin(Person, Person.id == Attestation.person_id)
        .outerjoin(Group, Group.id == Attestation.group_id)
    )


def _page(session: Session, query: Any, request: PageRequest) -> Page[AskedRow]:
    wanted = PageRequest("id", request.cursor, request.limit)
    sorts = {"id": SortKey(Attestation.id, int)}
    page: Page[Any] = fetch_page(session, query, wanted, sorts, Attestation.id)
    rows = [AskedRow(a, item, c, person or group or "") for a, item, c, person, group in page.rows]
    return Page(rows, page.next_cursor)
