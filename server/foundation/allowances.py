"""How often somebody may do something in a while, counted in the database for all processes.

A window begins with the first act and ends after its time; then the count begins anew. Over the
limit nothing is written, so that refusing costs a look-up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.records.base import Base, BigId, Key
from server.foundation.errors import TooManyAttempts

_KEEP = timedelta(days=1)
_LONGEST = 200


class Spent(Base):
    """What one party has used up of one allowance in its present window."""

    __tablename__ = "allowance_spent"

    allowance: Mapped[str] = mapped_column(Key, primary_key=True)
    #: "person:12" or an address.
    party: Mapped[str] = mapped_column(Key, primary_key=True)
    since: Mapped[datetime] = mapped_column(index=True)
    times: Mapped[int] = mapped_column(BigId)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many times in so many seconds, for each party."""

    name: str
    times: int
    seconds: int

    @property
    def window(self) -> timedelta:
        """Return how long a window lasts."""
        return timedelta(seconds=self.seconds)

    def wait(self, since: datetime, spent: int, now: datetime) -> int:
        """Return how many seconds to wait before the next time, 0 when it may come now.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        >>> Allowance("x", 3, 60).wait(noon, 3, noon + timedelta(seconds=20))
        40
        >>> Allowance("x", 3, 60).wait(noon, 2, noon)
        0
        """
        if spent < self.times or now >= since + self.window:
            return 0
        return max(1, int((since + self.window - now).total_seconds()))


#: Round trips to identity providers that one address may begin.
ROUND_TRIPS = Allowance("sign-in round trips", 60, 600)
#: Answers of SAML providers from one address that proved nothing.
REFUSED_ANSWERS = Allowance("refused SAML answers", 60, 600)
#: Wrong tokens and keys from one address; right ones are never held up.
WRONG_CREDENTIALS = Allowance("wrong credentials", 60, 600)
#: Files that one person may attach.
UPLOADS = Allowance("uploads", 300, 600)
#: Tickets that one person may open through the portal.
PORTAL_TICKETS = Allowance("portal tickets", 40, 600)
#: Messages of agents that nobody knows, from one address; a whole site may share it.
STRANGERS = Allowance("unknown agents", 600, 600)


def seconds_to_wait(session: Session, allowance: Allowance, party: str, now: datetime) -> int:
    """Return how long ``party`` has to wait; 0 when it may act now."""
    row = session.execute(
        select(Spent.since, Spent.times).where(
            Spent.allowance == allowance.name, Spent.party == party[:_LONGEST]
        )
    ).first()
    return 0 if row is None else allowance.wait(row.since, row.times, now)


def spend(session: Session, allowance: Allowance, party: str, now: datetime) -> None:
    """Count one act of ``party``; raises ``TooManyAttempts`` when the allowance is used up."""
    wait = seconds_to_wait(session, allowance, party, now)
    if wait:
        raise TooManyAttempts(wait)
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(Spent).values(allowance=allowance.name, party=party[:_LONGEST], since=now, times=1)
    over = Spent.since <= now - allowance.window
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Spent.allowance, Spent.party],
            set_={
                "since": case((over, now), else_=Spent.since),
                "times": case((over, 1), else_=Spent.times + 1),
            },
        )
    )


def forget_spent(session: Session, now: datetime) -> None:
    """Delete the counts of windows that are long over."""
    session.execute(delete(Spent).where(Spent.since < now - _KEEP))
