"""Custody against observation: assigned to one, used by another, seen elsewhere. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cmdb.vocabulary import LifeStage

#: So long may somebody take to say that they have an item.
ACCEPTED_WITHIN = timedelta(days=14)

#: Accounts that belong to the machine rather than to somebody who holds it.
_OF_MACHINES = frozenset({"admin", "administrator", "gdm", "lightdm", "root", "sddm", "system"})


@dataclass(frozen=True, slots=True)
class Held:
    """What is written down of an item in somebody's hands, beside what was observed of it.

    ``accounts`` are the holder's logins, ``used_by`` the logins that were last seen on the item,
    both without domain and case; ``home`` and ``site`` are where the person and the item are.
    """

    given_at: datetime
    accepted_at: datetime | None
    holder_active: bool
    accounts: Collection[str]
    home: str
    stage: str
    used_by: Collection[str]
    site: str


def account_key(login: str) -> str:
    r"""Return a login without its domain and case.

    >>> account_key("EXAMPLE\\Ana"), account_key("ana@example.test")
    ('ana', 'ana')
    """
    return login.rpartition("\\")[2].partition("@")[0].strip().casefold()


def contradictions(held: Held, now: datetime) -> list[str]:
    """Return what does not fit together, the weightiest first.

    ``holder_left``: the person is no longer active; ``used_by_other``: somebody else was logged in
    and the holder was not; ``elsewhere``: the item stands at another site than the person;
    ``not_in_use``: the item is said to lie in stock or to be retired; ``not_accepted``: the person
    has not confirmed in time.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> contradictions(Held(now, None, True, {"ana"}, "Oslo", "in_use", {"bo"}, "Bergen"), now)
    ['used_by_other', 'elsewhere']
    """
    found = []
    if not held.holder_active:
        found.append("holder_left")
    if strangers(held):
        found.append("used_by_other")
    if held.home and held.site and held.home.casefold() != held.site.casefold():
        found.append("elsewhere")
    if held.stage in {LifeStage.RETIRED, "in_stock"}:
        found.append("not_in_use")
    if held.accepted_at is None and now - held.given_at > ACCEPTED_WITHIN:
        found.append("not_accepted")
    return found


def strangers(held: Held) -> list[str]:
    """Return who was logged in instead of the holder; nobody when the holder was too.

    A holder without a known account can be told apart from nobody.
    """
    people = set(held.used_by) - _OF_MACHINES
    if not held.accounts or people & set(held.accounts):
        return []
    return sorted(people)
