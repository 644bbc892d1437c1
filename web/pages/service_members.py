"""Who belongs to a service: its members, what was found since, and what was left out."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.services.membership import (
    MemberDraft,
    Membership,
    ServiceMember,
    change_members,
    membership_of,
)
from web.pages.frame import done, url_for, whole
from web.pages.refusals import of_list, refuse_in_words
from web.pages.service_choices import Choice, by_layer, choice_of, chosen, left_out, wording


def members(service_id: int) -> ResponseReturnValue:
    """Show who belongs to a service; POST makes what is ticked its members."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            wanted = _wanted(request.form)
            out = [*left_out(request.form, wanted), *_still_out(request.form, wanted)]
            change_members(session, actor, service_id, wanted, out, current_time())
            told = gettext("The members are as you ticked them.")
            return done(told, url_for("services.members", service_id=service_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    found = membership_of(session, actor, service_id)
    page = render_template(
        "services/members.html",
        errors=errors,
        fault=of_list(errors, "members"),
        may_change=actor.may(Permission.SERVICE_CREATE, found.service.organisation_id),
        **_shown(found),
        **wording(),
    )
    return page, status


def _wanted(form: MultiDict[str, str]) -> list[MemberDraft]:
    """Return what is ticked, and what was picked besides."""
    ticked = chosen(form)
    known = {member.item_id for member in ticked}
    picked = [number for value in form.getlist("more") if (number := whole(value)) is not None]
    return [*ticked, *(MemberDraft(item_id) for item_id in picked if item_id not in known)]


def _still_out(form: MultiDict[str, str], wanted: list[MemberDraft]) -> list[int]:
    """Return what was left out before and is neither offered again nor a member now."""
    back = {*form.getlist("back"), *(str(member.item_id) for member in wanted)}
    return [int(value) for value in form.getlist("out") if whole(value) and value not in back]


def _shown(found: Membership) -> dict[str, Any]:
    return {
        "service": found.service,
        "members": [_member(one, found) for one in found.members],
        "layers": by_layer([choice_of(one, None) for one in found.proposals]),
        "along": [one for one in found.below if not one.open],
        "refused": found.refused,
    }


def _member(member: ServiceMember, found: Membership) -> Choice:
    group = member.group
    if group is None:
        return Choice(member.item, ticked=True, need=member.need)
    size = sum(one.group is not None and one.group.id == group.id for one in found.members)
    return Choice(
        member.item,
        ticked=True,
        need=member.need,
        group=group.name,
        threshold=group.threshold,
        of=size,
    )
