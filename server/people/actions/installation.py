"""The first moments of an installation: roles, the root organisation, the first administrator."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.permissions import system_actor
from server.people.actions.roles import Holder, Scope, ensure_shipped_roles, give_role
from server.people.models import Account
from server.people.organisations import create_organisation, root_organisation
from server.people.passwords import hash_password
from server.people.rules.logins import login_key, name_key
from server.people.rules.passwords import new_one_time_password
from server.people.rules.roles import ADMINISTRATOR

_ROOT_CODE = "root"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who may sign in first, and how; the password is shown once and must be changed."""

    login: str
    one_time_password: str = field(repr=False)
    person_id: int
    organisation_id: int


def create_first_administrator(
    session: Session, organisation_name: str, now: datetime, login: str = "admin"
) -> FirstAdministrator:
    """Make the root organisation, the shipped roles and the first log-in.

    Raises ``Conflict`` once anybody has a log-in: set-up is closed then.
    """
    if session.scalar(select(Account.id).limit(1)) is not None:
        raise Conflict("somebody has a log-in already; the installation is set up")
    ensure_shipped_roles(session)
    root = root_organisation(session) or create_organisation(
        session, None, _ROOT_CODE, organisation_name, now
    )
    person = Person(
        organisation_id=root.id,
        display_name="Administrator",
        name_key=name_key("Administrator"),
        created_at=now,
        updated_at=now,
    )
    session.add(person)
    session.flush()
    one_time = new_one_time_password()
    account = Account(
        person_id=person.id,
        login=login,
        login_key=login_key(login),
        password_hash=hash_password(one_time),
        must_change_password=True,
        password_changed_at=now,
        created_at=now,
    )
    session.add(account)
    give_role(session, ADMINISTRATOR, Holder(person_id=person.id), Scope(root.id), now)
    record(session, system_actor("setup"), "administrator_created", f"person:{person.id}")
    return FirstAdministrator(login, one_time, person.id, root.id)
