"""Whether the desk has the words that an offering's ticket begins with."""

from typing import Any

from sqlalchemy.orm import Session

from server.desk.tickets.queries.words import words_of


def strange_words(session: Session, ticket: Any) -> dict[str, str]:
    """Return what is wrong with the words of a document's ``ticket``, by their places.

    An order of what was published before people changed the words goes without what is gone.
    """
    if not isinstance(ticket, dict):
        return {}
    words = words_of(session)
    faults = {}
    for name, known in (("category", words.categories), ("urgency", words.urgencies)):
        value = ticket.get(name)
        if isinstance(value, str) and value.strip() and value.strip() not in known:
            faults[f"ticket.{name}"] = f"must be one of {', '.join(known)}"
    return faults
