"""Announcements: found, read, written, drafted with one click, told about until the end."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, StaleVersion
from server.desk.announcements.actions import writing as actions
from server.desk.announcements.models import Announcement
from server.desk.announcements.queries import announcements as queries
from server.desk.announcements.queries.audience import reached_by
from server.desk.announcements.rules.lifecycle import TEXTS, AnnouncementDraft
from server.desk.workspace.queries.announcing import announcement_of
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from web.pages.change_form import no_moment
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.refusals import of_list, refuse_in_words
from web.presenters import announcements as words
from web.presenters.conflicts import saved_meanwhile
from web.presenters.windows import field_of, moment_of
from web.presenters.writing import pieces

announcements = Blueprint("announcements", __name__, url_prefix="/announcements")

_PAGE = 50
_TIMES = ("starts_at", "expected_end_at")


def told_here() -> dict[str, Any]:
    """Return what a page needs that shows announcements in lines: ``announcements/lines.html``."""
    return {
        "phase_text": lambda row: words.phase_text(row, reader()),
        "phase_tone": lambda row: words.phase_tone(row, reader()),
        "notice_tone": lambda row: words.notice_tone(row, reader()),
    }


@announcements.route("")
def index() -> ResponseReturnValue:
    """List what was announced: what concerns oneself, and at whose desks one works."""
    session, actor, given = current_session(), current_actor(), request.args
    states, kinds = dict(words.state_texts(reader())), dict(words.kind_texts(reader()))
    state, kind = given.get("state", "published"), given.get("kind", "")
    wanted = queries.AnnouncementFilter(
        state if state in states else "", kind if kind in kinds else "", given.get("q", "")[:200]
    )
    asked = PageRequest("-starts_at", given.get("after", ""), _PAGE)
    page = queries.list_announcements(session, actor, wanted, asked)
    return render_template(
        "announcements/index.html",
        rows=page.rows,
        next_url=list_url(after=page.next_cursor) if page.next_cursor else None,
        wanted=wanted,
        states=states,
        kinds=kinds,
        **told_here(),
    )


@announcements.route("/current")
def current() -> ResponseReturnValue:
    """Show what is announced to the reader now. A fragment."""
    rows = queries.now_announced(current_session(), current_actor(), current_time())
    return render_template("announcements/current.html", announced=rows, **told_here())


@announcements.route("/about")
def about() -> ResponseReturnValue:
    """Show what is announced of items that the address names. A fragment."""
    session, actor = current_session(), current_actor()
    rows = queries.announced_about(session, actor, _ids(request.args), current_time())
    return render_template("announcements/current.html", announced=rows, **told_here())


@announcements.route("/<int:announcement_id>")
def show(announcement_id: int) -> ResponseReturnValue:
    """Show an announcement with what was said until the end."""
    session, actor = current_session(), current_actor()
    return _page(queries.find_announcement(session, actor, announcement_id), {})


def _page(row: Announcement, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    may_write = queries.may_write(actor, row)
    body = render_template(
        "announcements/show.html",
        announcement=row,
        phase=words.phase(row, current_time()),
        updates=queries.updates_of(session, row.id),
        items=queries.items_shown(session, actor, row.id),
        may_write=may_write,
        reached=_reached(queries.items_named(session, row.id)) if _asks(row, may_write) else None,
        may_count=actor.may(Permission.IMPACT_COUNT_HIDDEN),
        kinds=dict(words.kind_texts(reader())),
        audiences=dict(words.audience_texts(reader())),
        errors=errors,
        typed=request.form,
        pieces=pieces,
        **told_here(),
    )
    return body, status


def _asks(row: Announcement, may_write: bool) -> bool:  # noqa: FBT001 - a plain question
    """Say whether whom it would reach is worth asking the graph: before it is published."""
    return may_write and row.state == "draft"


def _reached(item_ids: Sequence[int]) -> Any:
    return reached_by(current_session(), current_actor(), item_ids)


@announcements.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write an announcement; nobody is told before it is published."""
    current_actor().require(Permission.TICKET_WORK)
    return _form(None, {"item": request.args.getlist("item")})


@announcements.route("/from/<string:reference>", methods=["POST"])
def draft(reference: str) -> ResponseReturnValue:
    """Draft an announcement from a change or a ticket, with what is known of it."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_WORK)
    made, source = announcement_of(session, actor, reference)
    row = actions.write_announcement(session, actor, made, current_time(), source)
    address = url_for("announcements.edit", announcement_id=row.id)
    return done(gettext("Drafted. Nobody is told before you publish it."), address)


@announcements.route("/<int:announcement_id>/edit", methods=["GET", "POST"])
def edit(announcement_id: int) -> ResponseReturnValue:
    """Write an announcement anew."""
    session, actor = current_session(), current_actor()
    row = queries.find_announcement(session, actor, announcement_id, writing=True)
    shown: dict[str, Any] = {name: getattr(row, name) for name in (*TEXTS, "kind", "audience")}
    shown |= {name: field_of(getattr(row, name), reader()) for name in _TIMES}
    shown["item"] = [str(one) for one in queries.items_named(session, row.id)]
    return _form(row, shown)


def _form(row: Announcement | None, shown: dict[str, Any]) -> ResponseReturnValue:
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    announcement_id = row.id if row else None
    errors: dict[str, str] = {}
    theirs: list[tuple[str, str]] = []
    status, version = 200, str(row.version) if row else ""
    if request.method == "POST":
        try:
            if row is None:
                saved = actions.write_announcement(session, actor, _draft(), now)
            else:
                check_form_version(form.get("version"), row.version)
                saved = actions.change_announcement(session, actor, row.id, _draft(row), now)
            return done(gettext("Saved."), url_for("announcements.show", announcement_id=saved.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            if isinstance(error, StaleVersion) and announcement_id is not None:
                row = queries.find_announcement(session, actor, announcement_id)
                theirs, version = _saved_meanwhile(row), str(row.version)
            else:
                version = form.get("version", "")
        shown = form.to_dict() | {"item": form.getlist("item")}
    ids = [one for value in shown["item"] if (one := whole(value)) is not None]
    body = render_template(
        "announcements/edit.html",
        announcement_id=announcement_id,
        version=version,
        theirs=theirs,
        shown=shown,
        errors=errors,
        items_error=of_list(errors, "item_ids"),
        chosen=list(names_of(session, actor, ids).items()),
        kinds=words.kind_texts(reader()),
        audiences=words.audience_texts(reader()),
        reached=_reached(ids) if not errors else None,
        may_count=actor.may(Permission.IMPACT_COUNT_HIDDEN),
    )
    return body, status


def _saved_meanwhile(row: Announcement) -> list[tuple[str, str]]:
    """Return what somebody else saved where it is not what was typed."""
    form = request.form
    found = saved_meanwhile(form, row, words.text_labels(reader()))
    for name, label, known in (
        ("kind", gettext("Kind"), dict(words.kind_texts(reader()))),
        ("audience", gettext("Audience"), dict(words.audience_texts(reader()))),
    ):
        if form.get(name) != getattr(row, name):
            found.append((label, known[getattr(row, name)]))
    for name, label in zip(_TIMES, (gettext("Begins"), gettext("Expected end")), strict=True):
        stored = field_of(getattr(row, name), reader())
        if form.get(name, "") != stored:
            found.append((label, stored.replace("T", " ")))
    session, actor = current_session(), current_actor()
    named = names_of(session, actor, queries.items_named(session, row.id))
    if set(named) != set(_ids(form)):
        found.append((gettext("Items and services"), ", ".join(named.values())))
    return found


@announcements.route("/reach", methods=["POST"])
def reach() -> ResponseReturnValue:
    """Show whom the items of the form reach. A fragment."""
    actor = current_actor()
    actor.require(Permission.TICKET_WORK)
    seen = names_of(current_session(), actor, _ids(request.form))
    return render_template(
        "announcements/reach.html",
        reached=_reached(list(seen)),
        may_count=actor.may(Permission.IMPACT_COUNT_HIDDEN),
    )


def _ids(given: Any) -> list[int]:
    found = [whole(value) for value in given.getlist("item")[: actions.MAX_ITEMS]]
    return list(dict.fromkeys(one for one in found if one is not None))


def _draft(row: Announcement | None = None) -> AnnouncementDraft:
    form = request.form
    texts: dict[str, Any] = {name: form.get(name, "") for name in TEXTS}
    times: dict[str, Any] = _times(_TIMES)
    hidden = _out_of_sight(row) if row is not None else []
    return AnnouncementDraft(
        **texts,
        kind=form.get("kind", "maintenance"),
        audience=form.get("audience", "users"),
        item_ids=(*_ids(form), *hidden),
        **times,
    )


def _out_of_sight(row: Announcement) -> list[int]:
    """Return what it is about and the reader may not see: saving the form must not let it go."""
    session, actor = current_session(), current_actor()
    named = queries.items_named(session, row.id)
    return sorted(set(named) - set(names_of(session, actor, named)))


def _times(names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in names:
        try:
            found[name] = moment_of(request.form.get(name, ""), reader())
        except ValueError as error:
            faults[name] = no_moment(error)
    if faults:
        raise InvalidValue(faults)
    return found


@announcements.route("/<int:announcement_id>/move", methods=["POST"])
def move(announcement_id: int) -> ResponseReturnValue:
    """Publish, end or withdraw an announcement."""
    form, told = request.form, gettext("Whoever it concerns is told.")

    def step() -> None:
        session, actor, now = current_session(), current_actor(), current_time()
        state, text = form.get("state", ""), form.get("text", "")
        actions.move_announcement(session, actor, announcement_id, state, text, now)

    return _act(announcement_id, step, told)


@announcements.route("/<int:announcement_id>/updates", methods=["POST"])
def update(announcement_id: int) -> ResponseReturnValue:
    """Tell how things stand, and when the end is expected."""

    def write() -> None:
        session, actor, now = current_session(), current_actor(), current_time()
        end = _times(("expected_end_at",))["expected_end_at"]
        actions.update_announcement(
            session, actor, announcement_id, request.form.get("text", ""), end, now
        )

    return _act(announcement_id, write, gettext("Whoever it concerns is told."))


def _act(announcement_id: int, write: Callable[[], None], told: str) -> ResponseReturnValue:
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        row = queries.find_announcement(current_session(), current_actor(), announcement_id)
        return _page(row, errors, status)
    return done(told, url_for("announcements.show", announcement_id=announcement_id))
