"""Tickets: the queue, the form that opens one, its page, and what is done there."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.pages import (
    on_call,
    ticket_acts,
    ticket_bulk,
    ticket_handovers,
    ticket_likeness,
    ticket_opening,
    ticket_page,
    ticket_parts,
    ticket_queue,
    ticket_statistics,
    ticket_tools,
)

tickets = Blueprint("tickets", __name__, url_prefix="/tickets")

View = Callable[..., ResponseReturnValue]

_READ: tuple[tuple[str, str, View], ...] = (
    ("", "index", ticket_queue.index),
    ("/queues", "queues", ticket_handovers.show_queues),
    ("/statistics", "statistics", ticket_statistics.show),
    ("/export.csv", "export", ticket_queue.export),
    ("/export.xlsx", "export_workbook", ticket_queue.export_workbook),
    ("/preview", "preview", ticket_opening.preview),
    ("/fields", "own_fields", ticket_opening.own_fields),
    ("/<reference>", "show", ticket_page.show),
    ("/<reference>/following", "following", ticket_page.show_following),
    ("/<reference>/map", "map", ticket_page.show_map),
    ("/<reference>/map.json", "map_data", ticket_page.map_data),
    ("/<reference>/planned", "planned", ticket_page.show_planned),
    ("/<reference>/handovers", "handovers", ticket_handovers.show_handovers),
    ("/<reference>/work", "work", ticket_parts.show_work),
    ("/<reference>/clocks", "clocks", ticket_parts.show_clocks),
    ("/<reference>/papers", "papers", ticket_parts.show_papers),
    ("/<reference>/files/<int:attachment_id>", "download", ticket_parts.download),
    ("/<reference>/suspects", "suspects", ticket_page.show_suspects),
    ("/<reference>/related", "related", ticket_page.show_related),
    ("/<reference>/tools", "tools", ticket_tools.show_tools),
    ("/<reference>/on-call", "on_call", on_call.show_of_ticket),
    ("/<reference>/similar", "similar", ticket_likeness.show_similar),
)
_ACTS: tuple[tuple[str, str, View], ...] = (
    ("/bulk", "bulk", ticket_bulk.bulk),
    ("/<reference>/reply", "reply", ticket_acts.reply),
    ("/<reference>/move", "move", ticket_acts.move),
    ("/<reference>/take", "take", ticket_acts.take),
    ("/<reference>/assign", "assign", ticket_acts.assign),
    ("/<reference>/hand-over", "hand_over", ticket_handovers.hand_over),
    ("/<reference>/accept", "accept", ticket_handovers.accept),
    ("/<reference>/supplier-word", "supplier_word", ticket_handovers.supplier_word),
    ("/<reference>/edit", "edit", ticket_acts.edit),
    ("/<reference>/follow", "follow", ticket_acts.follow),
    ("/<reference>/files", "attach", ticket_parts.attach),
    ("/<reference>/files/<int:attachment_id>/remove", "remove_file", ticket_parts.remove_file),
    ("/<reference>/link", "link", ticket_parts.link),
    ("/<reference>/unlink", "unlink", ticket_parts.unlink),
    ("/<reference>/tasks", "add_task", ticket_parts.add_task),
    ("/<reference>/tasks/<int:task_id>", "tick_task", ticket_parts.tick_task),
    ("/<reference>/tasks/<int:task_id>/remove", "remove_task", ticket_parts.remove_task),
    ("/<reference>/times", "book", ticket_parts.book),
    ("/<reference>/times/<int:time_id>/remove", "unbook", ticket_parts.unbook),
    ("/<reference>/clocks/<measure>/reason", "explain", ticket_parts.explain),
    ("/<reference>/rating", "rate", ticket_parts.rate),
    ("/<reference>/items", "add_items", ticket_acts.add_items),
    ("/<reference>/items/<int:item_id>/remove", "remove_item", ticket_acts.remove_item),
    ("/<reference>/items/<int:item_id>/cause", "mark_cause", ticket_acts.mark_cause),
    ("/<reference>/items/<int:item_id>/check", "check_item", ticket_acts.check_item),
    ("/<reference>/items/<int:item_id>/report", "report_now", ticket_acts.report_now),
)

for _rule, _endpoint, _view in _READ:
    tickets.add_url_rule(_rule, _endpoint, _view, methods=["GET"])
for _rule, _endpoint, _view in _ACTS:
    tickets.add_url_rule(_rule, _endpoint, _view, methods=["POST"])
ticket_queue.KEPT.add_to(tickets)
tickets.add_url_rule("/new", "new", ticket_opening.new, methods=["GET", "POST"])
