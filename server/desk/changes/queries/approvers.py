"""Who would have to approve: owners of what is touched and of what suffers, else managers."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.records.items import ItemParty
from cmdb.records.parties import Group, Membership, OrganisationClosure, Person
from cmdb.vocabulary import PartyRole
from server.desk.changes.rules.approval import Claim, Party, resolve_approvers
from server.foundation.permissions import Permission
from server.people.models import Role, RoleGrant

_ROLES = (PartyRole.OWNER.value, PartyRole.APPROVER.value)


def approvers_of(
    session: Session,
    touched: Sequence[int],
    services: Sequence[int],
    organisation_id: int,
    excluded: Iterable[int | None],
) -> dict[Party, list[Claim]]:
    """Return who must approve a change, each with every reason.

    ``excluded`` are author and implementer. Without an owner or appointed approver who is left,
    it falls to those who hold ``change:approve`` where the change belongs.
    """
    out = frozenset(one for one in excluded if one is not None)
    of_touched = _claims(session, touched, "touched")
    claims = of_touched + _claims(session, services, "service")
    found = resolve_approvers(claims, out, _members(session, claims))
    if found:
        return found
    managers = _managers(session, organisation_id)
    return resolve_approvers(managers, out, _members(session, managers))


def _claims(session: Session, item_ids: Sequence[int], of: str) -> list[Claim]:
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


def _managers(session: Session, organisation_id: int) -> list[Claim]:
    roles = session.execute(select(Role.id, Role.permissions))
    able = [row.id for row in roles if Permission.CHANGE_APPROVE.value in row.permissions]
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == organisation_id
    )
    grants = (
        select(RoleGrant.person_id, RoleGrant.group_id)
        .outerjoin(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Group, Group.id == RoleGrant.group_id)
        .where(RoleGrant.role_id.in_(able), RoleGrant.organisation_id.in_(above))
        .where(Person.active | Group.active)
        .order_by(RoleGrant.id)
    )
    rows = session.execute(grants)
    return [Claim(Party(row.person_id, row.group_id), "change_manager") for row in rows]


def _members(session: Session, claims: Iterable[Claim]) -> dict[int, set[int]]:
    groups = {c.party.group_id for c in claims if c.party.group_id is not None}
    found: dict[int, set[int]] = {}
    if not groups:
        return found
    query = (
        select(Membership.group_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id.in_(sorted(groups)), Person.active)
    )
    for group_id, person_id in session.execute(query):
        found.setdefault(group_id, set()).add(person_id)
    return found
