"""Administration of the desk: its words, the matrix of priorities, and templates."""

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, StaleVersion
from server.desk.sla.actions.agreeing import SUBJECT, change_agreements, lock_agreements
from server.desk.sla.queries import agreed_since, agreements_document, changed_agreements
from server.desk.tickets.actions import templating, wording
from server.desk.tickets.queries import belongings
from server.desk.tickets.queries.words import changed_sections, words_document
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.people.queries.last_change import LastChange, last_change
from web.pages.frame import done, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.words_text import words_text

words = Blueprint("words", __name__, url_prefix="/administration/desk")

#: A page of words, and the sections it holds: what must fit together is edited together.
_PAGES: Mapping[str, tuple[str, ...]] = {
    "life-cycle": ("kinds", "states", "moves"),
    "priority": ("urgencies", "impacts", "priorities", "matrix"),
    "categories": ("fields", "categories"),
    "lists": ("channels", "resolutions"),
    "remote": ("remote_links",),
    "service-levels": ("availability", "calendars", "first_line", "targets"),
}
_LEVELS = "service-levels"


def _titles() -> dict[str, tuple[str, str]]:
    return {
        "life-cycle": (
            gettext("Kinds and life cycle"),
            gettext("Which kinds of ticket there are, their states and steps, who may take them."),
        ),
        "priority": (
            gettext("Priority"),
            gettext("Urgency and impact, and the priority that follows from both."),
        ),
        "categories": (
            gettext("Categories and their fields"),
            gettext("Two levels of categories, and what each asks for."),
        ),
        "lists": (
            gettext("Channels and resolutions"),
            gettext("How tickets come in, and how they are solved."),
        ),
        "remote": (
            gettext("Remote control"),
            gettext(
                "Links by which a machine is taken over, for items of a class. Their addresses "
                "may begin with http, https, ssh, rdp or vnc, and hold {name}, {address}, {fqdn}."
            ),
        ),
        _LEVELS: (
            gettext("Service levels"),
            gettext(
                "Calendars with holidays and time zones, how long what may take for requesters, "
                "groups and suppliers, how available services are to be, and what the first line "
                "should solve."
            ),
        ),
    }


@words.route("")
def index() -> ResponseReturnValue:
    """Show the pages of words and the templates."""
    templating.require_rules(current_actor())
    changed = set(_changed())
    pages = [(code, *text, bool(changed & set(_PAGES[code]))) for code, text in _titles().items()]
    templates = belongings.list_templates(current_session(), current_actor())
    return render_template("words/index.html", pages=pages, templates=templates)


def edit(page: str) -> ResponseReturnValue:
    """Edit the words of one page as TOML; the matrix of priorities as a table too."""
    templating.require_rules(current_actor())
    errors: dict[str, str] = {}
    status, stale = 200, False
    text = request.form.get("text", "").replace("\r\n", "\n")
    if request.method == "POST":
        try:
            if page == _LEVELS:
                lock_agreements(current_session(), current_actor())
            _same(page)
            sections = _asked(page, text)
            change = change_agreements if page == _LEVELS else wording.change_words
            change(current_session(), current_actor(), sections, current_time())
            return done(gettext("The desk speaks so from now on."), url_for("words.index"))
        except CadastreError as error:
            stale = isinstance(error, StaleVersion)
            errors, status = refuse_in_words(error)
    stored = _stored(page)
    title, meaning = _titles()[page]
    body = render_template(
        "words/edit.html",
        page=page,
        title=title,
        meaning=meaning,
        text=text or stored,
        read=_mark(stored),
        theirs=stored if stale else "",
        change=_change() if stale and page == _LEVELS else None,
        errors=errors,
        changed=bool(set(_changed()) & set(_PAGES[page])),
        wording=ticket_wording(),
        typed=request.form,
        since=agreed_since(current_session()) if page == _LEVELS else None,
    )
    return body, status


def _change() -> LastChange | None:
    return last_change(current_session(), current_actor(), SUBJECT)


def _stored(page: str) -> str:
    """Return what is in force of a page, as TOML."""
    document = words_document(current_session()) | agreements_document(current_session())
    return words_text({name: document[name] for name in _PAGES[page]})


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _same(page: str) -> None:
    """Raise ``StaleVersion`` when somebody saved the page since the form was opened."""
    read = request.form.get("read")
    if read is not None and read != _mark(_stored(page)):
        raise StaleVersion("it was changed after you opened the form")


def _changed() -> list[str]:
    session = current_session()
    return [*changed_sections(session), *changed_agreements(session)]


for _page in _PAGES:
    words.add_url_rule(f"/{_page}", "edit", edit, defaults={"page": _page}, methods=["GET", "POST"])


def _asked(page: str, text: str) -> dict[str, Any]:
    """Return the sections a form asks for: shipped ones, the table of priorities, or TOML."""
    act = request.form.get("act")
    if act == "shipped":
        return dict.fromkeys(_PAGES[page])
    if act == "matrix" and page == "priority":
        return {"matrix": _matrix()}
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue({"text": str(error)}) from error
    strangers = {
        name: "does not belong on this page" for name in document if name not in _PAGES[page]
    }
    missing = {name: "is missing" for name in _PAGES[page] if name not in document}
    if strangers or missing:
        raise InvalidValue(strangers | missing)
    return document


def _matrix() -> dict[str, dict[str, int | None]]:
    known = ticket_wording().words
    return {
        impact: {
            urgency: whole(request.form.get(f"{impact}-{urgency}")) for urgency in known.urgencies
        }
        for impact in known.impacts
    }


@words.route("/templates/new", methods=["GET", "POST"])
def new_template() -> ResponseReturnValue:
    """Add a template."""
    templating.require_rules(current_actor())
    return _template(None)


@words.route("/templates/<string:code>", methods=["GET", "POST"])
def template(code: str) -> ResponseReturnValue:
    """Change a template."""
    templating.require_rules(current_actor())
    belongings.find_template(current_session(), current_actor(), code)
    return _template(code)


@words.route("/templates/<string:code>/remove", methods=["POST"])
def remove_template(code: str) -> ResponseReturnValue:
    """Take a template away."""
    templating.remove_template(current_session(), current_actor(), code)
    return done(gettext("The template is gone."), url_for("words.index"))


def _template(code: str | None) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), request.form
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            _save_template(code)
            return done(gettext("Saved."), url_for("words.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    stored = belongings.find_template(session, actor, code) if code else None
    typed: dict[str, Any] = dict(stored.document) | {"name": stored.name} if stored else {}
    typed["tasks"] = "\n".join(typed.get("tasks") or ())
    body = render_template(
        "words/template.html",
        code=code,
        typed=typed | form.to_dict(),
        errors=errors,
        wording=ticket_wording(),
    )
    return body, status


def _save_template(code: str | None) -> None:
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    document: dict[str, Any] = {
        name: form[name]
        for name in ("title", "kind", "category", "urgency", "description")
        if form.get(name)
    }
    document["tasks"] = [
        line.strip() for line in form.get("tasks", "").splitlines() if line.strip()
    ]
    name = form.get("name", "")
    if code is None:
        wanted = form.get("code", "").strip()
        if not wanted.replace("_", "").replace("-", "").isalnum() or wanted != wanted.lower():
            raise InvalidValue({"code": "must be lower-case letters, digits, - and _"})
        templating.add_template(session, actor, wanted[:60], name, document, now)
    else:
        templating.save_template(session, actor, code, name, document, now)
