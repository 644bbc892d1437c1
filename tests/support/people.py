"""A small world of people for any test: one organisation tree, one person for each role."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Membership, Organisation, Person
from server.foundation.clock import utc_now
from server.foundation.permissions import Actor, system_actor
from server.people.actions.roles import Holder, Scope, ensure_shipped_roles, give_role
from server.people.actions.sessions import Client, open_session
from server.people.actions.tokens import TokenWish, create_token
from server.people.authentication import load_actor
from server.people.models import Account
from server.people.organisations import create_organisation
from server.people.passwords import hash_password
from server.people.rules.logins import login_key, name_key

#: When everything in the world was made.
BEGINNING = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """Two departments below one root. Each role stands on the root, except where named.

    ``nobody`` has a log-in and no role; ``outsider`` is a support agent of ``sales`` only.
    """

    root: Organisation
    operations: Organisation
    sales: Organisation
    support: Group
    admin: Actor
    agent: Actor
    change_manager: Actor
    configuration_manager: Actor
    requester: Actor
    reader: Actor
    outsider: Actor
    nobody: Actor


def make_world(session: Session) -> World:
    """Write the world into an empty database; the caller commits."""
    ensure_shipped_roles(session)
    root = create_organisation(session, None, "example", "Example", BEGINNING)
    operations = create_organisation(session, root, "operations", "Operations", BEGINNING)
    sales = create_organisation(session, root, "sales", "Sales", BEGINNING)
    support = make_group(session, root, "Support")

    def somebody(name: str, role: str | None, organisation: Organisation, at: Organisation) -> int:
        person = make_person(session, organisation, name)
        if role is not None:
            give_role(session, role, Holder(person_id=person.id), Scope(at.id), BEGINNING)
        return person.id

    ids = {
        "admin": somebody("Ada Admin", "administrator", root, root),
        "agent": somebody("Sam Support", "support_agent", operations, root),
        "change_manager": somebody("Chloe Changes", "change_manager", operations, root),
        "configuration_manager": somebody(
            "Conrad Config", "configuration_manager", operations, root
        ),
        "requester": somebody("Rita Request", "requester", sales, root),
        "reader": somebody("Rob Reader", "reader", sales, root),
        "outsider": somebody("Otto Outside", "support_agent", sales, sales),
        "nobody": somebody("Nora Nobody", None, sales, sales),
    }
    session.add(Membership(person_id=ids["agent"], group_id=support.id))
    session.flush()
    actors = {word: actor_of(session, person_id) for word, person_id in ids.items()}
    return World(root=root, operations=operations, sales=sales, support=support, **actors)


def make_person(session: Session, organisation: Organisation, name: str) -> Person:
    """Add somebody whose login is the first word of the name, without a password."""
    login = name.split(maxsplit=1)[0].lower()
    person = Person(
        organisation_id=organisation.id,
        display_name=name,
        name_key=name_key(name),
        email=f"{login}@example.test",
        email_key=f"{login}@example.test",
        created_at=BEGINNING,
        updated_at=BEGINNING,
    )
    session.add(person)
    session.flush()
    session.add(
        Account(person_id=person.id, login=login, login_key=login_key(login), created_at=BEGINNING)
    )
    session.flush()
    return person


def make_group(session: Session, organisation: Organisation, name: str) -> Group:
    """Add a group without members."""
    group = Group(
        organisation_id=organisation.id,
        name=name,
        name_key=name_key(name),
        created_at=BEGINNING,
        updated_at=BEGINNING,
    )
    session.add(group)
    session.flush()
    return group


def token_of(session: Session, person_id: int, name: str = "test") -> str:
    """Make a bearer token that may do all that its person may, and return its secret."""
    system = system_actor("tests")
    return create_token(session, system, person_id, TokenWish(name), BEGINNING).secret


def cookie_of(session: Session, person_id: int) -> str:
    """Sign somebody in for an hour and return the secret for the session cookie."""
    account = session.scalars(select(Account).where(Account.person_id == person_id)).one()
    return open_session(session, account, Client(), utc_now(), timedelta(hours=1)).secret


def give_password(session: Session, person_id: int, password: str) -> str:
    """Let somebody sign in with ``password``; return their login."""
    account = session.scalars(select(Account).where(Account.person_id == person_id)).one()
    account.password_hash = hash_password(password)
    session.flush()
    return account.login


def actor_of(session: Session, person_id: int) -> Actor:
    """Return the person as an actor, as if just signed in; asserts that they are active."""
    actor = load_actor(session, person_id)
    assert actor is not None
    return actor
