"""Releases: which there are, what each bundles, and discovered against target version."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model.values import label_of
from server.desk.changes import actions
from server.desk.changes.queries import (
    find_release,
    free_changes,
    list_releases,
    lock_release,
    release_page,
    versions_of_release,
)
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.events import whole_or_not
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.change_corners import corners
from web.pages.choices import organisation_choices
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording
from web.presenters.changes import risk_tone
from web.presenters.lists import Column, Paging
from web.presenters.releases import blocker_text, progress_words, standing_words
from web.presenters.windows import span_text, window_text

_PAGE = 50
_FIELDS = ("title", "product", "attribute", "target_version", "notes")


def index() -> ResponseReturnValue:
    """List the releases, and offer to begin one."""
    return _list({})


def draft() -> ResponseReturnValue:
    """Begin a release."""
    form = request.form
    wanted = actions.ReleaseDraft(
        **{name: form.get(name, "") for name in _FIELDS},
        organisation_id=whole(form.get("organisation_id")),
    )
    try:
        made = actions.draft_release(current_session(), current_actor(), wanted, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _list(errors), status
    told = gettext("%(reference)s is begun. Put changes into it.") % {"reference": made.reference}
    return done(told, url_for("changes.release", release=made.reference))


def _list(errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    asked = PageRequest("", request.args.get("after", ""), _PAGE)
    page = list_releases(session, actor, asked)
    following = list_url(after=page.next_cursor) if page.next_cursor else None
    first = list_url(after=None) if request.args.get("after") else None
    return render_template(
        "changes/releases.html",
        rows=page.rows,
        columns=(
            Column(gettext("Release"), main=True),
            Column(gettext("Where it is")),
            Column(gettext("Changes"), numeric=True),
            Column(gettext("Aims at"), narrow_screen=False),
            Column(gettext("When"), narrow_screen=False),
        ),
        paging=Paging(len(page.rows), None, first, following),
        progress=progress_words(reader()),
        span=lambda row: span_text(row.start, row.end, reader()),
        attributes=_attributes(),
        errors=errors,
        typed=request.form,
        corners=corners(),
        organisations=organisation_choices(session, actor, Permission.CHANGE_WRITE),
        home=actor.organisation_id,
    )


def show(release: str) -> ResponseReturnValue:
    """Show a release."""
    return _page(release, {})


def edit(release: str) -> ResponseReturnValue:
    """Change what a release is called and aims at."""

    def write() -> None:
        session, actor = current_session(), current_actor()
        held = lock_release(session, actor, release)
        check_form_version(request.form.get("version"), held.version)
        values = {name: request.form[name] for name in _FIELDS if name in request.form}
        actions.edit_release(session, actor, release, values)

    return _act(release, write, gettext("Saved."))


def remove(release: str) -> ResponseReturnValue:
    """Take a release away that bundles nothing."""
    try:
        actions.remove_release(current_session(), current_actor(), release)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(release, errors), status
    return done(gettext("The release is gone."), url_for("changes.releases"))


def put(release: str) -> ResponseReturnValue:
    """Put changes into a release."""

    def write() -> None:
        session, actor, now = current_session(), current_actor(), current_time()
        for reference in request.form.getlist("selected")[:_PAGE]:
            actions.put_into_release(session, actor, release, reference, now)

    return _act(release, write, gettext("The release bundles more."))


def take(release: str, reference: str) -> ResponseReturnValue:
    """Take a change out of a release."""

    def write() -> None:
        session, actor, now = current_session(), current_actor(), current_time()
        actions.take_out_of_release(session, actor, release, reference, now)

    return _act(release, write, gettext("The change stands for itself again."))


def _act(release: str, write: Callable[[], None], told: str) -> ResponseReturnValue:
    found = find_release(current_session(), current_actor(), release)
    try:
        with whole_or_not(current_session()):
            write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(release, errors), status
    return done(told, url_for("changes.release", release=found.reference))


def _page(reference: str, errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    page = release_page(session, actor, reference)
    found = page.row.release
    return render_template(
        "changes/release.html",
        page=page,
        release=found,
        versions=versions_of_release(session, actor, found),
        free=free_changes(session, actor) if page.may_write else [],
        progress=progress_words(reader()),
        standings=standing_words(reader()),
        blocked=[(one.reference, blocker_text(one.code, reader())) for one in page.blockers],
        span=span_text(page.row.start, page.row.end, reader()),
        window=lambda change: window_text(change, reader()),
        attributes=_attributes(),
        wording=change_wording(),
        risk_tone=risk_tone,
        errors=errors,
        typed=request.form,
    )


def _attributes() -> list[tuple[str, str]]:
    """Return (code, label) of the attributes that hold a version, by label."""
    language = reader().language
    found = [
        (code, label_of(labels, language)) for code, labels in actions.version_attributes().items()
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())
