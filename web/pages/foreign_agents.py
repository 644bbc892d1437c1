"""Agents of other makers: who waits to be admitted, and the doors they come in by."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.foreign import admitting
from server.items.foreign.doors import Authentication
from web.pages.choices import organisation_choices, organisation_names
from web.pages.frame import done, url_for, whole
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.agents import DIALECTS

foreign_agents = Blueprint("foreign_agents", __name__, url_prefix="/administration/foreign-agents")


@foreign_agents.route("")
def index() -> ResponseReturnValue:
    """Show who waits, and the sources there are."""
    return _index({}), 200


def _index(errors: dict[str, str], opened: dict[str, str] | None = None) -> str:
    session, actor = current_session(), current_actor()
    refused = request.args.get("show") == "refused"
    page = admitting.list_waiting(session, actor, asked_page("-last_seen"), refused=refused)
    return render_template(
        "agents/foreign.html",
        waiting=page.rows,
        paging=paging_of(page, None),
        refused=refused,
        sources=admitting.list_sources(session, actor),
        places=organisation_names(session, actor),
        organisations=organisation_choices(session, actor, Permission.ADMIN_AGENTS),
        ways=_ways(),
        dialects=DIALECTS,
        server=installation().settings.base_url,
        errors=errors,
        typed=request.form,
        opened=opened,
    )


def _ways() -> list[tuple[str, str]]:
    return [
        (Authentication.BASIC.value, gettext("a user name and a password")),
        (Authentication.OAUTH.value, gettext("OAuth client credentials (GLPI Agent)")),
        (Authentication.TOKEN.value, gettext("a bearer token")),
        (Authentication.NONE.value, gettext("nothing: everybody waits")),
    ]


@foreign_agents.route("/sources", methods=["POST"])
def open_source() -> ResponseReturnValue:
    """Open a source, and show its secret this once."""
    form = request.form
    draft = admitting.SourceDraft(
        slug=form.get("slug", "").strip(),
        name=form.get("name", ""),
        organisation_id=whole(form.get("organisation_id")) or 0,
        authentication=form.get("authentication", ""),
        admits="admits" in form,
    )
    try:
        secret = admitting.create_source(current_session(), current_actor(), draft, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _index(errors), status
    address = f"{installation().settings.base_url}/inventory/{draft.slug}"
    return _index({}, {"address": address, "user": draft.slug, "secret": secret}), 200


@foreign_agents.route("/sources/<int:source_id>/close", methods=["POST"])
def close_source(source_id: int) -> ResponseReturnValue:
    """Close a source."""
    admitting.close_source(current_session(), current_actor(), source_id, current_time())
    return done(gettext("The source is closed."), url_for("foreign_agents.index"))


@foreign_agents.route("/<int:sender_id>/admit", methods=["POST"])
def admit(sender_id: int) -> ResponseReturnValue:
    """Admit a sender; the report that waited with it lands."""
    place = whole(request.form.get("organisation_id")) or 0
    try:
        agent = admitting.admit(
            current_session(), current_actor(), sender_id, place, current_time()
        )
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _index(errors), status
    where = url_for("agents.show", agent_id=agent.id)
    if agent.item_id is not None:
        where = url_for("items.show", item_id=agent.item_id)
    return done(gettext("Admitted: what it sent has landed."), where)


@foreign_agents.route("/<int:sender_id>/refuse", methods=["POST"])
def refuse(sender_id: int) -> ResponseReturnValue:
    """Hear no more from a sender."""
    admitting.refuse(current_session(), current_actor(), sender_id, current_time())
    return done(gettext("Refused: it is not heard any more."), url_for("foreign_agents.index"))
