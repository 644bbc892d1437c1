"""Discovery: visit one device over SNMP, and see what came of visits."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from discovery.snmp.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.scanning import actions, queries
from server.scanning.schemas import CredentialDraftSchema
from web.pages.choices import organisation_choices, organisation_names
from web.pages.collectors import collector_choices, collector_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.discovery import visit_text, visit_tone
from web.presenters.network import discovery_tabs

discovery = Blueprint("discovery", __name__, url_prefix="/discovery")

_SNMP_PORT = 161


@discovery.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List visits, and ask for another."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            actions.ask_probe(session, actor, _draft(), current_time())
            told = gettext("Under way. What it says appears below.")
            return done(told, url_for("discovery.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _page(errors), status


def _draft() -> actions.ProbeDraft:
    form = request.form
    credential_id = whole(form.get("credential_id")) or 0
    organisation_id = whole(form.get("organisation_id")) or 0
    known = {row.id: row for row in queries.list_credentials(current_session(), current_actor())}
    if not organisation_id and credential_id in known:
        # A credential belongs to one organisation, and what it finds goes there.
        organisation_id = known[credential_id].organisation_id
    return actions.ProbeDraft(
        organisation_id=organisation_id,
        target=form.get("target", ""),
        credential_id=credential_id,
        port=whole(form.get("port")) or _SNMP_PORT,
        collector_id=whole(form.get("collector_id")),
    )


def _page(errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    page = queries.list_probes(session, actor, asked_page())
    credentials = queries.list_credentials(session, actor)
    found = sorted({probe.item_id for probe in page.rows if probe.item_id is not None})
    return render_template(
        "discovery/index.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=page.rows,
        paging=paging_of(page),
        under_way=any(probe.state == "queued" for probe in page.rows),
        items=names_of(session, actor, found),
        credentials=credentials,
        credential_names={row.id: row.name for row in credentials},
        places=organisation_names(session, actor),
        visit_name=lambda probe: visit_text(probe.state, probe.outcome, reader()),
        visit_tone=visit_tone,
        port=_SNMP_PORT,
        collectors=collector_choices(),
        collector_names=collector_names(),
        errors=errors,
        # The list of unknown devices leads here with an address.
        typed=request.form or {"target": request.args.get("target", "")[:253]},
    )


@discovery.route("/credentials/new", methods=["GET", "POST"])
def new_credential() -> ResponseReturnValue:
    """Keep a credential; its secrets go in sealed and never come out."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.DISCOVERY_RUN)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values: dict[str, Any] = read_form(CredentialDraftSchema(), request.form)
            secrets = SecretBox(installation().settings.key_file)
            draft = actions.CredentialDraft(**values)
            actions.create_credential(session, actor, secrets, draft, current_time())
            return done(gettext("The credential is kept."), url_for("discovery.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "discovery/credential.html",
        errors=errors,
        typed=request.form,
        organisations=organisation_choices(session, actor, Permission.DISCOVERY_RUN),
        auth_protocols=[(name, name) for name in AUTH_PROTOCOLS],
        priv_protocols=[(name, name) for name in PRIV_PROTOCOLS],
    )
    return page, status


@discovery.route("/credentials/<int:credential_id>/delete", methods=["POST"])
def delete_credential(credential_id: int) -> ResponseReturnValue:
    """Forget a credential."""
    actions.delete_credential(current_session(), current_actor(), credential_id)
    return done(gettext("The credential is forgotten."), url_for("discovery.index"))
