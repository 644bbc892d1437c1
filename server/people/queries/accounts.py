"""Log-ins, for those who administer people."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Person
from server.foundation.permissions import Actor, Permission
from server.people.models import Account
from server.people.queries.people import seen_people
from server.people.rules.logins import login_key


def account(session: Session, actor: Actor, person_id: int) -> Account:
    """Return a person's log-in. Needs ``admin:users`` there; raises ``NotFound`` elsewhere."""
    actor.require(Permission.ADMIN_USERS)
    found = session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Person.id == person_id, seen_people(actor, Permission.ADMIN_USERS))
    ).first()
    if found is None:
        raise NotFound("log-in of person", person_id)
    return found


def person_to_administer(session: Session, actor: Actor, person_id: int) -> Person:
    """Return somebody whose log-in the actor may change; raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_USERS)
    found = session.scalars(
        select(Person)
        .where(Person.id == person_id, seen_people(actor, Permission.ADMIN_USERS))
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound("person", person_id)
    return found


def person_of_login(session: Session, login: str) -> int:
    """Return the person behind a login, for commands. Raises ``NotFound``."""
    found = session.scalar(select(Account.person_id).where(Account.login_key == login_key(login)))
    if found is None:
        raise NotFound("login", login)
    return found
