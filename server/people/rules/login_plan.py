"""Deciding who gets which login, so that swapped and re-used logins end up right. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.people.rules.logins import login_key


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as it is. ``ours``: the directory being read may change its login."""

    account_id: int
    person_id: int
    login: str
    login_key: str
    ours: bool


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """What to do, in this order: move aside, change, create."""

    #: Accounts that hold, for now, a login that another one is to get.
    aside: Sequence[int]
    #: (account id, login)
    changes: Sequence[tuple[int, str]]
    #: (person id, login)
    creations: Sequence[tuple[int, str]]
    #: (person id, login): somebody else has it.
    clashes: Sequence[tuple[int, str]]


def plan_logins(wanted: Mapping[int, str], accounts: Sequence[AccountState]) -> LoginPlan:
    """Give every person of ``wanted`` their login, where nobody else keeps it.

    A login that somebody else keeps is never taken away: it may be a local account's, and whoever
    edits the directory must not be able to step into it.
    """
    with_account = {account.person_id for account in accounts}
    changes = {
        account.account_id: wanted[account.person_id]
        for account in accounts
        if account.ours and wanted.get(account.person_id, account.login) != account.login
    }
    clashes: list[tuple[int, str]] = []
    person_of = {one.account_id: one.person_id for one in accounts if one.account_id in changes}
    # Whoever cannot get a new login keeps the old one, which may thwart somebody else in turn.
    while thwarted := _thwarted(changes, accounts):
        clashes += [(person_of[account_id], changes.pop(account_id)) for account_id in thwarted]
    taken = _kept(accounts, changes) | {login_key(login) for login in changes.values()}
    creations: list[tuple[int, str]] = []
    for person_id, login in wanted.items():
        if person_id in with_account:
            continue
        (clashes if login_key(login) in taken else creations).append((person_id, login))
        taken.add(login_key(login))
    return LoginPlan(_in_the_way(changes, accounts), list(changes.items()), creations, clashes)


def _thwarted(changes: Mapping[int, str], accounts: Sequence[AccountState]) -> list[int]:
    taken = _kept(accounts, changes)
    thwarted = []
    for account_id, login in changes.items():
        if login_key(login) in taken:
            thwarted.append(account_id)
        taken.add(login_key(login))
    return thwarted


def _kept(accounts: Iterable[AccountState], changes: Mapping[int, str]) -> set[str]:
    return {account.login_key for account in accounts if account.account_id not in changes}


def _in_the_way(changes: Mapping[int, str], accounts: Iterable[AccountState]) -> list[int]:
    coming = {login_key(login): account_id for account_id, login in changes.items()}
    return [
        account.account_id
        for account in accounts
        if account.account_id in changes
        and coming.get(account.login_key, account.account_id) != account.account_id
    ]
