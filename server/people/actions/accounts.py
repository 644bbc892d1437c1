"""Log-ins given and taken by those who administer people."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.permissions import Actor
from server.people.actions.rights import refuse_more_than_own
from server.people.actions.sessions import revoke_sessions_of
from server.people.models import Account
from server.people.queries.accounts import person_to_administer
from server.people.rules.logins import login_key


def give_account(
    session: Session, actor: Actor, person_id: int, login: str, now: datetime
) -> Account:
    """Give somebody a log-in, or their log-in another name; ``reset_password`` opens it.

    Raises ``DuplicateName`` for a login somebody else has, ``Conflict`` for one that a directory
    keeps, and ``PermissionDenied`` when the person may do more than the actor.
    """
    person = person_to_administer(session, actor, person_id)
    refuse_more_than_own(session, actor, person_id)
    key = login_key(login)
    if not key:
        raise InvalidValue({"login": "must not be empty"})
    account = session.scalars(select(Account).where(Account.person_id == person.id)).first()
    if account is None:
        account = Account(person_id=person.id, created_at=now)
    elif account.directory_id is not None:
        raise Conflict("this log-in comes from a directory; change it there")
    with refusing_duplicates(session, "log-in", "login", login):
        account.login, account.login_key = login.strip(), key
        session.add(account)
    record(session, actor, "login_given", f"account:{account.id}", {"person": person.id})
    return account


def switch_account(
    session: Session, actor: Actor, account: Account, now: datetime, *, disabled: bool
) -> Account:
    """Close or open a log-in; closing it ends every session at once, and tokens with it.

    Raises ``PermissionDenied`` when the person may do more than the actor, ``Conflict`` for one's
    own.
    """
    if account.disabled == disabled:
        return account
    refuse_more_than_own(session, actor, account.person_id)
    if account.person_id == actor.person_id:
        raise Conflict("you cannot close your own log-in")
    account.disabled = disabled
    if disabled:
        revoke_sessions_of(session, account.person_id, now)
    act = "login_closed" if disabled else "login_opened"
    record(session, actor, act, f"account:{account.id}", {"person": account.person_id})
    session.flush()
    return account
