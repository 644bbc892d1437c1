"""Who asks in the endpoint kit: one person for every way of holding rights, or not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.records.parties import Organisation
from server.foundation.clock import utc_now
from server.foundation.edge.csrf import token_of as csrf_token_of
from server.foundation.permissions import Permission, Reach
from server.people.actions.roles import Holder, Scope, ensure_shipped_roles, give_role
from server.people.models import ApiToken, Role, WebSession
from server.people.rules.roles import SHIPPED_ROLES
from tests.support.people import BEGINNING, cookie_of, make_person, token_of


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with a session and a token."""

    person_id: int
    token: str
    cookie: str

    @property
    def bearing_token(self) -> dict[str, str]:
        """Return the headers of a program."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def signed_in(self) -> dict[str, str]:
        """Return the headers of a browser, without the proof that our page sent it."""
        return {"Cookie": f"cadastre={self.cookie}"}

    @property
    def on_our_page(self) -> dict[str, str]:
        """Return the headers of a browser whose page came from us."""
        return self.signed_in | {"X-CSRF-Token": csrf_token_of(self.cookie)}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody.

    ``admin`` holds everything everywhere, ``insider`` everything inside one organisation,
    ``nobody`` has a log-in and no role; ``lacking`` hold everything everywhere but one permission;
    ``holders`` hold one shipped role inside that organisation.
    """

    admin: Known
    insider: Known
    nobody: Known
    lacking: Mapping[Permission, Known]
    holders: Mapping[str, Known]


def make_cast(session: Session, root: Organisation, inside: Organisation) -> Cast:
    """Write everybody into a database that has the two organisations."""
    ensure_shipped_roles(session)
    everything = _role(session, "everything", list(Permission))
    cast = Cast(
        admin=_somebody(session, root, "Ada Admin", "administrator"),
        insider=_somebody(session, inside, "Ines Inside", everything),
        nobody=_somebody(session, inside, "Nora Nobody", None),
        lacking={
            one: _somebody(session, root, f"lacks-{one}", _role(session, f"but-{one}", _but(one)))
            for one in Permission
        },
        holders={
            shipped.code: _somebody(session, inside, f"is-{shipped.code}", shipped.code)
            for shipped in SHIPPED_ROLES
        },
    )
    # When somebody was last here would be written with every request, and taken back with it.
    here = utc_now() + timedelta(hours=1)
    session.execute(update(ApiToken).values(last_used_at=here))
    session.execute(update(WebSession).values(last_seen_at=here))
    return cast


def _but(one: Permission) -> Collection[Permission]:
    return [permission for permission in Permission if permission is not one]


def _role(session: Session, code: str, permissions: Collection[Permission]) -> str:
    code = code.replace(":", "-")
    row = Role(code=code, labels={"en": code}, permissions=sorted(permissions), reach=Reach.ALL)
    session.add(row)
    session.flush()
    return code


def _somebody(session: Session, organisation: Organisation, name: str, role: str | None) -> Known:
    person = make_person(session, organisation, name)
    if role is not None:
        give_role(session, role, Holder(person_id=person.id), Scope(organisation.id), BEGINNING)
    return Known(person.id, token_of(session, person.id), cookie_of(session, person.id))
