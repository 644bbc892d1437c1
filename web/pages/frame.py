"""What every page shares: who reads it, the frame around it, and how refusals look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import (
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import url_for as flask_url_for
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.foundation.edge.csrf import csrf_token
from server.foundation.edge.problems import Problem, problem_of
from server.foundation.edge.requests import current_session, request_state
from server.foundation.events import undo
from server.foundation.permissions import Actor, Permission, Reach
from server.foundation.translation import (
    LANGUAGES,
    current_language,
    current_time_zone,
    gettext,
    ngettext,
)
from web.presenters.reader import Reader
from web.presenters.shell import NavigationEntry, Shell, availability_texts, client_strings
from web.presenters.urls import with_query


def reader() -> Reader:
    """Return who reads this page, for formatting; asked hundreds of times a page."""
    state = request_state()
    known: tuple[object, Reader] | None = g.get("reader")
    if known is None or known[0] is not state.actor:
        made = Reader(
            language=current_language(),
            zone=_zone(current_time_zone()),
            now=state.now,
            gettext=gettext,
            ngettext=ngettext,
        )
        known = g.reader = (state.actor, made)
    return known[1]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def reader_settings() -> tuple[str, str] | None:
    """Return the (language, time zone) of whoever is signed in."""
    actor = request_state().actor
    return None if actor is None else (actor.language, actor.time_zone)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the navigation, shown to whoever holds one of ``needs``."""

    endpoint: str
    label: str
    icon: str
    keys: str
    needs: tuple[Permission, ...] = ()
    #: Other corners of the site that belong to this entry.
    covers: tuple[str, ...] = ()


_CHANGE = "git-pull-request"
#: Whoever holds one of these has something to do in administration.
ADMINISTERING = (
    Permission.ADMIN_READ,
    Permission.ADMIN_USERS,
    Permission.ADMIN_DIRECTORY,
    Permission.ADMIN_AGENTS,
    Permission.ADMIN_JOBS,
    Permission.ADMIN_RULES,
)


def _navigation() -> tuple[_Entry, ...]:
    return (
        _Entry(
            "dashboard.show",
            gettext("Dashboard"),
            "layout-dashboard",
            "g d",
            covers=("lately",),
        ),
        _Entry(
            "items.index",
            gettext("Items"),
            "server-2",
            "g i",
            (Permission.ITEM_READ,),
            (
                "assets",
                "documents",
                "identity",
                "imports",
                "labels",
                "ownership",
                "past",
                "products",
                "reviews",
                "stock",
                "suppliers",
            ),
        ),
        _Entry("register_health.show", gettext("Health"), "check", "g h", (Permission.ITEM_READ,)),
        _Entry(
            "software.index",
            gettext("Software"),
            "package",
            "g w",
            (Permission.ITEM_READ,),
            ("advisories", "licences"),
        ),
        _Entry(
            "services.index",
            gettext("Services"),
            "stack-2",
            "g s",
            (Permission.ITEM_READ,),
            ("service",),
        ),
        _Entry("estate.show", gettext("Map"), "sitemap", "g m", (Permission.ITEM_READ,)),
        _Entry("risk.show", gettext("Risk"), "alert-triangle", "g r", (Permission.ITEM_READ,)),
        _Entry(
            "tickets.index",
            gettext("Tickets"),
            "ticket",
            "g t",
            (Permission.TICKET_READ,),
            ("absences", "announcements", "letters", "major", "problems"),
        ),
        _Entry("knowledge.index", gettext("Knowledge"), "book", "g k", (Permission.TICKET_OPEN,)),
        _Entry("notifications.index", gettext("Notifications"), "info-circle", "g o"),
        _Entry("offerings.index", gettext("Catalogue"), "basket", "g b", (Permission.TICKET_OPEN,)),
        _Entry(
            "portal.index",
            gettext("My requests"),
            "inbox",
            "g q",
            (Permission.TICKET_OPEN,),
            ("orders",),
        ),
        _Entry("equipment.mine", gettext("My equipment"), "device-laptop", "g e"),
        _Entry(
            "changes.index",
            gettext("Changes"),
            "git-pull-request",
            "g c",
            (Permission.CHANGE_READ,),
        ),
        _Entry(
            "people.index",
            gettext("People"),
            "users",
            "g p",
            (Permission.PERSON_READ,),
            ("groups", "logins"),
        ),
        _Entry(
            "discovery.index",
            gettext("Discovery"),
            "radar-2",
            "g n",
            (Permission.DISCOVERY_READ,),
            ("network", "sweeps", "collectors"),
        ),
        _Entry(
            "administration.index",
            gettext("Administration"),
            "settings",
            "g a",
            ADMINISTERING,
            (
                "agents",
                "alarms",
                "derivation",
                "emergencies",
                "directories",
                "directory_details",
                "foreign_agents",
                "history",
                "junk",
                "mailboxes",
                "model",
                "offering_editor",
                "precedence",
                "providers",
                "roles",
                "rosters",
                "saml_providers",
                "routines",
                "routing",
                "words",
            ),
        ),
    )


def _creations() -> tuple[_Entry, ...]:
    return (
        _Entry("tickets.new", gettext("Ticket"), "ticket", "c t", (Permission.TICKET_OPEN,)),
        _Entry("services.new", gettext("Service"), "stack-2", "c s", (Permission.SERVICE_CREATE,)),
        _Entry("items.new", gettext("Item"), "server-2", "c i", (Permission.ITEM_WRITE,)),
        _Entry("changes.new", gettext("Change"), _CHANGE, "c c", (Permission.CHANGE_WRITE,)),
    )


#: What somebody who only asks for things finds in the navigation.
_FOR_ASKING = (
    "portal.index",
    "offerings.index",
    "knowledge.index",
    "equipment.mine",
    "notifications.index",
)


def only_asks(actor: Actor) -> bool:
    """Say whether somebody is here for their own requests alone.

    Every grant of theirs reaches what is their own and no further, and they may open a ticket.
    """
    own = all(grant.reach is Reach.OWN for grant in actor.grants)
    return own and actor.may(Permission.TICKET_OPEN)


def home_of(actor: Actor | None) -> str:
    """Return the address of the first page: one's own requests for whoever only asks."""
    asks = actor is not None and only_asks(actor)
    return url_for("portal.index" if asks else "dashboard.show")


def _frame_for(actor: Actor) -> tuple[tuple[_Entry, ...], tuple[_Entry, ...]]:
    """Return the navigation, and what can be made anew."""
    if not only_asks(actor):
        return _navigation(), _creations()
    known = {entry.endpoint: entry for entry in _navigation()}
    report = _Entry("portal.new", gettext("Report something"), "inbox", "c t")
    order = _Entry("offerings.index", gettext("Something from the catalogue"), "basket", "c b")
    return tuple(known[one] for one in _FOR_ASKING), (report, order)


def add_shell() -> dict[str, Any]:
    """Give every template its language and, for whoever is signed in, the frame."""
    context: dict[str, Any] = {
        "language": current_language(),
        "all_languages": tuple(LANGUAGES.items()),
        "may": may,
        "csrf": csrf_token(),
        "url_for": url_for,
    }
    actor = request_state().actor
    if actor is not None:
        context["shell"] = _shell(actor)
    return context


def may(permission: str) -> bool:
    """Say whether the reader holds a permission anywhere; for showing or hiding a button."""
    actor = request_state().actor
    return actor is not None and actor.may(Permission(permission))


def _shell(actor: Actor) -> Shell:
    navigation, creations = _frame_for(actor)
    return Shell(
        language=current_language(),
        languages=tuple(LANGUAGES.items()),
        actor_name=actor.name,
        actor_key=f"p{actor.person_id}",
        csrf_token=csrf_token(),
        search_url=url_for("search.results"),
        palette_url=url_for("search.palette"),
        language_url=url_for("account.language"),
        sign_out_url=url_for("account.sign_out"),
        profile_url=url_for("account.profile"),
        availability=actor.availability,
        availabilities=availability_texts(gettext) if actor.may(Permission.TICKET_WORK) else (),
        availability_url=url_for("account.availability"),
        home_url=home_of(actor),
        navigation=_entries(actor, navigation),
        creations=_entries(actor, creations),
        strings=client_strings(gettext),
    )


def _entries(actor: Actor, entries: tuple[_Entry, ...]) -> tuple[NavigationEntry, ...]:
    here = (request.endpoint or "").split(".")[0]
    return tuple(
        NavigationEntry(
            entry.label,
            url_for(entry.endpoint),
            entry.icon,
            entry.keys,
            active=here in {entry.endpoint.split(".")[0], *entry.covers},
        )
        for entry in entries
        if entry.endpoint in current_app.view_functions
        and (not entry.needs or any(actor.may(need) for need in entry.needs))
    )


def url_for(endpoint: str, **values: Any) -> str:
    """Return the address of a page; "#" while a page is not registered."""
    if endpoint not in current_app.view_functions:
        return "#"
    return flask_url_for(endpoint, **values)


def list_url(**changes: object) -> str:
    """Return the address of the present list with changed parameters."""
    return with_query(request.path, request.args.to_dict(flat=False), changes)


def page_of_problem(problem: Problem) -> ResponseReturnValue:
    """Draw a problem for a person; whoever is not signed in is asked to sign in first."""
    if problem.slug == "not-signed-in":
        return _to("account.sign_in", next=_here())
    if problem.slug == "password-change-required":
        return _to("account.password")
    template = "errors/signed_in.html" if request_state().actor else "errors/bare.html"
    body = render_template(
        template,
        problem=problem,
        title=problem_title(problem),
        meaning=problem_meaning(problem),
        code=request_state().request_id,
    )
    response = make_response(body, problem.status)
    response.headers.update(dict(problem.headers))
    return response


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


def _to(endpoint: str, **values: Any) -> Response:
    """Redirect; an htmx fragment is told to load the whole page instead."""
    address = url_for(endpoint, **values)
    if request.headers.get("HX-Request"):
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address))


def problem_title(problem: Problem) -> str:
    """Return the reader's words for a kind of problem."""
    titles = {
        "not-found": gettext("This does not exist, or you may not see it"),
        "permission-denied": gettext("You may not do this"),
        "forgery-refused": gettext("The form is out of date"),
        "internal": gettext("Something failed on our side"),
        "database-not-ready": gettext("Something failed on our side"),
        "conflict": gettext("This does not fit what is stored"),
        "duplicate-name": gettext("The name is taken"),
        "stale-version": gettext("Somebody else changed it first"),
        "illegal-move": gettext("This step is not possible from here"),
        "segregation-of-duties": gettext("Somebody else must do this"),
        "invalid-value": gettext("Some values cannot be accepted"),
        "too-many-attempts": gettext("Too many attempts"),
        "request-entity-too-large": gettext("This is too large"),
        "method-not-allowed": gettext("This address cannot be used like that"),
    }
    return titles.get(problem.slug) or gettext("This did not work")


def problem_meaning(problem: Problem) -> str:
    """Return what a problem means for the reader, and what to do next."""
    half_saved = gettext("Nothing was half-saved. Try again; if it stays, tell the code below.")
    meanings = {
        "not-found": gettext("The address may be old, or it belongs to another organisation."),
        "permission-denied": gettext("An administrator can give you the right for it."),
        "internal": half_saved,
        "database-not-ready": half_saved,
        "stale-version": gettext("Open it again to see the newer version, and repeat your change."),
        "too-many-attempts": gettext("Wait a few minutes and try again."),
        "segregation-of-duties": gettext("Whoever asks for it or carries it out may not approve."),
    }
    return meanings.get(problem.slug) or problem.detail


def refuse(error: CadastreError) -> tuple[dict[str, str], int]:
    """Undo what a form's action wrote, and return (field → message, status) to show it again."""
    undo(current_session())
    problem = problem_of(error)
    errors = dict(problem.fields)
    if not isinstance(error, InvalidValue):
        errors[""] = f"{problem_title(problem)}. {problem.detail}"
    return errors, problem.status


def done(message: str, address: str) -> ResponseReturnValue:
    """Say what was done and go on to ``address``."""
    flash(message, "success")
    return redirect(address, code=303)


def filled(form: Mapping[str, str], *names: str) -> dict[str, Any]:
    """Return the named fields of a form that were filled in, trimmed."""
    return {name: form[name].strip() for name in names if form.get(name, "").strip()}


def whole(text: str | None) -> int | None:
    """Return the number in a query or form field; None when it is empty or no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
