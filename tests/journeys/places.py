"""Every page of the site as addresses, read off the map of its URLs."""

from collections.abc import Iterator
from itertools import product

from flask import Flask
from werkzeug.routing import Rule

from tests.journeys.company import Things
from web.pages import PAGES

#: What answers GET and is no page: fragments, lists for pickers, files.
NO_PAGES = frozenset(
    {
        "administration.acts_table",
        "agent_download.archive",
        "agent_download.script",
        "agent_download.windows_script",
        "agents.arrivals",
        "alarms.for_ticket",
        "announcements.about",
        "advisories.of_item",
        "advisories.table",
        "announcements.current",
        "assets.table",
        # It shows nothing without the secret that a mail holds.
        "approvals.show",
        "changes.authority",
        "changes.collisions",
        "changes.following",
        "directory_computers.table",
        "documents.about",
        "documents.download",
        "documents.picture",
        "exports.bill",
        "exports.items",
        "exports.workbook",
        # It leads to the list as a view shows it.
        "items.on_call",
        "items.open_view",
        "knowledge.for_ticket",
        "knowledge.suggestions",
        "letters.file",
        "letters.original",
        "letters.pick_tickets",
        "levels.of_service",
        "levels.table",
        "model.download",
        "network.cables",
        "network.graph",
        "ownership.summary",
        "offerings.pick_for_whom",
        "offerings.pick_items",
        "offerings.pick_people",
        "orders.for_ticket",
        "people.photo",
        "network.table",
        # They lead to an identity provider and back, and show nothing of their own.
        "provider_sign_in.back",
        "provider_sign_in.begin",
        "saml_sign_in.back",
        # XML for the provider.
        "saml_sign_in.metadata",
        "problems.fault_tree_drawing",
        "problems.fault_tree_text",
        "problems.proposals",
        "reach.show",
        "register_health.of_item",
        "routines.for_ticket",
        "search.palette",
        "search.pick_groups",
        "search.pick_items",
        "search.pick_people",
        "service.availability",
        "tickets.clocks",
        "tickets.download",
        "tickets.export",
        "tickets.export_workbook",
        "tickets.following",
        "tickets.handovers",
        "tickets.map_data",
        "tickets.open_view",
        "tickets.own_fields",
        "tickets.papers",
        "tickets.planned",
        "tickets.preview",
        "tickets.related",
        "tickets.similar",
        "tickets.suspects",
        "tickets.on_call",
        "tickets.tools",
        "tickets.work",
    }
)

#: What a page shows besides: open panels, other views, nothing found, other kinds of items.
_ALSO = (
    "/api/docs?q=api",
    "/api/docs?q=nothing-like-this",
    "/api/docs/{subject}?open=post-api-v1-tickets",
    "/changes?view=all",
    "/changes?view=waiting",
    "/changes/calendar?view=week",
    "/changes?q=nothing-like-this",
    "/changes/{asked}?act=approve",
    "/changes/{draft}",
    "/changes/{draft}/edit",
    "/changes/new?item={db}&ticket={ticket}",
    "/items?q=nothing-like-this",
    "/items?q=class:server+seen:7d",
    "/items/many?selected={app}&attribute=stage",
    "/discovery/network?q=nothing-like-this",
    "/administration/acts?from=2026-01-01&to=2026-01-02",
    "/imports/{imported}",
    "/items/{service}",
    "/items/{app}/relations",
    "/items/{db}/impact",
    "/items/{laptop}/tickets",
    "/items/{endless}",
    "/items/{app}/identity",
    "/items/{app}/merge?other_id={laptop}",
    "/items/{item}/merge",
    "/health?by=organisation",
    "/health?by=owner",
    "/health/rows?measure=ownerless",
    "/contracts?state=every",
    "/contracts?q=nothing-like-this",
    "/past?q=class:server+not+has:vendor",
    "/administration/directories/{directory}/computers?q=nothing-like-this",
    "/documents?q=nothing-like-this",
    "/documents?due=1",
    "/documents/new?item={app}&product={product}&contract={contract}",
    "/labels?selected={app}&selected={laptop}&skip=2",
    "/stock?q=nothing-like-this",
    "/letters?state=all",
    "/letters?state=ignored",
    "/letters/{letter}?ticket={ticket}",
    "/licences?q=nothing-like-this",
    "/lately?kind=new",
    "/map?about={app}",
    "/map?about={app}&fail={db}&choose={service}",
    "/map?about={service}&way=needs&group=yes&state=down",
    "/people?q=nothing-like-this",
    "/search?q=db",
    "/search?q=nothing-like-this",
    "/services/new?entry={item}",
    "/services/new?entry={app}",
    "/services/new?address=nothing-like-this",
    "/services/{service}/members",
    "/announcements?state=ended",
    "/problems/{problem}/fault-tree?top={db}&depth=2&unfold=1",
    "/tickets?view=all",
    "/tickets?q=nothing-like-this",
    "/tickets/new?item={item}",
    "/tickets/{ticket}?act=edit",
    "/tickets/{ticket}?act=assign",
    "/tickets/{ticket}?act=handover",
    "/tickets/{ticket}?act=supplier",
    "/tickets/{ticket}?act=resolved",
    "/tickets/{ticket}?show=system",
    "/tickets/new?template=pool",
    "/portal/new?category=performance",
    "/portal?show=closed",
    "/catalogue?q=nothing-like-this",
    "/catalogue?section=devices",
    "/administration/desk/offerings/of/{offering}/preview?version=1",
)

#: Which reference stands in the addresses of a corner of the site.
_REFERENCES = {
    "tickets": "ticket",
    "changes": "asked",
    "portal": "ticket",
    "orders": "order",
    "problems": "problem",
    "major": "major",
}
#: Whose code stands in the addresses of a corner of the site; a template's elsewhere.
_CODES = {"offerings": "offering", "offering_editor": "offering"}


def places(app: Flask, things: Things) -> list[str]:
    """Return the address of every page, with every tab, and what a page shows besides.

    Raises ``KeyError`` for a part of an address of which the company has no example: a new kind
    of page needs one in `company.py`.
    """
    found = [address for rule in page_rules(app) for address in _addresses(rule, things)]
    return [*found, *(address.format(**things) for address in _ALSO)]


def short_walk(app: Flask, things: Things) -> list[str]:
    """Return one address of each page, for what the long walk has seen in another language."""
    return [next(_addresses(rule, things)) for rule in page_rules(app)]


def page_rules(app: Flask) -> list[Rule]:
    """Return what answers GET in the corners of the site that have pages, pages alone."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and _corner(rule) in {corner.name for corner in PAGES}
        and rule.endpoint not in NO_PAGES
    ]


def _corner(rule: Rule) -> str:
    corner, _, _page = str(rule.endpoint).partition(".")
    return corner


def _addresses(rule: Rule, things: Things) -> Iterator[str]:
    arguments = sorted(rule.arguments - set(rule.defaults or ()))
    examples = [_examples(rule, argument, things) for argument in arguments]
    for values in product(*examples):
        built = rule.build(dict(zip(arguments, values, strict=True)))
        assert built is not None, rule
        yield str(built[1])


def _examples(rule: Rule, argument: str, things: Things) -> list[int | str]:
    choices = getattr(rule._converters[argument], "items", None)
    if choices is not None:
        return sorted(choices)
    if argument == "reference":
        return [things[_REFERENCES[_corner(rule)]]]
    if argument == "code":
        return [things[_CODES.get(_corner(rule), "code")]]
    return [things[argument.removesuffix("_id")]]
