"""Campaigns in which owners confirm their items, and what waits for one's own answer."""

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.query.language import QueryFault
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.health import asking
from server.items.health import campaigns as actions
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_choice, asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.health import answer_text
from web.presenters.query_faults import query_fault_text


def campaigns() -> ResponseReturnValue:
    """List campaigns, and begin one."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = actions.start_campaign(session, actor, _draft(), current_time())
            told = gettext("The owners are asked.")
            return done(told, url_for("register_health.campaign", campaign_id=made.id))
        except QueryFault as error:
            errors, status = {"query": query_fault_text(error, reader())}, 422
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    body = render_template(
        "health/campaigns.html",
        rows=asking.campaigns(session, actor),
        today=current_time().date(),
        errors=errors,
        form_values=request.form,
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
    )
    return body, status


def _draft() -> actions.CampaignDraft:
    form = request.form
    try:
        due_on = date.fromisoformat(form.get("due_on", ""))
    except ValueError as error:
        raise InvalidValue({"due_on": "must not be empty"}) from error
    return actions.CampaignDraft(
        whole(form.get("organisation_id")) or 0, form.get("name", ""), due_on, form.get("query", "")
    )


def campaign(campaign_id: int) -> ResponseReturnValue:
    """Show how far a campaign is, and who answered what."""
    session, actor = current_session(), current_actor()
    state = asking.campaign_state(session, actor, campaign_id)
    said = asked_choice("answer", ("open", "right", "wrong"))
    page = asking.asked_in(session, actor, campaign_id, said, asked_page())
    return render_template(
        "health/campaign.html",
        state=state,
        overdue=state.is_overdue(current_time().date()),
        said=said,
        rows=page.rows,
        paging=paging_of(page),
        class_name=class_name,
        answer_text=lambda one: answer_text(one, reader()),
    )


def close(campaign_id: int) -> ResponseReturnValue:
    """End a campaign."""
    actions.close_campaign(current_session(), current_actor(), campaign_id, current_time())
    told = gettext("The campaign is over.")
    return done(told, url_for("register_health.campaign", campaign_id=campaign_id))


def asked() -> ResponseReturnValue:
    """List what waits for one's own answer."""
    page = asking.asked_of_me(current_session(), current_actor(), asked_page())
    return render_template(
        "health/asked.html", rows=page.rows, paging=paging_of(page), class_name=class_name
    )


def answer(attestation_id: int) -> ResponseReturnValue:
    """Say that an item is right, or what is wrong."""
    session, actor, form = current_session(), current_actor(), request.form
    said, note = form.get("answer", ""), form.get("note", "")
    actions.answer(session, actor, attestation_id, said, note, current_time())
    return done(gettext("Noted, thank you."), url_for("register_health.asked"))
