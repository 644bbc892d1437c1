"""Writes that count only where nobody wrote meanwhile, and that otherwise say who did."""

from cmdb.errors import StaleVersion
from server.foundation.edge.conditional import check_version
from server.foundation.edge.requests import current_actor, current_session
from server.people.queries.last_change import last_change


def check_unchanged(version: int, subject: str) -> None:
    """Raise ``StaleVersion``, with who wrote last, when If-Match names another version.

    ``subject`` is what the record of acts calls it.
    """
    try:
        check_version(version)
    except StaleVersion as error:
        change = last_change(current_session(), current_actor(), subject)
        if change is None:
            raise
        who, at = change.name or "somebody", change.at.isoformat(timespec="seconds")
        told = f"it was changed after you read it, last by {who} at {at}; read it again and repeat"
        raise StaleVersion(told) from error
