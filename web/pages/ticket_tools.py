"""What one can do from a ticket to the machines it is about: take them over, ask their agents."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.desk.tickets.queries import affected_item_ids, find_ticket, may_work_on
from server.desk.tickets.queries.remote import remote_links
from server.foundation.edge.requests import current_actor, current_session
from server.items.scope import visible_items
from server.items.wanting import agents_on
from web.pages.frame import reader
from web.presenters.remote import Way, ways_of

#: A ticket about more machines shows the tools of so many.
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Tools:
    """What there is for one item; ``reports``: its agent may be asked for a report."""

    item: Item
    ways: Sequence[Way]
    reports: bool


def show_tools(reference: str) -> ResponseReturnValue:
    """Show the remote-control links of the affected items, and whose agents can be asked."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    seen = find_items(session, affected_item_ids(session, ticket.id), visible_items(actor))
    links = remote_links(session, seen.values())
    works = ticket.is_open and may_work_on(session, actor, ticket.id)
    agents = agents_on(session, seen) if works else {}
    tools = [
        Tools(item, ways_of(links.get(item.id, []), reader().language), item.id in agents)
        for item in sorted(seen.values(), key=lambda item: (item.name_key, item.id))
        if item.id in links or item.id in agents
    ]
    return render_template(
        "tickets/tools.html",
        ticket=ticket,
        tools=tools[:_SHOWN],
        left_out=max(0, len(tools) - _SHOWN),
    )
