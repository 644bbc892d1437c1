"""Finding anything: the results page, the palette, and what pickers offer."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model import standing_model
from cmdb.model.values import label_of
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.vocabulary import SERVICE
from server.assets.documents.searching import search_documents
from server.desk.catalogue.queries import list_offerings
from server.desk.changes.queries import ChangeFilter, find_change, list_changes
from server.desk.knowledge.queries import ArticleFilter, list_articles
from server.desk.problems.queries.problems import ProblemFilter, find_problem, list_problems
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import TicketFilter, find_ticket, list_tickets
from server.desk.tickets.queries.searching import search_tickets
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Actor, Permission
from server.foundation.translation import gettext
from server.items.queries import list_items
from server.items.searching import search_items
from server.people.queries.groups import GroupFilter, list_groups
from server.people.queries.people import PersonFilter, list_people
from web.pages.frame import reader, url_for, whole
from web.pages.lists import asked_words
from web.pages.picking import items_to_pick
from web.presenters.documents import kind_names
from web.presenters.search import Hit, HitGroup, filled_groups
from web.presenters.values import class_label

search = Blueprint("search", __name__)

#: One kind of thing: (session, actor, words, how many) to its hits.
Finder = Callable[[Session, Actor, str, int], HitGroup]

_ON_PAGE = 20
_IN_PALETTE = 6
_IN_PICKER = 25


@search.route("/search")
def results() -> ResponseReturnValue:
    """Show everything that fits the words; a ticket's own reference leads straight to it."""
    words = asked_words()
    meant = _called(words)
    if meant:
        return redirect(meant)
    groups = _find(words, _ON_PAGE) if words else []
    return render_template("search/results.html", words=words, groups=groups)


@search.route("/search/palette")
def palette() -> ResponseReturnValue:
    """Return what the palette shows for the words typed so far; one's own tickets before that."""
    words = asked_words()
    groups = _find(words, _IN_PALETTE) if words else filled_groups([_own_tickets()])
    return render_template("search/palette.html", words=words, groups=groups)


def _find(words: str, limit: int) -> list[HitGroup]:
    session, actor = current_session(), current_actor()
    finders: tuple[tuple[Permission, Finder], ...] = (
        (Permission.TICKET_READ, _tickets),
        (Permission.TICKET_READ, _problems),
        (Permission.TICKET_OPEN, _offerings),
        (Permission.TICKET_OPEN, _articles),
        (Permission.CHANGE_READ, _changes),
        (Permission.ITEM_READ, _services),
        (Permission.ITEM_READ, _items),
        (Permission.ITEM_READ, _documents),
        (Permission.PERSON_READ, _people),
        (Permission.GROUP_READ, _groups),
    )
    return filled_groups(
        [
            find(session, actor, words, limit)
            for permission, find in finders
            if actor.may(permission)
        ],
        words,
    )


def _called(reference: str) -> str:
    """Return the page of the ticket or change that is called exactly this; "" for none."""
    session, actor = current_session(), current_actor()
    # A plain number is more often a port or a serial than the number of a ticket.
    if "-" not in reference:
        return ""
    with suppress(NotFound, PermissionDenied):
        return url_for("tickets.show", reference=find_ticket(session, actor, reference).reference)
    with suppress(NotFound, PermissionDenied):
        return url_for("changes.show", reference=find_change(session, actor, reference).reference)
    with suppress(NotFound, PermissionDenied):
        return url_for("problems.show", reference=find_problem(session, actor, reference).reference)
    return ""


def _tickets(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    found = search_tickets(session, actor, words, limit)
    more = url_for("tickets.index", q=words) if found.examined > limit else ""
    hits = tuple(_ticket_hit(ticket) for ticket in found.tickets)
    note = gettext("The best of the newest %(number)s that fit; older ones are in the list.")
    told = note % {"number": f"{found.examined:,}"} if found.more else ""
    return HitGroup(gettext("Tickets"), hits, more, told)


def _problems(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = list_problems(session, actor, ProblemFilter(words), PageRequest(limit=limit))
    hits = tuple(
        Hit(
            url_for("problems.show", reference=row.reference),
            row.title,
            "alert-triangle",
            row.reference,
        )
        for row in page.rows
    )
    more = url_for("problems.index", q=words, view="all") if page.next_cursor else ""
    return HitGroup(gettext("Problems"), hits, more)


def _offerings(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    found = list_offerings(session, actor, words)
    hits = tuple(
        Hit(
            url_for("offerings.show", code=one.offering.code),
            label_of(one.form.names, reader().language),
            "basket",
            label_of(one.form.section.labels, reader().language),
        )
        for one in found[:limit]
    )
    more = url_for("offerings.index", q=words) if len(found) > limit else ""
    return HitGroup(gettext("Catalogue"), hits, more)


def _articles(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = list_articles(session, actor, ArticleFilter(words), PageRequest(limit=limit))
    hits = tuple(
        Hit(url_for("knowledge.show", article_id=row.id), row.title, "book") for row in page.rows
    )
    more = url_for("knowledge.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("Knowledge"), hits, more)


def _changes(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = list_changes(session, actor, ChangeFilter(text=words), PageRequest(limit=limit))
    hits = tuple(
        Hit(
            url_for("changes.show", reference=row.change.reference),
            row.change.title,
            "git-pull-request",
            row.change.reference,
        )
        for row in page.rows
    )
    more = url_for("changes.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("Changes"), hits, more)


def _own_tickets() -> HitGroup:
    """Return the open tickets one works on, the most urgent first."""
    actor = current_actor()
    if actor.person_id is None or not actor.may(Permission.TICKET_READ):
        return HitGroup("", ())
    mine = TicketFilter(open=True, assignee_id=actor.person_id)
    page = list_tickets(current_session(), actor, mine, PageRequest("priority", "", _IN_PALETTE))
    return HitGroup(gettext("My tickets"), tuple(_ticket_hit(row.ticket) for row in page.rows))


def _ticket_hit(ticket: Ticket) -> Hit:
    url = url_for("tickets.show", reference=ticket.reference)
    return Hit(url, ticket.title, "ticket", ticket.reference)


def _services(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = _named_items(session, actor, ItemFilter(text=words, class_code=SERVICE), limit)
    more = url_for("services.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("Services"), _item_hits(page.rows, "stack-2"), more)


def _items(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = _named_items(session, actor, ItemFilter(text=words), limit)
    services = standing_model().descendants(SERVICE)
    # What begins so stands first; after it what holds a part of it, or the words.
    known = {item.id for item in page.rows}
    others = [item for item in search_items(session, actor, words, limit) if item.id not in known]
    rows = [item for item in [*page.rows, *others] if item.class_code not in services][:limit]
    more = url_for("items.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("Items"), _item_hits(rows, "server-2", words), more)


def _documents(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    found = search_documents(session, actor, words, limit + 1)
    kinds = kind_names(reader())
    hits = tuple(
        Hit(url_for("documents.show", document_id=row.id), row.title, "file-text", kinds[row.kind])
        for row in found[:limit]
    )
    more = url_for("documents.index", q=words) if len(found) > limit else ""
    return HitGroup(gettext("Documents"), hits, more)


def _named_items(session: Session, actor: Actor, filters: ItemFilter, limit: int) -> Page[Item]:
    return list_items(session, actor, filters, PageRequest("name", "", limit))


def _item_hits(rows: Iterable[Item], icon: str, words: str = "") -> tuple[Hit, ...]:
    """Return the hits; one that a part of its serial number found says the whole of it."""
    return tuple(
        Hit(url_for("items.show", item_id=item.id), item.name, icon, _detail(item, why))
        for item in rows
        for why in [item.serial if words and words.lower() in (item.serial or "").lower() else ""]
    )


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)


def _people(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = list_people(session, actor, PersonFilter(q=words), PageRequest(limit=limit))
    hits = tuple(
        Hit(
            url_for("people.show", person_id=person.id),
            person.display_name,
            "user",
            person.department or person.email,
        )
        for person in page.rows
    )
    more = url_for("people.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("People"), hits, more)


def _groups(session: Session, actor: Actor, words: str, limit: int) -> HitGroup:
    page = list_groups(session, actor, GroupFilter(q=words), PageRequest(limit=limit))
    hits = tuple(
        Hit(url_for("groups.show", group_id=group.id), group.name, "users") for group in page.rows
    )
    more = url_for("groups.index", q=words) if page.next_cursor else ""
    return HitGroup(gettext("Groups"), hits, more)


@search.route("/pick/items")
def pick_items() -> ResponseReturnValue:
    """Offer items by name, part of a serial number, or who uses them.

    ``class`` narrows them to one class and those below.
    """
    found = items_to_pick(asked_words(), request.args.get("class", ""), _IN_PICKER)
    return jsonify(results=[_option(item.id, item.name, _detail(item, why)) for item, why in found])


def _detail(item: Item, why: str | None) -> str:
    kind = _class_name(item.class_code)
    return f"{kind} · {why}" if why else kind


@search.route("/pick/people")
def pick_people() -> ResponseReturnValue:
    """Offer people whose name or address holds ``q``; ``group`` narrows them to its members."""
    current_actor().require(Permission.PERSON_READ)
    group_id = whole(request.args.get("group"))
    wanted = PersonFilter(q=asked_words(), group_id=group_id, active=True)
    page = list_people(current_session(), current_actor(), wanted, _picking("name"))
    return jsonify(
        results=[
            _option(person.id, person.display_name, person.department or person.email)
            for person in page.rows
        ]
    )


@search.route("/pick/groups")
def pick_groups() -> ResponseReturnValue:
    """Offer groups whose name holds ``q``."""
    current_actor().require(Permission.GROUP_READ)
    wanted = GroupFilter(q=asked_words(), active=True)
    page = list_groups(current_session(), current_actor(), wanted, _picking("name"))
    return jsonify(results=[_option(group.id, group.name) for group in page.rows])


def _picking(sort: str) -> PageRequest:
    return PageRequest(sort, "", _IN_PICKER)


def _option(value: int, text: str, detail: str = "") -> dict[str, str]:
    return {"value": str(value), "text": text, "detail": detail}
