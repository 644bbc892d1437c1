"""Who asks? From a session cookie or a bearer token to an ``Actor``, on every request.

Nothing is cached: a revoked session or token, a disabled account and a withdrawn grant are dead
with the next request. It costs three look-ups by index, four for grants below the root.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, false, or_, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Membership, Organisation, OrganisationClosure, Person
from server.foundation.edge.credentials import Presented, presented
from server.foundation.edge.csrf import refuse_forgery
from server.foundation.errors import PasswordChangeRequired
from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.people.models import Account, ApiToken, Role, RoleGrant, WebSession
from server.people.presence import PRESENCE
from server.people.rules.credentials import TOKEN_PREFIX, secret_hash


@dataclass(frozen=True, slots=True)
class _Known:
    """A person who has proved who they are, and what narrows their rights."""

    person_id: int
    organisation_id: int
    name: str
    language: str
    time_zone: str
    scope: frozenset[Permission] | None
    kind: str


def authenticate(session: Session) -> Actor | None:
    """Return who asks, or None for nobody.

    Raises ``ForgeryRefused`` for an unsafe request that another site may have sent, and
    ``PasswordChangeRequired`` while a one-time password has not been replaced.
    """
    request = presented()
    if request.bearer is not None:
        known = _by_token(session, request)
    else:
        refuse_forgery(request)
        known = _by_cookie(session, request)
    PRESENCE.flush(session)
    return None if known is None else _actor(session, known, request.request_id)


def load_actor(session: Session, person_id: int) -> Actor | None:
    """Return the actor of an active person, as if signed in; for commands and jobs."""
    row = session.execute(_PERSON, {"person_id": person_id}).first()
    return None if row is None else _actor(session, _known(row), "")


_FACTS = (
    Person.id.label("person_id"),
    Person.organisation_id,
    Person.display_name,
    Person.language,
    Person.time_zone,
)

_PERSON = select(*_FACTS).where(Person.id == bindparam("person_id"), Person.active)

_SESSION = (
    select(*_FACTS, WebSession.id, WebSession.last_seen_at, Account.must_change_password)
    .join(WebSession, WebSession.person_id == Person.id)
    .join(Account, Account.person_id == Person.id)
    .where(
        WebSession.id_hash == bindparam("secret"),
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > bindparam("now"),
        Person.active,
        Account.disabled == false(),
    )
)

_TOKEN = (
    select(*_FACTS, ApiToken.id, ApiToken.last_used_at, ApiToken.permissions)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(
        ApiToken.token_hash == bindparam("secret"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")),
        Person.active,
        or_(Account.id.is_(None), Account.disabled == false()),
    )
)

_GROUPS = (
    select(Membership.group_id)
    .join(Group, Group.id == Membership.group_id)
    .where(Membership.person_id == bindparam("person_id"), Group.active)
)

_GRANTS = (
    select(
        Role.permissions,
        RoleGrant.organisation_id,
        Organisation.parent_id,
        RoleGrant.class_code,
        RoleGrant.reach,
    )
    .join(Role, Role.id == RoleGrant.role_id)
    .join(Organisation, Organisation.id == RoleGrant.organisation_id)
    .where(
        or_(
            RoleGrant.person_id == bindparam("person_id"),
            RoleGrant.group_id.in_(bindparam("group_ids", expanding=True)),
        )
    )
)

_SUBTREES = select(OrganisationClosure.ancestor_id, OrganisationClosure.descendant_id).where(
    OrganisationClosure.ancestor_id.in_(bindparam("roots", expanding=True))
)


def _by_cookie(session: Session, request: Presented) -> _Known | None:
    if request.session_secret is None:
        return None
    asked = {"secret": secret_hash(request.session_secret), "now": request.now}
    row = session.execute(_SESSION, asked).first()
    if row is None:
        return None
    if row.must_change_password and not request.may_precede_password_change:
        raise PasswordChangeRequired("choose a password of your own first")
    PRESENCE.note(WebSession, row.id, row.last_seen_at, request.now)
    return _known(row)


def _by_token(session: Session, request: Presented) -> _Known | None:
    secret = request.bearer or ""
    # Agents bear secrets of their own kind; those are looked up elsewhere.
    if not secret.startswith(TOKEN_PREFIX):
        return None
    row = session.execute(_TOKEN, {"secret": secret_hash(secret), "now": request.now}).first()
    if row is None:
        return None
    PRESENCE.note(ApiToken, row.id, row.last_used_at, request.now)
    scope = None if row.permissions is None else _permissions(tuple(row.permissions))
    return _known(row, scope=scope, kind="token")


def _known(row: Any, *, scope: frozenset[Permission] | None = None, kind: str = "person") -> _Known:
    return _Known(
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        name=row.display_name,
        language=row.language,
        time_zone=row.time_zone,
        scope=scope,
        kind=kind,
    )


def _actor(session: Session, known: _Known, request_id: str) -> Actor:
    groups = frozenset(session.scalars(_GROUPS, {"person_id": known.person_id}))
    asked = {"person_id": known.person_id, "group_ids": sorted(groups)}
    rows = session.execute(_GRANTS, asked).all()
    return Actor(
        name=known.name,
        person_id=known.person_id,
        organisation_id=known.organisation_id,
        group_ids=groups,
        grants=_grants(session, rows),
        language=known.language,
        time_zone=known.time_zone,
        request_id=request_id,
        kind=known.kind,
        scope=known.scope,
    )


def _grants(session: Session, rows: Sequence[Any]) -> tuple[Grant, ...]:
    below_root = {row.organisation_id for row in rows if row.parent_id is not None}
    subtrees = _subtrees(session, below_root) if below_root else {}
    return tuple(
        Grant(
            permissions=_permissions(tuple(row.permissions)),
            organisation_id=row.organisation_id,
            organisation_ids=subtrees.get(row.organisation_id),
            class_codes=None if row.class_code is None else _classes(row.class_code),
            reach=Reach(row.reach),
        )
        for row in rows
    )


def _subtrees(session: Session, roots: Iterable[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for ancestor, descendant in session.execute(_SUBTREES, {"roots": sorted(roots)}):
        found.setdefault(ancestor, set()).add(descendant)
    return {ancestor: frozenset(below) for ancestor, below in found.items()}


@lru_cache(maxsize=256)
def _permissions(codes: tuple[str, ...]) -> frozenset[Permission]:
    """Turn stored codes into permissions; one from another version of Cadastre gives nothing."""
    known = set(Permission)
    return frozenset(Permission(code) for code in codes if code in known)


def _classes(code: str) -> frozenset[str]:
    return frozenset({code})  # FIXME cmdb.model.shipped_model().descendants(code)
