"""Which words on a ticket came by mail."""

from server.desk.mail.queries.letters import letters_by_entry
from server.desk.workspace.queries import TicketPage
from server.foundation.edge.requests import current_session


def letters_on(page: TicketPage) -> dict[int | None, int]:
    """Return {entry: letter} of what came to a ticket by mail; {} for who does not work on it.

    None stands for the text with which the ticket was opened.
    """
    if not page.header.may_work:
        return {}
    entries = [row.entry.id for row in page.entries]
    return letters_by_entry(current_session(), page.header.ticket.id, entries)
