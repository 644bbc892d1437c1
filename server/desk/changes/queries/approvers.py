"""Who would have to approve: owners of what is touched or suffers, rules, else managers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group, Membership, OrganisationClosure, Person
from cmdb.vocabulary import SITE, PartyRole
from server.desk.changes.models import ApprovalRule
from server.desk.changes.rules.approval import Claim, Demand, Party, resolve_approvers
from server.foundation.permissions import Permission
from server.items.sites import sites_of
from server.people.models import Role, RoleGrant

_ROLES = (PartyRole.OWNER.value, PartyRole.APPROVER.value)


@dataclass(frozen=True, slots=True)
class Question:
    """What approval is asked for. ``excluded`` are author and implementer, who never count."""

    touched: Sequence[int]
    services: Sequence[int]
    organisation_id: int
    excluded: Iterable[int | None]
    kind: str = "normal"
    risk: int = 0
    #: Items that the plan writes on without touching them; their owners have a say too.
    written: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Who must approve, each with every reason, and the demands that those reasons count for."""

    parties: dict[Party, list[Claim]]
    demands: list[Demand] = field(default_factory=list)


def approvers_of(session: Session, question: Question) -> Asked:
    """Return who must approve a change.

    Owners and appointed approvers of every item touched or written on, of every service that
    suffers and of the places where touched items stand; then whoever a rule names. Without anybody
    who is left, it falls to those who hold ``change:approve`` where the change belongs. Of an
    emergency, any one of all these decides.
    """
    out = frozenset(one for one in question.excluded if one is not None)
    places = _places(session, question.touched)
    claims = _claims(session, {*question.touched, *question.written}, "touched")
    claims += _claims(session, question.services, "service")
    claims += _claims(session, places, "place")
    ruled, demands = _by_rule(session, question, out)
    claims += ruled
    found = resolve_approvers(claims, out, _members(session, claims))
    if question.kind == "emergency":
        claims += _managers(session, question.organisation_id)
        return _any_one(resolve_approvers(claims, out, _members(session, claims)))
    if not found:
        managers = _managers(session, question.organisation_id)
        found = resolve_approvers(managers, out, _members(session, managers))
    return Asked(found, demands)


def _any_one(found: dict[Party, list[Claim]]) -> Asked:
    """Let any one of those who have a say decide: in an emergency nobody waits for the others."""
    demand = Demand("emergency", "any")
    claims = {
        party: [
            Claim(one.party, one.role, one.of, one.item_id, demand.key, one.name) for one in why
        ]
        for party, why in found.items()
    }
    return Asked(claims, [demand])


def _claims(session: Session, item_ids: Iterable[int], of: str) -> list[Claim]:
    found: list[Claim] = []
    for part in parts(sorted(item_ids)):
        query = (
            select(ItemParty)
            .outerjoin(Person, Person.id == ItemParty.person_id)
            .outerjoin(Group, Group.id == ItemParty.group_id)
            .where(ItemParty.item_id.in_(part), ItemParty.role.in_(_ROLES))
            .where(Person.active | Group.active)
            .order_by(ItemParty.item_id, ItemParty.id)
        )
        found += [
            Claim(Party(row.person_id, row.group_id), row.role, of, row.item_id)
            for row in session.scalars(query)
        ]
    return found


def _places(session: Session, touched: Sequence[int]) -> set[int]:
    """Return the sites at which the touched items stand, but for those touched themselves."""
    classes = sorted(standing_model().descendants(SITE))
    sites = session.scalars(select(Item.id).where(Item.class_code.in_(classes))).all()
    if not sites:
        return set()
    return set(sites_of(session, touched, sites).values()) - set(touched)


def _by_rule(
    session: Session, question: Question, out: frozenset[int]
) -> tuple[list[Claim], list[Demand]]:
    """Return the claims of the rules that hold, with a demand for each rule."""
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == question.organisation_id
    )
    rules = session.scalars(
        select(ApprovalRule)
        .where(ApprovalRule.organisation_id.in_(above), ApprovalRule.min_risk <= question.risk)
        .order_by(ApprovalRule.id)
    ).all()
    if not rules:
        return [], []
    items = _described(session, question.touched)
    claims: list[Claim] = []
    demands: list[Demand] = []
    for rule in rules:
        if not _holds(rule, items):
            continue
        demand = Demand(f"rule:{rule.id}", rule.quorum, rule.number, rule.hours, rule.name)
        demands.append(demand)
        claims += [
            Claim(party, "board" if rule.is_board else "rule", demand=demand.key, name=rule.name)
            for party in _parties(session, rule, out)
        ]
    return claims, demands


def _holds(rule: ApprovalRule, items: Sequence[tuple[str, str | None, int | None]]) -> bool:
    if (rule.class_code, rule.environment, rule.max_criticality) == (None, None, None):
        return True
    classes = standing_model().descendants(rule.class_code) if rule.class_code else None
    return any(
        (classes is None or class_code in classes)
        and rule.environment in (None, environment)
        and (rule.max_criticality is None or (tier is not None and tier <= rule.max_criticality))
        for class_code, environment, tier in items
    )


def _described(
    session: Session, item_ids: Sequence[int]
) -> list[tuple[str, str | None, int | None]]:
    found: list[tuple[str, str | None, int | None]] = []
    for part in parts(sorted(item_ids)):
        query = select(Item.class_code, Item.environment, Item.criticality)
        rows = session.execute(query.where(Item.id.in_(part)))
        found += [(row.class_code, row.environment, row.criticality) for row in rows]
    return found


def _parties(session: Session, rule: ApprovalRule, out: frozenset[int]) -> list[Party]:
    """Return whom a rule asks: a person, a group of which any one may speak, or its members."""
    if rule.group_id is None:
        return [Party(person_id=rule.person_id)]
    if rule.quorum == "any":
        return [Party(group_id=rule.group_id)]
    members = members_of(session, [rule.group_id]).get(rule.group_id, set())
    return [Party(person_id=person_id) for person_id in sorted(members - out)]


def _managers(session: Session, organisation_id: int) -> list[Claim]:
    return [Claim(party, "change_manager") for party in managers_of(session, organisation_id)]


def managers_of(session: Session, organisation_id: int) -> list[Party]:
    """Return the people and groups who hold ``change:approve`` in an organisation."""
    roles = session.execute(select(Role.id, Role.permissions))
    able = [row.id for row in roles if Permission.CHANGE_APPROVE.value in row.permissions]
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == organisation_id
    )
    grants = (
        select(RoleGrant.person_id, RoleGrant.group_id)
        .outerjoin(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Group, Group.id == RoleGrant.group_id)
        .where(
            RoleGrant.role_id.in_(able), RoleGrant.organisation_id.in_(above), ~RoleGrant.emergency
        )
        .where(Person.active | Group.active)
        .order_by(RoleGrant.id)
    )
    return [Party(row.person_id, row.group_id) for row in session.execute(grants)]


def _members(session: Session, claims: Iterable[Claim]) -> dict[int, set[int]]:
    groups = {c.party.group_id for c in claims if c.party.group_id is not None}
    return members_of(session, sorted(groups))


def members_of(session: Session, group_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the active people of each group."""
    found: dict[int, set[int]] = {}
    if not group_ids:
        return found
    query = (
        select(Membership.group_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id.in_(group_ids), Person.active)
    )
    for group_id, person_id in session.execute(query):
        found.setdefault(group_id, set()).add(person_id)
    return found
