"""What was found after a change, and differences that nobody had approved."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.desk.changes import actions
from server.desk.changes.queries import list_unauthorized, list_watches
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.following import keeping
from server.items.queries import names_of
from web.pages.change_corners import corners
from web.pages.change_parts import act_on
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.items import history_row, source_label
from web.presenters.values import class_label

_STATES = ("open", "accepted", "rolled_back")


def verify(reference: str) -> ResponseReturnValue:
    """Compare with discovery now."""

    def write() -> None:
        actions.verify_change(current_session(), current_actor(), reference, current_time())

    return act_on(reference, "verify", write, gettext("What was found is held against the plan."))


def unauthorized() -> ResponseReturnValue:
    """List differences that nobody had approved."""
    return _page({})


def judge(unauthorized_id: int) -> ResponseReturnValue:
    """Accept one, or have it rolled back."""
    form = request.form
    said = actions.Judgement(form.get("decision", ""), form.get("comment", ""))

    def write() -> None:
        actions.judge_unauthorized(
            current_session(), current_actor(), unauthorized_id, said, current_time()
        )

    accepted = said.decision == "accepted"
    told = gettext("It is accepted.") if accepted else gettext("A ticket asks to roll it back.")
    return _act(write, told)


def add_watch() -> ResponseReturnValue:
    """Watch an item or a class."""
    form = request.form

    def write() -> None:
        subjects = [one.strip() for one in form.get("subjects", "").split(",") if one.strip()]
        draft = actions.WatchDraft(
            whole(form.get("item_id")),
            form.get("class_code") or None,
            tuple(subjects),
            whole(form.get("organisation_id")),
        )
        actions.add_watch(current_session(), current_actor(), draft, current_time())

    return _act(write, gettext("It is watched from now on."))


def remove_watch(change_watch_id: int) -> ResponseReturnValue:
    """Watch no longer."""

    def write() -> None:
        actions.remove_watch(current_session(), current_actor(), change_watch_id)

    return _act(write, gettext("It is watched no longer."))


def follow() -> ResponseReturnValue:
    """Be told of the changes that touch or hit an item."""
    item_id = whole(request.form.get("item_id")) or 0

    def write() -> None:
        keeping.follow_item(current_session(), current_actor(), item_id, current_time())

    return _act(write, gettext("You are told what happens to it from now on."), _item_page(item_id))


def unfollow(item_id: int) -> ResponseReturnValue:
    """Be told no longer."""

    def write() -> None:
        keeping.unfollow_item(current_session(), current_actor(), item_id)

    return _act(write, gettext("You are told no longer."), _item_page(item_id))


def following(item_id: int) -> ResponseReturnValue:
    """Offer to follow an item, or to follow it no longer: a fragment of the item's page."""
    followed = keeping.is_followed(current_session(), current_actor(), item_id)
    return render_template("changes/following.html", item_id=item_id, followed=followed)


def _item_page(item_id: int) -> str:
    """Return where one came from: the item's own page, or the list of what one follows."""
    origin = request.form.get("from")
    if origin == "list":
        return url_for("notifications.following")
    return url_for("items.show", item_id=item_id) if origin == "item" else ""


def _act(write: Callable[[], None], told: str, back: str = "") -> ResponseReturnValue:
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return done(told, back or url_for("changes.unauthorized"))


def _page(errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    state = request.args.get("state", "open")
    state = state if state in _STATES else "open"
    watches = list_watches(session, actor)
    ids = [one.item_id for one in watches if one.item_id is not None]
    model, language = standing_model(), reader().language
    classes = [(str(one.code), class_label(model, one.code, language)) for one in model.classes]
    return render_template(
        "changes/unauthorized.html",
        rows=list_unauthorized(session, actor, [state]),
        state=state,
        states=[
            ("open", gettext("open")),
            ("accepted", gettext("accepted")),
            ("rolled_back", gettext("rolled back")),
        ],
        watches=watches,
        followed=keeping.followed_items(session, actor),
        shown=lambda row: history_row(model, row.item.class_code, row.found, "", reader()),
        source=lambda code: source_label(code, reader()),
        names=names_of(session, actor, ids) if ids else {},
        class_name=lambda code: class_label(model, code, language),
        classes=sorted(classes, key=lambda pair: pair[1].casefold()),
        errors=errors,
        typed=request.form,
        corners=corners(),
        organisations=organisation_choices(session, actor, Permission.CHANGE_APPROVE),
        home=actor.organisation_id,
    )
