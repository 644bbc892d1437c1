"""What keeps two sources that meet a new machine at the same moment from making it two items.

On PostgreSQL whoever is about to bring somebody in holds, until the transaction ends, a lock on
each piece of evidence and on each key that might mean the same machine. Machines that have nothing
in common do not wait for each other; one lock for all newcomers let only one report of a new
machine be written at a time. SQLite has one writer anyway.
"""

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from sqlalchemy import Executable, text
from sqlalchemy.orm import Session

from cmdb.engine.identity.serials import without_maker
from cmdb.inventory.lookup import source_keys
from cmdb.observation import Identifier, Observation
from cmdb.records.among import listed
from cmdb.records.asking import asked

#: The number of the lock that whoever brings in many holds alone, and everybody else together.
_ALL = 0x0CADA571
#: PostgreSQL's table of locks has room for some thousands, of everybody together.
_MOST = 300


def marks_of(newcomers: Sequence[Observation], evidence: Iterable[Identifier]) -> set[int]:
    """Return the numbers of the locks for what might mean the same machines.

    A serial number is one whether its maker is known or not, because it is compared with both.
    """
    told = {f"{kind}\0{value}" for kind, value in map(_plain, evidence)}
    told |= {"\0".join(("key", *map(str, key))) for key in source_keys(newcomers)}
    return {
        int.from_bytes(blake2b(one.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
        for one in told
    }


def keep_others_out(session: Session, marks: Collection[int]) -> None:
    """Wait until nobody else brings in what has one of these marks, and keep it so.

    Locked in their order, so that two who want the same ones do not wait for each other.
    """
    if len(marks) > _MOST:
        _lock_alone(session, all=_ALL)
    else:
        _lock_some(session, all=_ALL, marks=listed(session, sorted(marks)))


@asked
def _lock_alone(_dialect: str) -> Executable:
    return text("SELECT pg_advisory_xact_lock(:all)")


@asked
def _lock_some(_dialect: str) -> Executable:
    return text(
        "SELECT pg_advisory_xact_lock_shared(:all) UNION ALL SELECT pg_advisory_xact_lock(one)"
        " FROM unnest(CAST(CAST(:marks AS text) AS bigint[])) AS one"
    )


def _plain(identifier: Identifier) -> tuple[str, str]:
    plain = without_maker(identifier) or identifier
    return plain.kind, plain.value
