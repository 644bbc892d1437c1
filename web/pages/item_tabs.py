"""The parts of an item's page, one function each: what its template is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request

from cmdb.model import standing_model
from cmdb.records.items import Item
from server.assets.queries import contracts_of
from server.desk.tickets.queries.remote import remote_links
from server.desk.workspace.queries import desk_on_item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.translation import gettext
from server.items import impact, queries
from server.items.deriving.explaining import explain_relations
from server.items.deriving.verdicts import verdicts_on
from server.people.queries.people import names_of_people
from web.pages.frame import list_url, reader, url_for
from web.pages.item_words import words_tab
from web.pages.lists import asked_words
from web.pages.service_choices import wording
from web.pages.wording import change_wording, ticket_wording
from web.presenters.impact import neighbourhood_map, reason_text
from web.presenters.items import fact_rows, history_row, refused_value, source_label
from web.presenters.lists import Paging, Tab
from web.presenters.remote import Way, ways_of
from web.presenters.sections import identifier_text, section_table
from web.presenters.values import class_label
from web.presenters.windows import window_text


def class_name(code: str) -> str:
    """Return the name of a class in the reader's language."""
    return class_label(standing_model(), code, reader().language)


@dataclass(frozen=True)
class Head:
    """What stands above every tab of an item."""

    item: Item
    tabs: tuple[Tab, ...]
    active: str
    remote: tuple[Way, ...] = ()


def head_of(item: Item, active: str) -> Head:
    """Return the head of an item's page with the tab ``active``."""
    names = (
        ("facts", gettext("Facts")),
        ("sources", gettext("Sources")),
        ("software", gettext("Software")),
        ("network", gettext("Network")),
        ("relations", gettext("Relations")),
        ("impact", gettext("Impact")),
        ("history", gettext("History")),
        ("tickets", gettext("Tickets")),
    )
    tabs = tuple(
        Tab(key, label, url_for("items.show", item_id=item.id, tab=key)) for key, label in names
    )
    links = remote_links(current_session(), [item]).get(item.id, [])
    return Head(item, tabs, active, tuple(ways_of(links, reader().language)))


def _facts(item: Item) -> dict[str, Any]:
    session, actor, model = current_session(), current_actor(), standing_model()
    known = queries.facts_of(session, actor, item.id, current_time())
    values = dict(item.attributes) | {
        name: getattr(item, name)
        for name in ("stage", "environment", "criticality", "vendor", "model", "serial")
    }
    sources = [(source_label(row.source, reader()), row) for row in known.sources]
    return {
        "facts": fact_rows(model, item.class_code, values, known.standings, reader()),
        "known": known,
        "refused": [
            refused_value(model, item.class_code, bad, reader()) for bad in known.quarantine
        ],
        "sources": sources,
        "contracts": contracts_of(session, actor, [item.id]),
        "sections": [
            section_table(name, rows, reader())
            for name, rows in queries.sections_of(session, actor, item.id).items()
            if rows
        ],
        "identifiers": known.identifiers,
        "identifier_name": lambda kind: identifier_text(kind, reader()),
        "readings": next((row.readings for row in known.sources if row.readings), {}),
    }


def _software(item: Item) -> dict[str, Any]:
    session, actor = current_session(), current_actor()
    text = asked_words("q", 100)
    asked = PageRequest("", request.args.get("after", ""), 100)
    page = queries.software_of(session, actor, item.id, asked, text)
    next_url = list_url(after=page.next_cursor) if page.next_cursor else None
    total = None if text else queries.count_software(session, actor, item.id)
    return {"rows": page.rows, "paging": Paging(len(page.rows), total, None, next_url), "q": text}


def _network(item: Item) -> dict[str, Any]:
    return {"network": queries.network_of(current_session(), current_actor(), item.id)}


def _relations(item: Item) -> dict[str, Any]:
    session, actor, model = current_session(), current_actor(), standing_model()
    rows = queries.relations_of(session, actor, item.id)

    def verb(row: queries.RelationRow) -> str:
        kind = model.relation_type(row.relation.type_code)
        name = model.label if row.forward else model.reverse_label
        return name(kind, reader().language)

    graph = neighbourhood_map(item, rows, {}, model, reader())
    told = explain_relations(session, [row.relation for row in rows])
    words = wording()
    return {
        "explained": {one.relation.id: one for one in told if one.derived},
        "verdicts": verdicts_on(session, actor, item.id),
        "verb_of": lambda code: model.label(model.relation_type(code), reader().language),
        **{name: words[name] for name in ("rule_name", "seen_lines", "lasting")},
        "rows": rows,
        "verb": verb,
        "map_data": graph.as_json(reader()),
        "source_name": lambda source: source_label(source, reader()),
    }


def _impact(item: Item) -> dict[str, Any]:
    answer = impact.answer_impact(current_session(), current_actor(), [item.id])
    return {"answer": answer, "reason": reason_of}


def reason_of(row: impact.AffectedRow) -> str:
    """Say why an item is affected, in the reader's language."""
    name = row.because_of.name if row.because_of else ""
    return reason_text(row.reason, name, row.group, reader())


def _history(item: Item) -> dict[str, Any]:
    session, actor, model = current_session(), current_actor(), standing_model()
    asked = PageRequest("", request.args.get("after", ""), 50)
    page = queries.history_of(session, actor, item.id, asked)
    others = {_far(entry, item.id) for entry in page.rows} - {None}
    names = queries.names_of(session, actor, [i for i in others if i is not None])
    hidden = gettext("an item outside your view")
    rows = [
        (
            entry,
            history_row(
                model,
                item.class_code,
                entry,
                names.get(_far(entry, item.id) or 0, hidden),
                reader(),
            ),
        )
        for entry in page.rows
    ]
    people = names_of_people(session, actor, {e.person_id for e in page.rows if e.person_id})
    next_url = list_url(after=page.next_cursor) if page.next_cursor else None
    return {
        "rows": rows,
        "people": people,
        "paging": Paging(len(rows), None, None, next_url),
        "source_name": lambda source: source_label(source, reader()),
    }


def _far(entry: Any, item_id: int) -> int | None:
    far: int | None = entry.other_id if entry.item_id == item_id else entry.item_id
    return far


def _tickets(item: Item) -> dict[str, Any]:
    session, actor = current_session(), current_actor()
    around = desk_on_item(session, actor, item.id)
    return {
        "around": around,
        "ticket_words": ticket_wording(),
        "change_words": change_wording(),
        "window": lambda change: window_text(change, reader()),
        "more_url": url_for("tickets.index", view="all", item=item.id),
    }


TABS: dict[str, Callable[[Item], dict[str, Any]]] = {
    "facts": _facts,
    "sources": words_tab,
    "software": _software,
    "network": _network,
    "relations": _relations,
    "impact": _impact,
    "history": _history,
    "tickets": _tickets,
}
